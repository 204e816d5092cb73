"""PO download: choose clients and days, see the cost, start, watch, retry."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.ingest.plan import plan_days
from komet.ingest.runs import active_run, last_run, start_run
from komet.language import _
from komet.web.screens.download_choice import choose_days, choose_importers
from komet.web.screens.run_progress import failed_days, live_progress, past_runs, run_result
from komet.web.screens.schedule_forms import schedule_forms
from komet.web.shell import failures, guard, reads
from komet.web.shell.resources import worker
from komet.web.shell.session import actor

ctx = guard.enter("po_download")
st.title(_("PO download"))

active = list_providers(ctx, inactive=False)
newest = last_run(ctx)
if not active:
    st.info(_("There is no active client provider yet. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

with st.container(border=True):
    left, right = st.columns(2)
    with left:
        chosen = choose_importers(active)
    with right:
        span = choose_days(time_zone.today(ctx.now()), has_downloaded=newest is not None)
    with failures.shown():
        if chosen:
            plan = plan_days(ctx, chosen, *span) if span else reads.refresh_plan(tuple(chosen))
            st.markdown(failures.plain(plan.sentence))
        if st.button(_("Start download"), type="primary", disabled=not chosen):
            source = "app" if span else "refresh"
            run, _resumed = start_run(ctx, actor(), plan, source=source)
            worker().submit(actor(), run.id)
            st.rerun()

at_work = active_run(ctx)
if at_work:
    st.header(_("Download at work"))
    live_progress(ctx, at_work.id)
elif newest:
    st.header(_("Last download"))
    run_result(ctx, newest.id)
    failed_days(ctx)
with st.expander(_("Schedule")):
    schedule_forms(ctx, active)
if newest:
    with st.expander(_("Past downloads"), expanded=False):
        past_runs()
else:
    st.caption(_("Nothing has been downloaded yet."))
