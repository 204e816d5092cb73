"""What is recorded of an import: a code and a name, described in the reader's language."""

from datetime import datetime
from enum import StrEnum

import polars as pl
from pydantic import BaseModel, ConfigDict

from komet.language import _


class Source(StrEnum):
    """Where mappings come from. Stored as it is; its name (of a file, a client) stands beside it.

    Older rows have a sentence in its place, in the language of whoever wrote it: it is shown as
    it is.
    """

    FILE = "file"
    HAND = "hand"
    SUGGESTIONS = "suggestions"
    COPY = "copy"
    UNDO = "undo"


def name_import(source: str | None, name: str | None) -> str:
    """What an import is called: its file, or what was done, in the reader's language."""
    match source:
        case Source.HAND:
            return _("edited by hand")
        case Source.SUGGESTIONS:
            return _("accepted suggestions")
        case Source.COPY:
            return _("copied from {name}").format(name=name)
    return name or ""


def describe_source(source: str | None, import_source: str | None, name: str | None) -> str | None:
    """Where a mapping comes from, in the reader's language.

    `import_source` and `name` are those of its import, which an undo names.
    """
    match source:
        case Source.FILE:
            return _("file {name}").format(name=name)
        case Source.HAND:
            return _("by hand")
        case Source.SUGGESTIONS | Source.COPY:
            return name_import(source, name)
        case Source.UNDO:
            return _("undo of {name}").format(name=name_import(import_source, name))
    return source


class MappingImport(BaseModel):
    """One import of a file, or one edit in the grid.

    `file_name`: what `name_import` needs beside the source; of older rows, a sentence.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    file_name: str
    source: str
    new_rows: int
    changed_rows: int
    applied_at: datetime
    who: str | None = None
    undone_at: datetime | None = None

    @property
    def title(self) -> str:
        """What it is called, in the reader's language."""
        return name_import(self.source, self.file_name)


def label_sources(frame: pl.DataFrame) -> pl.DataFrame:
    """Replace `source` (a code) by its label, and drop import_source and import_name.

    `frame` has those three columns (String), among others, which stay.
    """
    codes = ["source", "import_source", "import_name"]
    found = frame.select(codes).unique()
    labels = [describe_source(*row) for row in found.rows()]
    return (
        frame.join(
            found.with_columns(label=pl.Series(labels, dtype=pl.String)),
            on=codes,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .with_columns(source="label")
        .drop("label", "import_source", "import_name")
    )
