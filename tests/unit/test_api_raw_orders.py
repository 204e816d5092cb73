"""Raw orders: as they were written, and the same answer recognised without being read."""

import json
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from komet.api import KometClient, KometError, answers
from komet.api.answers import RowsAnswer
from komet.api.decoding import parse_json, parse_rows
from komet.api.errors import BadResponse, Unavailable
from komet.api.transport import Transport

DAY = date(2026, 11, 20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["purchaseOrders", "a", "\"'"]), inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = JSON | JSON.map(lambda value: {"status": 1, "purchaseOrders": value})


def client(content: bytes, status: int = 200, **headers: str) -> KometClient:
    inner = httpx.MockTransport(
        lambda _request: httpx.Response(status, content=content, headers=headers)
    )
    transport = Transport("https://komet.example/api", inner=inner)
    return KometClient(transport=transport, sleep=lambda _seconds: None)


def asked(
    content: bytes, known: str | None = None, status: int = 200, **headers: str
) -> RowsAnswer:
    with client(content, status, **headers) as komet:
        return komet.raw_orders(DAY, known=known).answer


@given(BODIES, st.sampled_from([None, 0, 3]), st.sampled_from([(",", ":"), (" ,\r\n", "\t: ")]))
def test_a_body_is_read_as_json_is_and_each_row_has_its_text(
    body: Any, indent: int | None, separators: tuple[str, str]
) -> None:
    text = f" {json.dumps(body, indent=indent, separators=separators)}\n"
    found, texts = parse_rows(text.encode(), None, "purchaseOrders")
    assert repr(found) == repr(parse_json(text.encode()))
    rows = found.get("purchaseOrders", []) if isinstance(found, dict) else []
    rows = rows if isinstance(rows, list) else [rows]
    assert [repr(parse_json(f.encode())) for f in texts] == [repr(row) for row in rows]


@given(st.text(alphabet='{}[]":, \\a1n.tfu-', max_size=12))
@example('{"a":1}}')
@example('{"a":1 "b":2}')
@example('{"a":1,}')
@example('{"purchaseOrders":[1,]}')
@example('{"purchaseOrders":[1 2]}')
@example('{"purchaseOrders":[1')
@example('{"purchaseOrders":[],"purchaseOrders":[1]}')
@example('{"purchaseOrders":[1],"purchaseOrders":[]}')
@example('{"purchaseOrders":[1],"purchaseOrders":2}')
@example('{"a"}')
@example("{a:1}")
@example('{"a" : {"purchaseOrders":[1]}}')
def test_what_is_no_json_is_none_either_way(text: str) -> None:
    try:
        expected = parse_json(text.encode())
    except BadResponse:
        with pytest.raises(BadResponse, match="incomplete"):
            parse_rows(text.encode(), None, "purchaseOrders")
        return
    found, texts = parse_rows(text.encode(), None, "purchaseOrders")
    assert found == expected
    rows = found.get("purchaseOrders", []) if isinstance(found, dict) else []
    assert len(texts) == (len(rows) if isinstance(rows, list) else 1)


def test_rows_that_are_none_take_no_text_of_another() -> None:
    body = b'{"purchaseOrders": [null, {"id": 1}, 5, "", {"id": 2} ]}'
    found = asked(body)
    assert (found.rows, found.texts) == ([{"id": 1}, {"id": 2}], ['{"id": 1}', '{"id": 2}'])
    assert [(p.field, p.value) for p in found.problems] == [("purchaseOrders", "5")]
    alone = asked(b'{"purchaseOrders": {"id": 1} }')
    assert (alone.rows, alone.texts) == ([{"id": 1}], ['{"id": 1}'])
    for none in (b'{"purchaseOrders": {}}', b'{"status": 0, "message": "Orders not found."}'):
        assert (asked(none).rows, asked(none).texts) == ([], [])


def test_the_same_answer_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"purchaseOrders": [{"id": 1}]}'
    digest = asked(body).digest
    monkeypatch.setattr(answers.decoding, "parse_rows", None)
    assert asked(body, digest) == RowsAnswer(digest, same=True)


def test_another_answer_is_read_whatever_is_known() -> None:
    body = b'{"purchaseOrders": [{"id": 1}]}'
    first = asked(body)
    assert asked(body, "another digest") == first
    others = [
        asked(body.replace(b"1", b"2"), first.digest),
        asked(body + b" ", first.digest),
        asked(body, first.digest, **{"Content-Type": "text/plain; charset=latin-1"}),
    ]
    assert not any(other.same for other in others)
    assert len({first.digest, *(other.digest for other in others)}) == 4


def test_a_failure_with_the_known_body_is_a_failure() -> None:
    body = b'{"purchaseOrders": [{"id": 1}]}'
    digest = asked(body).digest
    with pytest.raises(Unavailable):
        asked(body, digest, status=500)
    with pytest.raises(KometError):
        asked(b"", digest, status=204)


def test_no_number_is_asked_for_by_no_request() -> None:
    with client(b"never asked") as komet:
        assert not komet.raw_orders_by_number([]).answer.rows
