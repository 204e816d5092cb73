"""What a file type is to the rest of the export, and how a file of it comes to its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import polars as pl

from komet.errors import InvalidInput
from komet.export.sheet import Sheet
from komet.language import _, _later, has_decimal_comma

SEPARATORS = {",": _later("comma"), ";": _later("semicolon"), "\t": _later("tab")}
"""What may stand between two columns."""


@dataclass(frozen=True)
class Dialect:
    """How a file of text is written: what stands between two columns, and before decimals.

    `separator` is one of `SEPARATORS`. With `guard_formulas` a text that Excel would run as a
    formula gets an apostrophe.
    """

    separator: str = ","
    decimal_comma: bool = False
    guard_formulas: bool = False

    @property
    def label(self) -> str:
        """The dialect in words, with a figure written in it."""
        return _("{separator}, decimals as in {figure}").format(
            separator=_(SEPARATORS[self.separator]), figure="0,5" if self.decimal_comma else "0.5"
        )


def dialect_of(
    language: str, separator: str | None = None, decimal_comma: bool | None = None
) -> Dialect:
    """What Excel reads in a language, but for what is chosen: `;` beside a decimal comma.

    Raises `InvalidInput` where a comma would part both the columns and the decimals.
    """
    if separator == "," and decimal_comma:
        raise InvalidInput(
            _("A comma cannot part both the columns and the decimals."),
            next_step=_("Choose another separator, or a decimal point."),
        )
    if decimal_comma is None:
        decimal_comma = has_decimal_comma(language) and separator != ","
    return Dialect(separator or (";" if decimal_comma else ","), decimal_comma)


def dialects(language: str) -> list[Dialect]:
    """Every dialect, that of the language first."""
    every = [Dialect(s, c) for s in SEPARATORS for c in (False, True) if not (s == "," and c)]
    usual = dialect_of(language)
    return [usual, *(one for one in every if one != usual)]


class Writer(Protocol):
    """One file type of an export."""

    suffix: str
    """The end of its file names, with the dot, in small letters."""
    label: str
    """What an export of orders in this type is called in the menu; marked by `_later`."""
    media_type: str
    """The MIME type of such a file, for a browser."""
    has_sheets: bool
    """Whether a file holds all sheets, with their totals; else it holds the rows of the first."""
    has_dialect: bool
    """Whether a person chooses how its columns and decimals are parted."""
    cell_bytes: float
    """About how many bytes a cell takes in such a file."""

    def write(self, target: Path, sheets: Sequence[Sheet], dialect: Dialect) -> None:
        """Write the sheets to `target`, which appears complete or not at all.

        Raises `TypeError` for values that the type cannot hold, `OSError` if the folder cannot be
        written.
        """


def rows_to_write(writer: Writer, sheets: Sequence[Sheet]) -> int:
    """How many rows a writer goes through: a file with sheets measures their columns first."""
    rows = sum(sheet.height for sheet in sheets if not isinstance(sheet.rows, pl.DataFrame))
    return rows * (2 if writer.has_sheets else 1)


@contextmanager
def explain_write_errors(target: Path) -> Iterator[None]:
    """Raise `InvalidInput`, in words, where the block cannot write the file."""
    try:
        yield
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be written.").format(name=target.name),
            error.strerror or "",
            _("Close it in Excel, or choose another folder."),
        ) from error


def written_bytes(name: str, write: Callable[[Path], object]) -> bytes:
    """What `write` writes to a file of that name, for a browser to download."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / name
        write(target)
        return target.read_bytes()
