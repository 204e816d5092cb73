"""The one Excel file of dispatch: out, filled in as people do, read back, sent."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sample_accounts import ACTOR, Accounts, Downloaded

from komet.dispatch.model import Preview, Receipt, WriteKind
from komet.dispatch.outbox import queue_writes
from komet.dispatch.send import send_batch
from komet.dispatch.sheet import template_bytes, write_template
from komet.dispatch.sheet_headings import NotDispatchFile
from komet.dispatch.sheet_reading import check_file, read_entries
from komet.errors import AppError, InvalidInput
from komet.language import using
from komet.sandbox.records import Line
from komet.tabular.errors import EmptyTable, NotATable

AWB = "72912345675"  # 1234567 = 7 × 176366 + 5
WRONG_AWB = "72912345674"
Fill = Callable[[Worksheet, dict[str, int]], None]


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(0, 2)


@dataclass
class Template:
    """The template of Magnolia's lines: its bytes, and where its headings stand."""

    data: bytes
    at: dict[str, int]
    lines: list[str]

    def filled(self, cells: Mapping[tuple[int, str], Any]) -> bytes:
        """Written by openpyxl: (row, heading) → value."""

        def fill(sheet: Worksheet, at: dict[str, int]) -> None:
            for (row, heading), value in cells.items():
                sheet.cell(row, at[heading]).value = value

        return self.changed(fill)

    def changed(self, fill: Fill) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(self.data))
        fill(book.worksheets[0], self.at)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


def template_of(accounts: Accounts) -> Template:
    data = template_bytes(accounts.ctx, ACTOR, [accounts.magnolia.id], *accounts.days(0, 2))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    at = {str(cell.value): index for index, cell in enumerate(sheet[1], start=1)}
    ids = list(at.values())[-1]
    lines = [str(sheet.cell(row, ids).value) for row in range(2, sheet.max_row + 1)]
    return Template(data, at, lines)


def in_komet(accounts: Accounts, line_id: str) -> Line:
    for order in accounts.sandbox.state.known_orders("magnolia"):
        for line in order.lines:
            if line.id == int(line_id):
                return line
    raise LookupError(line_id)


def shippable_rows(accounts: Accounts, template: Template) -> list[int]:
    """Rows of lines that can be shipped whole without a word more than an AWB."""
    found = []
    for row, line_id in enumerate(template.lines, start=2):
        line = in_komet(accounts, line_id)
        if not line.unknown and line.quantity_confirmed in {None, 0, line.boxes}:
            found.append(row)
    return found


def check(accounts: Accounts, data: bytes, name: str = "dispatch.xlsx") -> Preview:
    return check_file(accounts.ctx, data, name)


def send(accounts: Accounts, preview: Preview) -> Receipt:
    queued = queue_writes(accounts.ctx, ACTOR, preview)
    return send_batch(accounts.ctx, ACTOR, queued.batch_id)


