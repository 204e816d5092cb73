"""The morning brief of the Overview: what is wrong, how old the data is, cards, importers.

A card's figures and its link are made of one filter, so that they agree with the rows behind it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import streamlit as st

from komet import time_zone
from komet.activity.warnings import WarningKind
from komet.clients.model import Provider
from komet.context import AppContext
from komet.ingest.runs import start_run
from komet.language import _, _n, number, zoned_moment
from komet.orders.changes import since_yesterday
from komet.orders.filters import Mapped, OrderFilter
from komet.orders.model import CHANGE_WORDS, ChangeFilter, ChangeKind
from komet.orders.work_lists import WorkList
from komet.web.screens.cancelled_choice import chosen_cancelled
from komet.web.screens.changes import signed
from komet.web.shell import failures, reads
from komet.web.shell.figures import figure_column
from komet.web.shell.moments import explain_zone, moment_column
from komet.web.shell.resources import worker
from komet.web.shell.session import actor

CARD = 240
"""Pixels: four cards side by side on a laptop, one on a phone, and no figure is cut."""
_DOORS = {
    WarningKind.REFUSED: "pages/tokens.py",
    WarningKind.SPENT: "pages/activity.py",
    WarningKind.OLD: "pages/po_download.py",
}


def show_warnings(active: Sequence[Provider]) -> None:
    """What stands in the way of today's work, before anything else."""
    for warned in reads.warnings(tuple(active)):
        show = st.error if warned.kind is WarningKind.REFUSED else st.warning
        with st.container(gap="xsmall"):
            show(failures.plain(warned.message), icon=":material/warning:")
            if warned.kind is WarningKind.REFUSED:
                st.page_link(_DOORS[warned.kind], label=_("Go to Tokens"))


def refresh_bar(ctx: AppContext, active: Sequence[Provider]) -> None:
    """How old the data is, and one press every morning: the open window of every active client."""
    bar = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
    if fresh := _freshness(reads.last_downloads()):
        bar.markdown(fresh, width="content", help=explain_zone(ctx.now()))
    if not active:
        return
    bar = bar.container(horizontal=True, width="content", vertical_alignment="center")
    with bar, failures.shown():
        plan = reads.refresh_plan(tuple(active))
        st.caption(
            _("{requests} of {left} requests").format(
                requests=number(plan.requests), left=number(sum(p.left for p in plan.pools))
            ),
            width="content",
            help=failures.plain(plan.sentence),
        )
        if st.button(
            _("Refresh"),
            type="primary",
            icon=":material/refresh:",
            help=_("Downloads the open days of every active importer: what changed since the last"
                   " time is on Changes."),
        ):  # fmt: skip
            run, _resumed = start_run(ctx, actor(), plan, source="refresh")
            worker().submit(actor(), run.id)
            st.switch_page("pages/po_download.py")


def _freshness(stored: pl.DataFrame) -> str:
    at: list[datetime] = stored["last_download"].drop_nulls().to_list()
    if not at:
        return ""
    when = f"**{zoned_moment(min(at))}**"
    if len(at) == stored.height:
        return _n(
            "Data as of {when}.", "Data as of {when} or later, all {n} importers.", len(at)
        ).format(when=when, n=number(len(at)))
    return _("Data as of {when} or later, {n} of {all} importers.").format(
        when=when, n=number(len(at)), all=number(stored.height)
    )


def show_cards(ctx: AppContext, active: Sequence[Provider]) -> None:
    """What there is to do, and what ships: each card opens its rows."""
    today = time_zone.today(ctx.now())
    row = st.container(horizontal=True, gap="small")
    _to_confirm(row)
    _changed(row, ctx.now())
    _without_sku(row)
    _failed_days(row)
    _ships(row, _("Ships today"), today)
    _ships(row, _("Ships tomorrow"), today + timedelta(days=1))
    _allowance(row, active)


def card(
    row: Any,
    page: str,
    label: str,
    figures: Sequence[str],
    *,
    link: Mapping[str, list[str]] | None = None,
    explained: str | None = None,
) -> None:
    """A bordered card: its title opens the rows, its figures are in bold."""
    with row.container(border=True, width=CARD, height="stretch", gap="xsmall"):
        st.page_link(
            page, label=label, query_params=dict(link or {}), help=explained,
            icon=":material/chevron_right:", icon_position="right",
        )  # fmt: skip
        st.markdown("  \n".join(figures))


def order_card(
    row: Any,
    label: str,
    chosen: OrderFilter,
    figures: Sequence[str],
    explained: str | None = None,
) -> None:
    """A card whose rows are those of a filter on Purchase orders."""
    link = chosen.to_query()
    card(row, "pages/purchase_orders.py", label, figures, link=link, explained=explained)


def lines_of(lines: int) -> str:
    """So many lines, in bold."""
    return _n("**{n}** line", "**{n}** lines", lines).format(n=number(lines))


def boxes_of(boxes: Any) -> str:
    """So many boxes, in bold."""
    return _("**{boxes}** boxes").format(boxes=number(boxes or 0))


def _to_confirm(row: Any) -> None:
    chosen = OrderFilter(work=WorkList.PENDING)
    found = reads.totals(chosen)
    order_card(
        row, _("To confirm"), chosen, [lines_of(found.lines), boxes_of(found.boxes)],
        _(WorkList.PENDING.meaning),
    )  # fmt: skip


