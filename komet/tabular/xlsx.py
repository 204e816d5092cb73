"""Workbooks of today's Excel (.xlsx, .xlsm), read as a stream.

Not by a library: those that are quick do not tell a cell's number format (00123), and lose the
error values of cells or the merged areas.
"""

import re
from dataclasses import dataclass, field

from komet.tabular.cell_text import is_moment, moment_text, number_text, shown_number
from komet.tabular.package import DAMAGE, Package, attribute
from komet.tabular.sheet_rows import (
    MOST_COLUMNS,
    MOST_ELEMENTS,
    MOST_ROWS,
    Budget,
    Rows,
    Send,
    TooBig,
    Unreadable,
)

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ROW = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})?.*)?", re.ASCII)
_WORKBOOK = "xl/workbook.xml"


@dataclass
class _Book:
    sheets: list[tuple[str, bool, str]] = field(default_factory=list)
    from_1904: bool = False


@dataclass
class _Styles:
    """By the number of a cell's style: whether it shows a day, and the code of its format."""

    moments: list[bool] = field(default_factory=list)
    codes: list[str | None] = field(default_factory=list)


def read_xlsx(package: Package, send: Send) -> None:
    """Send every worksheet, damaged ones by name only. Raises `Unreadable` or `TooBig`."""
    part = next(
        (target for kind, target in package.relations("").values() if kind == "officeDocument"),
        _WORKBOOK,
    )
    relations = package.relations(part)
    book = _read_book(package, part)
    strings = styles = None
    for kind, target in relations.values():
        if kind == "sharedStrings":
            strings = _read_strings(package, target)
        elif kind == "styles":
            styles = _read_styles(package, target)
    budget = Budget()
    for name, hidden, relation in book.sheets:
        kind, target = relations.get(relation, ("", ""))
        if kind in {"chartsheet", "dialogsheet"}:
            continue
        rows = Rows(name, hidden, send, budget)
        sheet = _SheetReader(rows, strings or [], styles or _Styles(), book.from_1904)
        try:
            package.parse(target, sheet.start, sheet.end, sheet.text)
        except (Unreadable, *DAMAGE):
            send({"unreadable": name})


