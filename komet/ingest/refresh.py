"""The morning's press: download the open window of every client, and leave alone what is final.

A slice is final when its day is over, its newest answer was asked for a day or more after that,
and every line on it was shipped or cancelled by then. POs change until they ship, not afterwards.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.ingest.plan import Plan, planned
from komet.ingest.table import slices
from komet.language import _

FINAL_AFTER = timedelta(days=1)


def window(provider: Provider, today: date) -> tuple[date, date]:
    """The first and the last day that a refresh downloads of this provider."""
    return today - timedelta(days=provider.days_back), today + timedelta(days=provider.days_ahead)


def refresh_plan(ctx: AppContext, chosen: Sequence[Provider]) -> Plan:
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
    with ctx.db.read() as con:
        final = slices.final_slices(con, list(spans), first, today, FINAL_AFTER)
    wanted = [
        (provider_id, day)
        for day in days
        for provider_id, (start, end) in spans.items()
        if start <= day <= end
    ]
    open_days = [slice_ for slice_ in wanted if slice_ not in final]
    return planned(ctx, chosen, open_days, left_alone=len(wanted) - len(open_days))
