"""The pieces of the Changes screen: since when, the filters, the sums, the table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import polars as pl
import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.export.reports import export_changes_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, _later, _n, day_pattern, number, zoned_moment
from komet.orders import changes
from komet.orders.filters import Cancelled, Gone, OrderFilter
from komet.orders.model import (
    CHANGE_GROUPS,
    CHANGE_WORDS,
    ChangeFilter,
    ChangeKind,
    ChangeSums,
    Download,
)
from komet.web.screens.drilling import open_behind
from komet.web.screens.order_panel import pick, show_order_among
from komet.web.shell import address, failures, parts, reads, state
from komet.web.shell.figures import figure_column
from komet.web.shell.moments import explain_zone, moment_column
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

PAGE = 500
_TILE = 140
_TABLE, _SUMS = "changes_table", "changes_sums"
_SINCE = {
    "last": _later("Last download"),
    "yesterday": _later("Yesterday"),
    "date": _later("A date"),
}
"""Since when changes are looked at, by its name in links."""


def change_scope(every: Sequence[Provider], last: Download | None, now: datetime) -> ChangeFilter:
    """Since when, and of whom: what the widgets say, whichever kinds' tiles are pressed."""
    names = {provider.id: provider.name for provider in every}
    address.bind(
        "changes",
        address.choice("changes_since", "since", list(_SINCE), "last"),
        address.day("changes_from", "from", time_zone.today(now)),
        address.choices(state.CHANGES_KINDS, "kind", list(ChangeKind)),
        address.choices("changes_providers", "client", list(names)),
        address.text("changes_customer", "customer"),
        address.text("changes_product", "product"),
    )
    pills, a, b, c = st.columns([3, 2, 2, 2])
    picked = pills.pills(
        _("Since"), list(_SINCE), format_func=lambda name: _(_SINCE[name]), required=True,
        wrap=True, key="changes_since",
    )  # fmt: skip
    if picked == "date":
        first = pills.date_input(_("From"), format=day_pattern(), key="changes_from")
        since: datetime | Download | None = time_zone.begin(first or time_zone.today(now))
    else:
        since = changes.since_yesterday(now) if picked == "yesterday" else last
        if since:
            seen_from = since.at if isinstance(since, Download) else since
            pills.caption(
                _("Seen since {when}.").format(when=zoned_moment(seen_from)),
                help=explain_zone(now),
            )
    ids = a.multiselect(
        _("Importer"), list(names), format_func=lambda id_: names[id_],
        placeholder=_("Any"), select_all=False, key="changes_providers",
    )  # fmt: skip
    customer = b.text_input(_("Customer contains"), key="changes_customer", live=True)
    product = c.text_input(_("Product contains"), key="changes_product", live=True)
    return ChangeFilter(
        since=since,
        providers=tuple(ids),
        customer=customer,
        product=product,
    )


def pressed_kinds() -> tuple[ChangeKind, ...]:
    """The kinds whose tiles are pressed."""
    return tuple(st.session_state[state.CHANGES_KINDS])


def kind_tiles(sums: Mapping[ChangeKind | None, ChangeSums], pressed: Sequence[ChangeKind]) -> None:
    """A tile a kind: how many POs, and what they come to. Pressed, it is the filter."""
    row = st.container(horizontal=True, gap="xsmall")
    for kind in ChangeKind:
        if kind is ChangeKind.FIRST:
            continue
        found = sums[kind]
        is_pressed = kind in pressed
        with row.container(border=True, width=_TILE, gap="xsmall"):
            st.button(
                f"{_(CHANGE_WORDS[kind])} **{number(found.purchase_orders)}**",
                key=f"changes_tile_{kind.value}",
                type="primary" if is_pressed else "secondary",
                icon=":material/check:" if is_pressed else None,
                disabled=not found.purchase_orders and not is_pressed,
                on_click=_press,
                args=(kind,),
                width="stretch",
            )
            st.caption(failures.plain(_come_to(found)).replace("\n", "  \n"))
    _first_downloads(sums[ChangeKind.FIRST], is_shown=ChangeKind.FIRST in pressed)


def _first_downloads(found: ChangeSums, *, is_shown: bool) -> None:
    """Apart, because what is only new to us has not changed."""
    if not found.purchase_orders and not is_shown:
        return
    row = st.container(horizontal=True, vertical_alignment="center")
    row.caption(
        _n(
            "{n} PO with {boxes} boxes is on a day that was downloaded for the first time: it is"
            " counted apart, and is no new order.",
            "{n} POs with {boxes} boxes are on days that were downloaded for the first time: they"
            " are counted apart, and are no new orders.",
            found.purchase_orders,
        ).format(n=number(found.purchase_orders), boxes=number(found.boxes)),
        width="content",
    )
    row.button(
        _("Hide them") if is_shown else _("Show them"),
        key=f"changes_tile_{ChangeKind.FIRST.value}",
        type="tertiary",
        on_click=_press,
        args=(ChangeKind.FIRST,),
    )


