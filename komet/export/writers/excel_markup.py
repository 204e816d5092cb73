"""The parts of an Excel file that are no rows: workbook, formats, and what frames a worksheet.

Office Open XML, ECMA-376, part 1, chapters 12 and 18. Elements stand in the order of its schemas:
Excel calls a file damaged where they do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from komet.export.writers.excel_cells import MARK, TO_FILL, Part, PartColumn
from komet.export.writers.excel_references import letters_of, quoted

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BUILT_IN = {None: 0, "0": 1, "#,##0": 3, "#,##0.00": 4, "@": 49}
"""Number formats that every Excel has, by their numbers."""
_FIRST_OWN = 164
_WHOLE = 2.0**53
FOOTER = "&L&A&R&P / &N"
"""Below each printed page: the sheet's name at the left, page / pages at the right."""


@dataclass(frozen=True)
class Look:
    """How a cell is shown: Excel's number format, a colour behind it (#RRGGBB), bold or not."""

    number_format: str | None = None
    colour: str | None = None
    bold: bool = False


def look_of(column: PartColumn, *, bold: bool = False) -> Look:
    """How the cells of a column are shown."""
    colour = MARK if column.marked else TO_FILL if column.to_fill else None
    return Look(column.number_format, colour, bold)


class Looks:
    """The cell formats of a workbook; each has a number, 0 is that of a cell without any."""

    def __init__(self) -> None:
        self._held: dict[Look, int] = {Look(): 0}

    def number(self, look: Look) -> int:
        """The number of a look, a new one where it is new."""
        return self._held.setdefault(look, len(self._held))

    def styles_xml(self) -> str:
        """`xl/styles.xml`, when all numbers are given."""
        own = dict.fromkeys(k.number_format for k in self._held if k.number_format not in _BUILT_IN)
        codes = _BUILT_IN | {code: _FIRST_OWN + at for at, code in enumerate(own)}
        colours = list(dict.fromkeys(k.colour for k in self._held if k.colour))
        formats = "".join(
            f'<numFmt numFmtId="{codes[code]}" formatCode={quoteattr(str(code))}/>' for code in own
        )
        fills = "".join(
            f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour[1:]}"/>'
            '<bgColor indexed="64"/></patternFill></fill>'
            for colour in colours
        )
        cells = "".join(
            f'<xf numFmtId="{codes[k.number_format]}" fontId="{int(k.bold)}"'
            f' fillId="{2 + colours.index(k.colour) if k.colour else 0}" borderId="0" xfId="0"'
            f"{_applied('NumberFormat', k.number_format)}{_applied('Font', k.bold)}"
            f"{_applied('Fill', k.colour)}/>"
            for k in self._held
        )
        return (
            f'{_XML}<styleSheet xmlns="{_MAIN}">'
            + (f'<numFmts count="{len(own)}">{formats}</numFmts>' if own else "")
            + f'<fonts count="2"><font>{_FONT}</font><font><b/>{_FONT}</font></fonts>'
            f'<fills count="{2 + len(colours)}"><fill><patternFill patternType="none"/></fill>'
            f'<fill><patternFill patternType="gray125"/></fill>{fills}</fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border>'
            '</borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0"'
            ' borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self._held)}">{cells}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
            '<dxfs count="0"/></styleSheet>'
        )


def _applied(what: str, value: object) -> str:
    return f' apply{what}="1"' if value else ""


_FONT = '<sz val="11"/><name val="Calibri"/><family val="2"/>'


def sheet_head(part: Part, looks: Looks, *, is_first: bool) -> str:
    """A worksheet up to its rows: how it is printed, the pane of headings, columns' widths."""
    columns = ""
    for at, column in enumerate(part.columns, start=1):
        # a colour beyond the last row is not wanted of marks
        style = 0 if part.marked else looks.number(look_of(column))
        columns += (
            f'<col min="{at}" max="{at}" width="{_stored_width(column.width)}"'
            f'{f" style={quoteattr(str(style))}" if style else ""} customWidth="1"/>'
        )
    selected = ' tabSelected="1"' if is_first else ""
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="A1:{_last_cell(part, part.last_row)}"/>'
        f'<sheetViews><sheetView{selected} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
    )


