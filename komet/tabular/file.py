"""Table files of any kind (CSV, XLSX, XLS, ODS): rows of text cells that know where they stood.

Workbooks (.xlsx, .xlsm, .xls, .ods) are read by a process of their own. What it sends, a line of
JSON each: {"sheet", "hidden"} begins a sheet; a list is its next row: [] for a blank one, else
[texts, hexadecimal mask of the numbers, {column: shown}, columns whose format we do not know];
{"area"} is a merged one of the sheet; {"unreadable"} says that the sheet is damaged; {"end"} comes
last: "done", "password", "too big" or "damaged".
"""

import codecs
import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from komet.tabular.delimited import Likeness, read_delimited
from komet.tabular.errors import (
    EmptyTable,
    PasswordProtected,
    TableError,
    damaged,
    damaged_old_workbook,
    workbook_too_big,
    workbook_too_slow,
)
from komet.tabular.model import Area, Sheet, TableFile
from komet.tabular.sheet_rows import OLE_SIGNATURE, WORKER_SECONDS, ZIP_SIGNATURE

_ROOT = str(Path(__file__).parents[2])
_START = "import sys; sys.path.insert(0, sys.argv[1]); import komet.tabular.worker as w; w.main()"
_SIGNALS_OF_TIME = {-24}  # SIGXCPU

FILE_TYPES = ("xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt")
"""The endings of the files that can be read; the content decides, not the name."""


def read_table_file(data: bytes, file_name: str, likeness: Likeness) -> TableFile:
    """Read a workbook or a text with columns; the content decides which, not the name.

    `likeness` says how much some rows look like the table that is wanted, for the choice of a
    delimiter. Raises a `TableError` when the file as a whole cannot be read.
    """
    if _is_blank(data):
        raise EmptyTable(file_name)
    if data.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        return read_workbook(data, file_name)
    return read_delimited(data, file_name, likeness)


def _is_blank(data: bytes) -> bool:
    """Whether a file holds nothing but white space, or a mark of its encoding."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = data.removeprefix(mark)
    return not data.translate(None, b"\x00 \t\n\r\v\f")


def read_workbook(data: bytes, file_name: str, seconds: float = WORKER_SECONDS) -> TableFile:
    """All sheets that hold something, read within `seconds`.

    Raises `EmptyTable`, `NotATable`, `TableTooBig` or `PasswordProtected`.
    """
    process = subprocess.Popen(  # noqa: S603  our own program, and the file goes by its input
        [sys.executable, "-c", _START, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    collected = _Collected()
    try:
        _exchange(process, data, collected)
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
    if collected.end == "done":
        return collected.table_file(data, file_name)
    if collected.end is None and (late.is_set() or process.returncode in _SIGNALS_OF_TIME):
        raise workbook_too_slow()
    raise _failure(collected.end, data, file_name)


def _exchange(process: "subprocess.Popen[bytes]", data: bytes, collected: "_Collected") -> None:
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None  # noqa: S101
    assert stdout is not None  # noqa: S101
    with suppress(OSError):  # it may have died already
        stdin.write(data)
        stdin.close()
    for line in stdout:
        if not line.endswith(b"\n"):
            return
        collected.take(json.loads(line))
    process.wait()


def _failure(end: str | None, data: bytes, file_name: str) -> TableError:
    if end == "password":
        return PasswordProtected(file_name)
    # One that died has asked for more memory than it may have.
    if end in {None, "too big"}:
        return workbook_too_big()
    return damaged_old_workbook(file_name) if data.startswith(OLE_SIGNATURE) else damaged(file_name)


class _Collected:
    """The sheets of a workbook as they come."""

    def __init__(self) -> None:
        self.end: str | None = None
        self._sheets: list[tuple[str, bool, _Rows]] = []
        self._unreadable: list[str] = []

    def take(self, line: Any) -> None:
        """One line of what the process sends."""
        if isinstance(line, list):
            self._sheets[-1][2].add(line)
        elif "area" in line:
            self._sheets[-1][2].merged.append(tuple(line["area"]))
        elif "sheet" in line:
            self._sheets.append((line["sheet"], line["hidden"], _Rows()))
        elif "unreadable" in line:
            self._sheets.pop()
            self._unreadable.append(line["unreadable"])
        else:
            self.end = line["end"]

    def table_file(self, data: bytes, file_name: str) -> TableFile:
        """Those that hold something."""
        sheets = [
            Sheet(
                name,
                rows.records,
                hidden=hidden,
                shown=rows.shown,
                unshown=rows.unshown,
                number_masks=rows.masks,
                merged=rows.merged,
            )
            for name, hidden, rows in self._sheets
            if rows.records
        ]
        if sheets:
            return TableFile(sheets, unreadable=tuple(self._unreadable))
        if self._unreadable:
            raise _failure("damaged", data, file_name)
        raise EmptyTable(file_name)


class _Rows:
    def __init__(self) -> None:
        self.records: list[list[str]] = []
        self.masks: list[int] = []
        self.shown: dict[int, list[str]] = {}
        self.unshown: dict[int, list[int]] = {}
        self.merged: list[Area] = []

    def add(self, line: list[Any]) -> None:
        texts: list[str] = line[0] if line else []
        index = len(self.records)
        self.records.append(texts)
        if len(line) < 4:
            self.masks.append(0)
            return
        self.masks.append(int(line[1], 16))
        if line[2]:
            seen = texts.copy()
            for column, text in line[2].items():
                seen[int(column)] = text
            self.shown[index] = seen
        if line[3]:
            self.unshown[index] = line[3]
