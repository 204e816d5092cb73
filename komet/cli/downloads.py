"""`download`, `refresh`, `retry` and `runs`: the nightly job."""

import signal
import threading
from datetime import date
from types import FrameType
from typing import Annotated, Any

from cyclopts import Parameter

from komet import time_zone, unneeded
from komet.backup.archive import keep_daily_backup
from komet.cli.arguments import Names, Switch
from komet.cli.output import Json, note, say, say_json, table, warn
from komet.cli.progress import DownloadProgress
from komet.cli.session import actor
from komet.clients.providers import choose_providers, list_providers
from komet.context import AppContext, open_context
from komet.errors import InvalidInput
from komet.ingest.by_number import download_numbers, parse_numbers, providers_of
from komet.ingest.engine import execute
from komet.ingest.model import Plan, Run, RunSlice, RunState, replaced_sentence
from komet.ingest.plan import plan_days, plan_refresh
from komet.ingest.runs import list_runs, retry_run, show_run, start_run
from komet.language import _, _n, moment

INTERRUPTED = 130
"""What shells expect of a command that Ctrl-C has ended."""


def download(
    *,
    provider: Names = None,
    group: str | None = None,
    all: Switch = False,
    from_: Annotated[date, Parameter(name="--from")],
    to: date,
    workers: int | None = None,
    dry_run: Switch = False,
    json: Json = False,
) -> int:
    """Download the POs that ship from one day to another, both included.

    Exit 1 when some days failed; the other days are there, and `komet retry` fetches the rest. A
    download that was killed less than an hour ago is taken up where it stopped.

    Parameters
    ----------
    provider
        Client providers, by name.
    group
        All active providers of a Komet group.
    all
        All active providers.
    from_
        First ship date, YYYY-MM-DD.
    to
        Last ship date, YYYY-MM-DD.
    workers
        Requests under way at once (default: KOMET_WORKERS).
    dry_run
        Say what it would fetch and cost; ask Komet for nothing, and write nothing.
    """
    if sum((bool(provider), bool(group), all)) != 1:
        raise InvalidInput(_("Choose one of --provider, --group and --all."))
    _check_workers(workers)
    ctx = _opened()
    chosen = choose_providers(ctx, names=provider or (), group=group, every=all)
    plan = plan_days(ctx, chosen, from_, to)
    if dry_run:
        return _show_plan(ctx, plan, json)
    note(plan.sentence)
    run, resumed = start_run(ctx, actor(), plan, source="command line", workers=workers)
    if resumed:
        note(_("Taking up the download that was interrupted."))
    return _work(ctx, run, json)


def refresh(
    *,
    provider: Names = None,
    group: str | None = None,
    number: Names = None,
    workers: int | None = None,
    json: Json = False,
) -> int:
    """Download the open window of every active provider: what the nightly job runs.

    The window is 3 days back to 21 days ahead unless a provider has its own; days that are final
    are left alone. With `--number`, only those POs are asked for. Exit 1 when some days failed.

    Parameters
    ----------
    provider
        Client providers, by name (default: all active ones).
    group
        All active providers of a Komet group.
    number
        Only the POs with these numbers; without --provider, of the clients that we hold them of.
    workers
        Requests under way at once (default: KOMET_WORKERS).
    """
    if provider and group:
        raise InvalidInput(_("Choose one of --provider and --group."))
    _check_workers(workers)
    ctx = _opened()
    chosen = choose_providers(ctx, names=provider or (), group=group, every=group is None)
    if number:
        named = chosen if provider or group else ()
        result = download_numbers(ctx, actor(), providers_of(ctx, parse_numbers(number), named))
        if json:
            say_json(result.__dict__)
        else:
            say(result.sentence)
        return 1 if result.missing or result.failed else 0
    plan = plan_refresh(ctx, chosen)
    note(plan.sentence)
    if not plan.slices:
        say(_("Every day of the open window is final: nothing to refresh."))
        return 0
    run, resumed = start_run(ctx, actor(), plan, source="refresh", workers=workers)
    if resumed:
        note(_("Taking up the download that was interrupted."))
    return _work(ctx, run, json)


def retry(run: str | None = None, /, *, json: Json = False) -> int:
    """Fetch the failed and unfinished days of a run (default: the last), and nothing else."""
    ctx = _opened()
    found, count = retry_run(ctx, actor(), run)
    if not count:
        say(_("Nothing to retry: every day of that download is there."))
        return 0
    note(_n("{count} day to fetch.", "{count} days to fetch.", count).format(count=count))
    return _work(ctx, found, json)


