"""Starting, resuming and retrying runs: what the page's buttons and the command line call."""

from collections.abc import Sequence
from datetime import date, timedelta

from komet.context import AppContext
from komet.db.database import Connection
from komet.errors import InvalidInput
from komet.ingest.plan import Plan
from komet.ingest.table import runs
from komet.ingest.table.runs import Run, RunState
from komet.language import _

RESUME_WITHIN = timedelta(hours=1)


def start(
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
