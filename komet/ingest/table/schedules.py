"""The SQL of schedules."""

from datetime import datetime, timedelta
from typing import Any

from komet.db.database import Connection
from komet.errors import NotFound
from komet.ingest.model import Schedule, ScheduleFields
from komet.language import _
from komet.messages import Stored, stored_message

_COLUMNS = ", ".join([*Schedule.model_fields, "outcome_code", "outcome_data"])
_OUTCOME = ("last_outcome", "outcome_code", "outcome_data")


def all_schedules(con: Connection) -> list[Schedule]:
    """Every schedule, by name."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM schedules ORDER BY lower(name)")
    return [_schedule(row) for row in rows]


def schedule_by_id(con: Connection, schedule_id: str) -> Schedule:
    """Raises `NotFound`."""
    found = next((s for s in all_schedules(con) if s.id == schedule_id), None)
    if found is None:
        raise NotFound(_("That schedule is not there any more."))
    return found


def replace_schedule(
    con: Connection,
    schedule_id: str,
    fields: ScheduleFields,
    stored: Schedule | None,
    now: datetime,
) -> None:
    """Write the fields under that ID, with what is known of the last start."""
    outcome = con.rows(
        f"SELECT {', '.join(_OUTCOME)} FROM schedules WHERE id = $id", {"id": schedule_id}
    )
    con.run("DELETE FROM schedules WHERE id = $id", {"id": schedule_id})
    con.run(
        "INSERT INTO schedules BY NAME SELECT $id AS id, $name AS name, $providers AS provider_ids,"
        " $times AS times, $zone AS time_zone, $active AS active, $started AS last_started_at,"
        " $run AS last_run_id, $last_outcome AS last_outcome, $outcome_code AS outcome_code,"
        " $outcome_data AS outcome_data, $now AS created_at, $now AS updated_at,"
        " $who AS updated_by",
        {
            "id": schedule_id,
            "name": fields.name,
            "providers": list(fields.provider_ids),
            "times": list(fields.times),
            "zone": fields.time_zone,
            "active": fields.active,
            "started": stored.last_started_at if stored else None,
            "run": stored.last_run_id if stored else None,
            **(outcome[0] if outcome else dict.fromkeys(_OUTCOME)),
            "now": now,
            "who": con.actor,
        },
    )


def delete_schedule(con: Connection, schedule_id: str) -> None:
    """Delete the schedule of that ID."""
    con.run("DELETE FROM schedules WHERE id = $id", {"id": schedule_id})


def claim(con: Connection, schedule_id: str, now: datetime, within: timedelta) -> bool:
    """Take this start for this process; False where another took it less than `within` ago."""
    stored = schedule_by_id(con, schedule_id)
    if stored.last_started_at is not None and now - stored.last_started_at < within:
        return False
    con.run(
        "UPDATE schedules SET last_started_at = $now, last_run_id = NULL, last_outcome = NULL,"
        " outcome_code = NULL, outcome_data = NULL WHERE id = $id",
        {"id": schedule_id, "now": now},
    )
    return True


def record_outcome(
    con: Connection, schedule_id: str, *, run_id: str | None = None, outcome: Stored | None = None
) -> None:
    """Record the outcome of the last start: a run, or why there is none."""
    con.run(
        "UPDATE schedules SET last_run_id = $run, last_outcome = NULL, outcome_code = $code,"
        " outcome_data = $data WHERE id = $id",
        {
            "id": schedule_id,
            "run": run_id,
            "code": outcome.code if outcome else None,
            "data": outcome.data if outcome else None,
        },
    )


def _schedule(row: dict[str, Any]) -> Schedule:
    outcome = stored_message(row["outcome_code"], row["outcome_data"], row["last_outcome"])
    return Schedule.model_validate({**row, "last_outcome": outcome})