def test_the_template_has_the_open_lines_of_the_days(accounts: Accounts, tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    first, last = accounts.days(0, 2)
    with pytest.raises(InvalidInput, match="ends before it begins"):
        write_template(accounts.ctx, ACTOR, [], last, first, target)
    assert not target.exists()
    count = write_template(accounts.ctx, ACTOR, [accounts.magnolia.id], first, last, target)
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Dispatch", "Instructions"]
    sheet = book["Dispatch"]
    headings = [cell.value for cell in sheet[1]]
    fill = ["Boxes to confirm", "AWB", "House AWB", "Ship date", "Box codes", "Lot", "Reference"]
    assert headings[6:13] == fill
    assert sheet.freeze_panes == "A2"
    rows = [dict(zip(headings, r, strict=True)) for r in sheet.iter_rows(2, values_only=True)]
    assert len(rows) == count
    expected = {
        str(line.id): (order.number, order.ship_date, line.description, line.boxes)
        for order in accounts.sandbox.state.all_orders("magnolia")
        for line in order.lines
        if first <= order.ship_date <= last
        and order.status != "CA"
        and line.status not in {"Shipped", "Cancelled"}
    }
    found = {
        row["Line ID"]: (row["PO number"], row["Order ship date"].date(), row["Product"],
                         row["Ordered boxes"])
        for row in rows
    }  # fmt: skip
    assert found == expected
    not_approved = {
        str(line.id)
        for order in accounts.sandbox.state.all_orders("magnolia")
        for line in order.lines
        if str(line.id) in expected and order.status == "PA" and line.status == "Pending"
    }
    assert not_approved
    said = "To confirm, PO not approved"
    assert {row["Line ID"] for row in rows if row["State"] == said} == not_approved
    assert [row["Order ship date"] for row in rows] == sorted(r["Order ship date"] for r in rows)
    assert not any(row[name] for row in rows for name in fill)
    formats = {
        at: (held.number_format, held.fill.fill_type)
        for held in sheet.column_dimensions.values()
        for at in range(held.min, held.max + 1)
    }
    expected_formats = ["#,##0", "@", "@", "yyyy-mm-dd", "@", "@", "@"]
    assert [formats[at] for at in range(7, 14)] == [(f, "solid") for f in expected_formats]
    assert formats[1][1] is None
    told = {row[0].value for row in book["Instructions"].iter_rows(2)}
    assert set(fill) <= told


def test_out_filled_sent_and_komet_has_it(accounts: Accounts) -> None:
    template = template_of(accounts)
    open_rows = [
        (row, in_komet(accounts, line_id))
        for row, line_id in enumerate(template.lines, start=2)
        if in_komet(accounts, line_id).status == "Pending"
    ]
    (whole, first), (part, second) = [one for one in open_rows if one[1].boxes > 1][:2]
    data = template.filled({
        (whole, "Boxes to confirm"): first.boxes,
        (whole, "AWB"): int(AWB),
        (whole, "House AWB"): "HAWB-1",
        (whole, "Reference"): "SO-4410",
        (part, "Boxes to confirm"): "1",
        (part, "AWB"): "729-1234 5675",
        (part, "Box codes"): "T-0001",
        (part, "Lot"): "L-27",
    })  # fmt: skip
    preview = check(accounts, data)
    assert preview.problems == ()
    kinds = sorted((draft.row, draft.kind.value) for draft in preview.drafts)
    assert kinds == [
        (whole, "confirm"), (whole, "reference"), (whole, "ship"),
        (part, "confirm"), (part, "ship"),
    ]  # fmt: skip
    receipt = send(accounts, preview)
    assert receipt.all_sent
    assert receipt.not_refreshed is None
    now = in_komet(accounts, str(first.id))
    assert (now.quantity_confirmed, now.reference) == (first.boxes, "SO-4410")
    assert {(c.awb.replace("-", ""), c.house_awb) for c in now.packed} == {(AWB, "HAWB-1")}
    assert len(now.packed) == first.boxes
    split = in_komet(accounts, str(second.id))
    assert [(c.code, c.lot) for c in split.packed] == [("T-0001", "L-27")]
    # the same file once more
    requests = accounts.sandbox.state.requests.total()
    again = check(accounts, data)
    assert again.is_empty
    assert again.problems == ()
    assert {remark.row for remark in again.left_out} == {whole, part}
    assert accounts.sandbox.state.requests.total() == requests


def test_a_file_in_spanish_with_its_columns_moved_is_read(accounts: Accounts) -> None:
    with using("es"):
        data = template_bytes(accounts.ctx, ACTOR, [accounts.magnolia.id], *accounts.days(0, 2))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Despacho", "Instrucciones"]
    records = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    awb = records[0].index("Guía hija") - 1
    records[1][awb] = AWB
    moved = openpyxl.Workbook()
    sheet = moved.worksheets[0]
    sheet.append(["Despacho del viernes"])
    sheet.append([])
    for record in records:
        sheet.append([record[-1], record[awb], record[0], "", record[awb - 1]])
    out = io.BytesIO()
    moved.save(out)
    entries, problems = read_entries(accounts.ctx, out.getvalue(), "viernes.xlsx")
    assert problems == []
    assert [(e.row, e.provider_id, e.po_item_id, e.awb) for e in entries] == [
        (4, accounts.magnolia.id, records[1][-1], AWB)
    ]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("cp1252", ";"), ("utf-16", "\t")]
)
def test_csv_of_any_encoding_is_read(accounts: Accounts, encoding: str, delimiter: str) -> None:
    line = template_of(accounts).lines[0]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Cliente proveedor", "ID de línea", "Cajas por confirmar", "Guía hija", "AWB"])
    writer.writerow(["Magnolia", line, "2,0", "Ñandú 1", "7,2912345675E+10"])
    writer.writerow(["Pétalo", line, "2", "", ""])
    data = out.getvalue().encode(encoding)
    entries, problems = read_entries(accounts.ctx, data, "dispatch.csv")
    (entry,) = entries
    assert (entry.row, entry.boxes, entry.house_awb, entry.awb) == (2, "2,0", "Ñandú 1", AWB)
    (problem,) = problems
    assert problem.row == 3
    assert problem.reason == f"The line {line} belongs to Magnolia, not to Pétalo."


