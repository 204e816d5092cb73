"""Whatever bytes come as an answer: an error of ours, or rows that every table takes."""

import json
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from komet.api import KometClient, KometError
from komet.api.client import Slice
from komet.api.transport import Transport
from komet.context import AppContext
from komet.ingest.commit import write_slices
from komet.ingest.frames import SliceFrames
from komet.ingest.sources.komet_columns import read_slice
from komet.orders.table import items as order_tables

DAY = date(2026, 11, 20)
MEMBERS = st.sampled_from(
    [
        "id", "number", "vendorId", "shipDate", "totalBoxes", "totalCost", "createdOn", "comments",
        "poItemId", "prebookTruckDate", "unitCost", "bunches", "position", "extra", "model_config",
        "__class__", "po_item_id", "details", "breakdowns", "boxes", "customFields", "CustomFields",
    ]
)  # fmt: skip
ODD = st.sampled_from(
    [
        "\ud800", "\x00", "a\x00b\udfff", "NaN", "1e99", "0,504", "-0", "99999999999.99999999",
        "99,999,999,999.999999", "0001-01-01T00:00:00+14:00", "9999-12-31 23:59:59", "=1+1",
        10**30, -(2**63) - 1, 1e308, float("nan"), float("-inf"), "٣", "1_000", True, [], {}, "",
        "x" * 5_000, [[[[]]]], {"a": {"b": [None]}},
    ]
)  # fmt: skip
VALUES = st.recursive(
    ODD | st.none() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(MEMBERS | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=20,
)
OBJECTS = st.dictionaries(MEMBERS | st.text(max_size=3), VALUES, max_size=10)
LINES = st.builds(lambda inner, more: {**more, **inner}, OBJECTS, OBJECTS)
ORDERS = st.builds(lambda o, lines: {**o, "details": lines}, OBJECTS, st.lists(LINES, max_size=3))

WORST: dict[str, Any] = {
    "id": 2**70,
    "number": "P\ud800\x00",
    "vendorName": "x" * 1_000_000,
    "totalCost": "99,999,999,999.999999",
    "totalBoxes": 10**11 - 1,
    "createdOn": "0001-01-01T00:00:00+14:00",
    "nest": json.loads("[" * 300 + "]" * 300),
    "\ud83c": "\udf39",
    "details": [
        {
            "poItemId": "a\x00\ud800",
            "totalBoxes": 3,
            "bunches": "1,000",
            "stemsBunch": 10**30,
            "unitCost": float("nan"),
            "totalCost": float("inf"),
            "notes": [["nested"]],
            "prebookTruckDate": "9999-12-31",
            "unitType": "Stem",
            "surprise": {"\x00": "\ud800", "big": 10**400},
            "customFields": {"value": "\ud800"},
            "boxes": [{"boxCode": 2**64}, {"boxCode": 2**64}],
            "breakdowns": [{"bunches": "1e3", "stemsBunch": 25.0, "cost": "1e-99"}],
        },
        {"poItemId": "a\x00\ud800"},
        {},
    ],
}


def _client(content: bytes, **headers: str) -> KometClient:
    inner = httpx.MockTransport(
        lambda _request: httpx.Response(200, content=content, headers=headers)
    )
    transport = Transport("https://komet.example/api", inner=inner)
    return KometClient(transport=transport, sleep=lambda _seconds: None)


def _answered(content: bytes, **headers: str) -> Slice:
    with _client(content, **headers) as client:
        return client.purchase_orders(DAY)


def _read(content: bytes, at: datetime | None = None) -> SliceFrames:
    with _client(content) as client:
        raw = client.raw_orders(DAY)
    return read_slice("provider", DAY, replace(raw, requested_at=at or raw.requested_at))


SCHEMAS = {
    "purchase_orders": order_tables.purchase_orders,
    "po_lines": order_tables.po_lines,
    "po_breakdowns": order_tables.po_breakdowns,
    "po_boxes": order_tables.po_boxes,
}


@settings(deadline=None)
@given(st.lists(ORDERS, max_size=3) | VALUES)
@example([WORST])
def test_any_orders_become_rows_that_fit_the_tables(orders: Any) -> None:
    body = json.dumps({"status": 1, "purchaseOrders": orders}).encode()
    try:
        read = _read(body)
    except KometError:
        return
    for name, schema in SCHEMAS.items():
        frame = getattr(read.orders, name)
        frame.to_arrow().validate(full=True)
        assert dict(frame.schema) == schema()
    read.problems.to_arrow().validate(full=True)


def test_thousands_of_pos_of_one_id_are_soon_one() -> None:
    orders = [{"id": 1, "details": [{"poItemId": item}]} for item in range(8_000)]
    body = json.dumps({"purchaseOrders": [*orders, *orders[:10]]}).encode()
    began = time.process_time()
    read = _read(body)
    assert time.process_time() - began < 5  # it was a minute, and four times that for twice as many
    assert read.orders.po_lines.height == 8_000
    assert read.problems.height == 8_009


@settings(deadline=None)
@given(st.binary(max_size=200) | VALUES.map(lambda v: json.dumps(v).encode()))
@example(b"[" * 100_000)
@example(b'{"purchaseOrders": [{"id": ' + b"9" * 10_000 + b"}]}")
@example(b'{"purchaseOrders": [{"id": 1E+999999999999}]}')
def test_any_bytes_are_an_answer_or_an_error_of_ours(body: bytes) -> None:
    with suppress(KometError):
        _answered(body)
    with suppress(KometError):
        _read(body)


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "utf-7", "base64", "\0", '"'])
def test_any_charset_may_be_declared(charset: str) -> None:
    body = json.dumps({"purchaseOrders": [{"id": "ñ"}]}, ensure_ascii=False).encode()
    content_type = f"application/json; charset={charset}"
    assert _answered(body, **{"Content-Type": content_type}).orders[0].id == "ñ"


