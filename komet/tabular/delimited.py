"""CSV as it comes from Excel, ERPs and the portal: which encoding, which delimiter, the cells.

Excel's own choice depends on the country of the computer, and "CSV" may be UTF-8, UTF-16 or
Windows-1252, with commas, semicolons, tabs or bars; none of it is written in the file. The text
is never held as a whole: it may be four times as large as its bytes.
"""

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TextIO

from komet.tabular.errors import (
    OpenQuotation,
    TableTooBig,
    cell_too_long,
    no_table,
    pdf,
    too_many,
    too_many_cells,
    web_page,
)
from komet.tabular.model import Sheet, TableFile
from komet.tabular.sheet_rows import MOST_CELL_TEXT, MOST_CELLS, MOST_COLUMNS, MOST_ROWS

Likeness = Callable[[Sequence[Sequence[str]]], Any]
"""How much rows look like the table that is wanted: larger is likelier."""

DELIMITERS = ("\t", "|", ";", ",")
"""The rarer within a cell, the further left."""
_SAMPLE = 200_000
_SAMPLE_ROWS = 200
_CHUNK = 1 << 20
_SEP_LINE = re.compile(r'\A"?sep=([,;\t|])"?[ ]*(?:\r\n|\n|\r|\Z)', re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_SAMPLE = 64_000
_MARKUP = re.compile(r"\A\s*(?:<\?xml|<!doctype|<html|<head|<body|<table|<meta)", re.IGNORECASE)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")

# Put after the last line: if it does not come back as a row of its own, a quotation mark was
# never closed and has swallowed it, with who knows how many rows before.
_END = "\x03end of the table\x03"


def read_delimited(data: bytes, file_name: str, likeness: Likeness) -> TableFile:
    """Decode and split a text with columns.

    Raises `NotATable` where it is none, `TableTooBig` or `OpenQuotation`.
    """
    if data.startswith(b"%PDF"):
        raise pdf(file_name)
    if data.startswith(_PICTURES):
        raise no_table(file_name)
    encoding = find_encoding(data)
    if encoding is None:
        raise no_table(file_name)
    sample = _text(data, encoding).read(_SAMPLE)
    if _MARKUP.match(sample):
        raise web_page(file_name)
    delimiter, skipped = None, 0
    # Excel takes this line as an order and does not show it, so it does not count as a row.
    if sep := _SEP_LINE.match(sample):
        delimiter, skipped = sep.group(1), sep.end()
    delimiter = delimiter or find_delimiter(sample[skipped:], likeness)
    text = _text(data, encoding)
    text.read(skipped)
    records = _split(text, delimiter)
    # Excel writes semicolons where the comma is the country's decimal sign.
    sheet = Sheet(None, records, expected_decimal="," if delimiter == ";" else ".")
    return TableFile([sheet], encoding, delimiter)


def find_encoding(data: bytes) -> str | None:
    """The encoding under which the bytes are text; None for anything but text."""
    named = _marked_encoding(data)
    for encoding in (named,) if named != "utf-8" else ("utf-8", "cp1252"):
        verdict = _is_text(data, encoding)
        if verdict is not None:
            return encoding if verdict else None
    return None


def _marked_encoding(data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark, UTF-16 of a western language shows as zeros in every other byte.
    sample = data[:4_000]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * 0.4 and sample[0::2].count(0) < half * 0.1:
        return "utf-16-le"
    if half and sample[0::2].count(0) > half * 0.4 and sample[1::2].count(0) < half * 0.1:
        return "utf-16-be"
    return "utf-8"


def _is_text(data: bytes, encoding: str) -> bool | None:
    """Whether the decoded bytes read as text; None when they cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    seen = controls = 0
    for begin in range(0, len(data), _CHUNK):
        try:
            text = decoder.decode(view[begin : begin + _CHUNK], begin + _CHUNK >= len(data))
        except UnicodeDecodeError:
            return None
        if "\x00" in text:
            return False
        if seen < _CONTROL_SAMPLE:
            controls += len(_CONTROLS.findall(text, 0, _CONTROL_SAMPLE - seen))
            seen = min(seen + len(text), _CONTROL_SAMPLE)
    return controls * 50 <= seen


def _text(data: bytes, encoding: str) -> TextIO:
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    # a mark that the codec has left in
    if encoding.startswith("utf") and text.read(1) != "\ufeff":
        text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    return text


def find_delimiter(sample: str, likeness: Likeness) -> str:
    """The delimiter under which the first rows look most like the table that is wanted.

    Among equals, the one that gives the most rows the same number of cells, more than one.
    """

    def score(delimiter: str) -> tuple[Any, int, bool]:
        # A cut sample may end inside a quotation, which is no reason to think less of it.
        lines = io.StringIO(sample, newline="")
        records: list[list[str]] = []
        with contextlib.suppress(csv.Error):
            reader = csv.reader(lines, delimiter=delimiter)
            records.extend(itertools.islice(reader, _SAMPLE_ROWS))
        widths = Counter(len(record) for record in records if len(record) > 1)
        alike = max(widths.values(), default=0)
        return likeness(records), alike, not alike and delimiter == ","

    return max(DELIMITERS, key=score)


class _Lines:
    """The lines of a text, the last one ended, and which of them make the row being read."""

    def __init__(self, text: TextIO, delimiter: str) -> None:
        self._text, self._delimiter = text, delimiter
        self.quoted = False

    def __iter__(self) -> Iterator[str]:
        line = ""
        for line in self._text:
            self.quoted = self.quoted or '"' in line
            # the splitter makes all cells of a line before it gives any
            if len(line) > MOST_CELL_TEXT and line.count(self._delimiter) > MOST_CELL_TEXT:
                raise too_many(MOST_COLUMNS, rows=False)
            yield line if line.endswith(("\n", "\r")) else line + "\n"
        yield _END


def _split(text: TextIO, delimiter: str) -> list[list[str]]:
    lines = _Lines(text, delimiter)
    records: list[list[str]] = []
    cells = 0
    try:
        for record in csv.reader(lines, delimiter=delimiter):
            records.append(record)
            cells += len(record)
            if len(record) > MOST_COLUMNS or len(records) > MOST_ROWS + 1 or cells > MOST_CELLS:
                raise _too_big(record, len(records))
            lines.quoted = False
    except csv.Error:
        if not lines.quoted:
            raise cell_too_long(len(records) + 1, MOST_CELL_TEXT) from None
        raise OpenQuotation(len(records) + 1) from None
    if not records or records.pop() != [_END]:
        raise OpenQuotation(len(records) + 1)
    return records


def _too_big(record: Sequence[str], rows: int) -> TableTooBig:
    if len(record) > MOST_COLUMNS:
        return too_many(MOST_COLUMNS, rows=False)
    return too_many(MOST_ROWS, rows=True) if rows > MOST_ROWS else too_many_cells(MOST_CELLS)