BAD_VALUES = {
    "a wrong check digit": ({"AWB": WRONG_AWB}, "wrong check digit"),
    "a short AWB": ({"AWB": "7291234567"}, "is not an AWB number"),
    "an AWB that Excel has cut": ({"AWB": "7.29123E+10"}, "a number that Excel has shortened"),
    "a box code twice in the cell": (
        {"Box codes": "A-1, A-2, A-1"},
        "The box code A-1 is there twice",
    ),
    "a box code of 21": ({"Box codes": "A" * 21}, "is too long"),
    "digits that Excel has cut": (
        {"Box codes": 12345678901234567890},
        "a number that Excel has shortened",
    ),
    "no number of boxes": ({"Boxes to confirm": "ocho"}, "“ocho” is not a number of boxes"),
    "half a box": ({"Boxes to confirm": 2.5}, "“2.5” is not a number of boxes"),
    "boxes below zero": ({"Boxes to confirm": -1}, "“-1” is not a number of boxes"),
    "a lot of Komet's own": ({"Lot": 2711, "AWB": AWB}, "1000 to 99999"),
    "a lot alone": ({"Lot": "L-1"}, "A lot number needs an AWB or box codes"),
    "a house AWB alone": ({"House AWB": "H-1"}, "A house AWB needs an AWB"),
    "a ship date alone": ({"Ship date": date(2027, 1, 31)}, "A ship date needs an AWB"),
    "no date": ({"Ship date": "viernes", "AWB": AWB}, "“viernes” is not a date"),
    "one of two dates": (
        {"Ship date": "05/12/2026", "AWB": AWB},
        "may be 2026-05-12 or 2026-12-05",
    ),
    "a reference of 21": ({"Reference": "R" * 21}, "has 21 characters; at most 20"),
    "no such line": ({"Line ID": "99", "Boxes to confirm": 1}, "not among the downloaded orders"),
    "no line": ({"Line ID": None, "Boxes to confirm": 1}, "The row has no Line ID"),
    "another client": (
        {"Importer": "Otra Flor", "Boxes to confirm": 1},
        "“Otra Flor” is no importer of ours",
    ),
    "columns sorted apart": (
        {"PO number": "P1", "Boxes to confirm": 1},
        "The row says PO P1, and its line belongs to",
    ),
}


def test_every_bad_value_is_named_and_the_other_rows_can_be_sent(accounts: Accounts) -> None:
    template = template_of(accounts)
    good, *rows = shippable_rows(accounts, template)[: len(BAD_VALUES) + 1]
    cells: dict[tuple[int, str], Any] = {(good, "Reference"): "GOOD"}
    for row, (values, _reason) in zip(rows, BAD_VALUES.values(), strict=True):
        cells |= {(row, heading): value for heading, value in values.items()}
    preview = check(accounts, template.filled(cells))
    told = {remark.row: remark.reason for remark in preview.problems}
    for row, (name, (_values, reason)) in zip(rows, BAD_VALUES.items(), strict=True):
        assert reason in told.pop(row, "nothing"), name
    assert told == {}
    assert [(draft.row, draft.kind) for draft in preview.drafts] == [(good, WriteKind.REFERENCE)]


