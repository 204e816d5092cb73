"""One sandbox that nobody changes for a whole module, and one of a test's own."""

from collections.abc import Iterator

import pytest
from sandbox_caller import TODAY, Komet

from komet.sandbox.server import Sandbox, build_application
from komet.sandbox.state import SandboxState


@pytest.fixture(scope="module")
def still() -> Iterator[Komet]:
    """A sandbox whose data stays; tests only read from it."""
    with Sandbox(today=TODAY, evolve=False) as sandbox:
        yield Komet(sandbox)


@pytest.fixture
def komet() -> Iterator[Komet]:
    """A sandbox of its own that evolves by itself."""
    with Sandbox(today=TODAY) as sandbox:
        yield Komet(sandbox)


@pytest.fixture
def small(sandbox: Sandbox) -> Iterator[Komet]:
    """A sandbox with few orders that stay, new for each test that writes."""
    assert sandbox._server
    sandbox.state = SandboxState(today=TODAY, evolve=False, orders_per_day=12, lines_per_order=2)
    sandbox._server.config.loaded_app = build_application(sandbox.state)
    caller = Komet(sandbox)
    yield caller
    caller.http.close()  # its connection is served by this test's data


@pytest.fixture
def strict(small: Komet) -> Komet:
    """The same, holding every rule of the contract."""
    assert small.control("PUT", "strict").status_code == 204
    return small
