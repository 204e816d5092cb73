"""Schedules: which clients are refreshed at which times of the day, while the app runs."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo, available_timezones

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from komet import time_zone
from komet.clients.table import providers
from komet.context import AppContext
from komet.db import audit
from komet.errors import InvalidInput
from komet.ingest.model import Schedule, ScheduleFields, parse_times
from komet.ingest.plan import plan_refresh
from komet.ingest.runs import start_run
from komet.ingest.table import schedules
from komet.ingest.worker import Worker
from komet.language import _
from komet.messages import FAILURES, to_store
from komet.permissions import SYSTEM, Actor, Permission, Role

_log = logging.getLogger(__name__)
_ONE_START = timedelta(seconds=55)
"""Starts of one schedule that lie closer together are the same, in two processes of the app."""


def list_schedules(ctx: AppContext) -> list[Schedule]:
    """Every schedule, by name."""
    with ctx.read() as con:
        return schedules.all_schedules(con)


def save_schedule(
    ctx: AppContext, actor: Actor, fields: ScheduleFields, *, schedule_id: str | None = None
) -> Schedule:
    """Add a schedule, or change the one of that ID.

    Times are stored as HH:MM, each once and in their order. Raises `InvalidInput`, `NotFound` or
    `NotPermitted`.
    """
    ctx.authorize(actor, Permission.SCHEDULE)
    if not fields.name:
        raise InvalidInput(_("A schedule needs a name."))
    if fields.time_zone not in available_timezones():
        raise InvalidInput(
            _("There is no time zone “{zone}”.").format(zone=fields.time_zone),
            next_step=_("Choose one such as America/Guayaquil."),
        )
    fields = fields.model_copy(update={"times": parse_times(" ".join(fields.times))})
    with ctx.write(actor, Permission.SCHEDULE) as con:
        stored = schedules.schedule_by_id(con, schedule_id) if schedule_id else None
        new_id = stored.id if stored else str(uuid4())
        schedules.replace_schedule(con, new_id, fields, stored, ctx.now())
        audit.record(con, "schedule saved", fields.name, ctx.now(), fields.model_dump())
        return schedules.schedule_by_id(con, new_id)


def delete_schedule(ctx: AppContext, actor: Actor, schedule_id: str) -> None:
    """Delete the schedule of that ID. Raises `NotFound` or `NotPermitted`."""
    with ctx.write(actor, Permission.SCHEDULE) as con:
        stored = schedules.schedule_by_id(con, schedule_id)
        schedules.delete_schedule(con, stored.id)
        audit.record(con, "schedule deleted", stored.name, ctx.now())


class Scheduler:
    """The app's clock: one job for each time of each active schedule in the store."""

    def __init__(
        self, ctx: AppContext, worker: Worker, *, hourly: Callable[[], object] | None = None
    ) -> None:
        """`hourly` is called at the start, and every hour from then on."""
        self._ctx = ctx
        self._hourly = hourly
        self._worker = worker
        # a start that was missed by a sleeping computer is made up for within the hour, once
        defaults = {"coalesce": True, "misfire_grace_time": 3600, "max_instances": 1}
        self._clock = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        self._clock.start()
        self.reload()

    def reload(self) -> None:
        """Set the clock by what the store says now."""
        stored = list_schedules(self._ctx)
        self._clock.remove_all_jobs()
        if self._hourly:
            self._clock.add_job(self._hourly, "interval", hours=1, next_run_time=datetime.now(UTC))
        for schedule in stored:
            if schedule.active:
                for time in schedule.times:
                    self._clock.add_job(self.fire, _trigger(schedule, time), args=[schedule.id])

    def stop(self) -> None:
        """Stop the clock; runs that are at work go on."""
        self._clock.shutdown(wait=False)

    def fire(self, schedule_id: str) -> str | None:
        """Start the schedule's refresh now; the ID of its run, or None where none was started.

        A failure is recorded with the schedule, for the screen to show.
        """
        ctx = self._ctx.for_long_work()
        try:
            with ctx.write(SYSTEM, Permission.SCHEDULE) as con:
                if not schedules.claim(con, schedule_id, ctx.now(), _ONE_START):
                    return None
                schedule = schedules.schedule_by_id(con, schedule_id)
                active = providers.all_providers(con, inactive=False)
        except FAILURES as error:
            _log.warning("a schedule did not start: %s", error)
            return None
        chosen = [p for p in active if not schedule.provider_ids or p.id in schedule.provider_ids]
        actor = Actor(name=schedule.name, role=Role.SYSTEM)
        run_id, outcome = None, None
        try:
            with time_zone.using(ZoneInfo(schedule.time_zone)):
                plan = plan_refresh(ctx, chosen)
                run, _resumed = start_run(ctx, actor, plan, source="schedule")
                run_id = run.id
                self._worker.submit(actor, run.id)
        except FAILURES as error:
            outcome = to_store(error)
            _log.warning("schedule %s did not start: %s", schedule.name, error)
        with ctx.write(SYSTEM, Permission.SCHEDULE) as con:
            schedules.record_outcome(con, schedule_id, run_id=run_id, outcome=outcome)
        return run_id


def next_start(schedule: Schedule, now: datetime) -> datetime:
    """When the schedule fires next, in its own time zone."""
    moments: list[datetime | None]
    moments = [_trigger(schedule, time).get_next_fire_time(None, now) for time in schedule.times]
    return min(moment for moment in moments if moment is not None)


def _trigger(schedule: Schedule, time: str) -> CronTrigger:
    hour, minute = time.split(":")
    return CronTrigger(hour=int(hour), minute=int(minute), timezone=ZoneInfo(schedule.time_zone))
