"""What a filter has set, one by one: each chip takes away itself and nothing else."""

from datetime import UTC, date, datetime

from komet.language import using
from komet.orders.chips import list_chips, remove_chip
from komet.orders.filters import Gone, Mapped, OrderFilter
from komet.orders.ship_days import ShipDays
from komet.orders.work_lists import WorkList

EVERYTHING = OrderFilter(
    providers=("a", "b"), group="G", ship_from=date(2026, 12, 1), ship_to=date(2026, 12, 3),
    statuses=("CF",), line_statuses=("P", "Odd"), vendors=("V1", "V2", "V3", "V4"),
    product="rose", sku="R-1", mark_codes=("M",), po_numbers=("P1", "P2"),
    mapped=Mapped.UNMAPPED, changed_since=datetime(2026, 11, 30, 12, tzinfo=UTC), gone=Gone.ONLY,
    work=WorkList.PENDING, search="rose 60",
)  # fmt: skip


def words(chosen: OrderFilter, days: ShipDays | None = None) -> list[str]:
    return [chip.words for chip in list_chips(chosen, days, {"a": "Magnolia", "b": "Pétalo"})]


def test_nothing_set_has_no_chips() -> None:
    assert words(OrderFilter()) == []
    begun = OrderFilter(ship_from=date(2026, 12, 1), ship_to=date(2026, 12, 15))
    assert words(begun, ShipDays.NEXT_14) == []
    assert words(begun, ShipDays.WEEK) == ["Ships: this week"]


def test_everything_set_is_said_in_words() -> None:
    with using("en"):
        assert words(EVERYTHING) == [
            "Ships: 2026-12-01 – 2026-12-03", "Importer: Magnolia", "Importer: Pétalo",
            "Komet group: G", "PO status: Confirmed by farm", "Line status: Pending",
            "Line status: Odd", "Vendor: 4 chosen", "Search: rose 60",
            "Product: rose", "SKU: R-1", "Mark code: M",
            "PO: P1", "PO: P2", "SKU: Unmapped", "Changed since: 2026-11-30",
            "No longer in Komet: Only", "View: Pending confirmation",
        ]  # fmt: skip


def test_each_chip_takes_away_itself_alone() -> None:
    chips = list_chips(EVERYTHING, None, {})
    for chip in chips:
        left = list_chips(remove_chip(EVERYTHING, chip), None, {})
        assert left == [other for other in chips if other != chip]
    bare = EVERYTHING
    for chip in chips:
        bare = remove_chip(bare, chip)
    assert bare == OrderFilter()
