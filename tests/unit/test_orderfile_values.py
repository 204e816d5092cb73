"""Cells of order files: dates, numbers and codes are read, or refused with a reason."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from orderfile_samples import as_csv, problems, workbook

from komet.ingest.sources.portal_file.file import OrderFile, read_order_file
from komet.ingest.sources.portal_file.values import DayOrder, read_day, read_number

NAMES = ["PO #", "Ship Date", "Product", "Qty PO", "Cost"]
DAY = date(2026, 11, 5)


def csv(*rows: list[str], delimiter: str = ",") -> OrderFile:
    return read_order_file(as_csv([NAMES, *rows], delimiter).encode(), "orders.csv")


def excel(*rows: list[Any]) -> OrderFile:
    return read_order_file(workbook([NAMES, *rows]), "orders.xlsx")


def days(*texts: str) -> OrderFile:
    return csv(*([str(at), text, "Rose", "1", "0.5"] for at, text in enumerate(texts)))


def costs(*texts: str, delimiter: str = ",") -> OrderFile:
    rows = [[str(at), "2026-11-05", "Rose", "1", text] for at, text in enumerate(texts)]
    return csv(*rows, delimiter=delimiter)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-05", "2026/11/5", "2026-11-05T00:00:00Z", "2026-11-05 14:30:00", "20261105",
        "5-Nov-2026", "05-nov-26", "Nov 5, 2026", "November 5th, 2026", "5 nov. 2026",
        "5 de noviembre de 2026", "jueves, 5 de noviembre del 2026", "Thu Nov 5 2026",
        "Thursday, November 5, 2026", "46331", "46331.5",
    ],
)  # fmt: skip
def test_days_that_read_one_way(text: str) -> None:
    assert read_day(text, None) == DAY


@pytest.mark.parametrize("text", ["11/05/2026", "11/5/26", "11-05-2026", "Thu 11/05/2026 0:00"])
def test_days_that_the_column_decides(text: str) -> None:
    assert read_day(text, DayOrder.MONTH_FIRST) == DAY
    assert read_day(text, DayOrder.DAY_FIRST) == date(2026, 5, 11)
    assert read_day(text, None) is None


@pytest.mark.parametrize(
    "text",
    ["31/11/2026", "0001-01-01", "1899-12-31 05:00:00", "5-Nov", "11/05", "soon", "#N/A", "12",
     "2026-13-05", "11/05-2026", "Smarch 5, 2026"],
)  # fmt: skip
def test_what_is_no_day(text: str) -> None:
    assert read_day(text, DayOrder.DAY_FIRST) is None


def test_one_date_settles_the_column() -> None:
    file = days("05/11/2026", "20/11/2026")
    assert file.lines["ship_date"].to_list() == [DAY, date(2026, 11, 20)]
    assert file.problems.is_empty()
    assert days("11/05/2026", "11/20/2026").lines["ship_date"][0] == DAY


def test_another_column_of_the_file_settles_it() -> None:
    rows = [["PO #", "Ship Date", "Product", "Truck Date"], ["1", "5/11/2026", "R", "20/11/2026"]]
    file = read_order_file(as_csv(rows).encode(), "orders.csv")
    assert file.lines["ship_date"].to_list() == [DAY]
    assert file.problems.is_empty()


def test_an_undecided_column_is_read_month_first_and_that_is_said_once() -> None:
    file = days("11/05/2026", "11/06/2026")
    assert file.lines["ship_date"].to_list() == [DAY, date(2026, 11, 6)]
    assert problems(file, "warning") == [(2, "Ship Date", "11/05/2026")]
    assert "mm/dd" in file.problems["reason"][0]
    assert "2026-11-05" in file.problems["reason"][0]


def test_a_column_that_contradicts_itself_is_read_only_where_it_is_certain() -> None:
    file = days("20/11/2026", "11/21/2026", "05/11/2026", "11/11/2026")
    assert file.lines["ship_date"].to_list() == [
        date(2026, 11, 20), date(2026, 11, 21), None, date(2026, 11, 11),
    ]  # fmt: skip
    assert problems(file) == [(4, "Ship Date", "05/11/2026")]
    assert file.problems["severity"].to_list() == ["error"]


def test_an_unreadable_day_is_no_day_and_not_that_of_the_po_above() -> None:
    file = csv(["1", "soon", "Rose", "1", "1"], ["", "", "Lily", "1", "1"])
    assert file.lines["ship_date"].to_list() == [None, None]
    assert file.storable.is_empty()
    assert problems(file, "error") == [(2, "Ship Date", "soon"), (3, "Ship Date", "soon")]


def test_real_dates_of_excel() -> None:
    file = excel([1, DAY, "Rose", 1, 1], [2, datetime.combine(DAY, time(14, 30)), "Rose", 1, 1])
    assert file.lines["ship_date"].to_list() == [DAY, DAY]
    assert file.problems.is_empty()


def test_day_numbers_are_read_and_said_once() -> None:
    file = excel([1, 46331, "Rose", 1, 1], [2, 46332, "Rose", 1, 1])
    assert file.lines["ship_date"].to_list() == [DAY, date(2026, 11, 6)]
    assert problems(file) == [(2, "Ship Date", "46331")]


def test_real_dates_beside_typed_ones_may_be_swapped() -> None:
    file = excel([1, DAY, "Rose", 1, 1], [2, "20/11/2026", "Rose", 1, 1])
    assert file.lines["ship_date"].to_list() == [DAY, date(2026, 11, 20)]
    assert problems(file) == [(2, "Ship Date", "2026-11-05")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,5", "1.5"), ("1.5", "1.5"), ("1,234.50", "1234.5"), ("1.234,50", "1234.5"),
        ("1,234,567", "1234567"), ("0,350", "0.35"), ("$ 0.35", "0.35"), ("0,35 €", "0.35"),
        ("US$1,234.5", "1234.5"), ("USD 2.5", "2.5"), ("(12.50)", "-12.5"), ("-3", "-3"),
        ("3-", "-3"), ("-$2.5", "-2.5"), ("1 234,5", "1234.5"), ("1\u00a0234", "1234"),
        (".5", "0.5"), ("007", "7"), ("0.00", "0"), ("0.1234567", "0.123457"),
    ],
)  # fmt: skip
def test_numbers_that_read_one_way(text: str, number: str) -> None:
    assert read_number(text, None, 6) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["1,234", "1.234", "12 st", "-", "N/A", "1.2.3", "1,23,456", "1E+05", "12%", "--2", "", "٣",
     "999999999999999", "1 2", "$", "(-2)"],
)  # fmt: skip
def test_what_is_no_number_or_may_be_two(text: str) -> None:
    assert read_number(text, None, 4) is None


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["1.234", "0,35"], 1234), (["1.234", "0.35"], Decimal("1.234")),
        (["1,234", "1,234,567"], 1234), (["1,234", "0,5"], Decimal("1.234")),
    ],
)  # fmt: skip
def test_the_file_decides_what_point_and_comma_mean(texts: list[str], first: Any) -> None:
    file = costs(*texts)
    assert file.lines["unit_cost"][0] == first
    assert file.problems.is_empty()


@pytest.mark.parametrize(("delimiter", "cost"), [(",", 1234), (";", Decimal("1.234"))])
def test_nothing_decides_so_it_is_said_once(delimiter: str, cost: Any) -> None:
    file = costs("1,234", "2,345", delimiter=delimiter)
    assert file.lines["unit_cost"][0] == cost
    assert problems(file) == [(2, "Cost", "1,234")]


def test_a_file_that_contradicts_itself_leaves_the_doubtful_empty() -> None:
    file = costs("0,35", "0.35", "1.234")
    assert file.lines["unit_cost"].to_list() == [Decimal("0.35"), Decimal("0.35"), None]
    assert problems(file) == [(4, "Cost", "1.234")]


def test_real_numbers_are_no_evidence_and_need_none() -> None:
    file = excel(
        [1, DAY, "Rose", 1, 1.234], [2, DAY, "Rose", 2, "1.234"], [3, DAY, "Rose", 3, "0,5"]
    )
    assert file.lines["unit_cost"].to_list() == [Decimal("1.234"), 1234, Decimal("0.5")]
    assert file.problems.is_empty()


def test_nothing_is_invented() -> None:
    file = excel(
        [1, DAY, "Rose", "three", "=1/0"],
        [2, DAY, "Rose", True, 0],
        [3, DAY, "Rose", 1, DAY],
    )
    assert file.lines["total_boxes"].to_list() == [None, None, 1]
    assert file.lines["unit_cost"].to_list() == [None, 0, None]
    found = problems(file, "warning")
    assert (2, "Qty PO", "three") in found
    assert (3, "Qty PO", "true") in found
    assert (4, "Cost", "2026-11-05 00:00:00") in found
    assert file.storable.height == 3


def test_error_values_are_unreadable_everywhere() -> None:
    file = csv(["#REF!", "2026-11-05", "#N/A", "1", "#¡DIV/0!"], ["1", "2026-11-05", "R", "1", "1"])
    assert file.lines.select("po_number", "product_description", "unit_cost").rows()[0] == (
        None, None, None,
    )  # fmt: skip
    assert problems(file) == [(2, "PO #", "#REF!"), (2, "Product", "#N/A"), (2, "Cost", "#¡DIV/0!")]
    assert problems(file, "error") == [(2, "PO #", "#REF!")]


def test_codes_are_text() -> None:
    file = excel(["007", DAY, "Rose", 1, 1], [12345.0, DAY, "Rose", 1, 1], ["12.0", DAY, "R", 1, 1])
    assert file.lines["po_number"].to_list() == ["007", "12345", "12"]
    assert csv(["12345.0", "2026-11-05", "R", "1", "1"]).lines["po_number"][0] == "12345"


@pytest.mark.parametrize("code", ["1.23E+11", DAY])
def test_codes_that_excel_has_destroyed(code: Any) -> None:
    file = excel([code, DAY, "Rose", 1, 1], [None, None, "Lily", 1, 1], ["2", DAY, "Rose", 1, 1])
    assert file.lines["po_number"].to_list() == [None, None, "2"]
    assert [row for row, column, _value in problems(file, "error") if column == "PO #"] == [2, 3]


def test_an_empty_column_is_said_once() -> None:
    file = csv(["1", "2026-11-05", "Rose", "", "1"], ["2", "2026-11-05", "Rose", "", "1"])
    assert problems(file) == [(None, "Qty PO", None)]
