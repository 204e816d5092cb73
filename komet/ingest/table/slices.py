"""Day slices: the newest answer of each, with its changes and its data problems."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.ingest.commit_clock import RequestMark
from komet.ingest.model import KOMET, Row
from komet.orders.table.items import DATA_PROBLEMS, PO_CHANGES


def record_slice(
    con: Connection,
    *,
    run_id: str,
    provider_id: str,
    day: date,
    fetched_at: datetime,
    asked: RequestMark,
    orders: int,
    lines: int,
    changes: list[Row],
    problems: list[Row],
    source: str = KOMET,
    again: bool = True,
) -> None:
    """Record the newest complete answer of a slice, with its changes and its data problems.

    `fetched_at` is when it was asked for (UTC), `orders` and `lines` are counts. `again`: an older
    answer is stored, which is replaced with its data problems.
    """
    key = {"provider": provider_id, "day": day}
    for table in ("day_slices", "data_problems") if again else ():
        con.run(f"DELETE FROM {table} WHERE provider_id = $provider AND slice_date = $day", key)
    con.run(
        "INSERT INTO day_slices (provider_id, slice_date, fetched_at, run_id, orders, lines,"
        " source, asked_commit, asked_by, asked_turn) VALUES ($provider, $day, $fetched_at,"
        " $run_id, $orders, $lines, $source, $commit, $process, $turn)",
        {**key, **asdict(asked), "fetched_at": fetched_at, "run_id": run_id, "orders": orders,
         "lines": lines, "source": source},
    )  # fmt: skip
    con.insert("data_problems", pl.DataFrame(problems, schema=DATA_PROBLEMS))
    con.insert("po_changes", pl.DataFrame(changes, schema=PO_CHANGES))


def record_orders(  # noqa: PLR0917
    con: Connection,
    provider_id: str,
    po_ids: Sequence[str],
    asked: RequestMark,
    changes: list[Row],
    problems: list[Row],
) -> None:
    """Record changes and data problems of single POs, whose day was not asked for as a whole."""
    con.run(
        "UPDATE purchase_orders SET asked_commit = $commit, asked_by = $process,"
        " asked_turn = $turn WHERE provider_id = $provider"
        " AND po_id IN (SELECT unnest($po_ids))",
        {"provider": provider_id, "po_ids": list(po_ids), **asdict(asked)},
    )
    con.run(
        "DELETE FROM data_problems WHERE provider_id = $provider"
        " AND po_id IN (SELECT unnest($po_ids))",
        {"provider": provider_id, "po_ids": list(po_ids)},
    )
    con.insert("data_problems", pl.DataFrame(problems, schema=DATA_PROBLEMS))
    con.insert("po_changes", pl.DataFrame(changes, schema=PO_CHANGES))


def has_orders(con: Connection, provider_id: str, day: date) -> bool:
    """Whether any PO of that day is stored that is not gone."""
    return bool(
        con.value(
            "SELECT count(*) > 0 FROM purchase_orders WHERE provider_id = $provider"
            " AND slice_date = $day AND gone_at IS NULL",
            {"provider": provider_id, "day": day},
        )
    )


def source_of(con: Connection, provider_id: str, day: date) -> str | None:
    """Where the newest answer of a slice comes from (`Source.name`), or None for none."""
    newest = newest_answer(con, provider_id, day)
    return None if newest is None else str(newest["source"])


def newest_answer(con: Connection, provider_id: str, day: date) -> Row | None:
    """The newest complete answer of that slice: `source`, and `asked` (`RequestMark`)."""
    rows = con.rows(
        "SELECT source, asked_commit, asked_by, asked_turn FROM day_slices"
        " WHERE provider_id = $provider AND slice_date = $day",
        {"provider": provider_id, "day": day},
    )
    if not rows:
        return None
    row = rows[0]
    asked = RequestMark(row["asked_commit"], row["asked_by"], row["asked_turn"])
    return {"source": row["source"], "asked": asked}


def final_slices(
    con: Connection,
    provider_ids: Sequence[str],
    first: date,
    today: date,
    *,
    sources: Sequence[str],
    after: timedelta,
) -> set[tuple[str, date]]:
    """Slices from `first` to before `today` that cannot change any more: see `komet.ingest.plan`.

    Each line was shipped or cancelled when one of the `sources` was last asked for it, `after` its
    day was over.
    """
    rows = con.rows(
        "SELECT provider_id, slice_date FROM day_slices d"
        " WHERE list_contains($providers, provider_id) AND list_contains($sources, source)"
        " AND slice_date >= $first AND slice_date < $today"
        " AND fetched_at >= (slice_date + 1)::TIMESTAMP AT TIME ZONE 'UTC' + $after"
        # of a clock that was ahead nobody knows when it really asked
        " AND fetched_at < ($today + 2)::TIMESTAMP AT TIME ZONE 'UTC'"
        " AND NOT EXISTS (FROM order_items i WHERE i.provider_id = d.provider_id"
        " AND i.slice_date = d.slice_date AND i.gone_at IS NULL"
        f" AND {formulas.standing('i')}"
        " AND upper(coalesce(i.line_status, '')) NOT IN ('S', 'SHIPPED'))",
        {
            "providers": list(provider_ids),
            "sources": list(sources),
            "first": first,
            "today": today,
            "after": after,
        },
    )
    return {(row["provider_id"], row["slice_date"]) for row in rows}


def find_numbers(con: Connection, numbers: Sequence[str]) -> list[Row]:
    """provider_id, number and slice_date of the stored POs of these numbers, the oldest first."""
    return con.rows(
        "SELECT provider_id, number, slice_date FROM purchase_orders"
        " WHERE upper(number) IN (SELECT unnest($numbers)) ORDER BY slice_date",
        {"numbers": [number.upper() for number in numbers]},
    )


def withdraw_gone(
    con: Connection, run_id: str, provider_id: str, po_ids: Sequence[str]
) -> set[str]:
    """Withdraw that POs are gone, where the same run said so and then found them on another day.

    Returns the IDs of these POs.
    """
    if not po_ids:
        return set()
    where = (
        " FROM po_changes WHERE run_id = $run AND provider_id = $provider AND kind = 'gone'"
        " AND po_item_id IS NULL AND po_id IN (SELECT unnest($po_ids))"
    )
    params = {"run": run_id, "provider": provider_id, "po_ids": list(po_ids)}
    found = {row["po_id"] for row in con.rows(f"SELECT po_id{where}", params)}
    if found:
        con.run(f"DELETE{where}", params)
    return found


def newest_commit(con: Connection) -> int:
    """The number of the newest commit: see `komet.ingest.commit_clock`."""
    return int(con.value("SELECT max(commits) FROM commit_counter") or 0)


def next_commit(con: Connection) -> int:
    """A number for the commit that the caller's transaction makes."""
    con.run("UPDATE commit_counter SET commits = commits + 1")
    return newest_commit(con)