def runs(*, last: Switch = False, json: Json = False) -> int:
    """Show past downloads; `--last` shows the days of the newest."""
    ctx = open_context()
    found = list_runs(ctx, limit=1 if last else 20)
    newest = show_run(ctx, found[0].run.id) if last and found else None
    if json:
        rows = [report.run.model_dump(mode="json") | report.summary for report in found]
        if last:
            days = (
                [_slice_row(slice_, newest.providers) for slice_ in newest.slices] if newest else []
            )
            say_json(rows[0] | {"slices": days} if rows else {})
        else:
            say_json(rows)
        return 0
    table(
        (_("Run"), time_zone.headed(_("Started")), _("By"), _("From"), _("To"), _("State"),
         _("Result")),
        [
            (report.run.id[:8], moment(report.run.created_at), report.run.source,
             report.run.date_from, report.run.date_to, report.run.state.value,
             _in_words(report.summary))
            for report in found
        ],
        _("There has been no download yet."),
    )  # fmt: skip
    if newest:
        say("")
        table(
            (
                _("Importer"), _("Day"), _("State"), _("POs"), _("Lines"), _("Reason"),
                _("Imported POs replaced"),
            ),
            [
                tuple((_slice_row(slice_, newest.providers)
                       | {"replaced": ", ".join(slice_.replaced or ())}).values())
                for slice_ in newest.slices
            ],
            "",
        )  # fmt: skip
    return 0


def _opened() -> AppContext:
    """For work that nobody waits for, and that makes no workbook."""
    unneeded.leave_out("pyarrow")
    return open_context().for_long_work()


def _check_workers(workers: int | None) -> None:
    if workers is not None and not 1 <= workers <= 16:
        raise InvalidInput(_("--workers takes 1 to 16."))


def _show_plan(ctx: AppContext, plan: Plan, json: bool) -> int:
    names = {provider.id: provider.name for provider in list_providers(ctx)}
    if json:
        say_json({
            "requests": plan.requests,
            "left_today": plan.left_today,
            "days": [
                {"provider": names.get(id_, id_), "day": day} for id_, day in plan.slices
            ],
        })  # fmt: skip
        return 0
    days: dict[str, list[date]] = {}
    for id_, day in plan.slices:
        days.setdefault(names.get(id_, id_), []).append(day)
    table(
        (_("Importer"), _("Days"), _("From"), _("To")),
        [(name, len(found), min(found), max(found)) for name, found in days.items()],
        _("There is nothing to download: choose importers and days."),
    )
    say(plan.sentence)
    return 0


def _work(ctx: AppContext, run: Run, json: bool) -> int:
    summary = show_run(ctx, run.id).summary
    waiting = summary["failed"] + summary["waiting"]
    keep_daily_backup(ctx)
    stop = threading.Event()
    pressed: list[int] = []

    def ask_to_stop(sig: int, _frame: FrameType | None) -> None:
        if pressed and sig == signal.SIGINT:
            raise KeyboardInterrupt
        pressed.append(sig)
        warn(_("Stopping after the days under way …"))
        stop.set()

    before = {sig: signal.signal(sig, ask_to_stop) for sig in (signal.SIGINT, signal.SIGTERM)}
    try:
        with DownloadProgress(waiting) as progress:
            ended = execute(ctx, actor(), run.id, stop=stop, on_slice=progress.advance)
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)
    report = show_run(ctx, run.id)
    if json:
        days = [_slice_row(slice_, report.providers) for slice_ in report.failed]
        details = {"failures": days, "replaced_numbers": list(report.replaced)}
        say_json(ended.model_dump(mode="json") | report.summary | details)
    else:
        say(_in_words(report.summary))
        if report.replaced:
            say(replaced_sentence(report.replaced))
        if ended.message:
            say(ended.message)
        for slice_ in report.failed:
            say(
                f"  {report.providers.get(slice_.provider_id)} {slice_.slice_date}: {slice_.reason}"
            )
    if signal.SIGINT in pressed:
        note(_("`komet retry` fetches the days that are missing."))
        return INTERRUPTED
    return 0 if ended.state is RunState.DONE else 1


def _slice_row(slice_: RunSlice, names: dict[str, str]) -> dict[str, Any]:
    return {
        "provider": names.get(slice_.provider_id, slice_.provider_id),
        "day": slice_.slice_date,
        "state": slice_.state.value,
        "orders": slice_.orders,
        "lines": slice_.lines,
        "reason": slice_.reason,
        "replaced": list(slice_.replaced or ()),
    }


def _in_words(summary: dict[str, int]) -> str:
    words = _(
        "{orders:,} POs with {lines:,} lines on {days} days: {new} new, {changed} changed,"
        " {moved} moved, {gone} gone; {unmapped} products unmapped; {failed} days failed,"
        " {waiting} not fetched."
    ).format(days=summary["done"] + summary["empty"], **summary)
    if summary["first"]:
        words += " " + _("{n} on days downloaded for the first time.").format(n=summary["first"])
    return words
