"""Every list that the contract shows comes as typed records, and as a frame."""

from collections.abc import Iterator

import polars as pl
import pytest
from failure_messages import raises
from sandbox_caller import TODAY, token_for
from test_sandbox_registry import parameters_of

from komet.api import KometClient
from komet.api.errors import InvalidCall
from komet.api.methods import registry
from komet.api.records import OUTCOME, readable
from komet.explorer.answers import frame_of, schema_of
from komet.sandbox.server import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(today=TODAY, evolve=False, quirks=False) as running:
        yield running


@pytest.mark.parametrize("method", readable())
def test_each_list_as_records_and_as_a_frame(sandbox: Sandbox, method: str) -> None:
    with KometClient(sandbox.base_url, token_for(method).secret) as client:
        given = parameters_of(sandbox, method)
        answer = client.call(method, **given)
        found = client.records(method, **given)
    assert found.problems == []
    frame = frame_of(method, found.rows)
    assert frame.schema == pl.Schema(schema_of(method))
    assert frame.height == len(found.rows) > 0
    member: list[dict[str, object]] = [{k: v for k, v in answer.items() if k not in OUTCOME}]
    if registry()[method].list_fields:
        member = next(value for value in answer.values() if isinstance(value, list))
    for sent, row in zip(member, found.rows, strict=True):
        known = {field.alias for field in type(row).model_fields.values()}
        assert set(sent) - known == set(row.extra)


def test_a_frame_of_nothing_has_its_columns() -> None:
    for method in readable():
        assert frame_of(method, []).schema == pl.Schema(schema_of(method))


def test_an_answer_that_nobody_has_seen_says_so(sandbox: Sandbox) -> None:
    with (
        KometClient(sandbox.base_url, "x") as client,
        raises(InvalidCall, match=r"invoice\.list answers is not known"),
    ):
        client.records("invoice.list")
