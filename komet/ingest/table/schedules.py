"""Schedules: at which times of the day which clients are refreshed while the app runs."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import available_timezones

from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.ingest.model import Schedule, ScheduleFields, times_of
from komet.language import _

_COLUMNS = ", ".join(Schedule.model_fields)


def all_schedules(con: Connection) -> list[Schedule]:
    """Every schedule, by name."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM schedules ORDER BY lower(name)")
    return [Schedule.model_validate(row) for row in rows]


def schedule_by_id(con: Connection, schedule_id: str) -> Schedule:
    """Raises `NotFound`."""
    found = next((s for s in all_schedules(con) if s.id == schedule_id), None)
    if found is None:
        raise NotFound(_("That schedule is not there any more."))
    return found


def save_schedule(
    con: Connection, fields: ScheduleFields, *, schedule_id: str | None = None, now: datetime
) -> Schedule:
    """Add a schedule, or change the one of that ID. Raises `InvalidInput` or `NotFound`."""
    if not fields.name:
        raise InvalidInput(_("A schedule needs a name."))
    if fields.time_zone not in available_timezones():
        raise InvalidInput(
            _("There is no time zone “{zone}”.").format(zone=fields.time_zone),
            next_step=_("Choose one such as America/Guayaquil."),
        )
    times_of(" ".join(fields.times))
    held = schedule_by_id(con, schedule_id) if schedule_id else None
    new_id = held.id if held else str(uuid4())
    con.run("DELETE FROM schedules WHERE id = $id", {"id": new_id})
    con.run(
        "INSERT INTO schedules BY NAME SELECT $id AS id, $name AS name, $providers AS provider_ids,"
        " $times AS times, $zone AS time_zone, $active AS active, $started AS last_started_at,"
        " $run AS last_run_id, $outcome AS last_outcome, $now AS created_at, $now AS updated_at,"
        " $who AS updated_by",
        {
            "id": new_id,
            "name": fields.name,
            "providers": list(fields.provider_ids),
            "times": list(fields.times),
            "zone": fields.time_zone,
            "active": fields.active,
            "started": held.last_started_at if held else None,
            "run": held.last_run_id if held else None,
            "outcome": held.last_outcome if held else None,
            "now": now,
            "who": con.actor,
        },
    )
    audit.record(con, "schedule saved", fields.name, now, fields.model_dump())
    return schedule_by_id(con, new_id)


def delete_schedule(con: Connection, schedule_id: str, now: datetime) -> None:
    """Raises `NotFound`."""
    held = schedule_by_id(con, schedule_id)
    con.run("DELETE FROM schedules WHERE id = $id", {"id": held.id})
    audit.record(con, "schedule deleted", held.name, now)


def claim(con: Connection, schedule_id: str, now: datetime, within: timedelta) -> bool:
    """Take this start for this process; False where another took it less than `within` ago."""
    held = schedule_by_id(con, schedule_id)
    if held.last_started_at is not None and now - held.last_started_at < within:
        return False
    con.run(
        "UPDATE schedules SET last_started_at = $now, last_run_id = NULL, last_outcome = NULL"
        " WHERE id = $id",
        {"id": schedule_id, "now": now},
    )
    return True


def note_outcome(
    con: Connection, schedule_id: str, *, run_id: str | None = None, outcome: str | None = None
) -> None:
    """What the last start came to: a run, or why there is none."""
    con.run(
        "UPDATE schedules SET last_run_id = $run, last_outcome = $outcome WHERE id = $id",
        {"id": schedule_id, "run": run_id, "outcome": outcome},
    )
