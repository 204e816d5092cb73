"""Columns read from raw orders hold exactly what the SDK's records say, whatever Komet sends."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import hostile_answers
import httpx
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from record_rows import slice_rows

from komet.api import KometClient, KometError
from komet.api.transport import Transport
from komet.ingest.frames import SliceFrames, to_frames
from komet.ingest.sources.komet_columns import read_slice
from komet.orders import columns
from komet.orders.column import Kind, OrderColumn

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 19, 8, tzinfo=UTC)
BLANKS = "".join(char for char in map(chr, range(0x11000)) if char.isspace())
TEXTS = st.sampled_from(
    ["", " ", "a", " a ", f"{BLANKS}ñ{BLANKS}", "7", "7.50", "\u180e", "\u200b", "x" * 300,
     "\ud800", "\x00", "a\x00b\udfff", '"\\\n', "=1+1", "{[", "]}"]
)  # fmt: skip
NUMBERS = st.sampled_from(
    [0, 7, -3, 10**11 - 1, 10**11, 2**63, 10**30, 2**200, 1.5, -0.0, 0.1, 1e-7, 1e300,
     float("nan"), float("inf"), True, False, "0", "-0", "-0.00001", "7.", ".5", "+5", "1e3",
     "1e99", "1,504.00", "1,504,000", "0,504", "1.504,00", "1_000", "٣", "0.00005", "0.00015",
     "0.0000005", "1.12345", "99999999999.99999999", "99,999,999,999.999999", "12 boxes", " 12 ",
     "0x10", "NaN"]
)  # fmt: skip
TIMES = st.sampled_from(
    ["2026-11-20", " 2026-11-20 ", "2026-11-20 10:30:00", "2026-11-20T10:30:59", "2026-11-20 10:30",
     "2026-11-20T10:30:00Z", "2026-11-20T23:30:00-05:00", "2026-11-20 10:30:00.123456",
     "1899-12-31", "2026-11-20T10:30:60", "2026-11-20T24:00:00", "2026-02-30", "0000-00-00",
     "9999-12-31", "soon", "1900-01-01T00:00:00+14:00", "2199-12-31T23:59:59-12:00", "20261120",
     "2026-11-20 10 am"]
)  # fmt: skip
PLAIN = st.none() | TEXTS | NUMBERS | TIMES | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
SURPRISES = st.dictionaries(
    st.sampled_from(
        ["extra", "model_config", "po_item_id", "ship_date", "CustomFields", "custom_fields",
         "boxes", "details", "position", "unit_cost", "box_code", "awb", "\ud800"]
    ),
    VALUES,
    max_size=2,
)  # fmt: skip


def objects(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that may lack any member, or hold anything there, in either spelling."""
    either = {name: st.one_of(value, value, value, VALUES) for name, value in members.items()}
    return st.builds(
        lambda known, more: {**known, **more},
        st.fixed_dictionaries({}, optional=either),
        st.just({}) | SURPRISES,
    )


