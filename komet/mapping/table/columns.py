"""The columns that persons have given to the headings of mapping files, by client and kind."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from komet.db.database import Connection

Remembered = dict[tuple[str, ...], Mapping[str, int]]
"""Set of headings (`MappingSheet.heading_key`) → field → position."""


def load_remembered(con: Connection, provider_id: str | None, kind: str) -> Remembered:
    """What is remembered for files of a client (None: files that name theirs in each row)."""
    rows = con.rows(
        "SELECT headings, columns FROM column_matches"
        " WHERE provider_id IS NOT DISTINCT FROM $provider AND kind = $kind",
        {"provider": provider_id, "kind": kind},
    )
    return {tuple(json.loads(row["headings"])): json.loads(row["columns"]) for row in rows}


def forget(con: Connection, provider_id: str | None, kind: str, headings: Sequence[str]) -> None:
    """Delete what is remembered of a set of headings."""
    con.run(
        "DELETE FROM column_matches WHERE provider_id IS NOT DISTINCT FROM $provider"
        " AND kind = $kind AND headings = $headings::JSON",
        {"provider": provider_id, "kind": kind, "headings": json.dumps(list(headings))},
    )


def remember(
    con: Connection,
    provider_id: str | None,
    kind: str,
    headings: Sequence[str],
    columns: Mapping[str, int],
    *,
    now: datetime,
) -> None:
    """Keep the columns of a set of headings, of which nothing is kept."""
    con.run(
        "INSERT INTO column_matches VALUES ($provider, $kind, $headings, $columns, $who, $now)",
        {
            "provider": provider_id,
            "kind": kind,
            "headings": json.dumps(list(headings)),
            "columns": json.dumps(dict(columns)),
            "who": con.actor,
            "now": now,
        },
    )
