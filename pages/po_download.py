"""PO download: choose clients and days, see the cost, start, watch, retry."""

from datetime import date, timedelta

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.ingest.plan import plan_days
from komet.ingest.runs import active_run, last_run, start_run
from komet.language import _, day_pattern
from komet.web.screens.run_progress import live_progress, past_runs, run_result
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

today = time_zone.today(ctx.now())
presets: dict[str, tuple[date, date] | None] = {
    _("Open window"): (today, today),
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
            _("Importers"), offered, default=offered, key=f"download_names_{group}"
        )
    with right:
        preset = st.pills(
            _("Days (by vendor ship date)"),
            list(presets),
            default=_("Open window") if newest else _("Next 14 days"),
            required=True,
            wrap=True,
            key="download_preset",
        )
        span = presets[preset or _("Next 14 days")]
        refreshing = preset == _("Open window")
        if refreshing:
            st.caption(
                _("Each importer's own window, by default 3 days back to 21 ahead; days that are"
                  " final are left alone.")
            )  # fmt: skip
        elif span is None:
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
        chosen = [by_name[name] for name in names]
        if refreshing and chosen:
            plan = reads.refresh_plan(tuple(chosen))
        else:
            plan = plan_days(ctx, chosen, *(span or (today, today)))
        if names:
            st.markdown(failures.plain(plan.sentence))
        if st.button(_("Start download"), type="primary", disabled=not names):
            source = "refresh" if refreshing else "app"
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
with st.expander(_("Schedule")):
    schedule_forms(ctx, active)
if newest:
    with st.expander(_("Past downloads"), expanded=False):
        past_runs()
else:
    st.caption(_("Nothing has been downloaded yet."))
