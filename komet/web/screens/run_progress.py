"""A run on the screen: its progress while it works, its result in words when it is through."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from komet.context import AppContext
from komet.ingest.model import RunReport, RunState, replaced_sentence
from komet.ingest.runs import list_days, retry_days, retry_run, watch_run
from komet.ingest.wording import describe_changes, label_state
from komet.language import _, _n, day, day_pattern, number
from komet.messages import FAILURES
from komet.orders.filters import OrderFilter
from komet.web.screens.chart_table import show_chart
from komet.web.screens.charts import day_grid, name_states
from komet.web.screens.export_menu import export_menu
from komet.web.shell import failures, reads
from komet.web.shell.figures import figure_column
from komet.web.shell.moments import moment_column
from komet.web.shell.resources import worker
from komet.web.shell.session import actor


@st.fragment(run_every="1s")
def live_progress(ctx: AppContext, run_id: str) -> None:
    """Read the run every second; when it is through, draw the whole page anew."""
    try:
        report = watch_run(ctx, run_id)
    except FAILURES as error:
        failures.show(error)
        return
    run, summary = report.run, report.summary
    if not run.active:
        st.rerun()
    finished = summary["done"] + summary["empty"] + summary["failed"]
    words = _("{finished} of {all} days").format(finished=finished, all=summary["slices"])
    if summary["replaced"]:
        words += ", " + _n(
            "{n} imported PO replaced", "{n} imported POs replaced", summary["replaced"]
        ).format(n=summary["replaced"])
    if summary["failed"]:
        words += ", " + _("{failed} failed").format(failed=summary["failed"])
    if run.state is RunState.QUEUED:
        words += " · " + _("waiting for the download before it")
    st.progress(finished / max(1, summary["slices"]), text=words)
    st.altair_chart(day_grid(list_days(ctx, run_id)), alt=words)
    asked = run.cancel_requested
    if st.button(
        _("Cancelling after the days under way …") if asked else _("Cancel"),
        disabled=asked,
        key="cancel_run",
    ):
        worker().cancel(actor(), run_id)
        st.rerun(scope="fragment")


def run_result(ctx: AppContext, run_id: str) -> None:
    """The state of a run that is not at work, what it found, and what can be done about it."""
    report = reads.run(run_id)
    run, summary = report.run, report.summary
    unfinished = summary["failed"] + summary["waiting"]
    if run.state is RunState.DONE:
        st.success(_in_words(summary), icon=":material/check_circle:")
    elif run.state is RunState.INTERRUPTED:
        st.warning(
            _("This download was interrupted; days still to be fetched: {waiting}.").format(
                waiting=summary["waiting"]
            ),
            icon=":material/warning:",
        )
    else:
        st.warning(failures.plain(run.message or _("The download ended early.")))
        st.markdown(_in_words(summary))
    if report.replaced:
        st.caption(failures.plain(replaced_sentence(report.replaced)))
    _what_next(ctx, report)
    if unfinished:
        label = {
            RunState.INTERRUPTED: _("Resume"),
            RunState.PAUSED: _("Go on"),
            RunState.CANCELLED: _("Fetch the rest"),
        }.get(run.state, _("Retry failed days"))
        if st.button(label, type="primary", key="retry_run"):
            with failures.shown():
                _run, count = retry_run(ctx, actor(), run.id)
                if count:
                    worker().submit(actor(), run.id)
                st.rerun()
    days = reads.days_of_run(run.id)
    if days.height:
        show_chart(
            day_grid(days),
            days.with_columns(state=name_states(days["state"])),
            {
                "provider": _("Importer"),
                "day": st.column_config.DateColumn(_("Ship date"), format=day_pattern()),
                "state": _("State"),
                "orders": figure_column(_("POs")),
                "lines": figure_column(_("Lines")),
                "reason": _("Reason"),
            },
            _("The days of the download by importer, and what became of each. {found}").format(
                found=_in_words(summary)
            ),
        )


def _what_next(ctx: AppContext, report: RunReport) -> None:
    """What is held now of the clients and days of a run, and where to go with it."""
    asked = {slice_.provider_id for slice_ in report.slices}
    chosen = OrderFilter(
        providers=tuple(id_ for id_ in report.providers if id_ in asked),
        ship_from=report.run.date_from,
        ship_to=report.run.date_to,
    )
    totals = reads.totals(chosen)
    found = totals.purchase_orders
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            _n("**{n}** PO on these days.", "**{n}** POs on these days.", found).format(
                n=number(found)
            ),
            width="content",
        )
        st.page_link(
            "pages/purchase_orders.py",
            label=_("See orders"),
            icon=":material/list_alt:",
            query_params=chosen.to_query(),
        )
        export_menu(ctx, chosen, totals)
        st.page_link("pages/changes.py", label=_("See changes"), icon=":material/difference:")
        if unmapped := report.summary["unmapped"]:
            st.page_link(
                "pages/sku_mapping.py",
                label=_n(
                    "{n} product has no SKU yet: map it",
                    "{n} products have no SKU yet: map them",
                    unmapped,
                ).format(n=unmapped),
                icon=":material/compare_arrows:",
            )


def failed_days(ctx: AppContext) -> None:
    """Days that could not be downloaded, a line a client and cause, each to be tried again."""
    found = reads.failed_days()
    if not found:
        return
    st.header(_("Failed days"))
    for place, failed in enumerate(found):
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            days = _n("{n} day", "{n} days", len(failed.days)).format(n=number(len(failed.days)))
            st.markdown(
                f"**{failures.plain(failed.provider)}**: **{days}**"
                f" ({failures.plain(_named(failed.days))})  \n{failures.plain(failed.reason)}"
            )
            if st.button(_("Retry"), key=f"retry_days_{place}", icon=":material/replay:"):
                with failures.shown():
                    run = retry_days(ctx, actor(), [failed])
                    worker().submit(actor(), run.id)
                    st.rerun()


def _named(days: Sequence[date]) -> str:
    """The first and the last day, or the only one."""
    if len(days) == 1:
        return day(days[0])
    return _("{start} to {end}").format(start=days[0], end=days[-1])


def past_runs() -> None:
    """The runs of the past, whoever started them."""
    st.dataframe(
        [
            {
                "started": run.created_at,
                "by": run.source,
                "from": run.date_from,
                "to": run.date_to,
                "state": label_state(run.state),
                "orders": summary["orders"],
                "new": summary["new"],
                "changed": summary["changed"],
                "moved": summary["moved"],
                "gone": summary["gone"],
                "failed": summary["failed"],
                "message": run.message,
            }
            for run, summary in ((report.run, report.summary) for report in reads.past_runs())
        ],
        hide_index=True,
        placeholder="",
        column_config={
            "started": moment_column(_("Started")),
            "by": _("By"),
            "from": st.column_config.DateColumn(_("From"), format=day_pattern()),
            "to": st.column_config.DateColumn(_("To"), format=day_pattern()),
            "state": _("State"),
            "orders": _("POs"),
            "new": _("New"),
            "changed": _("Changed"),
            "moved": _("Moved"),
            "gone": _("Gone"),
            "failed": _("Failed days"),
            "message": _("Message"),
        },
    )


def _in_words(summary: dict[str, int]) -> str:
    """What a run found; what did not happen is not mentioned."""
    text = _("{orders:,} POs with {lines:,} lines: {found}.").format(
        orders=summary["orders"],
        lines=summary["lines"],
        found=", ".join(describe_changes(summary)) or _("nothing has changed"),
    )
    if summary["problems"]:
        text += " " + _n(
            "{n} value could not be read and stays empty.",
            "{n} values could not be read and stay empty.",
            summary["problems"],
        ).format(n=summary["problems"])
    return text
