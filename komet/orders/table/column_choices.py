"""The table of the columns that people look at."""

import json
from datetime import datetime

from komet.db.database import Connection
from komet.orders.model import ColumnChoice


def choice_of(con: Connection, person: str) -> ColumnChoice | None:
    """What a person has chosen; None where that is nothing."""
    rows = con.rows(
        "SELECT columns, widths FROM column_choices WHERE person = $person", {"person": person}
    )
    return ColumnChoice.model_validate(rows[0]) if rows else None


def write(con: Connection, person: str, choice: ColumnChoice, now: datetime) -> None:
    """Write it in the place of the one before."""
    delete(con, person)
    con.run(
        "INSERT INTO column_choices VALUES ($person, $columns, $widths, $now)",
        {
            "person": person,
            "columns": list(choice.columns),
            "widths": json.dumps(choice.widths),
            "now": now,
        },
    )


def delete(con: Connection, person: str) -> None:
    """Forget what a person has chosen."""
    con.run("DELETE FROM column_choices WHERE person = $person", {"person": person})