def totals_xml(part: Part, styles: Sequence[int]) -> str:
    """The row of totals: sums that follow the filter, with what they come to while nothing is hid.

    `styles`: the number of a cell format for each column.
    """
    record = part.totals_record() or {}
    cells = ""
    for at, (column, style) in enumerate(zip(part.columns, styles, strict=True)):
        value = record.get(column.heading)
        if value is None:
            continue
        start = f'<c r="{letters_of(at)}{part.last_row}"' + (f' s="{style}"' if style else "")
        if isinstance(value, str):
            cells += f'{start} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
            continue
        formula = part.subtotal(column.heading)
        sums = f"<f>{escape(formula)}</f>" if formula else ""
        cells += f"{start}>{sums}<v>{_figure(value)}</v></c>"
    return f'<row r="{part.last_row}">{cells}</row>'


def _figure(value: float) -> str:
    """93, not 93.0."""
    return f"{value:.0f}" if abs(value) < _WHOLE and value == int(value) else repr(value)


def sheet_tail(part: Part) -> str:
    """A worksheet below its rows: the filter, the printed page; digits as codes are no errors."""
    texts = [letters_of(at) for at, column in enumerate(part.columns) if column.is_text]
    ignored = ""
    if texts and part.last_row > 1:
        ranges = " ".join(f"{letter}2:{letter}{part.last_row}" for letter in texts)
        ignored = (
            f'<ignoredErrors><ignoredError sqref="{ranges}" numberStoredAsText="1"/>'
            "</ignoredErrors>"
        )
    return (
        f'</sheetData><autoFilter ref="A1:{_last_cell(part, part.height + 1)}"/>'
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        # one page wide, as many long as it needs
        '<pageSetup orientation="landscape" fitToHeight="0"/>'
        f"<headerFooter><oddFooter>{escape(FOOTER)}</oddFooter></headerFooter>"
        f"{ignored}</worksheet>"
    )


def workbook_parts(parts: Sequence[Part], looks: Looks) -> dict[str, str]:
    """Name → XML of everything but the worksheets, which are `sheet_name(index)`."""
    sheets = "".join(
        f'<sheet name={quoteattr(part.name)} sheetId="{at}" r:id="rId{at}"/>'
        for at, part in enumerate(parts, start=1)
    )
    names = "".join(
        _defined("_FilterDatabase", at, _all_rows(part), hidden=True)
        for at, part in enumerate(parts)
    ) + "".join(
        _defined("Print_Titles", at, f"{quoted(part.name)}!$1:$1") for at, part in enumerate(parts)
    )
    count = len(parts)
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, count + 1)
    )
    types = "".join(
        f'<Override PartName="/{sheet_name(at)}" ContentType="{_TYPE}.worksheet+xml"/>'
        for at in range(count)
    )
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'{types}<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship'
        f' Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews>'
        f"<workbookView/></bookViews><sheets>{sheets}</sheets>"
        f"<definedNames>{names}</definedNames></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'{links}<Relationship Id="rId{count + 1}" Type="{_OFFICE}/styles"'
        ' Target="styles.xml"/></Relationships>',
        "xl/styles.xml": looks.styles_xml(),
    }


def sheet_name(index: int) -> str:
    """The name of a worksheet's file inside the workbook; `index` counts from 0."""
    return f"xl/worksheets/sheet{index + 1}.xml"


def _defined(name: str, sheet: int, reference: str, *, hidden: bool = False) -> str:
    """A name of Excel's own for something of a sheet, counted from 0."""
    attributes = f'name="_xlnm.{name}" localSheetId="{sheet}"' + ' hidden="1"' * hidden
    return f"<definedName {attributes}>{escape(reference)}</definedName>"


def _all_rows(part: Part) -> str:
    """The headings and the rows of a part, without totals."""
    return f"{quoted(part.name)}!$A$1:${letters_of(len(part.columns) - 1)}${part.height + 1}"


def _last_cell(part: Part, row: int) -> str:
    return f"{letters_of(len(part.columns) - 1)}{row}"


def _stored_width(width: float) -> float:
    """As Excel stores a width: with 5 pixels of margin, a digit being 7 wide."""
    if width < 1:
        return int(int(width * 12 + 0.5) / 7 * 256) / 256
    return int((int(width * 7 + 0.5) + 5) / 7 * 256) / 256
