"""Try it with sample data: the button, its steps while it is built, and a tour afterwards."""

from collections.abc import Sequence

import streamlit as st

from komet import demo
from komet.activity import hints
from komet.clients.model import Provider
from komet.context import AppContext
from komet.ingest.model import RunReport, RunState
from komet.ingest.runs import watch_run
from komet.language import _, number
from komet.messages import FAILURES
from komet.web.shell import failures, reads, state
from komet.web.shell.resources import sandbox, worker
from komet.web.shell.session import actor

_DONE, _TO_COME = ":material/check_circle:", ":material/radio_button_unchecked:"
_AT_WORK = ":material/progress_activity:"


def sample_button(ctx: AppContext) -> None:
    """One press: two sample importers, their products mapped, thirty days and a refresh."""
    st.header(_("Or look around first"))
    st.markdown(
        _("Starts the built-in sandbox, adds two made-up importers, maps most of their products and"
          " downloads thirty days. No Komet account is needed, and nothing leaves this computer.")
    )  # fmt: skip
    if st.button(_("Try it with sample data"), type="primary", icon=":material/local_florist:"):
        with failures.shown():
            _begin(ctx)
            st.rerun()


def _begin(ctx: AppContext) -> None:
    """Set up what the downloads need, step by step, and queue them; the worker does the rest."""
    with st.status(_("Building the sample data …"), expanded=True):
        step = st.empty()
        step.markdown(f"{_AT_WORK} " + _("The sandbox starts on this computer."))
        server = sandbox()
        step.markdown(f"{_DONE} " + _("The sandbox runs on this computer."))
        step = st.empty()
        step.markdown(f"{_AT_WORK} " + _words()[1])
        chosen = demo.prepare(ctx, actor(), server)
        passes = demo.start_passes(ctx, actor(), server, chosen)
    for one in passes:
        worker().submit(actor(), one.run.id, one.before)
    st.session_state[state.SAMPLE_RUNS] = [one.run.id for one in passes]


def is_building() -> bool:
    """Whether this session waits for its sample data."""
    return state.SAMPLE_RUNS in st.session_state


@st.fragment(run_every="1s")
def building_steps(ctx: AppContext) -> None:
    """The steps, ticked as they are done; the whole screen anew once they all are."""
    try:
        reports = [watch_run(ctx, run_id) for run_id in st.session_state[state.SAMPLE_RUNS]]
    except FAILURES as error:
        failures.show(error)
        return
    if not any(report.run.active for report in reports):
        del st.session_state[state.SAMPLE_RUNS]
        st.rerun()
    with st.status(_("Building the sample data …"), expanded=True):
        for words in _words()[:2]:
            st.markdown(f"{_DONE} {words}")
        for words, report in zip(_words()[2:], reports, strict=True):
            st.markdown(_step(words, report))
    st.caption(_("It goes on if you leave this screen."))


def _words() -> tuple[str, ...]:
    return (
        _("The sandbox runs on this computer."),
        _("Two made-up importers, with their products; most of them are mapped."),
        _("Thirty days of purchase orders"),
        _("A second download, after orders have changed"),
    )


def _step(words: str, report: RunReport) -> str:
    found = report.summary
    finished = found["done"] + found["empty"] + found["failed"]
    if report.run.state is RunState.QUEUED:
        return f"{_TO_COME} {words}"
    days = _("{finished} of {all} days").format(
        finished=number(finished), all=number(found["slices"])
    )
    return f"{_AT_WORK if report.run.active else _DONE} {words}: {days}"


def show_tour(ctx: AppContext, every: Sequence[Provider]) -> None:
    """Three stops through the sample data, until whoever looks at it has put them away."""
    if not demo.samples(list(every)) or reads.is_put_away(actor(), hints.SAMPLE_TOUR):
        return
    stops = (
        ("changes", _("1. See what has changed"),
         _("Between the two downloads orders moved, changed and were cancelled. A tile shows its"
           " kind alone.")),
        ("purchase_orders", _("2. Find orders, and take them away"),
         _("Search for rose 60, narrow it down, open a PO; then Export: Excel with totals.")),
        ("sku_mapping", _("3. Map what has no SKU"),
         _("One product in ten was left out on purpose; the boxes at stake come first.")),
    )  # fmt: skip
    with st.container(border=True):
        head = st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        )
        head.markdown(
            _("**The sample data is here.** Three stops to look around:"), width="content"
        )
        if head.button(_("End the tour"), type="tertiary", icon=":material/close:"):
            with failures.shown():
                hints.put_away(ctx, actor(), hints.SAMPLE_TOUR)
                st.rerun()
        for place, (page, label, words) in zip(st.columns(3), stops, strict=True):
            place.page_link(f"pages/{page}.py", label=label)
            place.caption(words)
