"""Schedules: at which times of the day which clients are refreshed while the app runs."""

import re
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict

from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.language import _

_TIME = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")


class ScheduleFields(BaseModel):
    """What a person enters. No `provider_ids` means every active provider; `times` are HH:MM."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    name: str
    provider_ids: tuple[str, ...] = ()
    times: tuple[str, ...]
    time_zone: str = "UTC"
    active: bool = True


class Schedule(ScheduleFields):
    """A stored schedule, and how its last start went, in words."""

    id: str
    last_started_at: datetime | None = None
    last_run_id: str | None = None
    last_outcome: str | None = None


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


def times_of(text: str) -> tuple[str, ...]:
    """`6:00, 14:30` as ("06:00", "14:30"). Raises `InvalidInput`."""
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    wrong = [part for part in parts if not _TIME.fullmatch(part)]
    if wrong or not parts:
        raise InvalidInput(
            _("“{text}” is not a time of the day.").format(text=", ".join(wrong) or text),
            next_step=_("Write times such as 06:00, 14:30."),
        )
    return tuple(sorted({part.rjust(5, "0") for part in parts}))


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
