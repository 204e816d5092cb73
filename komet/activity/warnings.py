"""What stands in the way of today's work: tokens refused, an allowance that runs out, old data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from komet.activity import table
from komet.activity.requests import since
from komet.clients import allowance
from komet.clients.model import Provider
from komet.context import AppContext
from komet.ingest import sources
from komet.ingest.table import progress
from komet.language import _, _n, number, zoned_moment

OLD_AFTER = timedelta(days=1)
"""Data of an importer that is older than this is said to be old."""
NEARLY_SPENT = 0.1
"""An allowance of which less than this share is left today is nearly spent."""


class WarningKind(StrEnum):
    """What is wrong, the worst first."""

    REFUSED = "refused"
    SPENT = "spent"
    OLD = "old"


@dataclass(frozen=True)
class Warned:
    """A warning: of which importers (names), and what is known of it.

    `at`: when the token was refused last, or the last download; None where there was none.
    """

    kind: WarningKind
    names: tuple[str, ...]
    at: datetime | None = None
    left: int = 0
    allowed: int = 0

    @property
    def message(self) -> str:
        """What is wrong and what to do, in one or two sentences."""
        names = ", ".join(self.names)
        if self.kind is WarningKind.SPENT:
            return _(
                "{names}: {left} of today's {allowed} requests are left; the count starts anew at"
                " 00:00 UTC."
            ).format(names=names, left=number(self.left), allowed=number(self.allowed))
        if self.kind is WarningKind.REFUSED:
            when = zoned_moment(self.at) if self.at else ""
            return _(
                "{names}: Komet refused the token at {when}. Check it, or replace its secret."
            ).format(names=names, when=when)
        if self.at is None:
            return _("{names}: nothing has been downloaded yet.").format(names=names)
        return _n(
            "{names}: no download for more than a day; the last was at {when}.",
            "{names}: no downloads for more than a day; the oldest was at {when}.",
            len(self.names),
        ).format(names=names, when=zoned_moment(self.at))


def list_warnings(ctx: AppContext, chosen: Sequence[Provider]) -> list[Warned]:
    """What is to be said of these importers before anything else, the worst first."""
    now = ctx.now()
    names = {provider.id: provider.name for provider in chosen}
    with ctx.read() as con:
        refused_at = table.tokens_refused(con, since(now))
        downloads = progress.last_downloads(con, sources.runs_of_parts())
        pools = allowance.pools_left(con, chosen, now)
    found = [
        Warned(WarningKind.REFUSED, (provider.name,), at=refused_at[provider.token_id])
        for provider in chosen
        if provider.token_id in refused_at
    ]
    found += [
        Warned(WarningKind.SPENT, pool.names, left=pool.left, allowed=pool.allowed)
        for pool in pools
        if pool.left < NEARLY_SPENT * pool.allowed
    ]
    last = dict(downloads.select("provider_id", "last_download").iter_rows())
    never = tuple(name for id_, name in names.items() if not last.get(id_))
    old = {id_: at for id_, at in last.items() if at and now - at > OLD_AFTER and id_ in names}
    if old:
        of = tuple(name for id_, name in names.items() if id_ in old)
        found.append(Warned(WarningKind.OLD, of, at=min(old.values())))
    if never and any(last.values()):
        found.append(Warned(WarningKind.OLD, never))
    return found
