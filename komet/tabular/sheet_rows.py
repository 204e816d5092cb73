"""What every reader of a workbook gives out, row by row, and where it stops."""

from collections.abc import Callable, Sequence

MOST_ROWS = 1_048_576
"""Rows of an Excel sheet; a text file may not have more either."""
MOST_COLUMNS = 16_384
"""Columns of an Excel sheet; a text file may not have more either."""
MOST_CELLS = 2_000_000
"""Cells of a file, blank ones within a row included: 75,000 order lines of 26 columns."""
MOST_TEXT = 64_000_000
"""Characters of a file in all its cells."""
MOST_CELL_TEXT = 131_072
"""Characters of one cell: four times what Excel allows."""
MOST_UNPACKED_BYTES = 1_000_000_000
"""What an archive may say that it unpacks to."""
WORKER_MEMORY_BYTES = 480_000_000
"""How far the process that reads a workbook may grow."""
WORKER_SECONDS = 25.0
"""How long the process that reads a workbook may take, by the clock."""
MOST_EXTENT = 30_000_000
"""Rows times columns of a sheet up to its last cell: one far from the others is a mistake."""
MOST_ELEMENTS = 10_000_000
"""Cells that a sheet names, empty ones and what is none included."""
MOST_AREAS = 200_000
"""Merged areas of a sheet."""

ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
"""The first bytes of a workbook: .xlsx and .ods are archives, .xls is not."""

Send = Callable[[object], None]
"""Takes what can be written as JSON; see `komet.tabular.file` for what it means."""


class Unreadable(Exception):
    """A workbook or a sheet that is damaged."""


class NeedsPassword(Exception):
    """A workbook that only its password opens."""


class TooBig(Exception):
    """More than a table needs."""


class Budget:
    """What may still be read of a file, over all its sheets."""

    def __init__(self) -> None:
        self._cells = MOST_CELLS
        self._text = MOST_TEXT

    def spend(self, texts: Sequence[str]) -> None:
        """Count a row. Raises `TooBig`."""
        self._cells -= len(texts)
        self._text -= sum(map(len, texts))
        if self._cells < 0 or self._text < 0:
            raise TooBig


class Rows:
    """The rows of one sheet on their way out; blank ones go when something follows them."""

    def __init__(self, name: str, hidden: bool, send: Send, budget: Budget) -> None:
        self._send, self._budget = send, budget
        self._next = 0
        self._width = 0
        self._areas = 0
        send({"sheet": name, "hidden": hidden})

    def add(
        self,
        index: int,
        texts: list[str],
        mask: int = 0,
        shown: dict[int, str] | None = None,
        unshown: list[int] | None = None,
    ) -> None:
        """Row `index` from 0, after all rows before it. Raises `TooBig`."""
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            return
        self._width = max(self._width, len(texts))
        if index >= MOST_ROWS or (index + 1) * self._width > MOST_EXTENT:
            raise TooBig
        for _blank in range(self._next, index):
            self._send([])
        self._next = index + 1
        self._budget.spend(texts)
        if shown:
            # it stands there a second time
            self._budget.spend(texts)
        if mask or shown or unshown:
            self._send([texts, format(mask, "x"), shown, unshown])
        else:
            self._send([texts])

    def merge(self, first_row: int, first_column: int, last_row: int, last_column: int) -> None:
        """A merged area; those of one row are of no interest."""
        if last_row > first_row:
            self._areas += 1
            if self._areas > MOST_AREAS:
                raise TooBig
            self._send({"area": [first_row, first_column, last_row, last_column]})
