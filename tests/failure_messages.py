"""What a failure says to a person, for tests: sentences are made of codes by the application."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from komet.messages import Failure, message


@contextmanager
def raises(*kinds: type[Failure], match: str) -> Iterator[pytest.ExceptionInfo[Failure]]:
    """`pytest.raises`, with `match` sought in the sentences rather than in the code."""
    with pytest.raises(kinds) as failure:
        yield failure
    assert re.search(match, message(failure.value)), message(failure.value)
