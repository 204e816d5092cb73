"""Before a run: which slices it fetches, in which order, and what that costs.

A refresh downloads the open window of every client, and leaves alone what is final: a slice whose
day is over, whose newest answer was asked for a day or more after that, and on which every line was
shipped or cancelled by then. POs change until they ship, not afterwards.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.ingest import sources
from komet.ingest.model import KOMET, Plan
from komet.ingest.table import runs
from komet.ingest.table import slices as slice_table
from komet.language import _

LONGEST_DAYS = 731
FINAL_AFTER = timedelta(days=1)


def plan_days(
    ctx: AppContext, chosen: Sequence[Provider], start: date, end: date, *, source: str = KOMET
) -> Plan:
    """All days from `start` to `end`, both included, of these providers.

    Slices that failed the last time come first, then day by day, the providers in turn. `source`
    names the source to ask. Raises `InvalidInput` for a range that ends before it begins or is
    longer than two years, and `TypeError` for a source that cannot be asked.
    """
    if end < start:
        raise InvalidInput(
            _("The range ends before it begins: {start} to {end}.").format(start=start, end=end)
        )
    if (end - start).days >= LONGEST_DAYS:
        raise InvalidInput(
            _("The range is longer than two years."),
            next_step=_("Download it in parts."),
        )
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return plan_slices(
        ctx, chosen, [(provider.id, day) for day in days for provider in chosen], source=source
    )


def plan_slices(
    ctx: AppContext,
    chosen: Sequence[Provider],
    slices: Sequence[tuple[str, date]],
    *,
    left_alone: int = 0,
    source: str = KOMET,
) -> Plan:
    """The plan for these slices, (provider ID, day): those that failed the last time come first."""
    days = Counter(provider_id for provider_id, _day in slices)
    with ctx.read() as con:
        failed = runs.failed_before(con, slices, sources.runs_of_parts())
        shares = sources.queryable_source(source).cost(ctx, con, chosen, days)
    ordered = sorted(slices, key=lambda slice_: slice_ not in failed)
    return Plan(tuple(ordered), shares, left_alone, source)


def window(provider: Provider, today: date) -> tuple[date, date]:
    """The first and the last day that a refresh downloads of this provider."""
    return today - timedelta(days=provider.days_back), today + timedelta(days=provider.days_ahead)


def plan_refresh(ctx: AppContext, chosen: Sequence[Provider]) -> Plan:
    """The open days of these providers, day by day. Raises `InvalidInput` for no provider."""
    if not chosen:
        raise InvalidInput(
            _("There is no active client provider yet."),
            next_step=_("Add one on the Client providers page, or with `provider add`."),
        )
    today = time_zone.today(ctx.now())
    spans = {provider.id: window(provider, today) for provider in chosen}
    first = min(start for start, _end in spans.values())
    last = max(end for _start, end in spans.values())
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    with ctx.read() as con:
        final = slice_table.final_slices(
            con, list(spans), first, today, sources=sources.final_sources(), after=FINAL_AFTER
        )
    in_window = [
        (provider_id, day)
        for day in days
        for provider_id, (start, end) in spans.items()
        if start <= day <= end
    ]
    open_days = [slice_ for slice_ in in_window if slice_ not in final]
    return plan_slices(ctx, chosen, open_days, left_alone=len(in_window) - len(open_days))
