"""Rows of Komet's lists as they came, by provider and kind: the newest answer of each."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from komet.db.database import Connection

FETCHED, REFUSED = "ok", "refused"
_USED = {
    "product_id", "vendor_id", "customer_id", "carrier_id", "location_id", "box_type", "prebook",
}  # fmt: skip
"""Columns of order lines by which a row of a list may be used."""


def replace(
    con: Connection, provider_id: str, kind: str, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Put these rows in the place of those that are held."""
    key = {"provider": provider_id, "kind": kind}
    con.run("DELETE FROM catalog_rows WHERE provider_id = $provider AND kind = $kind", key)
    frame = pl.DataFrame(
        {
            "provider_id": [provider_id] * len(rows),
            "kind": [kind] * len(rows),
            "position": list(range(len(rows))),
            "content": [json.dumps(row, ensure_ascii=False, default=str) for row in rows],
            "fetched_at": [now] * len(rows),
        },
        schema={
            "provider_id": pl.String, "kind": pl.String, "position": pl.Int32,
            "content": pl.String, "fetched_at": pl.Datetime("us", "UTC"),
        },
    )  # fmt: skip
    con.insert("catalog_rows", frame)
    note(con, provider_id, kind, FETCHED, now)


def held(con: Connection, provider_id: str, kind: str) -> list[dict[str, Any]]:
    """The rows in Komet's order."""
    found = con.rows(
        "SELECT content FROM catalog_rows"
        " WHERE provider_id = $provider AND kind = $kind ORDER BY position",
        {"provider": provider_id, "kind": kind},
    )
    return [json.loads(row["content"]) for row in found]


def note(con: Connection, provider_id: str, kind: str, outcome: str, now: datetime) -> None:
    """Remember when a list was last asked for, and whether the token might list it."""
    key = {"provider": provider_id, "kind": kind}
    con.run("DELETE FROM catalog_tries WHERE provider_id = $provider AND kind = $kind", key)
    con.run(
        "INSERT INTO catalog_tries VALUES ($provider, $kind, $outcome, $now)",
        {**key, "outcome": outcome, "now": now},
    )


def noted(con: Connection, provider_id: str, kind: str) -> tuple[str | None, datetime | None]:
    """What came of the last try, and when that was."""
    found = con.rows(
        "SELECT outcome, tried_at FROM catalog_tries"
        " WHERE provider_id = $provider AND kind = $kind",
        {"provider": provider_id, "kind": kind},
    )
    return (found[0]["outcome"], found[0]["tried_at"]) if found else (None, None)


def used(con: Connection, provider_id: str, column: str) -> dict[str, int]:
    """In how many downloaded lines that are still in Komet each value of the column stands."""
    if column not in _USED:
        raise ValueError(column)
    rows = con.rows(
        f"SELECT {column} AS value, count(*) AS lines FROM po_lines"
        f" WHERE provider_id = $provider AND gone_at IS NULL AND {column} IS NOT NULL GROUP BY ALL",
        {"provider": provider_id},
    )
    return {str(row["value"]): int(row["lines"]) for row in rows}
