"""Reading what Komet sends: every quirk of the contract, and whatever else JSON can hold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_rows import slice_rows

from komet.api import reading
from komet.api.client import Slice
from komet.api.models import DataProblem, PurchaseOrder
from komet.orders.table import items as order_tables

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=True)
    | st.text()
    | st.text(st.characters(codec=None, categories=["Cs", "Lu"]), max_size=3)
    | st.sampled_from(["1,504.00", "0000-00-00", "2026-11-20", "1", "", " ", "NaN", "1e400"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = [
    "id", "number", "shipDate", "status", "totalBoxes", "totalCost", "createdOn", "details",
    "poItemId", "productId", "bunches", "unitCost", "breakdowns", "boxes", "customFields",
    "prebookTruckDate", "notes", "cost", "boxCode", "surprise",
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,504.00", "1504"),
        ("504.00", "504"),
        (504, "504"),
        (Decimal("0.26"), "0.26"),
        ("1,504,000", "1504000"),
        (" 12 ", "12"),
        ("-3.5", "-3.5"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("-1,504.5", "-1504.5"),
        ("0.00005", "0"),  # half to even, at four places
    ],
)
def test_numbers(value: Any, expected: str) -> None:
    assert reading.number(value) == Decimal(expected)


@pytest.mark.parametrize(
    "value",
    [
        "1,5", "1.504,00", "0,504", "12 boxes", "n/a", True, [], {}, "NaN", "Infinity", "1e99",
        "1_000", "٣", "1 504", "$5", "--5", "0x10", Decimal("1e999"),
        Decimal("sNaN"), float("inf"), "99999999999999", 2**63,
    ],
)  # fmt: skip
def test_what_is_no_number_is_not_read(value: Any) -> None:
    with pytest.raises(reading.Unreadable):
        reading.number(value)


def test_what_has_no_end_is_not_read() -> None:
    for value in (10**5_000, "9" * 1_000_000, [[]] * 100_000):
        with pytest.raises(reading.Unreadable):
            reading.number(value)
    for value in (10**5_000, [[]] * 100_000):
        with pytest.raises(reading.Unreadable):
            reading.text(value)
    for read in (reading.day, reading.moment, reading.flag):
        with pytest.raises(reading.Unreadable):
            read("2" * 1_000_000)


def test_minus_nothing_is_nothing() -> None:
    """Or an amount that moves between 0 and -0 would count as changed."""
    assert [str(reading.number(value)) for value in ("-0", "-0.00001", 0)] == ["0.0000"] * 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" a ", "a"),
        (7, "7"),
        (2**200, str(2**200)),
        (Decimal("7.00"), "7"),
        (Decimal("7.50"), "7.50"),
        (True, "1"),
    ],
)
def test_texts(value: Any, expected: str) -> None:
    assert reading.text(value) == expected


@pytest.mark.parametrize("value", [Decimal("1e999999"), Decimal("NaN"), [], {}, ["a"]])
def test_what_is_no_text_is_not_read(value: Any) -> None:
    with pytest.raises(reading.Unreadable):
        reading.text(value)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_nothing(value: Any) -> None:
    for read in (reading.number, reading.text, reading.flag, reading.day, reading.moment):
        assert read(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", True),
        (1, True),
        (True, True),
        ("true", True),
        ("0", False),
        (0, False),
        (False, False),
        ("TRUE", True),
        (Decimal("1.0"), True),
    ],
)
def test_flags(value: Any, expected: bool) -> None:
    assert reading.flag(value) is expected


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20", " 2026-11-20 ", "2026-11-20 10:30:00", "2026-11-20T10:30:00",
        "2026-11-20T10:30:00Z", "2026-11-20 10:30:00.0", "2026-11-20T23:30:00-05:00",
    ],
)  # fmt: skip
def test_days(value: str) -> None:
    assert reading.day(value) == date(2026, 11, 20)


@pytest.mark.parametrize(
    "value",
    [
        "0000-00-00", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "2026-02-30",
        "11/20/2026", "20261120", "2026-W47-5", "2026-11-20T25:00:00", "2026-11-20 10 am", "today",
        20261120, True, [], {}, "2026-11-20\ud80010:00",
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_read(value: Any) -> None:
    for read in (reading.day, reading.moment):
        with pytest.raises(reading.Unreadable):
            read(value)


def test_times_are_utc() -> None:
    assert reading.moment("2026-11-20 10:30:00") == datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
    assert reading.moment("2026-11-20T10:30:00-05:00") == datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def test_an_unreadable_value_stays_empty_and_is_reported() -> None:
    problems: list[DataProblem] = []
    line = {"poItemId": 7, "bunches": "a dozen", "totalBoxes": "4", "prebookTruckDate": "soon"}
    order = PurchaseOrder.model_validate(
        {"id": "12", "shipDate": "2026-11-20", "details": line}, context=problems
    )
    assert (order.details[0].bunches, order.details[0].total_boxes) == (None, Decimal(4))
    assert [(p.field, p.value, p.po_id, p.po_item_id) for p in problems] == [
        ("bunches", "a dozen", "12", "7"),
        ("prebookTruckDate", "soon", "12", "7"),
    ]


def test_unknown_members_are_kept_at_every_level() -> None:
    order = PurchaseOrder.model_validate(
        {
            "id": 1,
            "incoterm": "FOB",
            "details": [
                {"poItemId": 2, "awb": "1", "breakdowns": [{"grade": "A"}], "boxes": [{"kg": 9}]}
            ],
        },
        context=[],
    )
    line = order.details[0]
    assert order.extra == {"incoterm": "FOB"}
    assert line.extra == {"awb": "1"}
    assert line.breakdowns[0].extra == {"grade": "A"}
    assert line.boxes[0].extra == {"kg": 9}


@settings(deadline=None)
@given(JSON)
def test_reading_raises_nothing_but_unreadable(value: Any) -> None:
    for read in (reading.number, reading.text, reading.flag, reading.day, reading.moment):
        try:
            read(value)
        except reading.Unreadable:
            continue


def _deep(depth: int) -> st.SearchStrategy[Any]:
    inner = JSON if depth == 0 else JSON | st.lists(_deep(depth - 1), max_size=3)
    return st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=8)


@settings(deadline=None)
@given(st.lists(_deep(2), max_size=3))
def test_any_order_becomes_rows_that_the_store_takes(orders: list[dict[str, Any]]) -> None:
    problems: list[DataProblem] = []
    read = [PurchaseOrder.model_validate(order, context=problems) for order in orders]
    answer = Slice(read, problems, datetime(2026, 11, 20, tzinfo=UTC))
    rows = slice_rows("provider", date(2026, 11, 20), answer)
    for bundle in rows.orders.values():
        pl.DataFrame([bundle.head], schema=order_tables.purchase_orders()).to_arrow()
        pl.DataFrame(bundle.lines, schema=order_tables.po_lines()).to_arrow()
        pl.DataFrame(bundle.breakdowns, schema=order_tables.po_breakdowns()).to_arrow()
        pl.DataFrame(bundle.boxes, schema=order_tables.po_boxes()).to_arrow()
