"""What a typed number or a tick would do, in words, and what it takes from the order."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from komet.dispatch.lines import confirm_all, foresee, signed, sum_difference
from komet.dispatch.model import LineEntry
from komet.dispatch.shipping import Flight, boxes_leaving, foresee_shipping, ship_entries

KEY = ("m", "1")


def line(**changed: Any) -> pl.DataFrame:
    """A line of ten boxes with 225 stems and 101.25 of cost each, two boxes to an FBE."""
    row = {
        "provider_id": "m", "po_item_id": "1", "state": "to_confirm", "boxes": Decimal(10),
        "confirmed": None, "stems": Decimal(2250), "fbe": Decimal("5.00"),
        "total_cost": Decimal("1012.50"), "under_way": "", "by_hand": False, "packed": [],
        "po_status": "A",
    } | changed  # fmt: skip
    schema = {"packed": pl.List(pl.String), "confirmed": pl.Decimal(18, 4)}
    return pl.DataFrame([row], schema_overrides=schema)


@pytest.mark.parametrize(
    ("typed", "changed", "words", "effect"),
    [
        (10, {}, "confirm all 10 boxes", "all"),
        (8, {}, "confirm 8 of 10 (−450 stems)", "less"),
        (12, {}, "confirm 12 of 10 (+450 stems)", "more"),
        (8, {"stems": None}, "confirm 8 of 10", "less"),
        (8, {"confirmed": Decimal(8)}, "confirmed already", "nothing"),
        (0, {"confirmed": Decimal(8)}, "set back", "back"),
        (10, {"under_way": "confirm"}, "being sent", "under_way"),
        (0, {}, "nothing: none is confirmed", "nothing"),
        (10, {"po_status": "PA"}, "confirm all 10 boxes", "all"),
        (None, {"po_status": "PA"}, "its PO is not approved yet", "nothing"),
        (None, {"po_status": "PA", "state": "confirmed"}, "", ""),
        (None, {"by_hand": True}, "to do by hand", "by_hand"),
        (None, {}, "", ""),
    ],
)
def test_a_number_is_foreseen(
    typed: int | None, changed: dict[str, Any], words: str, effect: str
) -> None:
    found = foresee(line(**changed), {} if typed is None else {KEY: typed})
    assert found.rows() == [(typed, words, effect)]


def test_the_difference_is_in_proportion_to_the_boxes() -> None:
    found = sum_difference(line(), {KEY: 8})
    assert (found.lines, found.boxes, found.stems) == (1, -2, -450)
    assert (found.fbe, found.cost) == (-1, Decimal("-202.5"))
    assert sum_difference(line(), {KEY: 10}).lines == 0
    assert signed(found.cost, 2) == "−202.50"


@pytest.mark.parametrize(
    "changed",
    [{"state": "confirmed"}, {"under_way": "confirm"}, {"by_hand": True}, {"po_status": "PA"}],
)
def test_only_lines_that_wait_are_confirmed_at_once(changed: dict[str, Any]) -> None:
    assert confirm_all(line()) == {KEY: 10}
    assert confirm_all(line(**changed)) == {}


@pytest.mark.parametrize(
    ("codes", "changed", "words", "effect"),
    [
        (None, {}, "ship all 10 boxes", "whole"),
        ("A01..A10", {}, "ship all 10 boxes", "whole"),
        ("A1..A4", {}, "ship 4 of 10: splits the line", "part"),
        (None, {"packed": ["A1", "A2"]}, "ship 2 of 10: splits the line", "part"),
        (None, {"confirmed": Decimal(8)}, "8 of 10: needs box codes", "wrong"),
        ("A01..A12", {}, "12 codes, 10 ordered", "wrong"),
        ("A1, A1", {}, "The box code A1 is there twice.", "wrong"),
    ],
)
def test_a_tick_is_foreseen(
    codes: str | None, changed: dict[str, Any], words: str, effect: str
) -> None:
    written = {} if codes is None else {KEY: codes}
    found = foresee_shipping(line(**changed), {KEY}, written)
    assert found.select("what", "effect").rows() == [(words, effect)]
    assert foresee_shipping(line(**changed), set(), written)["what"][0] == ""


@pytest.mark.parametrize(
    ("codes", "changed", "boxes"),
    [
        (None, {}, 10),
        (None, {"confirmed": Decimal(8)}, 8),
        ("A1..A4", {"confirmed": Decimal(8)}, 4),
        (None, {"packed": ["A1", "A2"]}, 2),
        ("A1..A4", {"packed": ["A1", "A2"]}, 4),
        ("A1, A1", {}, 10),
    ],
)
def test_as_many_boxes_leave_as_have_codes(
    codes: str | None, changed: dict[str, Any], boxes: int
) -> None:
    [row] = line(**changed).iter_rows(named=True)
    assert boxes_leaving(row, {} if codes is None else {KEY: codes}) == boxes


def test_codes_are_kept_without_a_flight_and_leave_with_one() -> None:
    written = {KEY: "A1, A2"}
    assert ship_entries(line(), {KEY}, {}, Flight()) == []
    assert ship_entries(line(), set(), written, Flight()) == [
        LineEntry(1, *KEY, box_codes="A1, A2", lot="")
    ]
    [entry] = ship_entries(line(), {KEY}, written, Flight("729-12345675", "H-1"))
    assert (entry.awb, entry.house_awb, entry.box_codes) == ("729-12345675", "H-1", "A1, A2")
