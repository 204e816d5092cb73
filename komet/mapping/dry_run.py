"""What an import would do, row by row, and the bad rows given back."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from komet.language import _
from komet.mapping.file import MappingFile
from komet.mapping.headings import plain
from komet.mapping.identifiers import protected_source
from komet.mapping.problems import ERROR

NEW = "new"
UNKNOWN = "unknown"
"""Would be new, but the client's product list does not have the ID. Written all the same: a list
may be older than the product."""
CHANGED = "changed"
UNCHANGED = "unchanged"
SKIPPED = "skipped"
FAILED = "error"
KINDS = (NEW, UNKNOWN, CHANGED, UNCHANGED, SKIPPED, FAILED)


@dataclass(frozen=True)
class DryRun:
    """The result of checking a file; nothing has been written.

    `rows`: [row: Int64, kind, provider_id, komet_id, komet_description, sku_before, sku,
    sku_description, reason, column: String], one for each row of the file, in its order; kind
    is one of `KINDS`; reason and column are those of its first error, else first warning.
    `problems`: [row: Int64, column, severity, reason: String], all of them.
    `file`: the file that was checked.
    """

    rows: pl.DataFrame
    problems: pl.DataFrame
    file: MappingFile

    @property
    def notes(self) -> tuple[str, ...]:
        """How the file was read, in sentences: the sheet, and what only the values could decide."""
        return (*self.file.notes, *self.file.headings.notes)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows of each kind; every kind is a key."""
        counted = self.rows.group_by("kind").len()
        found = dict(zip(counted["kind"].to_list(), counted["len"].to_list(), strict=True))
        return MappingProxyType({kind: int(found.get(kind, 0)) for kind in KINDS})

    @property
    def to_apply(self) -> pl.DataFrame:
        """What to write, a product once.

        [provider_id, komet_id, sku, sku_description: String].
        """
        return self._to_apply().select("provider_id", "komet_id", "sku", "sku_description")

    @property
    def shown(self) -> pl.DataFrame:
        """[provider_id, komet_id, shown: String]: what those products had when it was checked."""
        return self._to_apply().select("provider_id", "komet_id", shown="sku_before")

    def _to_apply(self) -> pl.DataFrame:
        return self.rows.filter(pl.col("kind").is_in([NEW, UNKNOWN, CHANGED]))

    def bad_rows_csv(self) -> bytes:
        """The rows in error as they came, with a last column that says why (UTF-8 with BOM).

        It has the delimiter of the file, because that is what this person's Excel opens. Once
        corrected it can be uploaded again.
        """
        reasons = (
            self.problems.filter(pl.col("severity") == ERROR)
            .group_by("row", maintain_order=True)
            .agg(pl.col("reason").unique(maintain_order=True).str.join(" "))
            .rename({"reason": "\x00reason"})
        )
        heading = _("Reason")
        names = self.file.headings.names
        cells = self.file.source.columns[1:]
        used = set(self.file.headings.columns.values())
        # A file that was given back before has a column of old reasons.
        kept = [
            position
            for position in range(len(cells))
            if position in used
            or position >= len(names)
            or plain(names[position]) != plain(heading)
        ]
        bad = self.file.source.join(reasons, on="row", how="inner", maintain_order="left").select(
            *(protected_source(pl.col(cells[position])) for position in kept),
            protected_source(pl.col("\x00reason")),
        )
        top = [names[position] if position < len(names) else None for position in kept]
        separator = self.file.delimiter or ","
        titles = pl.DataFrame([[*top, heading]], schema=bad.schema, orient="row")
        whole = pl.concat([titles, bad]).with_columns(pl.all().replace("", None))
        written = whole.write_csv(include_header=False, separator=separator)
        return b"\xef\xbb\xbf" + written.encode()
