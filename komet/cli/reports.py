"""`changes` and `planning`: what these screens show, as tables or JSON."""

from datetime import date, datetime
from typing import Annotated, Literal

import polars as pl
from cyclopts import Parameter

from komet import time_zone
from komet.cli.arguments import Names, Switch, provider_ids
from komet.cli.output import Json, figure, say, say_json, table
from komet.context import open_context
from komet.language import _, moment
from komet.orders import changes as found_changes
from komet.orders.filters import Cancelled, OrderFilter
from komet.orders.model import (
    CHANGE_GROUPS,
    CHANGE_WORDS,
    DIMENSIONS,
    MEASURES,
    PERIODS,
    ChangeFilter,
    ChangeKind,
)
from komet.orders.planning import default_days, plan_weeks

Group = Literal["provider", "customer_name", "product"]
Dimension = Literal[
    "product", "sku", "customer_name", "carrier_name", "origin", "provider", "vendor_name",
    "location_name", "box_type", "mark_code", "week", "day", "month",
]  # fmt: skip
Across = Literal[
    "week", "day", "month", "none", "product", "sku", "customer_name", "carrier_name", "origin",
    "provider", "vendor_name", "location_name", "box_type", "mark_code",
]  # fmt: skip
Measure = Literal["boxes", "fbe", "stems", "total_cost"]


def changes(
    *,
    since: datetime | None = None,
    provider: Names = None,
    kind: Annotated[list[ChangeKind] | None, Parameter(consume_multiple=True, negative="")] = None,
    customer: str = "",
    product: str = "",
    number: str = "",
    by: Group = "provider",
    limit: int = 100,
    json: Json = False,
) -> int:
    """Show what changed, and what it comes to in boxes, stems and cost.

    Parameters
    ----------
    since
        A time, in your time zone where it names none (default: the last download).
    provider
        Client providers, by name.
    kind
        What happened.
    customer, product, number
        A part of the customer, of the product, of the PO number.
    by
        What the differences are summed up by.
    limit
        Rows of changes to show, the newest first.
    """
    ctx = open_context()
    chosen = ChangeFilter(
        since=time_zone.instant(since) if since else None,
        providers=provider_ids(ctx, provider),
        kinds=tuple(kind or ()),
        customer=customer,
        product=product,
        po_number=number,
    )
    report = found_changes.report_changes(ctx, chosen, by, limit=limit)
    frame, counts, sums = report.changes, report.counts, report.differences
    if json:
        say_json({
            "counts": counts, "differences": sums.to_dicts(), "changes": frame.to_dicts(),
        })  # fmt: skip
        return 0
    described = found_changes.describe_changes(frame)
    table(
        (time_zone.headed(_("Seen")), _("Importer"), _("PO number"), _("What happened"),
         _("Ship date"), _("Product"), _("Field"), _("Before"), _("After")),
        [
            (moment(time_zone.local(row["seen_at"])), row["provider"], row["po_number"],
             row["kind"], row["ship_date"], row["product"], row["field"], row["before"],
             row["after"])
            for row in described.iter_rows(named=True)
        ],
        _("Nothing has changed since then, or nothing that these filters find."),
    )  # fmt: skip
    if frame.is_empty():
        return 0
    say("")
    kinds = {_(word): counts[key] for key, word in CHANGE_WORDS.items() if counts[key]}
    say(", ".join(f"{word} {figure(n)}" for word, n in kinds.items()))
    say("")
    table(
        (_(CHANGE_GROUPS[by]), _("POs"), _("Boxes"), _("Stems"), _("Total cost")),
        [
            (row["group"], row["purchase_orders"], figure(row["boxes"]), figure(row["stems"]),
             figure(row["total_cost"]))
            for row in sums.iter_rows(named=True)
        ],
        _("Boxes, stems and cost are the same as before."),
    )  # fmt: skip
    return 0


def planning(
    *,
    rows: Annotated[list[Dimension] | None, Parameter(consume_multiple=True, negative="")] = None,
    column: Across = "week",
    sum: Measure = "boxes",
    provider: Names = None,
    from_: Annotated[date | None, Parameter(name="--from")] = None,
    to: date | None = None,
    cancelled: Switch = False,
    json: Json = False,
) -> int:
    """Show boxes, FBE, stems or cost by ship week, or turned any other way.

    Parameters
    ----------
    rows
        What goes down, up to two (default: product).
    column
        What goes across; none for totals only.
    sum
        What is summed up.
    provider
        Client providers, by name.
    from_, to
        Ship dates (default: from four weeks ago to four weeks ahead).
    cancelled
        With what was cancelled, which is left out otherwise.
    """
    ctx = open_context()
    start, end = default_days(time_zone.today(ctx.now()))
    chosen = OrderFilter(
        providers=provider_ids(ctx, provider),
        ship_from=from_ or start,
        ship_to=to or end,
        cancelled=Cancelled.SHOW if cancelled else Cancelled.HIDE,
    )
    down = tuple(dict.fromkeys(rows or ["product"]))[:2]
    found = plan_weeks(
        ctx, chosen, rows=down, column=None if column == "none" else column, measure=sum
    )
    if json:
        say_json({"measure": sum, "rows": found.cells.to_dicts(), "totals": found.totals})
        return 0
    words = DIMENSIONS | PERIODS
    names = (*found.columns, "total")
    total = [(*(_("Total"), *[""] * (len(down) - 1)), *(_shown(found.totals[n]) for n in names))]
    table(
        (*(_(words[name]) for name in down), *found.columns, _("Total")),
        [
            *((*(row[n] for n in down), *(_shown(row[n]) for n in names))
              for row in found.cells.iter_rows(named=True)),
            *total,
        ]
        if found.cells.height
        else [],
        _("Nothing ships in these days."),
    )  # fmt: skip
    if found.cells.height:
        say(_("{measure}, {start} to {end}").format(
            measure=_(MEASURES[sum]), start=chosen.ship_from, end=chosen.ship_to))  # fmt: skip
    return 0


def _shown(value: float) -> str:
    return figure(pl.Series([value]).round(2).cast(pl.Decimal(18, 2)).item())
