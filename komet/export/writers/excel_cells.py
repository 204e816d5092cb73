"""A worksheet as any Excel library can write it: values, formats and widths; and such a library.

Values come in the few types that libraries write correctly. The Rust library leaves a column
blank, without an error, when it does not know its dtype. Hence the allow-list: what is not named
here raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from komet import time_zone
from komet.export.sheet import ColumnKind, Sheet
from komet.export.writers.excel_references import below_heading
from komet.language import _

EXCEL_TEXT_LIMIT = 32_767
"""Longest text of one cell, counted as Excel does: in UTF-16 code units."""

CUT_MARK = " […]"
"""Ends a text that was cut at ``EXCEL_TEXT_LIMIT``."""

ODD_DATE = "\x00odd"
"""Suffix of a helper column: dates outside Excel's calendar, as ISO text."""

# XML 1.0 cannot carry these; the library would write Excel's _x0001_ notation,
# which other readers show literally.
_UNCLEAN = r"[\x00-\x08\x0B-\x1F\x{FFFE}\x{FFFF}]"
_CONTROLS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"

_TEXTS = (pl.String, pl.Categorical, pl.Enum)

MARK = "#FFE9A8"
"""The colour of the filled cells of a marked column."""

TO_FILL = "#FFF8E1"
"""The colour of a column that a person is to write in."""

_BATCH = 1_000
_SHOWN_ONLY = 109
"""Sum, but not what is filtered out or hidden by hand."""


@dataclass(frozen=True)
class PartColumn:
    """One column: its heading, Excel's number format or None, and its width in Excel's unit."""

    heading: str
    number_format: str | None
    width: float
    marked: bool
    is_text: bool
    to_fill: bool = False