def listed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A list of objects, one alone, or what neither is."""
    return st.lists(inner, max_size=3) | inner | st.lists(inner | PLAIN, max_size=3)


IDS = st.sampled_from([None, "", 1, 2, "1", " 2 ", 3.0, "3", "number P1", "number P1 (2)"])
BREAKDOWNS = objects(productId=IDS, productDescription=TEXTS, bunches=NUMBERS, cost=NUMBERS)
BOXES = objects(boxCode=TEXTS, position=NUMBERS, statusName=TEXTS, lotNumber=NUMBERS)
CUSTOM_FIELDS = objects(customFieldId=IDS, fieldName=TEXTS, value=TEXTS)
LINES = objects(
    poItemId=IDS,
    productDescription=TEXTS,
    totalBoxes=NUMBERS,
    unitCost=NUMBERS,
    totalCost=NUMBERS,
    prebookTruckDate=TIMES,
    notes=VALUES,
    boxWeight=NUMBERS,
    cutStage=VALUES,
    breakdowns=listed(BREAKDOWNS),
    boxes=listed(BOXES),
    customFields=listed(CUSTOM_FIELDS),
)
ORDERS = objects(
    id=IDS,
    number=st.sampled_from(["P1", "P2", None]),
    shipDate=TIMES,
    createdOn=TIMES,
    updatedOn=TIMES,
    totalCost=NUMBERS,
    details=listed(LINES),
)
ANSWERS = st.lists(ORDERS, max_size=4) | listed(ORDERS)


def both(content: bytes) -> tuple[SliceFrames | str, SliceFrames | str]:
    """What the columns and what the records say of an answer, or the codes of their errors."""

    def read(frames: Any) -> SliceFrames | str:
        inner = httpx.MockTransport(lambda _request: httpx.Response(200, content=content))
        transport = Transport("https://komet.example/api", inner=inner)
        with KometClient(
            transport=transport, now=lambda: AT, sleep=lambda _seconds: None
        ) as client:
            try:
                found: SliceFrames = frames(client)
            except KometError as error:
                return error.code
            return found

    return (
        read(lambda client: read_slice("provider", DAY, client.raw_orders(DAY))),
        read(lambda client: to_frames(slice_rows("provider", DAY, client.purchase_orders(DAY)))),
    )


def tables(frames: SliceFrames) -> dict[str, pl.DataFrame]:
    found = dict(vars(frames.orders))
    found["purchase_orders"] = found["purchase_orders"].drop("content_hash")
    problems = frames.problems
    return {**found, "problems": problems.sort(problems.columns)}


def assert_same(content: bytes) -> None:
    new, old = both(content)
    if isinstance(new, str) or isinstance(old, str):
        assert new == old
        return
    for name, frame in tables(new).items():
        frame.to_arrow().validate(full=True)
        assert_frame_equal(frame, tables(old)[name], check_exact=True)
    assert (new.day, new.whole, new.source) == (old.day, old.whole, old.source)


@settings(deadline=None)
@given(ANSWERS)
def test_any_orders_are_read_as_their_records_are(orders: Any) -> None:
    assert_same(json.dumps({"status": 1, "purchaseOrders": orders}).encode())


@settings(deadline=None)
@given(st.integers(min_value=0))
@example(3)
def test_any_hostile_body_is_read_as_its_records_are(number: int) -> None:
    assert_same(hostile_answers.body(Random(number)))


def read(*orders: dict[str, Any]) -> SliceFrames:
    new, old = both(json.dumps({"purchaseOrders": orders}).encode())
    assert isinstance(new, SliceFrames)
    assert isinstance(old, SliceFrames)
    return new


def test_a_column_that_only_the_registry_knows_is_read_like_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weight = OrderColumn(
        name="weight", label="Weight", kind=Kind.QUANTITY, line="weight_kg", member="boxWeight"
    )
    stage = OrderColumn(name="cut_stage", label="Cut stage", kind=Kind.JSON, line="cut_stage")
    monkeypatch.setattr(columns, "COLUMNS", (*columns.COLUMNS, weight, stage))
    line = {"poItemId": 1, "boxWeight": "12.5", "cutStage": {"b": 1, "a": 2}, "awb": 5}
    odd = {"poItemId": 2, "boxWeight": "much", "weight_kg": 3, "cutStage": ""}
    body = json.dumps({"purchaseOrders": [{"id": 1, "details": [line, odd]}]}).encode()
    assert_same(body)
    new, _old = both(body)
    assert isinstance(new, SliceFrames)
    assert new.orders.po_lines.select("weight_kg", "cut_stage", "extra").rows() == [
        (Decimal("12.5"), '{"a": 2, "b": 1}', '{"awb": 5}'),
        (None, None, '{"weight_kg": 3}'),
    ]


def test_a_hash_is_of_one_order_and_of_all_that_it_says() -> None:
    line = {"poItemId": 1, "boxes": [{"boxCode": "a"}], "breakdowns": [{"bunches": 1}]}
    first = {"id": 1, "details": [line]}

    def hashes(*orders: dict[str, Any]) -> list[str]:
        return read(*orders).orders.purchase_orders["content_hash"].to_list()

    (alone,) = hashes(first)
    assert hashes({"id": 2}, first)[1] == alone
    others = [
        {**first, "awb": 1},
        {"id": 1, "details": [{**line, "boxes": [{"boxCode": "b"}]}]},
        {"id": 1, "details": [{**line, "breakdowns": [{"bunches": 2}]}]},
        {"id": 1, "details": [{**line, "customFields": [{"value": 1}]}]},
        {"id": 1, "details": [{**line, "awb": 1}]},
        {"id": 1, "details": [line, {"poItemId": 2}]},
    ]
    assert len({alone, *(hashes(order)[0] for order in others)}) == 1 + len(others)
    assert len(hashes(first, {"id": 1, "details": [{"poItemId": 2}]})) == 1
    assert hashes(first, {"id": 1, "details": [{"poItemId": 2}]}) != [alone]


def test_an_id_that_is_made_up_takes_no_place_of_another() -> None:
    found = read({"number": "P1"}, {"id": "number P1"}, {"number": "P1"}).orders.purchase_orders
    assert found["po_id"].to_list() == ["number P1 (2)", "number P1", "number P1 (3)"]


def test_what_nests_without_end_stays_as_text() -> None:
    deep = json.loads("[" * 300 + "]" * 300)
    line = {"poItemId": 1, "awb": deep, "notes": deep, "boxes": [{"kg": deep}]}
    assert_same(json.dumps({"purchaseOrders": [{"id": 1, "x": deep, "details": [line]}]}).encode())