def column_index(letters: str) -> int:
    """The position of a column from 0: "A" is 0, "XFD" 16,383."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _read_book(package: Package, part: str) -> _Book:
    book = _Book()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            relation = attribute({k: v for k, v in attributes.items() if ":" in k}, "id")
            book.sheets.append((attributes.get("name", ""), hidden, relation or ""))
        elif tag == "workbookPr":
            book.from_1904 = attributes.get("date1904") in {"1", "true"}

    package.parse(part, start)
    return book


def _read_strings(package: Package, part: str) -> list[str]:
    strings: list[str] = []
    collector = _TextCollector()

    def end(tag: str) -> None:
        collector.end(tag)
        if tag == "si":
            strings.append(collector.take())

    package.parse(part, collector.start, end, collector.text)
    return strings


class _TextCollector:
    """The text of a string, its pieces of different looks together, without its phonetics."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._inside = False
        self._phonetic = False

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == "t":
            self._inside = not self._phonetic
        elif tag == "rPh":
            self._phonetic = True

    def end(self, tag: str) -> None:
        if tag == "t":
            self._inside = False
        elif tag == "rPh":
            self._phonetic = False

    def text(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)

    def take(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        return unescape(text)


def unescape(text: str) -> str:
    """Characters that XML cannot hold, as Excel writes them: _x000D_."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda code: chr(int(code.group(1), 16)), text)


def _read_styles(package: Package, part: str) -> _Styles:
    styles = _Styles()
    codes: dict[int, str] = {}
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        inside.append(tag)
        if tag == "numFmt" and inside[-2:-1] == ["numFmts"]:
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif tag == "xf" and inside[-2:-1] == ["cellXfs"]:
            number = int(attributes.get("numFmtId", "0"))
            code = codes.get(number)
            moment = is_moment(number, code)
            styles.moments.append(moment)
            plain = moment or code is None or code.casefold() == "general"
            styles.codes.append(None if plain else code)

    def end(_tag: str) -> None:
        inside.pop()

    package.parse(part, start, end)
    return styles


class _SheetReader:
    """The elements of a worksheet, put together to rows."""

    def __init__(
        self, rows: Rows, strings: list[str], styles: _Styles, from_1904: bool
    ) -> None:  # fmt: skip
        self._rows, self._strings, self._styles = rows, strings, styles
        self._from_1904 = from_1904
        self._letters: list[str] = []
        self._elements = 0
        self._row = -1
        self._number = ""
        self._column = -1
        self._texts: list[str] = []
        self._mask = 0
        self._shown: dict[int, str] = {}
        self._unshown: list[int] = []
        self._kind = ""
        self._style = 0
        self._pieces: list[str] = []
        self._reading = False
        self._phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._begin_cell(attributes)
        elif tag in {"v", "t"}:
            self._reading = not self._phonetic
        elif tag == "row":
            self._begin_row(attributes.get("r"))
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        else:
            self._count_element()

    def text(self, text: str) -> None:
        if self._reading:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._reading = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._rows.add(
                self._row, self._texts, self._mask, self._shown or None, self._unshown or None
            )
        elif tag == "rPh":
            self._phonetic = False

    def _begin_row(self, number: str | None) -> None:
        before = self._row
        if number is None:
            self._row += 1
        elif _ROW.fullmatch(number):
            self._row = int(number) - 1
        else:
            raise Unreadable(number)
        if self._row <= before:
            raise Unreadable(number)
        self._number = str(self._row + 1)
        if self._row >= MOST_ROWS:
            raise TooBig
        self._column = -1
        self._texts, self._mask = [], 0
        self._shown, self._unshown = {}, []

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            # nearly always the next one, as in the row above
            after = self._column + 1
            if after < len(self._letters) and reference == self._letters[after] + self._number:
                self._column = after
            else:
                self._column = self._find_column(reference, after)
        if self._column >= MOST_COLUMNS:
            raise TooBig
        self._count_element()
        self._kind = attributes.get("t", "n")
        self._style = int(attributes.get("s", "0"))
        self._pieces.clear()

    def _count_element(self) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise TooBig

    def _find_column(self, reference: str, after: int) -> int:
        found = _REFERENCE.fullmatch(reference)
        if found is None or found.group(2) != self._number:
            raise Unreadable(reference)
        column = column_index(found.group(1))
        if column == after == len(self._letters):
            self._letters.append(found.group(1))
        return column

    def _end_cell(self) -> None:
        pieces = self._pieces
        text = pieces[0] if len(pieces) == 1 else "".join(pieces)
        pieces.clear()
        if not text:
            return
        column, texts = self._column, self._texts
        if self._kind == "s":
            text = self._strings[int(text)] if not text.startswith("-") else ""
        elif self._kind == "n":
            text = self._number_cell(text)
        elif self._kind == "b":
            text = "true" if text.strip() in {"1", "true"} else "false"
        elif self._kind == "d":
            day = _DAY.fullmatch(text.strip())
            text = f"{day.group(1)} {day.group(2) or '00:00:00'}" if day else text
        else:
            text = unescape(text)
        if column >= len(texts):
            texts.extend([""] * (column - len(texts)))
            texts.append(text)
        else:
            texts[column] = text

    def _number_cell(self, text: str) -> str:
        value = float(text)
        style = self._style
        if style < len(self._styles.moments) and self._styles.moments[style]:
            return moment_text(value, from_1904=self._from_1904)
        self._mask |= 1 << self._column
        code = self._styles.codes[style] if style < len(self._styles.codes) else None
        if code is not None:
            try:
                shown = shown_number(value, code)
            except ValueError:
                self._unshown.append(self._column)
            else:
                if shown is not None:
                    self._shown[self._column] = shown
        return number_text(value)

    def _merge(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        begin, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
        if begin is None or end is None:
            raise Unreadable(reference)
        self._rows.merge(
            int(begin.group(2)) - 1,
            column_index(begin.group(1)),
            int(end.group(2)) - 1,
            column_index(end.group(1)),
        )
