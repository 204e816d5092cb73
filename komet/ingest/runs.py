"""Runs: starting, resuming, retrying and cancelling them, and how far they have come."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from komet.context import AppContext
from komet.db.database import Connection
from komet.errors import InvalidInput
from komet.ingest.model import Plan, Run, RunState
from komet.ingest.table import runs
from komet.language import _

RESUME_WITHIN = timedelta(hours=1)


def start_run(
    ctx: AppContext, plan: Plan, *, source: str, workers: int | None = None
) -> tuple[Run, bool]:
    """A run for the plan, and whether it takes up an interrupted one.

    A run over the very same slices that was killed less than an hour ago is resumed: what it had
    fetched is fresh, and fetching it again would spend the client's requests for nothing.
    """
    if not plan.slices:
        if plan.left_alone:
            raise InvalidInput(_("Every day of the open window is final: nothing to refresh."))
        raise InvalidInput(_("There is nothing to download: choose providers and days."))
    workers = workers or ctx.settings.workers
    with ctx.db.write() as con:
        runs.interrupt_dead(con, ctx.now())
        for run in runs.latest_runs(con, ctx.now(), limit=5):
            if _takes_up(con, run, plan.slices, ctx):
                return run, True
            if run.active and _same_slices(con, run, plan.slices):
                raise InvalidInput(
                    _("The same download is at work already."),
                    next_step=_("Watch it on PO download."),
                )
        run = runs.create_run(con, plan.slices, source=source, workers=workers, now=ctx.now())
    return run, False


def retryable(ctx: AppContext, run_id: str | None = None) -> tuple[Run, int]:
    """The run of that ID (default: the last), and how many of its slices are still to be fetched.

    Raises `NotFound`, or `InvalidInput` while the run is at work.
    """
    with ctx.db.read() as con:
        if run_id is None:
            newest = runs.latest_runs(con, ctx.now(), limit=1, whole=True)
            if not newest:
                raise InvalidInput(_("There has been no download yet."))
            run = newest[0]
        else:
            run = runs.run_by_id(con, run_id, ctx.now())
        if run.active:
            raise InvalidInput(
                _("That download is still at work."), next_step=_("Wait for it, or cancel it.")
            )
        return run, len(runs.slices_of(con, run.id, unfinished=True))


def _takes_up(
    con: Connection, run: Run, slices: Sequence[tuple[str, date]], ctx: AppContext
) -> bool:
    if run.state is not RunState.INTERRUPTED:
        return False
    if run.heartbeat_at is None or ctx.now() - run.heartbeat_at > RESUME_WITHIN:
        return False
    return _same_slices(con, run, slices)


def _same_slices(con: Connection, run: Run, slices: Sequence[tuple[str, date]]) -> bool:
    return {(s.provider_id, s.slice_date) for s in runs.slices_of(con, run.id)} == set(slices)


_SIGNS = {"done": "✓", "empty": "·", "failed": "✗", "running": "…", "queued": ""}


def days_of(ctx: AppContext, run_id: str) -> pl.DataFrame:
    """provider, day (Date), state, sign (String), orders, lines (Int32), reason: a row a slice."""
    with ctx.db.read() as con:
        return con.frame(
            "SELECT p.name AS provider, s.slice_date AS day, s.state, s.orders, s.lines, s.reason,"
            " s.position FROM run_slices s LEFT JOIN providers p ON p.id = s.provider_id"
            " WHERE s.run_id = $run ORDER BY day, provider",
            {"run": run_id},
        ).with_columns(sign=pl.col("state").replace(_SIGNS))


def last_downloads(ctx: AppContext) -> pl.DataFrame:
    """provider_id, provider, last_download (Datetime UTC), days, orders (Int64), failed (Int64).

    `days` and `orders` are what is held; `failed` are days whose newest try failed.
    """
    with ctx.db.read() as con:
        return con.frame(
            f"""
            SELECT p.id AS provider_id, p.name AS provider, d.last_download,
              coalesce(d.days, 0) AS days, coalesce(d.orders, 0)::BIGINT AS orders,
              coalesce(f.failed, 0) AS failed
            FROM providers p
            LEFT JOIN (
              SELECT provider_id, max(fetched_at) AS last_download, count(*) AS days,
                sum(orders) AS orders FROM day_slices GROUP BY provider_id
            ) d ON d.provider_id = p.id
            LEFT JOIN (
              SELECT provider_id, count(*) AS failed FROM (
                SELECT s.provider_id, s.slice_date, arg_max(s.state, r.commit_no) AS newest
                FROM run_slices s JOIN runs r ON r.id = s.run_id
                WHERE s.state IN ('done', 'empty', 'failed')
                  AND r.source NOT IN {runs.OF_PARTS} GROUP BY ALL
              ) WHERE newest = 'failed' GROUP BY provider_id
            ) f ON f.provider_id = p.id
            WHERE p.active ORDER BY lower(p.name)
            """
        )


def active_run(ctx: AppContext) -> Run | None:
    """The newest run that is at work or waiting, in whichever process."""
    with ctx.db.read() as con:
        return next((r for r in runs.latest_runs(con, ctx.now(), limit=5) if r.active), None)


def set_up(ctx: AppContext) -> dict[str, bool]:
    """Which of the four steps to the first export are done: token, provider, mapping, download."""
    with ctx.db.read() as con:
        row = con.rows(
            "SELECT (SELECT count(*) > 0 FROM tokens WHERE retired_at IS NULL) AS token,"
            " (SELECT count(*) > 0 FROM providers) AS provider,"
            " (SELECT count(*) > 0 FROM mappings) AS mapping,"
            " (SELECT count(*) > 0 FROM day_slices) AS download"
        )[0]
    return {name: bool(done) for name, done in row.items()}