def test_a_code_of_two_rows_and_a_line_twice_are_named(accounts: Accounts) -> None:
    template = template_of(accounts)
    cells = {
        (2, "Box codes"): "A-1",
        (3, "Box codes"): "A-1",
        (4, "Reference"): "R",
        (5, "Reference"): "R",
        (5, "Line ID"): template.lines[2],
        (5, "PO number"): None,
    }
    preview = check(accounts, template.filled(cells))
    assert [(remark.row, remark.reason) for remark in preview.problems] == [
        (3, "The box code A-1 is there twice."),
        (5, "Row 4 is about the same line."),
    ]
    assert [packing.codes for packing in preview.packing] == [("A-1",)]


def test_more_boxes_than_ordered_and_a_changed_order_are_asked_about(accounts: Accounts) -> None:
    template = template_of(accounts)
    boxes = in_komet(accounts, template.lines[0]).boxes
    other = in_komet(accounts, template.lines[1]).boxes
    cells = {
        (2, "Boxes to confirm"): boxes + 1,
        (3, "Ordered boxes"): other + 5,
        (3, "Reference"): "R",
    }
    preview = check(accounts, template.filled(cells))
    assert preview.problems == ()
    assert [(remark.row, remark.reason) for remark in preview.questions] == [
        (2, f"{boxes + 1} boxes to confirm, and only {boxes} were ordered."),
        (3, f"{other} boxes are ordered now; it was {other + 5} before."),
    ]
    # nobody has said yes: nothing is planned of these rows
    with pytest.raises(InvalidInput, match="There is nothing to send"):
        queue_writes(accounts.ctx, ACTOR, preview)


def test_lines_that_are_gone_or_cancelled_since_are_named(accounts: Accounts) -> None:
    template = template_of(accounts)
    with accounts.ctx.db.write() as con:
        con.run("UPDATE po_lines SET gone_at = now() WHERE po_item_id = $id",
                {"id": template.lines[0]})  # fmt: skip
        con.run("UPDATE po_lines SET line_item_status = 'CA' WHERE po_item_id = $id",
                {"id": template.lines[1]})  # fmt: skip
    data = template.filled({(row, "Boxes to confirm"): 1 for row in (2, 3, 4)})
    preview = check(accounts, data)
    told = {remark.row: remark.reason for remark in preview.problems}
    assert set(told) == {2, 3}
    assert told[2].startswith("Komet has not got this line any more")
    assert told[3] == "This line was cancelled."


def test_columns_renamed_missing_or_twice_are_named(accounts: Accounts) -> None:
    template = template_of(accounts)

    def rename(heading: str, name: str | None, value: object = "x") -> Fill:
        def fill(sheet: Worksheet, at: dict[str, int]) -> None:
            sheet.cell(1, at[heading]).value = name
            sheet.cell(2, at[heading]).value = value
            sheet.cell(2, at["Reference"]).value = "R"

        return fill

    renamed = check(accounts, template.changed(rename("AWB", "Waybill no", AWB)))
    (problem,) = renamed.problems
    assert (problem.row, problem.subject) == (1, "Waybill no")
    assert "Missing: AWB." in problem.reason
    assert len(renamed.drafts) == 1
    # a column of one's own is no mistake
    own = check(accounts, template.changed(rename("Customer", "My notes")))
    assert own.problems == ()
    assert [remark.subject for remark in own.left_out] == ["My notes"]
    # what earlier versions called them is still read
    former = ("Client provider", "Cliente proveedor", "Proveedor")
    for heading, name in [*(("Importer", name) for name in former), ("Customer", "Cliente")]:
        read = check(accounts, template.changed(rename(heading, name, None)))
        assert (read.problems, read.left_out, len(read.drafts)) == ((), (), 1), name
    twice = check(accounts, template.changed(rename("Customer", "Lot")))
    assert [p.reason for p in twice.problems] == ["The column “Lot” is there twice."]
    with pytest.raises(NotDispatchFile, match=r"“Line ID” is missing in dispatch.xlsx"):
        check(accounts, template.changed(rename("Line ID", "Key", "1")))


