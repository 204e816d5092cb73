"""Any table of clean rows, under a title and over a footer, reads back exactly."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from orderfile_samples import as_csv, workbook

from komet.ingest.sources.portal_file.file import OrderFile, read_order_file

NAMES = ["PO #", "Ship Date", "Vendor", "Customer", "Product", "B/T", "Qty PO", "Total U", "Cost"]
FIELDS = [
    "po_number", "ship_date", "vendor_name", "customer_name", "product_description", "box_type",
    "total_boxes", "total_units", "unit_cost",
]  # fmt: skip

word = st.text("abcdefghijklmnñopqrstuvwxyzÁÉÍÓÚ0123456789&/", min_size=1, max_size=12)
# as people write names: words of their own, so that "Total" and "Page 1" stay what they are
name = st.lists(word, min_size=1, max_size=3).map(lambda words: "Rosa " + " ".join(words))
order = st.fixed_dictionaries({
    "number": st.from_regex(r"[0-9]{1,9}|[A-Z]{1,3}-[0-9]{1,6}", fullmatch=True),
    "day": st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    "vendor": name,
    "lines": st.lists(
        st.tuples(
            name | st.none(), name, st.sampled_from(["FB", "HB", "QB", "EB"]),
            st.integers(0, 99_999), st.integers(0, 9_999_999),
            st.decimals(0, 99_999, places=4, allow_nan=False),
        ),
        min_size=1, max_size=4,
    ),
})  # fmt: skip
orders = st.lists(order, min_size=1, max_size=6, unique_by=lambda one: one["number"])


def expected(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (one["number"], one["day"], one["vendor"], *line) for one in found for line in one["lines"]
    ]


def lines(file: OrderFile) -> list[tuple[Any, ...]]:
    assert file.problems.is_empty()
    return file.lines.select(FIELDS).rows()


@settings(max_examples=60, deadline=None)
@given(orders, st.booleans())
def test_workbooks_with_merged_cells(found: list[dict[str, Any]], merge: bool) -> None:
    rows: list[list[Any]] = [["Flores Uno S.A."], ["Purchase orders"], [], NAMES]
    merged: list[str] = []
    for one in found:
        top = len(rows) + 1
        for line in one["lines"]:
            rows.append([one["number"], one["day"], one["vendor"], *line[:-1], float(line[-1])])
        if merge and len(one["lines"]) > 1:
            merged += [f"{column}{top}:{column}{len(rows)}" for column in "ABC"]
    rows += [["Total", *[None] * 5, 12, 34], [], ["Printed by maria"]]
    file = read_order_file(workbook(rows, merged), "orders.xlsx")
    assert lines(file) == expected(found)
    assert file.skipped.height == 5


@settings(max_examples=60, deadline=None)
@given(orders, st.sampled_from([",", ";", "\t"]), st.sampled_from([".", ","]), st.booleans())
def test_csv(found: list[dict[str, Any]], delimiter: str, sign: str, day_first: bool) -> None:
    assume(all(one["number"] != "X-0" for one in found))
    # one line that proves each country's signs, as any real file has
    proof = {"number": "X-0", "day": date(2026, 12, 31), "vendor": "Rosa",
             "lines": [("Rosa", "Rosa", "QB", 1, 1, Decimal("0.5"))]}  # fmt: skip
    found = [proof, *found]
    rows = [["Flores Uno"], NAMES]
    for one in found:
        for line in one["lines"]:
            day = one["day"].strftime("%d/%m/%Y" if day_first else "%m/%d/%Y")
            cost = format(line[-1], "f").replace(".", sign)
            texts = [str(cell or "") if cell is not None else "" for cell in line[:3]]
            rows.append(
                [one["number"], day, one["vendor"], *texts, str(line[3]), str(line[4]), cost]
            )
    rows.append(["Total general", "", "", "", "", "", "5"])
    file = read_order_file(as_csv(rows, delimiter).encode(), "orders.csv")
    assert lines(file) == expected(found)
