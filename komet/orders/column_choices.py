"""Which columns of orders a person looks at, in which order, and how wide; kept by their name."""

from collections.abc import Sequence

from komet.context import AppContext
from komet.orders import columns
from komet.orders.model import ColumnChoice, ColumnWidth
from komet.orders.table import column_choices as table
from komet.permissions import Actor, Permission


def read_columns(ctx: AppContext, actor: Actor) -> ColumnChoice:
    """What a person has chosen; those with which one begins where that is nothing."""
    with ctx.read() as con:
        found = table.choice_of(con, actor.name)
    return found or ColumnChoice(columns=columns.standard())


def save_columns(ctx: AppContext, actor: Actor, choice: ColumnChoice) -> None:
    """Keep a choice; what one begins with is no choice, and follows the product."""
    with ctx.write(actor, Permission.SAVE_VIEWS) as con:
        if choice == ColumnChoice(columns=columns.standard()):
            table.delete(con, actor.name)
        else:
            table.write(con, actor.name, choice, ctx.now())


def list_visible(chosen: Sequence[str], importers: int) -> tuple[str, ...]:
    """The columns that a table shows: those chosen that there are, or else the standard ones.

    The importer says nothing where there is only one.
    """
    known = {column.name for column in columns.shown()}
    found = [name for name in dict.fromkeys(chosen) if name in known] or columns.standard()
    left = tuple(name for name in found if importers > 1 or name != "provider")
    return left or ("provider",)


def toggle_column(choice: ColumnChoice, name: str) -> ColumnChoice:
    """Show the column as the last one, or leave it out; the only one stays."""
    names = choice.columns
    left = tuple(one for one in names if one != name)
    changed = (left or names) if name in names else (*names, name)
    return choice.model_copy(update={"columns": changed})


def move_column(choice: ColumnChoice, name: str, by: int) -> ColumnChoice:
    """Move a column by so many places; beyond an end it stays there."""
    names = [one for one in choice.columns if one != name]
    index = min(max(choice.columns.index(name) + by, 0), len(names))
    names.insert(index, name)
    return choice.model_copy(update={"columns": tuple(names)})


def set_width(choice: ColumnChoice, name: str, width: ColumnWidth | None) -> ColumnChoice:
    """Set how wide a column is; None is as wide as what it holds."""
    widths = {n: w for n, w in choice.widths.items() if n != name}
    return choice.model_copy(update={"widths": widths | ({name: width} if width else {})})
