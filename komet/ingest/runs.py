"""Runs: starting, retrying and cancelling them, what they did, and how far they have come."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from komet.clients.table import providers
from komet.context import AppContext
from komet.db.database import Connection
from komet.errors import InvalidInput
from komet.ingest import sources
from komet.ingest.model import FailedDays, Plan, Run, RunReport, RunState
from komet.ingest.plan import plan_slices
from komet.ingest.table import progress, runs
from komet.language import _
from komet.permissions import Actor, Permission

RESUME_WITHIN = timedelta(hours=1)
_SIGNS = {"done": "✓", "empty": "·", "failed": "✗", "running": "…", "queued": ""}


def start_run(
    ctx: AppContext, actor: Actor, plan: Plan, *, source: str, workers: int | None = None
) -> tuple[Run, bool]:
    """A queued run for the plan, and whether it resumes an interrupted one.

    A run over the very same slices that was killed less than an hour ago is resumed: what it had
    fetched is fresh, and fetching it again would spend the client's requests for nothing. `source`
    says what started it. Raises `InvalidInput` where there is nothing to fetch, or where the same
    run is at work, and `NotPermitted`.
    """
    ctx.authorize(actor, Permission.DOWNLOAD)
    if not plan.slices:
        if plan.left_alone:
            raise InvalidInput(_("Every day of the open window is final: nothing to refresh."))
        raise InvalidInput(_("There is nothing to download: choose importers and days."))
    workers = workers or ctx.settings.workers
    source = sources.SOURCES[plan.source].run_name or source
    with ctx.write(actor, Permission.DOWNLOAD) as con:
        runs.interrupt_dead(con, ctx.now())
        for run in runs.latest_runs(con, ctx.now(), limit=5):
            if sources.source_of_run(run.source).name != plan.source:
                continue
            if _can_resume(con, run, plan.slices, ctx):
                # queued here, so that a cancel is heard and nobody resumes it a second time
                runs.queue_run(con, run.id, ctx.now())
                return runs.run_by_id(con, run.id, ctx.now()), True
            if run.active and _same_slices(con, run, plan.slices):
                raise InvalidInput(
                    _("The same download is at work already."),
                    next_step=_("Watch it on PO download."),
                )
        run = runs.create_run(con, plan.slices, source=source, workers=workers, now=ctx.now())
    return run, False


def retry_run(ctx: AppContext, actor: Actor, run_id: str | None = None) -> tuple[Run, int]:
    """Queue the run of that ID (default: the last) again, and count its slices to be fetched.

    A run whose every slice is there stays closed. Raises `NotFound`, `InvalidInput` while the run
    is at work, or `NotPermitted`.
    """
    with ctx.write(actor, Permission.DOWNLOAD) as con:
        if run_id is None:
            newest = _last_run(con, ctx)
            if newest is None:
                raise InvalidInput(_("There has been no download yet."))
            run = newest
        else:
            run = runs.run_by_id(con, run_id, ctx.now())
        if run.active:
            raise InvalidInput(
                _("That download is still at work."), next_step=_("Wait for it, or cancel it.")
            )
        count = len(runs.slices_of(con, run.id, unfinished=True))
        if count:
            runs.queue_run(con, run.id, ctx.now())
            run = runs.run_by_id(con, run.id, ctx.now())
        return run, count


def cancel_run(ctx: AppContext, actor: Actor, run_id: str) -> None:
    """Ask the run, whichever process has it, to stop after the slices that are under way.

    Raises `NotPermitted`.
    """
    with ctx.write(actor, Permission.DOWNLOAD) as con:
        runs.request_cancel(con, run_id)


def show_run(ctx: AppContext, run_id: str) -> RunReport:
    """The run of that ID, or of an ID that begins so, and its slices. Raises `NotFound`."""
    with ctx.read() as con:
        run = runs.run_by_id(con, run_id, ctx.now())
        return RunReport(
            run=run,
            summary=runs.summary(con, run.id),
            slices=tuple(runs.slices_of(con, run.id)),
            replaced=tuple(runs.replaced_numbers(con, run.id)),
            providers={provider.id: provider.name for provider in providers.all_providers(con)},
        )


def watch_run(ctx: AppContext, run_id: str) -> RunReport:
    """The run of that ID while it is at work: without its slices and its `unmapped`.

    Raises `NotFound`.
    """
    with ctx.read() as con:
        run = runs.run_by_id(con, run_id, ctx.now())
        return RunReport(run=run, summary=runs.summaries(con, [run.id], unmapped=False)[run.id])


def list_runs(ctx: AppContext, limit: int = 20) -> list[RunReport]:
    """The newest runs first, whoever started them, without their slices."""
    with ctx.read() as con:
        found = runs.latest_runs(con, ctx.now(), limit=limit)
        of = runs.summaries(con, [run.id for run in found])
        return [RunReport(run=run, summary=of[run.id]) for run in found]


def last_run(ctx: AppContext) -> Run | None:
    """The newest run that asked for whole days."""
    with ctx.read() as con:
        return _last_run(con, ctx)


def active_run(ctx: AppContext) -> Run | None:
    """The newest run that is at work or waiting, in whichever process."""
    with ctx.read() as con:
        return next((r for r in runs.latest_runs(con, ctx.now(), limit=5) if r.active), None)


def list_days(ctx: AppContext, run_id: str) -> pl.DataFrame:
    """provider, day (Date), state, sign, reason (String), orders, lines (Int32): a row a slice."""
    with ctx.read() as con:
        return progress.list_days(con, run_id).with_columns(sign=pl.col("state").replace(_SIGNS))


def last_downloads(ctx: AppContext) -> pl.DataFrame:
    """provider_id, provider, last_download (Datetime UTC), days, orders (Int64), failed (Int64).

    `days` and `orders` are what is stored; `failed` are days whose newest try failed.
    """
    with ctx.read() as con:
        return progress.last_downloads(con, sources.runs_of_parts())


def list_failed_days(ctx: AppContext) -> list[FailedDays]:
    """The days of active providers whose newest try failed, by provider and cause, most first."""
    with ctx.read() as con:
        return progress.failed_days(con, sources.runs_of_parts())


def retry_days(ctx: AppContext, actor: Actor, failed: Sequence[FailedDays]) -> Run:
    """A queued run over these days. Raises `InvalidInput` where it is at work already."""
    slices = [(one.provider_id, day) for one in failed for day in one.days]
    with ctx.read() as con:
        chosen = [providers.provider_by_id(con, id_) for id_ in {s[0]: 0 for s in slices}]
    run, _resumed = start_run(ctx, actor, plan_slices(ctx, chosen, slices), source="app")
    return run


def list_setup_steps(ctx: AppContext) -> dict[str, bool]:
    """Which of the four steps to the first export are done.

    Keys: `token`, `provider`, `mapping`, `download`.
    """
    with ctx.read() as con:
        return progress.steps_done(con)


def _last_run(con: Connection, ctx: AppContext) -> Run | None:
    newest = runs.latest_runs(con, ctx.now(), limit=1, without=sources.runs_of_parts())
    return newest[0] if newest else None


def _can_resume(
    con: Connection, run: Run, slices: Sequence[tuple[str, date]], ctx: AppContext
) -> bool:
    if run.state is not RunState.INTERRUPTED:
        return False
    if run.heartbeat_at is None or ctx.now() - run.heartbeat_at > RESUME_WITHIN:
        return False
    return _same_slices(con, run, slices)


def _same_slices(con: Connection, run: Run, slices: Sequence[tuple[str, date]]) -> bool:
    return {(s.provider_id, s.slice_date) for s in runs.slices_of(con, run.id)} == set(slices)