@dataclass(frozen=True)
class Part:
    """One worksheet of the file: a sheet, or a stretch of one that is too long.

    It has `height` rows of the sheet, from `first` on; `totals` is its last row, in bold and
    outside the filter, by heading. `earlier`: the stretches before it, name and height of each.
    """

    name: str
    columns: tuple[PartColumn, ...]
    sheet: Sheet
    first: int
    height: int
    totals: dict[str, Any] | None
    earlier: tuple[tuple[str, int], ...] = ()

    @property
    def marked(self) -> bool:
        """Whether some of its columns stand out. Then none has a format beyond its last row."""
        return any(column.marked for column in self.columns)

    @property
    def last_row(self) -> int:
        """Excel's number of its last row, from 1."""
        return self.height + 1 + (self.totals is not None)

    def batches(self, size: int) -> Iterator[pl.DataFrame]:
        """Its rows as the sheet has them, `size` at a time at most, none empty."""
        left = self.height
        for stretch in self.sheet.stretches(self.first):
            for batch in stretch.head(left).iter_slices(size):
                left -= batch.height
                yield batch
            if not left:
                return

    def cells(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Rows of `batches` as `excel_frame` makes them."""
        return excel_frame(self.sheet, batch)

    def records(self) -> Iterator[dict[str, Any]]:
        """Its rows below the headings: heading → text, number, truth, date, or None."""
        for batch in self.batches(_BATCH):
            cells = self.cells(batch)
            odd = [name for name in cells.columns if name.endswith(ODD_DATE)]
            for record in cells.iter_rows(named=True):
                for name in odd:
                    text = record.pop(name)
                    if text is not None:
                        record[name.removesuffix(ODD_DATE)] = text
                yield record

    def totals_record(self) -> dict[str, Any] | None:
        """The row of totals, whose first cell says so."""
        if self.totals is None:
            return None
        headings = [column.heading for column in self.columns]
        return dict.fromkeys(headings) | {headings[0]: _("Total")} | self.totals

    def subtotal(self, heading: str) -> str | None:
        """What makes Excel add up the rows of the sheet that are shown, without its `=`.

        None where the total stays whatever is shown: it is no sum of its column, or of no rows.
        """
        if heading in self.sheet.apart or not self.sheet.height:
            return None
        at = [column.heading for column in self.columns].index(heading)
        ranges = [below_heading(at, height, name) for name, height in self.earlier]
        if self.height:
            ranges.append(below_heading(at, self.height))
        return f"SUBTOTAL({_SHOWN_ONLY},{','.join(ranges)})"


class Engine(Protocol):
    """A library that writes workbooks."""

    def __call__(self, target: Path, parts: Sequence[Part]) -> None:
        """Write the parts to `target`, a worksheet each.

        A bold frozen row of headings; a filter over headings and rows; every filled cell in the
        format of its column, in `MARK` where that is marked; columns to fill in `TO_FILL`, empty
        cells too; then the totals, bold, outside the filter, each the formula of `subtotal` where
        there is one. Texts stay texts, whatever they look like; None and an empty text are no
        cells. Printed: landscape, as wide as a page, the headings on each, the sheet's name and
        the page below.
        """


def excel_frame(sheet: Sheet, rows: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return rows of ``sheet`` as String, Boolean, Int64, Float64, Date and Datetime.

    ``rows`` are some of the sheet's; by default all. Timestamps become naive, in the time zone in
    force, NaN and infinities null, texts
    clean and short enough for Excel. A date column with days outside 1900 to 9999 comes with a
    helper column named heading + ``ODD_DATE`` that has those days as text.

    Raises ``TypeError``, naming sheet and column, for a dtype that does not
    belong in its column's kind.
    """
    frame = sheet.frame if rows is None else rows
    result: list[pl.Series] = []
    for column in sheet.columns:
        values = frame.get_column(column.heading)
        dtype = values.dtype
        if dtype == pl.Null:
            result.append(values.cast(pl.String))
        elif column.kind.is_number and dtype.is_numeric():
            result.append(_number(values))
        elif column.kind is ColumnKind.TEXT and dtype in _TEXTS:
            result.append(excel_text(values.cast(pl.String)))
        elif column.kind is ColumnKind.TEXT and dtype.is_integer():
            result.append(values.cast(pl.String))
        elif column.kind is ColumnKind.TEXT and dtype == pl.Boolean:
            result.append(values)
        elif column.kind is ColumnKind.DATE and dtype in (pl.Date, pl.Datetime):
            result.extend(_calendar(_local(values).cast(pl.Date), "%Y-%m-%d"))
        elif column.kind is ColumnKind.TIME and dtype == pl.Datetime:
            result.extend(_calendar(_local(values), "%Y-%m-%d %H:%M"))
        else:
            raise TypeError(
                f"Sheet {sheet.name!r}, column {column.heading!r}: "
                f"{dtype} cannot be written as {column.kind.value}."
            )
    return pl.DataFrame(result)


def excel_text(values: pl.Series) -> pl.Series:
    """Return the strings without control characters, cut at ``EXCEL_TEXT_LIMIT``.

    Line ends become a line feed, the one that Excel uses inside a cell.
    """
    name = values.name
    if not values.str.contains(_UNCLEAN).any():
        return _short(values)
    clean = values.to_frame().select(
        pl.col(name)
        .str.replace_all("\r\n", "\n", literal=True)
        .str.replace_all("\r", "\n", literal=True)
        .str.replace_all(_CONTROLS, "")
    )
    return _short(clean.get_column(name))


def _short(texts: pl.Series) -> pl.Series:
    # A string has at least as many bytes as code units: the slow exact cut in
    # Python is needed by almost no column.
    longest = texts.str.len_bytes().max()
    if not isinstance(longest, int) or longest <= EXCEL_TEXT_LIMIT:
        return texts
    text = pl.col(texts.name)
    return (
        texts.to_frame()
        .select(
            pl.when(text.str.len_bytes() > EXCEL_TEXT_LIMIT)
            .then(text.map_elements(_cut, return_dtype=pl.String))
            .otherwise(text)
        )
        .to_series()
    )


def _cut(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * EXCEL_TEXT_LIMIT:
        return text
    kept = units[: 2 * (EXCEL_TEXT_LIMIT - len(CUT_MARK))]
    # "ignore" drops the first half of a pair that the cut went through.
    return kept.decode("utf-16-le", "ignore") + CUT_MARK


def _number(values: pl.Series) -> pl.Series:
    # A decimal is an integer over a power of ten: one correctly rounded division,
    # so 10.10 becomes the double that prints as 10.1.
    floats = values.cast(pl.Float64)
    if values.dtype.is_integer():
        return floats if values.dtype in (pl.Int128, pl.UInt128, pl.UInt64) else values
    return floats.set(~floats.is_finite(), None)


def _local(values: pl.Series) -> pl.Series:
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone is not None:
        return values.dt.convert_time_zone(time_zone.name()).dt.replace_time_zone(None)
    return values


def _calendar(values: pl.Series, pattern: str) -> tuple[pl.Series, ...]:
    odd = ~values.dt.year().is_between(1900, 9999)
    if not odd.any():
        return (values,)
    texts = values.dt.strftime(pattern).set(~odd, None)
    return values.set(odd, None), texts.alias(values.name + ODD_DATE)
