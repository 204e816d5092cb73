"""Before a run: which slices it fetches, in which order, and what that costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from komet.desk import Desk
from komet.download import catalogs, quota
from komet.errors import InvalidInput
from komet.language import _, _n
from komet.store import runs
from komet.store.providers import Provider

LONGEST_DAYS = 731


@dataclass(frozen=True)
class Plan:
    """The slices in the order in which they are fetched; `requests` includes due catalogs.

    `left_alone`: slices that are final, and are not asked for again.
    """

    slices: tuple[tuple[str, date], ...]
    requests: int
    left_today: int
    left_alone: int = 0

    @property
    def sentence(self) -> str:
        """What it costs, in words."""
        words = _("{requests:,} requests, {left:,} left today").format(
            requests=self.requests, left=self.left_today
        )
        if self.left_alone:
            words += " · " + _n(
                "{n} day is final and left alone",
                "{n} days are final and left alone",
                self.left_alone,
            ).format(n=self.left_alone)
        if self.requests > self.left_today:
            words += " · " + _("the run pauses at the limit and can go on tomorrow (UTC)")
        return words


def plan(desk: Desk, chosen: Sequence[Provider], start: date, end: date) -> Plan:
    """All days from `start` to `end`, both included, of these providers.

    Slices that failed the last time come first, then day by day, the providers in turn. Raises
    `InvalidInput` for a range that is upside down or longer than two years.
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
    return planned(desk, chosen, [(provider.id, day) for day in days for provider in chosen])


def planned(
    desk: Desk,
    chosen: Sequence[Provider],
    slices: Sequence[tuple[str, date]],
    *,
    left_alone: int = 0,
) -> Plan:
    """The plan for these slices: what failed the last time comes first."""
    with desk.db.read() as con:
        failed = runs.failed_before(con, slices)
        left = quota.left_today(con, desk, chosen)
        due = sum(len(catalogs.due(con, provider, desk.now())) for provider in chosen)
    ordered = sorted(slices, key=lambda slice_: slice_ not in failed)
    return Plan(tuple(ordered), len(slices) + due, left, left_alone)