def test_lines_on_a_second_sheet_do_not_get_lost_unsaid(accounts: Accounts) -> None:
    template = template_of(accounts)
    book = openpyxl.load_workbook(io.BytesIO(template.data))
    first = book.worksheets[0]
    first.cell(2, template.at["Reference"]).value = "R"
    book.copy_worksheet(first).title = "More"
    out = io.BytesIO()
    book.save(out)
    preview = check(accounts, out.getvalue())
    assert [(problem.row, problem.subject) for problem in preview.problems] == [(None, "More")]
    assert len(preview.drafts) == 1


def test_a_merged_awb_is_that_of_all_its_rows(accounts: Accounts) -> None:
    template = template_of(accounts)

    def merge(sheet: Worksheet, at: dict[str, int]) -> None:
        sheet.cell(2, at["AWB"]).value = AWB
        sheet.merge_cells(start_row=2, end_row=4, start_column=at["AWB"], end_column=at["AWB"])
        sheet.cell(5, at["Boxes to confirm"]).value = 1
        column = at["Boxes to confirm"]
        sheet.merge_cells(start_row=5, end_row=6, start_column=column, end_column=column)

    entries, problems = read_entries(accounts.ctx, template.changed(merge), "merged.xlsx")
    assert [(entry.row, entry.awb, entry.boxes) for entry in entries] == [
        (2, AWB, None), (3, AWB, None), (4, AWB, None), (5, None, "1"),
    ]  # fmt: skip
    assert [remark.row for remark in problems] == [6]


def test_days_are_read_as_people_write_them(accounts: Accounts) -> None:
    template = template_of(accounts)
    written = ["2026-11-28", "2026/11/28", "28/11/2026", "11/28/2026", "28.11.2026", "28-11-2026"]
    rows = shippable_rows(accounts, template)[: len(written)]
    cells = {(row, "AWB"): AWB for row in rows}
    cells |= {(row, "Ship date"): day for row, day in zip(rows, written, strict=True)}
    preview = check(accounts, template.filled(cells))
    assert preview.problems == ()
    days = [draft.content["ship_date"] for draft in preview.drafts]
    assert days == ["2026-11-28"] * len(written)


def test_a_date_cell_and_a_formatted_number_are_read(accounts: Accounts) -> None:
    template = template_of(accounts)
    day = accounts.today + timedelta(days=1)

    def fill(sheet: Worksheet, at: dict[str, int]) -> None:
        sheet.cell(2, at["Ship date"]).value = day
        sheet.cell(2, at["AWB"]).value = int(AWB)
        sheet.cell(2, at["AWB"]).number_format = '000"-"0000" "0000'
        sheet.cell(2, at["Box codes"]).value = 7
        sheet.cell(2, at["Box codes"]).number_format = "0000"

    (entry,), problems = read_entries(accounts.ctx, template.changed(fill), "dispatch.xlsx")
    assert problems == []
    assert (entry.awb, entry.box_codes) == ("729-1234 5675", "0007")
    assert str(entry.ship_date).startswith(day.isoformat())


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyTable),
        (b"\xef\xbb\xbf\r\n", EmptyTable),
        (b"\x00\x01\x02\xff" * 200, NotATable),
        (b"%PDF-1.7", NotATable),
        (b"name,price\nRose,1\n", NotDispatchFile),
        (b"Client provider,Line ID\nMagnolia,1\n", NotDispatchFile),
    ],
    ids=["empty", "blank", "bytes", "pdf", "another table", "nothing to fill"],
)
def test_files_that_are_none_are_named(
    accounts: Accounts, data: bytes, error: type[AppError]
) -> None:
    with pytest.raises(error):
        check(accounts, data, "dispatch.csv")


def test_an_empty_template_sends_nothing(accounts: Accounts) -> None:
    preview = check(accounts, template_of(accounts).data)
    assert preview.is_empty
    assert preview.problems == ()
