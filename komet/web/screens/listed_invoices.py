"""An importer's invoices on the Invoices screen: listed from Komet, and marked."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.dispatch.listed_invoices import (
    LONGEST_MESSAGE,
    ListedInvoice,
    list_invoices,
    load_invoice_lines,
    mark_invoices,
)
from komet.language import _, _n, day_pattern, zoned_moment
from komet.web.screens.previews import keep_preview, kept_preview
from komet.web.screens.sending import batch_in_address, preview_and_send
from komet.web.shell import failures, state
from komet.web.shell.figures import figure_column
from komet.web.shell.session import actor

_BACK = 7
_SLOT = "marks"


def invoices_in_komet(ctx: AppContext, able: Sequence[Provider]) -> None:
    """The invoices of one client and some days, and what can be done with those chosen."""
    st.caption(
        _("The importer's own invoices, for its accounting: which are marked as synchronized with"
          " another system. For Company tokens.")
    )  # fmt: skip
    provider, found = _list(ctx, able)
    if provider is None or found is None:
        return
    if not found:
        st.info(_("Komet has no invoice that ships on these days."))
        return
    chosen = _table(found)
    st.caption(
        _n("{n:,} invoice, listed {when}.", "{n:,} invoices, listed {when}.", len(found))
        .format(n=len(found), when=zoned_moment(found[0].listed_at))
    )  # fmt: skip
    if not chosen:
        st.caption(_("Choose rows to see the lines of one, or to mark them."))
        return
    _actions(ctx, provider, chosen)
    if (preview := kept_preview(_SLOT)) is not None:
        with st.container(border=True):
            st.header(_("Preview"))
            preview_and_send(ctx, preview, _SLOT)


def _list(
    ctx: AppContext, able: Sequence[Provider]
) -> tuple[Provider | None, list[ListedInvoice] | None]:
    every = {provider.id: provider for provider in able}
    today = time_zone.today(ctx.now())
    left, start, end, right = st.columns([2, 1, 1, 1], vertical_alignment="bottom")
    id_ = left.selectbox(
        _("Importer"), list(every), format_func=lambda one: every[one].name,
        key="listed_invoices_client",
    )  # fmt: skip
    first = start.date_input(
        _("Ships from"), today - timedelta(_BACK), format=day_pattern(), key="listed_from"
    )
    last = end.date_input(_("Ships to"), today, format=day_pattern(), key="listed_to")
    asked = (id_, first, last)
    if right.button(_("List from Komet"), icon=":material/refresh:", help=_("Two requests.")):
        with failures.shown(), st.spinner(_("Asking Komet …")):
            found = list_invoices(ctx, actor(), every[id_], first, last)
            st.session_state[state.INVOICES_LISTED] = (asked, found, batch_in_address())
    kept: tuple[tuple[str, date, date], list[ListedInvoice], str | None] | None
    kept = st.session_state.get(state.INVOICES_LISTED)
    if kept is None or kept[0] != asked:
        return None, None
    if batch_in_address() not in {None, kept[2]}:
        st.info(
            _("This was listed before the last marks were sent: list them again to see what Komet"
              " has now.")
        )  # fmt: skip
    return every[id_], kept[1]


def _table(found: Sequence[ListedInvoice]) -> list[ListedInvoice]:
    words = {True: _("synchronized"), False: _("not yet"), None: _("not known")}
    event = st.dataframe(
        pl.DataFrame(
            {
                "number": [one.number for one in found],
                "ship_date": [one.ship_date for one in found],
                "customer": [one.customer for one in found],
                "subtotal": [None if one.subtotal is None else float(one.subtotal)
                             for one in found],
                "synced": [words[one.synced] for one in found],
            },
            schema_overrides={"ship_date": pl.Date, "subtotal": pl.Float64},
        ),
        key=f"listed_invoices_{found[0].listed_at:%H%M%S%f}",
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * len(found), 420),
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "number": st.column_config.TextColumn(_("Invoice number"), pinned=True),
            "ship_date": st.column_config.DateColumn(_("Ship date"), format=day_pattern()),
            "customer": st.column_config.TextColumn(_("Customer"), width="medium"),
            "subtotal": figure_column(_("Total")),
            "synced": st.column_config.TextColumn(_("Accounting")),
        },
    )  # fmt: skip
    rows = event["selection"]["rows"]
    return [found[row] for row in rows if row < len(found)]


def _actions(ctx: AppContext, provider: Provider, chosen: Sequence[ListedInvoice]) -> None:
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    if bar.button(
        _("Mark as synchronized ({n})").format(n=len(chosen)),
        icon=":material/lock:",
        help=_("Locks their orders for every Komet user."),
    ):
        with failures.shown():
            keep_preview(_SLOT, mark_invoices(ctx, provider.id, chosen))
    with bar.popover(
        _("Mark as in error ({n})").format(n=len(chosen)), icon=":material/lock_open:"
    ):
        text = st.text_input(_("What went wrong"), max_chars=LONGEST_MESSAGE, key="mark_error")
        restore = st.checkbox(
            _("Give the order back the status that it had before it was marked"),
            key="mark_restore",
        )
        if st.button(_("Preview"), key="mark_error_preview", disabled=not text.strip()):
            with failures.shown():
                keep_preview(
                    _SLOT,
                    mark_invoices(ctx, provider.id, chosen, error=text, restore_status=restore),
                )
    if len(chosen) == 1 and bar.button(_("Show its lines"), icon=":material/list:"):
        with failures.shown(), st.spinner(_("Asking Komet …")):
            lines = load_invoice_lines(ctx, actor(), provider, chosen[0].id)
            if lines.is_empty():
                st.info(_("Komet shows no lines of this invoice."))
            else:
                st.dataframe(lines, hide_index=True, placeholder="")