def test_values_that_cannot_be_read_are_empty_and_reported_with_their_line() -> None:
    answer = _answered(json.dumps({"purchaseOrders": [WORST]}).encode())
    (order,) = answer.orders
    line = order.details[0]
    assert order.id == str(2**70)
    assert order.number == "P\ufffd\ufffd"
    assert len(order.vendor_name or "") == 1_000_000
    assert order.created_on is None
    assert (line.unit_cost, line.total_cost, line.notes, line.prebook_truck_date) == (None,) * 4
    assert order.extra["\ufffd"] == "\ufffd"
    assert line.extra["surprise"]["big"] == str(10**400)
    own = {(p.field, p.po_id, p.po_item_id) for p in answer.problems}
    item = "a\ufffd\ufffd"
    assert own == {("createdOn", order.id, None)} | {
        (field, order.id, item)
        for field in ("stemsBunch", "unitCost", "totalCost", "notes", "prebookTruckDate")
    }


def _commit(ctx: AppContext, orders: list[Any], at: datetime) -> None:
    read = _read(json.dumps({"purchaseOrders": orders}).encode(), at)
    with ctx.db.write() as con:
        write_slices(con, [read], "run")


def test_the_store_takes_the_worst_and_sees_no_change_in_it(ctx: AppContext) -> None:
    for hour in (8, 9):
        _commit(ctx, [WORST, {"id": 2}], datetime(2026, 11, 20, hour, tzinfo=UTC))
    with ctx.db.read() as con:
        heads = con.rows("SELECT * FROM purchase_orders ORDER BY po_id")
        assert [head["po_id"] for head in heads] == [str(2**70), "2"]
        assert con.value("SELECT count(*) FROM po_lines") == 3
        assert con.value("SELECT count(*) FROM order_items") == 3
        assert con.value("SELECT count(*) FROM po_changes WHERE kind <> 'new'") == 0


def test_absurd_quantities_stop_no_slice(ctx: AppContext) -> None:
    line = {"poItemId": 1, "totalBoxes": 200_000, "bunches": 200_000, "stemsBunch": 1}
    _commit(ctx, [{"id": 1, "details": line}], datetime(2026, 11, 20, tzinfo=UTC))
