"""CSV as it comes from Excel and ERPs: which encoding, which delimiter, and the cells.

Excel's own choice depends on the country of the computer, and "CSV" may be UTF-8, UTF-16 or
Windows-1252, with commas, semicolons or tabs; none of it is written in the file.
"""

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from komet.language import _
from komet.mapping.errors import MappingFileError
from komet.mapping.headings import HEADING_DEPTH, find_headings, heading_score

DELIMITERS = (",", ";", "\t")
_SAMPLE = 64_000
_SEP_LINE = re.compile(r'\A"?sep=([,;\t])"?[ ]*(?:\r\n|\n|\r|\Z)', re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Put after the last line: if it does not come back as a row of its own, a quotation mark was
# never closed and has swallowed it, with who knows how many rows before.
_END = "\x03end of the mapping file\x03"


@dataclass(frozen=True)
class Table:
    """The cells of a file as text. `records[0]` is row 1 as Excel numbers it, blanks included."""

    records: list[list[str]]
    encoding: str | None
    delimiter: str | None


def read_csv_table(data: bytes) -> Table:
    """Decode and split a CSV file. Raises MappingFileError when it is not readable text."""
    text, encoding = decode(data)
    delimiter = None
    # Excel takes this line as an order and does not show it, so it does not count as a row.
    if sep := _SEP_LINE.match(text):
        delimiter = sep.group(1)
        text = text[sep.end() :]
    delimiter = delimiter or find_delimiter(text)
    return Table(_split(text, delimiter), encoding, delimiter)


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Raises MappingFileError for anything but text."""
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise _not_text() from None
        encoding = "cp1252"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            raise _not_text() from None
    text = text.removeprefix("\ufeff")
    controls = len(_CONTROLS.findall(text, 0, _SAMPLE))
    if "\x00" in text or controls * 50 > min(len(text), _SAMPLE):
        raise _not_text()
    return text, encoding


def _encoding(data: bytes) -> str:
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


def find_delimiter(text: str) -> str:
    """The delimiter under which the first rows read as headings that we know."""

    def score(delimiter: str) -> tuple[bool, int, int]:
        # A cut sample may end inside a quotation, which is no reason to think less of it.
        lines = io.StringIO(text[:_SAMPLE], newline="")
        records: list[list[str]] = []
        with contextlib.suppress(csv.Error):
            records.extend(itertools.islice(csv.reader(lines, delimiter=delimiter), HEADING_DEPTH))
        position = find_headings(records)
        if position is None:
            return (False, 0, 0)
        return (*heading_score(records[position]), len(records[position]))

    return max(DELIMITERS, key=score)


def _split(text: str, delimiter: str) -> list[list[str]]:
    lines: Iterator[str] = io.StringIO(text, newline="")
    if text and not text.endswith(("\n", "\r")):
        lines = io.StringIO(text + "\n", newline="")
    reader = csv.reader(itertools.chain(lines, [_END]), delimiter=delimiter)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error:
        raise _open_quotation(len(records) + 1) from None
    if not records or records.pop() != [_END]:
        raise _open_quotation(len(records) + 1)
    return records


def _open_quotation(row: int) -> MappingFileError:
    return MappingFileError(
        _("A quotation mark is not closed"),
        _("In row {row} a cell begins with a quotation mark that has no partner.").format(row=row),
        _("Correct that cell, or save the file as an Excel workbook, and upload it again."),
    )


def _not_text() -> MappingFileError:
    return MappingFileError(
        _("This file is not a table"),
        _("Its content is not text in UTF-8, UTF-16 or Windows-1252."),
        _("Save it as CSV UTF-8 or as an Excel workbook (.xlsx), and upload it again."),
    )
