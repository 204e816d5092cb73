"""Schedules on the PO download screen: what is refreshed at which time, and how it last went."""

from collections.abc import Sequence
from zoneinfo import available_timezones

import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.ingest.model import Schedule, ScheduleFields, parse_times
from komet.ingest.runs import show_run
from komet.ingest.schedules import delete_schedule, list_schedules, next_start, save_schedule
from komet.ingest.wording import label_state
from komet.language import _, zoned_moment
from komet.web.shell import failures
from komet.web.shell.failures import plain
from komet.web.shell.resources import scheduler
from komet.web.shell.session import actor


def schedule_forms(ctx: AppContext, active: Sequence[Provider]) -> None:
    """Every schedule with its form, and a form for a new one."""
    st.caption(
        _("Refreshes the open window at these times, as long as this app runs. Without the app,"
          " `python -m komet refresh` does the same: see the README for cron and Windows.")
    )  # fmt: skip
    for schedule in list_schedules(ctx):
        with st.container(border=True):
            _card(ctx, schedule, active)
    with st.popover(_("Add a schedule"), icon=":material/add:"):
        _form(ctx, None, active)


def _card(ctx: AppContext, schedule: Schedule, active: Sequence[Provider]) -> None:
    names = {provider.id: provider.name for provider in active}
    clients = [names[id_] for id_ in schedule.provider_ids if id_ in names]
    facts = [
        f"**{plain(schedule.name)}**",
        plain(", ".join(schedule.times)),
        plain(schedule.time_zone),
        plain(", ".join(clients)) if schedule.provider_ids else _("all active importers"),
    ]
    st.markdown("  ·  ".join(facts))
    when = _("off")
    if schedule.active:
        when = _("next start {when}").format(
            # in the schedule's own zone, which stands beside it
            when=next_start(schedule, ctx.now()).replace(tzinfo=None)
        )
    st.caption(plain(f"{when}  ·  {_last(ctx, schedule)}"))
    row = st.container(horizontal=True)
    with row.popover(_("Change")):
        _form(ctx, schedule, active)
    if row.button(_("Delete"), key=f"delete_schedule_{schedule.id}"):
        with failures.shown():
            delete_schedule(ctx, actor(), schedule.id)
            _saved(_("Deleted {name}.").format(name=schedule.name))


def _last(ctx: AppContext, schedule: Schedule) -> str:
    if schedule.last_started_at is None:
        return _("not started yet")
    began = _("last start {when}").format(when=zoned_moment(schedule.last_started_at))
    if schedule.last_outcome:
        return f"{began}: {schedule.last_outcome}"
    if schedule.last_run_id is None:
        return began
    run = show_run(ctx, schedule.last_run_id).run
    words = label_state(run.state) + (f" ({run.message})" if run.message else "")
    return f"{began}: {words}"


def _form(ctx: AppContext, stored: Schedule | None, active: Sequence[Provider]) -> None:
    names = {provider.id: provider.name for provider in active}
    zones = sorted(available_timezones())
    here = time_zone.name()
    chosen_zone = stored.time_zone if stored else here
    with st.form(f"schedule_{stored.id if stored else 'new'}", border=False):
        name = st.text_input(_("Name"), stored.name if stored else _("Every morning"))
        times = st.text_input(
            _("Times of the day"), ", ".join(stored.times) if stored else "06:00",
            help=_("Such as 06:00, 14:30."),
        )  # fmt: skip
        zone = st.selectbox(
            _("Time zone"), zones, index=zones.index(chosen_zone) if chosen_zone in zones else None
        )
        ids = st.multiselect(
            _("Importers"),
            list(names),
            default=[i for i in stored.provider_ids if i in names] if stored else [],
            format_func=lambda id_: names[id_],
            placeholder=_("All active importers"),
            select_all=False,
        )
        on = st.checkbox(_("On"), value=stored.active if stored else True)
        if st.form_submit_button(_("Save"), type="primary"):
            with failures.shown():
                fields = ScheduleFields(
                    name=name,
                    provider_ids=tuple(ids),
                    times=parse_times(times),
                    time_zone=zone or "UTC",
                    active=on,
                )
                save_schedule(ctx, actor(), fields, schedule_id=stored.id if stored else None)
                _saved(_("Saved {name}.").format(name=name))


def _saved(sentence: str) -> None:
    scheduler().reload()
    failures.notice(sentence)
    st.rerun()
