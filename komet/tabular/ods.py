"""Workbooks of LibreOffice and its kin (.ods), read as a stream.

A cell holds the value and, beside it, the text that is shown; both are kept.
"""

import re
from dataclasses import dataclass, field

from komet.tabular.cell_text import differs_as_code, number_text
from komet.tabular.package import Package
from komet.tabular.sheet_rows import (
    MOST_CELL_TEXT,
    MOST_COLUMNS,
    MOST_ROWS,
    Budget,
    NeedsPassword,
    Rows,
    Send,
    TooBig,
    Unreadable,
)

_NUMBERS = frozenset(["float", "percentage", "currency"])
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})?.*)?", re.ASCII)


def read_ods(package: Package, send: Send) -> None:
    """Send every sheet. Raises `Unreadable`, `NeedsPassword`, `TooBig`."""
    _refuse_password(package)
    reader = _Reader(send)
    package.parse("content.xml", reader.start, reader.end, reader.text)


def _refuse_password(package: Package) -> None:
    def start(tag: str, _attributes: dict[str, str]) -> None:
        if tag == "encryption-data":
            raise NeedsPassword

    if "META-INF/manifest.xml" in package:
        package.parse("META-INF/manifest.xml", start)


@dataclass
class _Row:
    texts: list[str] = field(default_factory=list)
    mask: int = 0
    shown: dict[int, str] = field(default_factory=dict)
    column: int = 0


class _Reader:
    """The elements of the document, put together to rows; what stands in a note is left out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._budget = Budget()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._rows: Rows | None = None
        self._index = 0
        self._row = _Row()
        self._cell: dict[str, str] = {}
        self._pieces: list[str] = []
        self._paragraphs = 0
        self._inside = 0
        self._notes = 0
        self._tables = 0
        self._repeated_row = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "style":
                self._style = attributes.get("style:name", "")
            case "table-properties":
                if attributes.get("table:display") == "false":
                    self._hidden_styles.add(self._style)
            case "table":
                self._begin_table(attributes)
            case "table-row":
                self._row = _Row()
                self._repeated_row = _count(attributes, "table:number-rows-repeated", MOST_ROWS)
            case "table-cell" | "covered-table-cell":
                self._cell = attributes
                self._pieces.clear()
                self._paragraphs = 0
            case "annotation" | "shapes":
                self._notes += 1
            case "p" if not self._notes:
                self._inside += 1
                if self._paragraphs:
                    self._pieces.append("\n")
                self._paragraphs += 1
            case "s" if self._inside:
                self._pieces.append(" " * _count(attributes, "text:c", MOST_CELL_TEXT))
            case "tab" if self._inside:
                self._pieces.append("\t")
            case "line-break" if self._inside:
                self._pieces.append("\n")

    def text(self, text: str) -> None:
        if self._inside and not self._notes:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        match tag:
            case "p" if self._inside and not self._notes:
                self._inside -= 1
            case "annotation" | "shapes":
                self._notes -= 1
            case "table-cell" | "covered-table-cell":
                self._end_cell(covered=tag == "covered-table-cell")
            case "table-row":
                self._end_row()
            case "table":
                self._tables -= 1

    def _begin_table(self, attributes: dict[str, str]) -> None:
        self._tables += 1
        if self._tables > 1:
            # a table in a cell
            raise Unreadable
        hidden = attributes.get("table:style-name", "") in self._hidden_styles
        self._rows = Rows(attributes.get("table:name", ""), hidden, self._send, self._budget)
        self._index = 0

    def _end_cell(self, *, covered: bool) -> None:
        row, cell = self._row, self._cell
        repeated = _count(cell, "table:number-columns-repeated", MOST_COLUMNS)
        shown = "".join(self._pieces)
        text, is_number = _value(cell, shown)
        if covered:
            # what a merged area hides is not seen
            text, is_number = "", False
        column, row.column = row.column, row.column + repeated
        if text:
            if row.column > MOST_COLUMNS:
                raise TooBig
            row.texts.extend([""] * (column - len(row.texts)))
            row.texts.extend([text] * repeated)
            if is_number:
                row.mask |= ((1 << repeated) - 1) << column
                if differs_as_code(shown, float(cell["office:value"])):
                    row.shown.update(dict.fromkeys(range(column, column + repeated), shown))
        down = _count(cell, "table:number-rows-spanned", MOST_ROWS)
        if down > 1 and self._rows is not None:
            across = _count(cell, "table:number-columns-spanned", MOST_COLUMNS)
            self._rows.merge(self._index, column, self._index + down - 1, column + across - 1)

    def _end_row(self) -> None:
        row = self._row
        if any(row.texts) and self._rows is not None:
            for index in range(self._index, self._index + self._repeated_row):
                self._rows.add(index, row.texts, row.mask, row.shown or None)
        self._index += self._repeated_row
        self._index = min(self._index, MOST_ROWS + 1)


def _value(cell: dict[str, str], shown: str) -> tuple[str, bool]:
    kind = cell.get("office:value-type", "")
    if kind in _NUMBERS:
        return number_text(float(cell["office:value"])), True
    if kind == "date" and (moment := _MOMENT.fullmatch(cell.get("office:date-value", ""))):
        return f"{moment.group(1)} {moment.group(2) or '00:00:00'}", False
    if kind == "boolean":
        return ("true" if cell.get("office:boolean-value") == "true" else "false"), False
    return shown or cell.get("office:string-value", ""), False


def _count(attributes: dict[str, str], name: str, most: int) -> int:
    """How often something is repeated; beyond what a sheet has, it does not matter how far."""
    number = attributes.get(name, "1")
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise Unreadable(name)
    return max(min(int(number), most + 1), 1)