def _changed(row: Any, now: datetime) -> None:
    sums = reads.change_sums(ChangeFilter(since=since_yesterday(now), first_downloads=False))
    together = sums[None]
    kinds = [
        f"{_(CHANGE_WORDS[kind])} **{number(sums[kind].purchase_orders)}**"
        for kind in ChangeKind
        if kind is not ChangeKind.FIRST and sums[kind].purchase_orders
    ]
    figures = [" · ".join(kinds) or _("Nothing has changed.")]
    if together.purchase_orders:
        boxes, cost = (failures.plain(signed(n)) for n in (together.boxes, together.total_cost))
        figures.append(_("**{boxes}** boxes, **{cost}** cost").format(boxes=boxes, cost=cost))
    card(
        row, "pages/changes.py", _("Changed since yesterday"), figures,
        link={"since": ["yesterday"]},
        explained=_("POs by what happened to them, and what it comes to in boxes and cost."),
    )  # fmt: skip


def _without_sku(row: Any) -> None:
    coverage = reads.coverage()
    products, boxes = int(coverage["unmapped_ordered"].sum()), coverage["boxes_at_stake"].sum()
    order_card(
        row, _("Without SKU"), OrderFilter(mapped=Mapped.UNMAPPED),
        [
            _n("**{n}** product", "**{n}** products", products).format(n=number(products)),
            _("**{boxes}** boxes at stake").format(boxes=number(boxes)),
        ],
        _("Products without a SKU in downloaded orders that were not cancelled."),
    )  # fmt: skip


def _failed_days(row: Any) -> None:
    failed = int(reads.last_downloads()["failed"].sum())
    figures = _n("**{n}** day", "**{n}** days", failed).format(n=number(failed))
    more = _("Their newest try failed.") if failed else _("Every day could be downloaded.")
    card(row, "pages/po_download.py", _("Failed days"), [figures, more])


def _ships(row: Any, label: str, day: date) -> None:
    chosen = OrderFilter(ship_from=day, ship_to=day, cancelled=chosen_cancelled())
    found = reads.totals(chosen)
    fbe = _("**{fbe}** FBE").format(fbe=number(found.fbe or 0, 2))
    order_card(
        row, label, chosen, [boxes_of(found.boxes), fbe],
        _("What ships on {day}.").format(day=day),
    )  # fmt: skip


def _allowance(row: Any, active: Sequence[Provider]) -> None:
    pools = reads.pools_left(tuple(active))
    if not pools:
        return
    least = pools[0]
    figures = [
        _("**{left}** of {allowed}").format(left=number(least.left), allowed=number(least.allowed)),
        failures.plain(", ".join(least.names)),
    ]
    card(
        row, "pages/activity.py", _("Requests left today"), figures,
        explained=_("Of the importer with the fewest. The count starts anew at 00:00 UTC."),
    )  # fmt: skip


def importers(active: Sequence[Provider]) -> None:
    """Each importer: last download, what is stored, failed days, requests left; a click opens it.

    A click on failed days leads to PO download, on unmapped products to their lines, on requests to
    Activity, on anything else to the importer's purchase orders.
    """
    stored = reads.last_downloads()
    unmapped = {row["provider_id"]: row for row in reads.coverage().iter_rows(named=True)}
    left = reads.requests_left(tuple(active))
    chosen = OrderFilter(cancelled=chosen_cancelled())
    orders = reads.count_orders(chosen)
    picked = st.dataframe(
        [
            {
                "provider": row["provider"],
                "last": row["last_download"],
                "orders": orders.get(row["provider_id"], 0),
                "failed": row["failed"],
                "left": left.get(row["provider_id"]),
                "unmapped": unmapped.get(row["provider_id"], {}).get("unmapped_ordered", 0),
                "at_stake": float(unmapped.get(row["provider_id"], {}).get("boxes_at_stake", 0)),
                "days": row["days"],
            }
            for row in stored.iter_rows(named=True)
        ],
        hide_index=True,
        placeholder="",
        key="overview_importers",
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            "provider": _("Importer"),
            "last": moment_column(_("Last download")),
            "orders": figure_column(_("POs")),
            "failed": _("Failed days"),
            "left": figure_column(_("Requests left today")),
            "unmapped": figure_column(
                _("Unmapped products"),
                help=_("Products without a SKU in downloaded orders that were not cancelled."),
            ),
            "at_stake": figure_column(
                _("Boxes at stake"),
                help=_("Boxes of the lines that ask for them, each line's boxes once."),
            ),
            "days": _("Days held"),
        },
    )
    if cells := picked.selection.cells:
        at, column = cells[0]
        _open_importer(stored["provider_id"][at], column, chosen)


def _open_importer(provider_id: str, column: str, every: OrderFilter) -> None:
    """Go to the rows behind a cell of the table of importers; `every` finds all of their POs."""
    if column == "failed":
        st.switch_page("pages/po_download.py")
    if column == "left":
        st.switch_page("pages/activity.py")
    chosen = every.model_copy(update={"providers": (provider_id,)})
    if column in {"unmapped", "at_stake"}:
        chosen = chosen.model_copy(update={"mapped": Mapped.UNMAPPED})
    st.switch_page("pages/purchase_orders.py", query_params=chosen.to_query())
