"""CSV as the portal and Excel write it: encoding, delimiter, and the cells."""

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections.abc import Iterator

from komet.language import _
from komet.mapping.dialect import decode
from komet.mapping.errors import MappingFileError
from komet.orderfile.errors import NotATable
from komet.orderfile.headings import SEARCH_DEPTH, find, score
from komet.orderfile.sheet import Sheet

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 200_000
_SEP_LINE = re.compile(r'\A"?sep=([,;\t|])"?[ ]*(?:\r\n|\n|\r|\Z)', re.IGNORECASE)
# Put after the last line: if it does not come back as a row of its own, a quotation mark was
# never closed and has swallowed it, with who knows how many rows before.
_END = "\x03end of the order file\x03"
_MARKUP = re.compile(r"\A\s*(?:<\?xml|<!doctype|<html|<head|<body|<table|<meta)", re.IGNORECASE)
_STARTS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf")


def read_csv(data: bytes, file_name: str) -> Sheet:
    """Decode and split a text with columns. Raises NotATable for anything else."""
    if data.startswith(_STARTS):
        raise _no_table(file_name)
    try:
        text, _encoding = decode(data)
    except MappingFileError as error:
        raise _no_table(file_name) from error
    if _MARKUP.match(text):
        raise NotATable(
            _("This file is a web page"),
            _("{file_name} is named like a workbook, but holds HTML or XML.").format(
                file_name=file_name
            ),
            _("Open it in Excel, save it as .xlsx, and upload the new file."),
        )
    delimiter = None
    # Excel takes this line as an order and does not show it, so it does not count as a row.
    if sep := _SEP_LINE.match(text):
        delimiter = sep.group(1)
        text = text[sep.end() :]
    delimiter = delimiter or _delimiter(text)
    records = _split(text, delimiter)
    width = max((len(record) for record in records), default=0)
    return Sheet(
        None,
        [record + [""] * (width - len(record)) for record in records],
        # Excel writes semicolons where the comma is the country's decimal sign.
        expected_decimal="," if delimiter == ";" else ".",
    )


def _delimiter(text: str) -> str:
    """The delimiter under which some row reads best as the headings."""

    def likeliness(delimiter: str) -> tuple[bool, tuple[int, int]]:
        # A cut sample may end inside a quotation, which is no reason to think less of it.
        lines = io.StringIO(text[:_SAMPLE], newline="")
        records: list[list[str]] = []
        with contextlib.suppress(csv.Error):
            records.extend(itertools.islice(csv.reader(lines, delimiter=delimiter), SEARCH_DEPTH))
        headings = find(records)
        return headings is not None, score(headings) if headings else (0, 0)

    return max(DELIMITERS, key=likeliness)


def _split(text: str, delimiter: str) -> list[list[str]]:
    if text and not text.endswith(("\n", "\r")):
        text += "\n"
    lines: Iterator[str] = itertools.chain(io.StringIO(text, newline=""), [_END])
    records: list[list[str]] = []
    try:
        records.extend(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        raise _open_quotation(len(records) + 1) from None
    if not records or records.pop() != [_END]:
        raise _open_quotation(len(records) + 1)
    return records


def _open_quotation(row: int) -> NotATable:
    return NotATable(
        _("A quotation mark is not closed"),
        _("In row {row} a cell begins with a quotation mark that has no partner.").format(row=row),
        _("Correct that cell, or save the file as an Excel workbook, and upload it again."),
    )


def _no_table(file_name: str) -> NotATable:
    return NotATable(
        _("This file is not a table"),
        _("{file_name} is neither an Excel workbook nor a text with columns.").format(
            file_name=file_name
        ),
        _("Export the purchase orders as Excel or CSV, and upload that file."),
    )


def is_blank(data: bytes) -> bool:
    """Whether a file holds nothing but white space, or a mark of its encoding."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = data.removeprefix(mark)
    return not data.replace(b"\x00", b"").strip()
