"""Hints that a person puts away, and does not see again on any computer."""

from komet.activity import table
from komet.context import AppContext
from komet.permissions import Actor, Permission

SAMPLE_TOUR = "sample tour"


def is_put_away(ctx: AppContext, actor: Actor, hint: str) -> bool:
    """Whether the actor has put a hint away."""
    with ctx.read() as con:
        return table.is_hint_put_away(con, actor.name, hint)


def put_away(ctx: AppContext, actor: Actor, hint: str) -> None:
    """Show a hint to the actor no more."""
    with ctx.write(actor, Permission.SAVE_VIEWS) as con:
        table.put_hint_away(con, actor.name, hint, ctx.now())
