"""The lines of a dispatch: which there are, how far each is, and what a typed number would do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl
from pydantic import BaseModel, ConfigDict

from komet.context import AppContext
from komet.dispatch.model import LineState
from komet.dispatch.table.lines import line_frame
from komet.errors import InvalidInput
from komet.language import _, _n, number

Typed = Mapping[tuple[str, str], int]
"""(Provider ID, PO item ID) → boxes to confirm."""
ALL, LESS, MORE, BACK, NOTHING = "all", "less", "more", "back", "nothing"
UNDER_WAY, BY_HAND = "under_way", "by_hand"
NOT_APPROVED = "PA"
"""The status of a PO that the importer has not approved yet."""


class LineFilter(BaseModel):
    """Lines that ship from one day to another; of all clients where none is named."""

    model_config = ConfigDict(frozen=True)

    date_from: date
    date_to: date
    providers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What typed numbers leave out of the order, or add to it: `lines` of them differ.

    Stems, FBE and cost in proportion to the boxes; None where the line does not say.
    """

    lines: int = 0
    boxes: Decimal = Decimal()
    stems: Decimal = Decimal()
    fbe: Decimal = Decimal()
    cost: Decimal = Decimal()


def list_lines(ctx: AppContext, chosen: LineFilter) -> pl.DataFrame:
    """The lines in the order of Komet's portal; cancelled ones are left out.

    Columns: see `komet.dispatch.table.lines.line_frame`.
    """
    with ctx.read() as con:
        return line_frame(con, chosen.providers, chosen.date_from, chosen.date_to)


def count_states(lines: pl.DataFrame) -> dict[LineState, int]:
    """State → lines in it, in the order in which a line goes through them."""
    found = dict(lines.group_by("state").len().rows())
    return {state: found.get(state.value, 0) for state in LineState}


def keys_of(lines: pl.DataFrame) -> list[tuple[str, str]]:
    """(Provider ID, PO item ID) of each line."""
    return list(lines.select("provider_id", "po_item_id").iter_rows())


def refuse_several_clients(rows: Iterable[Mapping[str, object]], name: str) -> None:
    """Raise `InvalidInput` where these lines, found by one name, are those of several clients.

    Importers number their POs each for themselves, and often alike.
    """
    clients = sorted({str(row["provider"]) for row in rows})
    if len(clients) > 1:
        raise InvalidInput(
            _("{clients} each have {name}.").format(clients=", ".join(clients), name=name),
            next_step=_("Choose one of them as the importer above, then do it again."),
        )


def confirm_all(lines: pl.DataFrame) -> dict[tuple[str, str], int]:
    """The boxes ordered of each line that is to be confirmed, not under way and not by hand.

    POs that the importer has not approved yet are left out, as in the work list of those pending:
    such a line is confirmed only where a person types it.
    """
    waiting = lines.filter(
        (pl.col("state") == LineState.TO_CONFIRM.value)
        & (pl.col("under_way") == "")
        & ~pl.col("by_hand")
        & (pl.col("po_status").fill_null("") != NOT_APPROVED)
    )
    ordered = waiting["boxes"].cast(pl.Int64)
    return dict(zip(keys_of(waiting), ordered, strict=True))


def foresee(lines: pl.DataFrame, typed: Typed) -> pl.DataFrame:
    """A row a line: `wanted` (Int64), `what` (String: what will happen, in words), `effect`.

    `effect`: one of the constants of this module, or empty where nothing happens.
    """
    rows = []
    for row in lines.iter_rows(named=True):
        wanted = typed.get((row["provider_id"], row["po_item_id"]))
        rows.append((wanted, *_effect(row, wanted)))
    schema = {"wanted": pl.Int64, "what": pl.String, "effect": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _effect(row: Mapping[str, object], wanted: int | None) -> tuple[str, str]:
    ordered = Decimal(str(row["boxes"]))
    if row["under_way"]:
        return _("being sent"), UNDER_WAY
    if wanted is None:
        return _without_number(row)
    if wanted == (row["confirmed"] or 0):
        return _("confirmed already") if wanted else _("nothing: none is confirmed"), NOTHING
    if wanted == 0:
        return _("set back"), BACK
    if wanted == ordered:
        return _n("confirm {n} box", "confirm all {n} boxes", wanted).format(n=wanted), ALL
    said = _("confirm {boxes} of {ordered}").format(boxes=wanted, ordered=number(ordered))
    stems = _part(row["stems"], wanted, ordered)
    if stems:
        said = _("confirm {boxes} of {ordered} ({stems} stems)").format(
            boxes=wanted, ordered=number(ordered), stems=signed(stems)
        )
    return said, LESS if wanted < ordered else MORE


def _without_number(row: Mapping[str, object]) -> tuple[str, str]:
    if row["by_hand"]:
        return _("to do by hand"), BY_HAND
    if row["state"] == LineState.TO_CONFIRM.value and row["po_status"] == NOT_APPROVED:
        return _("its PO is not approved yet"), NOTHING
    return "", ""


def sum_difference(lines: pl.DataFrame, typed: Typed) -> Difference:
    """What the typed numbers come to against the order, over these lines."""
    found = Difference()
    for row in lines.iter_rows(named=True):
        wanted = typed.get((row["provider_id"], row["po_item_id"]))
        ordered = Decimal(str(row["boxes"]))
        if wanted is None or wanted == ordered or not ordered:
            continue
        found = Difference(
            found.lines + 1,
            found.boxes + wanted - ordered,
            found.stems + (_part(row["stems"], wanted, ordered) or 0),
            found.fbe + (_part(row["fbe"], wanted, ordered) or 0),
            found.cost + (_part(row["total_cost"], wanted, ordered) or 0),
        )
    return found


def signed(value: Decimal, places: int | None = 0) -> str:
    """A difference with its sign, as people write it."""
    return f"{'+' if value > 0 else '−'}{number(abs(value), places)}"


def _part(whole: object, wanted: int, ordered: Decimal) -> Decimal | None:
    if whole is None or not ordered:
        return None
    return Decimal(str(whole)) * (wanted - ordered) / ordered
