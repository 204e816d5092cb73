"""Order files as day slices: what the store is given, and that the store can take it."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from orderfile_samples import as_csv

from komet.ingest.compare import order_changes
from komet.ingest.frames import OrderFrames, to_frames
from komet.ingest.sources.portal_file.file import OrderFile, read_order_file
from komet.ingest.sources.portal_file.source import header_code, is_line_word, line_code, slices_of
from komet.orders.table import items as order_tables
from komet.orders.table.items import DATA_PROBLEMS

AT = datetime(2026, 11, 19, 12, tzinfo=UTC)
NAMES = ["PO #", "Vendor", "Ship Date", "Status", "Product", "Qty PO", "Cost", "AWB"]
ROWS = [
    ["8", "Uno", "2026-11-21", "Approved", "Iris", "1", "0.35", ""],
    ["7", "Uno", "2026-11-20", "Confirmed by farm", "Rose", "3", "0.35", "145-1"],
    ["", "", "", "", "Lily", "two", "0.5", ""],
    ["", "Uno", "soon", "", "no day", "1", "1", ""],
]


def read(*rows: list[str]) -> OrderFile:
    return read_order_file(as_csv([NAMES, *rows]).encode(), "orders.csv")


def test_one_slice_a_ship_day() -> None:
    first, second = slices_of(read(*ROWS[:3]), "p1", AT)
    assert (first.day, first.provider_id, first.requested_at) == (date(2026, 11, 20), "p1", AT)
    assert (first.source, first.whole, first.line_count) == ("file", False, 2)
    assert list(second.orders) == ["file:8"]
    bundle = first.orders["file:7"]
    assert bundle.head["number"] == "7"
    assert bundle.head["status"] == "CF"
    assert bundle.head["total_boxes"] is None
    assert [line["po_item_id"] for line in bundle.lines] == ["file:7:1", "file:7:2"]
    assert [line["total_boxes"] for line in bundle.lines] == [3, None]
    assert bundle.lines[1]["po_status"] == "CF"
    assert bundle.lines[1]["product_id"] is None
    assert bundle.lines[0]["extra"] == '{"AWB": "145-1"}'
    assert first.problems == [
        {
            "provider_id": "p1", "slice_date": date(2026, 11, 20), "po_id": "file:7",
            "po_item_id": "file:7:2", "field": "Qty PO", "value": "two", "seen_at": AT,
        }
    ]  # fmt: skip


def test_the_rows_fit_the_tables() -> None:
    for incoming in slices_of(read(*ROWS[:3]), "p1", AT):
        bundles = incoming.orders.values()
        heads = pl.DataFrame([b.head for b in bundles], schema=order_tables.purchase_orders())
        lines = pl.DataFrame(
            [line for b in bundles for line in b.lines], schema=order_tables.po_lines()
        )
        assert heads.height == len(bundles)
        assert lines.height == incoming.line_count
        assert pl.DataFrame(incoming.problems, schema=DATA_PROBLEMS).height == len(
            incoming.problems
        )
        for bundle in bundles:
            assert set(bundle.head) == set(order_tables.purchase_orders())
            assert all(set(line) == set(order_tables.po_lines()) for line in bundle.lines)


def test_units_become_the_words_of_komet() -> None:
    words = ["Tallo", "TALLOS", "ramos", "Bonche", "stems", "Bunch", "Kilo", ""]
    names = [*NAMES, "Tipo de unidad"]
    rows = [[*ROWS[1], word] for word in words]
    file = read_order_file(as_csv([names, *rows]).encode(), "orders.csv")
    [incoming] = slices_of(file, "p1", AT)
    found = [line["unit_type"] for line in incoming.orders["file:7"].lines]
    assert found == ["Stem", "Stem", "Bunch", "Bunch", "Stem", "Bunch", "Kilo", None]


def test_lines_that_cannot_be_stored_are_left_out() -> None:
    file = read(*ROWS, ["9", "Uno", "", "", "Rose", "1", "1", ""])
    assert sum(incoming.line_count for incoming in slices_of(file, "p1", AT)) == 3
    assert file.lines.height == 5


def test_the_hash_is_of_what_the_file_says() -> None:
    def hashes(*rows: list[str], at: datetime = AT) -> dict[str, str]:
        return {
            po_id: bundle.head["content_hash"]
            for incoming in slices_of(read(*rows), "p1", at)
            for po_id, bundle in incoming.orders.items()
        }

    once = hashes(*ROWS[:3])
    assert hashes(*ROWS[1:3], ROWS[0], at=datetime(2026, 12, 1, tzinfo=UTC)) == once
    changed = hashes(ROWS[0], [*ROWS[1][:6], "0.36", "145-1"], ROWS[2])
    assert changed["file:8"] == once["file:8"]
    assert changed["file:7"] != once["file:7"]


def test_two_imports_can_be_compared() -> None:
    def orders(*rows: list[str]) -> OrderFrames:
        return to_frames(slices_of(read(*rows), "p1", AT)[0]).orders

    stored, incoming = orders(*ROWS[1:3]), orders([*ROWS[1][:5], "4", *ROWS[1][6:]], ROWS[2])
    assert order_changes(stored, stored).is_empty()
    found = order_changes(stored, incoming).select("field", "before", "after")
    assert found.rows() == [("total_boxes", "3", "4")]


def test_a_po_with_two_ship_dates_is_kept_on_both() -> None:
    moved = ["7", "Uno", "2026-11-22", "Approved", "Iris", "1", "0.35", ""]
    first, second = slices_of(read(moved, ROWS[1]), "p1", AT)
    assert list(first.orders) == ["file:7"]
    assert list(second.orders) == ["file:7@2026-11-22"]
    assert second.orders["file:7@2026-11-22"].lines[0]["po_item_id"] == "file:7@2026-11-22:1"


def test_lines_of_one_po_far_apart_are_one_po() -> None:
    (incoming,) = slices_of(read(ROWS[1], [*["9"], *ROWS[1][1:]], ROWS[1]), "p1", AT)
    assert [len(bundle.lines) for bundle in incoming.orders.values()] == [2, 1]


def test_a_status_column_that_speaks_of_lines() -> None:
    shipped = [*ROWS[1][:3], "Shipped", *ROWS[1][4:]]
    pending = [*ROWS[1][:3], "Pendiente", *ROWS[1][4:]]
    bundle = slices_of(read(shipped, pending), "p1", AT)[0].orders["file:7"]
    assert bundle.head["status"] is None
    assert [line["line_item_status"] for line in bundle.lines] == ["S", "P"]
    alone = slices_of(read(shipped), "p1", AT)[0].orders["file:7"]
    assert alone.head["status"] == "Shipped"
    assert alone.lines[0]["line_item_status"] == "S"


@pytest.mark.parametrize(
    ("word", "header", "line"),
    [
        ("Approved", "A", "Approved"),
        ("cf", "CF", "cf"),
        ("Pending Approval", "PA", "Pending Approval"),
        ("Cancelled", "CA", "CA"),
        ("ANULADA", "CA", "CA"),
        ("Confirmada por la finca", "CF", "Confirmada por la finca"),
        ("Despachado", "Despachado", "S"),
        ("On hold", "On hold", "On hold"),
    ],
)
def test_status_words(word: str, header: str, line: str) -> None:
    assert header_code(word) == header
    assert line_code(word) == line


def test_words_of_lines() -> None:
    assert is_line_word("Shipped")
    assert not is_line_word("Cancelled")
    assert not is_line_word("On hold")
