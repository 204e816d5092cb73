"""Day slices: the newest answer of each, with its changes and its data problems."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import polars as pl

from komet import formulas
from komet.db.database import TIME, Connection, Schema
from komet.ingest.commit_clock import RequestMark
from komet.ingest.frames import DAY, LINE, PO
from komet.ingest.model import Row
from komet.orders.table.items import ASKED, PO_CHANGES

DAY_SLICES: Schema = {
    "provider_id": pl.String,
    "slice_date": pl.Date,
    "fetched_at": TIME,
    "run_id": pl.String,
    "orders": pl.Int64,
    "lines": pl.Int64,
    "source": pl.String,
    **ASKED,
    "digest": pl.String,
}
"""`fetched_at`: when it was asked for. `digest`: of the answer, where all of it stands so."""


@dataclass(frozen=True)
class Answer:
    """The newest complete answer of a slice, as it is stored."""

    source: str
    asked: RequestMark
    digest: str | None
    orders: int
    lines: int


def record_slices(
    con: Connection, slices: pl.DataFrame, problems: pl.DataFrame, *, again: bool
) -> None:
    """Record the newest complete answers of slices (`DAY_SLICES`), with their data problems.

    `again`: older answers are stored, which are replaced. Data problems may be there without one:
    those of single POs.
    """
    with con.tables(answered=slices):
        for table in ("day_slices", "data_problems") if again else ("data_problems",):
            con.run(
                f"DELETE FROM {table} WHERE (provider_id, slice_date)"
                " IN (SELECT provider_id, slice_date FROM answered)"
            )
        con.run("INSERT INTO day_slices BY NAME FROM answered")
    con.insert("data_problems", problems)


def renew_slices(con: Connection, slices: pl.DataFrame) -> None:
    """Record that the stored answers of slices have come once more: `DAY_SLICES` without counts."""
    with con.tables(answered=slices):
        con.run(
            "UPDATE day_slices d SET fetched_at = a.fetched_at, run_id = a.run_id,"
            " asked_commit = a.asked_commit, asked_by = a.asked_by, asked_turn = a.asked_turn"
            " FROM answered a WHERE d.provider_id = a.provider_id AND d.slice_date = a.slice_date"
        )
        con.run(
            "UPDATE data_problems d SET seen_at = a.fetched_at FROM answered a"
            " WHERE d.provider_id = a.provider_id AND d.slice_date = a.slice_date"
        )


def record_orders(
    con: Connection, orders: pl.DataFrame, asked: RequestMark, problems: pl.DataFrame
) -> None:
    """Record data problems of single POs (`PO`), whose day was not asked for as a whole."""
    orders = orders.select(PO)
    with con.tables(orders=orders):
        con.run(
            "UPDATE purchase_orders SET asked_commit = $commit, asked_by = $process,"
            " asked_turn = $turn WHERE (provider_id, po_id) IN (FROM orders)",
            asdict(asked),
        )
        con.run("DELETE FROM data_problems WHERE (provider_id, po_id) IN (FROM orders)")
    con.insert("data_problems", problems.join(orders, on=list(PO), how="semi"))


def record_changes(con: Connection, changes: pl.DataFrame) -> None:
    """Record changes of POs and lines (`PO_CHANGES`)."""
    con.insert("po_changes", changes.select(list(PO_CHANGES)))


def count_problems(con: Connection, days: pl.DataFrame) -> dict[int, int]:
    """How many data problems are stored of these days (n and `DAY`), by n."""
    if days.is_empty():
        return {}
    found = con.frame(
        "SELECT n, count(*) AS problems FROM data_problems JOIN days USING (provider_id,"
        " slice_date) GROUP BY n",
        days=days,
    )
    return dict(found.iter_rows())


def forget_digests(con: Connection, days: pl.DataFrame) -> None:
    """Read the next answers of these days (`DAY`) again, whatever they say."""
    if days.is_empty():
        return
    con.run(
        "UPDATE day_slices SET digest = NULL WHERE digest IS NOT NULL"
        " AND (provider_id, slice_date) IN (FROM days)",
        days=days.select(DAY).unique(),
    )


def forget_digests_of(con: Connection, provider_id: str) -> None:
    """Read the next answer of each day of this provider again, whatever it says."""
    con.run("UPDATE day_slices SET digest = NULL WHERE provider_id = $p", {"p": provider_id})


def stored_digests(con: Connection, provider_id: str) -> dict[date, str]:
    """The digest of the newest answer of each day, where what is stored is what it said."""
    found = con.frame(
        "SELECT slice_date, digest FROM day_slices"
        " WHERE provider_id = $provider AND digest IS NOT NULL",
        {"provider": provider_id},
    )
    return dict(found.iter_rows())


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
    found = con.value(
        "SELECT source FROM day_slices WHERE provider_id = $provider AND slice_date = $day",
        {"provider": provider_id, "day": day},
    )
    return None if found is None else str(found)


def newest_answers(con: Connection, days: pl.DataFrame) -> dict[tuple[str, date], Answer]:
    """The newest complete answers of these slices (`DAY`), by provider ID and day."""
    rows = con.frame(
        "SELECT d.provider_id, d.slice_date, d.source, d.asked_commit, d.asked_by, d.asked_turn,"
        " d.digest, d.orders, d.lines FROM day_slices d"
        " SEMI JOIN days USING (provider_id, slice_date)",
        days=days,
    )
    return {
        (provider, day): Answer(source, RequestMark(*asked), digest, orders, lines)
        for provider, day, source, *asked, digest, orders, lines in rows.iter_rows()
    }


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


def withdraw_gone(con: Connection, run_id: str, orders: pl.DataFrame) -> pl.DataFrame:
    """Withdraw that POs (`PO`) are gone, where the same run said so and found them on another day.

    Returns these POs.
    """
    if orders.is_empty():
        return orders.select(PO)
    where = (
        " FROM po_changes WHERE run_id = $run AND kind = 'gone' AND po_item_id IS NULL"
        " AND (provider_id, po_id) IN (FROM orders)"
    )
    with con.tables(orders=orders.select(PO)):
        found = con.frame(f"SELECT DISTINCT provider_id, po_id{where}", {"run": run_id})
        if found.height:
            con.run(f"DELETE{where}", {"run": run_id})
    return found


def record_taken_lines(con: Connection, run_id: str, lines: pl.DataFrame) -> None:
    """Record of lines (`LINE`) that they are gone from POs which the same run saw go.

    As long as the PO is gone, that tells of its lines (`NOT_IMPLIED`). Where the run finds it on
    another day (`withdraw_gone`), the lines that another PO has taken meanwhile are still gone.
    """
    if lines.is_empty():
        return
    con.run(
        "INSERT INTO po_changes BY NAME SELECT g.* EXCLUDE (po_item_id), t.po_item_id"
        " FROM po_changes g JOIN taken t USING (provider_id, po_id)"
        " WHERE g.run_id = $run AND g.kind = 'gone' AND g.po_item_id IS NULL",
        {"run": run_id},
        taken=lines.select(LINE),
    )


def newest_commit(con: Connection) -> int:
    """The number of the newest commit: see `komet.ingest.commit_clock`."""
    return int(con.value("SELECT max(commits) FROM commit_counter") or 0)


def take_commits(con: Connection, count: int) -> int:
    """Take the next `count` numbers of commits for the caller's transaction; the last of them."""
    con.run("UPDATE commit_counter SET commits = commits + $count", {"count": count})
    return newest_commit(con)