def _press(kind: ChangeKind) -> None:
    pressed: list[ChangeKind] = st.session_state[state.CHANGES_KINDS]
    st.session_state[state.CHANGES_KINDS] = [
        other for other in ChangeKind if (other in pressed) != (other is kind)
    ]


def _come_to(found: ChangeSums) -> str:
    if not found.purchase_orders:
        return "–\n–"
    parts = [found.boxes_more, found.boxes_less]
    boxes = " ".join(signed(part) for part in parts if part) or "0"
    return _("{boxes} boxes").format(boxes=boxes) + f"\n{signed(found.total_cost)}"


@st.fragment
def difference_sums(
    ctx: AppContext, chosen: ChangeFilter, sums: Mapping[ChangeKind | None, ChangeSums]
) -> None:
    """What the changes come to, summed up as chosen, and all of it as an Excel file.

    `sums`: those of the tiles above.
    """
    scope = chosen.model_copy(update={"kinds": (), "first_downloads": True})
    parts.stay_with(sums, lambda: reads.change_sums(scope))
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    with bar:
        by = st.segmented_control(
            _("Sum up by"), list(CHANGE_GROUPS), format_func=lambda name: _(CHANGE_GROUPS[name]),
            default="provider", required=True, key="changes_by",
        )  # fmt: skip
        st.download_button(
            _("Export to Excel"),
            data=with_locale(export_changes_bytes, ctx, actor(), chosen),
            file_name=f"changes-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}.xlsx",
            mime=EXCEL_TYPE,
            icon=":material/download:",
            on_click="ignore",
        )
    by = by or "provider"
    found = reads.change_differences(chosen, by)
    show_differences(found, by, on_pick=lambda: _open_group(found, by, chosen))


def _open_group(found: pl.DataFrame, by: str, chosen: ChangeFilter) -> None:
    """Go to the changed orders of the group that was clicked."""
    if cells := st.session_state[_SUMS].selection.cells:
        since = chosen.since.at if isinstance(chosen.since, Download) else chosen.since
        orders = OrderFilter(
            providers=chosen.providers,
            changed_since=since,
            gone=Gone.SHOW,
            cancelled=Cancelled.SHOW,
        )
        open_behind(orders, {by: found["group"][cells[0][0]]})


def show_differences(frame: pl.DataFrame, by: str, *, on_pick: Callable[[], None]) -> None:
    """What the changes come to: a row a group, and the sum of all in a sentence."""
    if frame.is_empty():
        st.caption(_("Boxes, stems and cost are the same as before."))
        return
    words = {name: signed(Decimal(frame[name].sum())) for name in ("boxes", "stems", "total_cost")}
    st.markdown(
        _("Together: **{boxes}** boxes, **{stems}** stems, **{total_cost}** cost.").format(**words)
    )
    st.dataframe(
        frame.with_columns(pl.selectors.decimal().cast(pl.Float64)),
        key=_SUMS,
        on_select=on_pick,
        selection_mode="single-cell",
        hide_index=True,
        placeholder="",
        column_config={
            "group": _(CHANGE_GROUPS[by]),
            "purchase_orders": _("POs"),
            "boxes": figure_column(_("Boxes")),
            "stems": figure_column(_("Stems")),
            "total_cost": figure_column(_("Total cost")),
        },
    )


@st.fragment
def change_table(ctx: AppContext, frame: pl.DataFrame) -> None:
    """The changes themselves, the newest first, as many as `PAGE`; one more says there are more.

    A click on one opens its PO.
    """
    rows = frame.head(PAGE)
    shown = changes.describe_changes(rows).drop("provider_id", "po_id")
    st.dataframe(
        shown,
        key=_TABLE,
        on_select=lambda: pick(_TABLE, rows),
        selection_mode="single-cell",
        hide_index=True,
        placeholder="",
        column_config={
            "seen_at": moment_column(_("Seen")),
            "provider": _("Importer"),
            "po_number": st.column_config.TextColumn(_("PO number"), pinned=True),
            "kind": _("What happened"),
            "ship_date": st.column_config.DateColumn(_("Ship date"), format=day_pattern()),
            "vendor_name": _("Vendor"),
            "customer_name": _("Customer"),
            "product": st.column_config.TextColumn(_("Product"), width="medium"),
            "field": _("Field"),
            "before": _("Before"),
            "after": _("After"),
            "po_item_id": _("PO item ID"),
        },
        column_order=[
            "po_number", "kind", "provider", "ship_date", "field", "before", "after",
            "customer_name", "product", "vendor_name", "seen_at", "po_item_id",
        ],
    )  # fmt: skip
    if frame.height > PAGE:
        st.caption(_("The newest {n} changes; the Excel file has all.").format(n=PAGE))
    show_order_among(ctx, rows, _TABLE)


def signed(value: Decimal) -> str:
    """A difference with its sign."""
    places = 0 if value == value.to_integral_value() else 2
    return ("+" if value > 0 else "") + number(value, places)
