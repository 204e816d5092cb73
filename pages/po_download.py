"""PO download: choose clients and days, see the cost, start, watch, retry."""

from datetime import date, timedelta

import streamlit as st

from komet.download import start, status
from komet.download.plan import plan
from komet.language import _, day_pattern
from komet.store import providers, runs
from komet.web import failures, guard
from komet.web.resources import worker
from komet.web.run_progress import live_progress, past_runs, run_result

desk = guard.enter("po_download")
st.title(_("PO download"))

with desk.db.read() as con:
    active = providers.all_providers(con, inactive=False)
    newest = runs.latest_runs(con, desk.now(), limit=1)
if not active:
    st.info(_("There is no active client provider yet. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

today = desk.now().date()
presets: dict[str, tuple[date, date] | None] = {
    _("Today"): (today, today),
    _("Next 7 days"): (today, today + timedelta(days=6)),
    _("Next 14 days"): (today, today + timedelta(days=13)),
    _("Last 30 days"): (today - timedelta(days=29), today),
    _("Other days"): None,
}
groups = sorted({p.komet_group for p in active if p.komet_group})
by_name = {provider.name: provider for provider in active}

with st.container(border=True):
    left, right = st.columns(2)
    with left:
        group = st.selectbox(
            _("Komet group"),
            groups,
            index=None,
            placeholder=_("All groups"),
            disabled=not groups,
            key="download_group",
        )
        offered = [p.name for p in active if group is None or p.komet_group == group]
        names = st.multiselect(
            _("Client providers"), offered, default=offered, key=f"download_names_{group}"
        )
    with right:
        preset = st.pills(
            _("Days (by vendor ship date)"),
            list(presets),
            default=_("Next 14 days"),
            required=True,
            wrap=True,
            key="download_preset",
        )
        span = presets[preset or _("Next 14 days")]
        if span is None:
            first, last = st.columns(2)
            begin = first.date_input(
                _("From"), value=today, format=day_pattern(), key="download_from"
            )
            end = last.date_input(
                _("To"), value=today + timedelta(days=6), format=day_pattern(), key="download_to"
            )
            span = (begin or today, end or today)
        else:
            st.caption(_("{start} to {end}").format(start=span[0], end=span[1]))
    with failures.shown():
        planned = plan(desk, [by_name[name] for name in names], *span)
        if names:
            st.markdown(failures.plain(planned.sentence))
        if st.button(_("Start download"), type="primary", disabled=not names):
            run, _resumed = start.start(desk, planned, source="app")
            worker().submit(run.id)
            st.rerun()

at_work = status.active_run(desk)
if at_work:
    st.subheader(_("Download at work"))
    live_progress(desk, at_work.id)
elif newest:
    st.subheader(_("Last download"))
    run_result(desk, newest[0])
if newest:
    with st.expander(_("Past downloads"), expanded=False):
        past_runs(desk)
else:
    st.caption(_("Nothing has been downloaded yet."))
