"""Order files from the portal: where the table is, which rows are lines, what is filled down."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from orderfile_samples import HEADINGS, as_csv, problems, workbook, workbooks

from komet.ingest.sources.portal_file.file import LINES, OrderFile, read_order_file
from komet.ingest.sources.portal_file.problems import EmptyFile, NoHeadings

DAY = date(2026, 11, 20)
TITLES: list[list[Any]] = [["Flores Uno S.A."], ["Purchase orders"], ["Ship Date: 11/20/2026"], []]


def line(number: Any, product: Any, boxes: Any, cost: Any = 0.35, **other: Any) -> list[Any]:
    cells = {
        "PO #": number, "Vendor": "Flores Uno", "Ship Date": DAY, "Origin": "BOG",
        "Status": "Approved", "Customer": "Rosas Inc", "Mark Code": "MK-1", "Product": product,
        "B/T": "QB", "Qty PO": boxes, "Total U": 100, "Cost": cost, **other,
    }  # fmt: skip
    return [cells.get(heading) for heading in HEADINGS]


def continued(product: Any, boxes: Any, cost: Any = 0.35, **other: Any) -> list[Any]:
    blank = dict.fromkeys(["PO #", "Vendor", "Ship Date", "Origin", "Status"])
    return line(None, product, boxes, cost, **{**blank, **other})


def read(rows: list[list[Any]], *merged: str) -> OrderFile:
    return read_order_file(workbook([*TITLES, HEADINGS, *rows], merged), "orders.xlsx")


def column(file: OrderFile, name: str) -> list[Any]:
    return file.lines[name].to_list()


def test_the_portals_file_with_merged_cells_titles_and_footer() -> None:
    file = read(
        [
            line("0071", "Rose Freedom 60 cm", 3, **{"Notes for the vendor": "Cut open"}),
            continued("Rosa Niña 50 cm", 2),
            line("0072", "Assorted", 1, cost=1.5),
            ["Total", *[None] * 8, 6],
            [],
            ["Printed by maria on 11/20/2026 10:15"],
            ["Page 1 of 1"],
        ],
        "A6:A7", "B6:B7", "C6:C7", "D6:D7", "E6:E7",
    )  # fmt: skip
    assert file.lines.schema == LINES
    assert column(file, "row") == [6, 7, 8]
    assert column(file, "po_number") == ["0071", "0071", "0072"]
    assert column(file, "ship_date") == [DAY] * 3
    assert column(file, "vendor_name") == ["Flores Uno"] * 3
    assert column(file, "status") == ["Approved"] * 3
    assert column(file, "product_description")[1] == "Rosa Niña 50 cm"
    assert column(file, "total_boxes") == [3, 2, 1]
    assert column(file, "unit_cost") == [Decimal("0.35"), Decimal("0.35"), Decimal("1.5")]
    assert column(file, "notes") == ["Cut open", None, None]
    assert column(file, "bunches") == [None] * 3
    assert file.problems.is_empty()
    assert file.sheet == "Purchase Orders"
    assert file.headings.row == 5
    assert file.headings.read_as["B/T"] == "box_type"
    assert file.headings.not_used == ()
    assert file.skipped.rows() == [
        (1, "Flores Uno S.A.", "Above the headings"),
        (2, "Purchase orders", "Above the headings"),
        (3, "Ship Date: 11/20/2026", "Above the headings"),
        (9, "Total | 6", "A total"),
        (10, "", "Blank row"),
        (11, "Printed by maria on 11/20/2026 10:15", "A note or footer, not an order line"),
        (12, "Page 1 of 1", "A note or footer, not an order line"),
    ]


def test_never_filled_down_what_belongs_to_a_line() -> None:
    file = read(
        [line("1", "Rose", 3), continued(None, None, None, **{"Customer": None, "B/T": "HB"})],
    )
    assert column(file, "po_number") == ["1", "1"]
    for name in ("product_description", "total_boxes", "unit_cost", "customer_name"):
        assert column(file, name)[1] is None
    assert problems(file) == [(7, "Product", None), (7, "Qty PO", None), (7, "Cost", None)]


def test_merged_cells_of_any_column_are_filled_down() -> None:
    file = read(
        [
            line("1", "Rose", 3, **{"Notes for the vendor": "Cut open"}),
            continued("Lily", 1, None, **{"Customer": None, "Mark Code": None, "Total U": 50}),
            continued(None, 2, None, **{"Customer": None, "Mark Code": None}),
            ["Total", *[None] * 8, 6],
        ],
        "A6:A8", "B6:B8", "C6:C8", "F6:F9", "G6:G8", "H7:H8", "L6:L8", "M6:M8",
    )  # fmt: skip
    assert column(file, "row") == [6, 7, 8]
    assert column(file, "customer_name") == ["Rosas Inc"] * 3
    assert column(file, "mark_code") == ["MK-1"] * 3
    assert column(file, "product_description") == ["Rose", "Lily", "Lily"]
    assert column(file, "unit_cost") == [Decimal("0.35")] * 3
    assert column(file, "notes") == ["Cut open"] * 3
    assert column(file, "total_boxes") == [3, 1, 2]
    assert file.problems.is_empty()
    assert file.skipped["why"].to_list()[-1] == "A total"


def test_a_merged_column_of_no_field_of_ours_is_kept_for_each_line() -> None:
    rows = [["PO #", "Ship Date", "Product", "AWB"], ["1", DAY, "Rose", "145-1"],
            ["1", DAY, "Lily", None], ["1", DAY, "Iris", None]]  # fmt: skip
    file = read_order_file(workbook(rows, ["D2:D3"]), "orders.xlsx")
    assert column(file, "extra") == ['{"AWB": "145-1"}', '{"AWB": "145-1"}', None]


def test_a_merged_figure_is_counted_once_and_listed() -> None:
    file = read([line("1", "Rose", 3), line("1", "Lily", None)], "J6:J7")
    assert column(file, "total_boxes") == [3, None]
    assert problems(file) == [(7, "Qty PO", None)]
    assert "row 6" in file.problems["reason"][0]


def test_a_merged_number_does_not_make_a_line_of_a_blank_row_or_a_subtotal() -> None:
    file = read(
        [line("1", "Rose", 3), line("1", "Lily", 1), [], [*[None] * 9, 4], line("2", "Rose", 1)],
        "A6:A9", "B6:B9",
    )  # fmt: skip
    assert column(file, "row") == [6, 7, 10]
    assert problems(file) == [(9, None, "4")]


def test_filling_stops_at_a_new_number_and_at_a_total() -> None:
    file = read([
        line("1", "Rose", 3, Vendor="Uno"),
        line("2", "Lily", 1, Vendor=None, **{"Ship Date": None}),
        ["Total 2", *[None] * 8, 4],
        continued("Orphan", 5),
    ])  # fmt: skip
    assert column(file, "vendor_name") == ["Uno", None, None]
    assert column(file, "po_number") == ["1", "2", None]
    assert column(file, "ship_date") == [DAY, None, None]
    assert problems(file, "error") == [(7, "Ship Date", None), (9, "PO #", None)]
    assert file.storable["row"].to_list() == [6]


def test_a_line_of_another_vendor_without_a_number_is_not_given_the_one_above() -> None:
    file = read([
        line("1", "Rose", 3),
        line(None, "Same vendor and day", 1),
        line(None, "Another vendor", 1, Vendor="Flores Dos"),
    ])  # fmt: skip
    assert column(file, "po_number") == ["1", "1", None]
    assert problems(file, "error") == [(8, "PO #", None)]


def test_the_po_on_a_row_of_its_own() -> None:
    alone = ["123", "Flores Uno", DAY, "BOG", "Approved"]
    file = read([alone, continued("Rose", 1), continued("Lily", 2), ["124", "Flores Uno", DAY]])
    assert column(file, "po_number") == ["123", "123"]
    assert column(file, "ship_date") == [DAY, DAY]
    assert problems(file) == [(9, "PO #", "124")]
    assert file.skipped["row"].to_list()[-2:] == [6, 9]


def test_headings_that_come_again_on_each_page() -> None:
    file = read([line("1", "Rose", 3), [], HEADINGS, continued("Lily", 1), line("2", "Rose", 1)])
    assert column(file, "po_number") == ["1", "1", "2"]
    assert file.skipped["why"].to_list()[-2:] == ["Blank row", "The headings again"]


@pytest.mark.parametrize(
    "total",
    [
        ["TOTAL:", *[None] * 8, 4],
        ["Totales", *[None] * 8, 4],
        ["1 Total", *[None] * 8, 4],
        ["Grand Total", *[None] * 8, 4],
        [*[None] * 7, "Total boxes:", None, 4],
        [*[None] * 7, "Subtotal", None, 4],
        [None, "Flores Uno Total", *[None] * 7, 4],
    ],
)
def test_totals_are_no_lines(total: list[Any]) -> None:
    file = read([line("1", "Total Recall rose", 3), line("1", "Rose", 1), total])
    assert column(file, "row") == [6, 7]
    assert file.skipped["why"].to_list()[-1] == "A total"
    assert file.problems.is_empty()


def test_figures_alone_are_taken_for_a_total_and_said_so() -> None:
    file = read([line("1", "Rose", 3), [*[None] * 9, 3, 100]])
    assert column(file, "row") == [6]
    assert problems(file) == [(7, None, "3 | 100")]


def test_statuses_that_differ_within_a_po_are_not_filled_down() -> None:
    file = read([
        line("1", "Rose", 3, Status="Shipped"),
        line("1", "Lily", 1, Status="Confirmed"),
        line("1", "Iris", 1, Status=None),
    ])  # fmt: skip
    assert column(file, "status") == ["Shipped", "Confirmed", None]
    assert file.problems.is_empty()


def test_a_po_that_contradicts_itself() -> None:
    file = read([
        line("1", "Rose", 3),
        line("1", "Lily", 1, Vendor="Flores Dos"),
        line("1", "Iris", 1, **{"Ship Date": date(2026, 11, 21)}),
    ])  # fmt: skip
    assert problems(file) == [
        (7, "Vendor", "Flores Uno, Flores Dos"),
        (8, "Ship Date", "2026-11-20, 2026-11-21"),
    ]


def test_spanish_headings_whatever_their_accents_and_signs() -> None:
    headings = [
        "N° PO", "FINCA", "Fecha de Despacho", "ORÍGEN", "Estado", "Cliente", "Marcación",
        "Producto", "Tipo de Caja", "Cajas", "Ramos / Caja", "Tallos x Ramo", "Costo Unitario",
        "Observaciones", "Transportista", "Guía aérea",
    ]  # fmt: skip
    row = ["0071", "Flores Uno", "20/11/2026", "UIO", "Aprobado", "Rosas", "MK", "Rosa", "QB",
           "3", "12", "25", "0,35", "abrir", "Armellini", "145-1234 5675"]  # fmt: skip
    file = read_order_file(as_csv([headings, row], ";").encode("cp1252"), "po.csv")
    assert file.lines.drop("extra").to_dicts()[0] == {
        **dict.fromkeys(LINES.names()[:-1]),
        "row": 2, "po_number": "0071", "vendor_name": "Flores Uno", "ship_date": DAY,
        "origin": "UIO", "status": "Aprobado", "customer_name": "Rosas", "mark_code": "MK",
        "product_description": "Rosa", "box_type": "QB", "total_boxes": 3, "bunches": 12,
        "stems_bunch": 25, "unit_cost": Decimal("0.35"), "notes": "abrir",
        "carrier_name": "Armellini",
    }  # fmt: skip
    assert file.headings.not_used == ("Guía aérea",)
    assert file.lines["extra"].to_list() == ['{"Guía aérea": "145-1234 5675"}']
    assert file.problems.is_empty()
    assert file.sheet is None


def test_everyday_words_mean_something_only_where_no_certain_heading_does() -> None:
    rows = [["Order", "Fecha", "Descripción", "Cantidad", "Qty", "Product"],
            ["1", "2026-11-20", "long", "3", "9", "Rose"]]  # fmt: skip
    file = read_order_file(as_csv(rows).encode(), "po.csv")
    assert file.lines.select("po_number", "product_description", "total_boxes").rows() == [
        ("1", "Rose", 3)
    ]
    assert file.headings.not_used == ("Descripción", "Qty")
    # a column that means the same again, and a date that may be another one
    assert problems(file) == [(1, "Qty", None), (1, "Fecha", None)]


def test_the_sheet_with_the_orders_is_taken() -> None:
    orders = [HEADINGS, line("1", "Rose", 3)]
    data = workbooks({
        "Info": ([["Purchase orders", "Vendor"]], ()),
        "Summary": ([HEADINGS[:4], ["1", "Uno", DAY, "BOG"]], ()),
        "Old": ([HEADINGS[:9], line("0", "Rose", 3)[:9]], ()),
        "Lines": (orders, ()),
    })  # fmt: skip
    file = read_order_file(data, "orders.xlsx")
    assert file.sheet == "Lines"
    assert column(file, "po_number") == ["1"]
    assert problems(file) == [(None, None, "Lines")]
    assert "“Old”" in file.problems["reason"][0]


def test_no_headings() -> None:
    with pytest.raises(NoHeadings) as caught:
        read_order_file(workbook([["a", "b"], [1, 2]]), "orders.xlsx")
    assert "“PO #”, “ship date”, “product”" in caught.value.reason
    assert caught.value.next_step


def test_one_column_only() -> None:
    with pytest.raises(NoHeadings):
        read_order_file(b"PO #\n1\n2\n", "orders.csv")


def test_a_list_of_pos_without_products() -> None:
    with pytest.raises(NoHeadings) as caught:
        read_order_file(workbook([["x"], HEADINGS[:5], ["1", "Uno", DAY]]), "orders.xlsx")
    assert caught.value.title == "A column is missing"
    assert "Row 2" in caught.value.reason
    assert "“product”, “producto”" in caught.value.reason


def test_headings_and_nothing_below() -> None:
    file = read([])
    assert file.lines.is_empty()
    assert file.lines.schema == LINES
    assert file.problems.is_empty()


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf\n", workbook([])])
def test_empty(data: bytes) -> None:
    with pytest.raises(EmptyFile):
        read_order_file(data, "orders")
