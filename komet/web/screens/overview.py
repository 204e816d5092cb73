"""The pieces of the Overview: the four steps, the sample-data button, the table of providers."""

import streamlit as st

from komet import demo
from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.dispatch.model import STATES, WriteState
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.language import _, _n, number
from komet.orders.filters import OrderFilter
from komet.orders.work_lists import OF_DISPATCH, WorkList
from komet.web.shell import failures, reads, session
from komet.web.shell.moments import moment_column
from komet.web.shell.resources import sandbox, worker
from komet.web.shell.session import actor

WAITING = (WriteState.PLANNED, WriteState.UNKNOWN, WriteState.BY_HAND, WriteState.REFUSED)
"""States of writes in which somebody has to do something about them."""


def steps(done: dict[str, bool]) -> None:
    """Four steps to the first export, ticked as they are done; see `runs.list_setup_steps`."""
    rows = (
        ("token", "pages/tokens.py", _("Add a token"),
         _("The key to an importer's Komet. The importer, or Komet support, makes it.")),
        ("provider", "pages/client_providers.py", _("Add a client provider"),
         _("The importer itself: its token, and its location if it has several.")),
        ("mapping", "pages/sku_mapping.py", _("Map your SKUs"),
         _("Upload a CSV with your SKU for each Komet product. It also works afterwards.")),
        ("download", "pages/po_download.py", _("Download purchase orders"),
         _("Any range of days, all importers at once; then filter and export to Excel.")),
    )  # fmt: skip
    st.header(_("Four steps to your first export"))
    for at, (step, page, label, explained) in enumerate(rows, start=1):
        with st.container(border=True):
            icon = ":material/check_circle:" if done[step] else ":material/radio_button_unchecked:"
            st.page_link(page, label=f"{at}. {label}", icon=icon)
            st.caption(_("Done") if done[step] else explained)


def sample_button(ctx: AppContext) -> None:
    """One press: two sample importers, their products mapped, thirty days on their way."""
    st.header(_("Or look around first"))
    st.markdown(
        _("Starts the built-in sandbox, adds two made-up importers, maps most of their products and"
          " downloads thirty days. No Komet account is needed, and nothing leaves this computer.")
    )  # fmt: skip
    if st.button(_("Try it with sample data"), type="primary", icon=":material/local_florist:"):
        with failures.shown():
            with st.spinner(_("Setting up the sample importers …")):
                chosen = demo.prepare(ctx, session.actor(), sandbox())
                plan = plan_days(ctx, chosen, *demo.window(ctx))
                run, _resumed = start_run(ctx, actor(), plan, source="sample data")
            worker().submit(actor(), run.id)
            st.switch_page("pages/po_download.py")


def refresh_button(ctx: AppContext) -> None:
    """One press every morning: the open window of every active client."""
    active = list_providers(ctx, inactive=False)
    if not active:
        return
    with failures.shown():
        plan = reads.refresh_plan(tuple(active))
        pressed = st.button(
            _("Refresh"),
            type="primary",
            icon=":material/refresh:",
            help=_("Downloads the open days of every active importer: what changed since the last"
                   " time is on Changes."),
        )  # fmt: skip
        st.caption(failures.plain(plan.sentence))
        if pressed:
            run, _resumed = start_run(ctx, actor(), plan, source="refresh")
            worker().submit(actor(), run.id)
            st.switch_page("pages/po_download.py")


def dispatch_work() -> None:
    """What is left of the dispatch, list by list, each a link to its lines.

    Writes that are about no line, such as stock, are only counted in the link to the Outbox.
    """
    writes = reads.count_writes()
    waiting = {state: writes[state] for state in WAITING if writes[state]}
    lists = (WorkList.PENDING, *OF_DISPATCH)
    counted = {work: reads.totals(OrderFilter(work=work)) for work in lists}
    left = {work: totals for work, totals in counted.items() if totals.lines}
    if not left and not waiting:
        return
    st.header(_("Left to dispatch"))
    row = st.container(horizontal=True)
    for work, totals in left.items():
        with row.container(border=True, width=230):
            st.page_link(
                "pages/purchase_orders.py",
                label=_(work.label),
                query_params={"work": work.value},
                help=_(work.meaning),
            )
            st.markdown(
                _n("**{n} line**", "**{n} lines**", totals.lines).format(n=number(totals.lines))
                + " · "
                + _("{boxes} boxes").format(boxes=number(totals.boxes or 0))
            )
    if waiting:
        said = " · ".join(f"{_(STATES[state])} {number(n)}" for state, n in waiting.items())
        st.page_link(
            "pages/outbox.py",
            label=_("Outbox: {counts}").format(counts=said),
            icon=":material/outbox:",
            query_params=[("state", state.value) for state in waiting],
        )


def provider_table(ctx: AppContext) -> None:
    """Per provider: last download, what is stored, what is unmapped, requests left today."""
    stored = reads.last_downloads()
    unmapped = {row["provider_id"]: row for row in reads.coverage().iter_rows(named=True)}
    left = reads.requests_left(tuple(list_providers(ctx, inactive=False)))
    st.dataframe(
        [
            {
                "provider": row["provider"],
                "last": row["last_download"],
                "days": row["days"],
                "orders": row["orders"],
                "failed": row["failed"],
                "unmapped": unmapped.get(row["provider_id"], {}).get("unmapped_ordered", 0),
                "at_stake": float(unmapped.get(row["provider_id"], {}).get("boxes_at_stake", 0)),
                "left": left.get(row["provider_id"]),
            }
            for row in stored.iter_rows(named=True)
        ],
        hide_index=True,
        placeholder="",
        column_config={
            "provider": _("Importer"),
            "last": moment_column(_("Last download")),
            "days": _("Days held"),
            "orders": st.column_config.NumberColumn(_("POs"), format="localized"),
            "failed": _("Failed days"),
            "unmapped": st.column_config.NumberColumn(
                _("Unmapped products"),
                format="localized",
                help=_("Products without a SKU in downloaded orders that were not cancelled."),
            ),
            "at_stake": st.column_config.NumberColumn(
                _("Boxes at stake"),
                format="localized",
                help=_("Boxes of the lines that ask for them, each line's boxes once."),
            ),
            "left": st.column_config.NumberColumn(_("Requests left today"), format="localized"),
        },
    )
