"""The changes as an Excel file: what changed, and what it comes to by client, customer, product."""

from pathlib import Path
from tempfile import TemporaryDirectory

from komet.context import AppContext
from komet.db import audit
from komet.export import layout
from komet.export.orders import sheet_of, written
from komet.language import _
from komet.orders import changes
from komet.orders.changes import GROUPS, ChangeFilter


def export_changes(ctx: AppContext, chosen: ChangeFilter, target: Path) -> int:
    """Write the changes that the filter finds to an .xlsx file; returns how many.

    Sheet Changes with the changed values marked, and a sheet of differences for each of `GROUPS`.
    Raises `InvalidInput` where the file cannot be written.
    """
    with ctx.db.read() as con:
        found = changes.changes(con, chosen)
        sums = {by: changes.differences(con, chosen, by) for by in GROUPS}
    sheets = [
        sheet_of(
            _("Changes"), layout.CHANGES, changes.in_words(found), marked=layout.CHANGES_MARKED
        )
    ]
    for by, frame in sums.items():
        totals = {_(name): frame[column].sum() for column, name, kind in layout.DIFFERENCES
                  if kind.is_number and column != "purchase_orders"}  # fmt: skip
        name = _("By {group}").format(group=_(GROUPS[by]).lower())
        sheets.append(sheet_of(name, layout.DIFFERENCES, frame, totals))
    written(target, sheets)
    with ctx.db.write() as con:
        audit.record(con, "changes exported", target.name, ctx.now(), {"rows": found.height})
    return found.height


def export_changes_bytes(ctx: AppContext, chosen: ChangeFilter) -> bytes:
    """The same file as bytes, for a browser to download."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "changes.xlsx"
        export_changes(ctx, chosen, target)
        return target.read_bytes()
