"""The file types of an export, found by the end of a file's name.

One more is one more file here, and its line in `WRITERS`: menus, templates and the command line
read that.
"""

from pathlib import Path

from komet.errors import InvalidInput
from komet.export.writers import csv, parquet, xlsx
from komet.export.writers.writer import Writer
from komet.language import _

WRITERS: dict[str, Writer] = {
    writer.suffix: writer for writer in (xlsx.ExcelFile(), csv.CsvFile(), parquet.ParquetFile())
}
"""Suffix → writer, in the order of the menus."""


def writer_of(target: Path) -> Writer:
    """The writer for a file, by its suffix in whatever case. Raises `InvalidInput` for another."""
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        *others, last = WRITERS
        raise InvalidInput(
            _("“{name}” has no ending that can be exported.").format(name=target.name),
            next_step=_("Use {endings} or {last}.").format(endings=", ".join(others), last=last),
        )
    return writer
