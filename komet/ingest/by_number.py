"""Quick refresh: chosen POs by their numbers, without the rest of their days.

purchase.order.list takes several numbers separated by commas. What it does not return is said to
be missing and is not marked gone: that is for a whole day's answer to tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from komet.api.client import KometClient, RawOrders
from komet.api.errors import BadResponse, Rejected, Unavailable
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import calls, providers
from komet.context import AppContext
from komet.db import audit
from komet.errors import NotFound
from komet.ingest import commit_clock
from komet.ingest.commit import write_run
from komet.ingest.commit_clock import RequestMark
from komet.ingest.model import RefreshResult
from komet.ingest.sources import BY_NUMBER
from komet.ingest.sources.komet_columns import read_slice
from komet.ingest.sources.komet_objects import layout_of, read_objects
from komet.ingest.table import slices
from komet.language import _
from komet.messages import message
from komet.orders.column import Grain
from komet.permissions import Actor, Permission

NUMBERS_A_REQUEST = 50
"""A PO number has at most 10 characters, a request at most 64 kB; Komet names no other limit."""


def parse_numbers(texts: Sequence[str]) -> list[str]:
    """PO numbers as people write them: separated by commas or spaces, each once."""
    parts = [part for text in texts for part in text.replace(",", " ").split()]
    return list(dict.fromkeys(parts))


def providers_of(
    ctx: AppContext, numbers: Sequence[str], chosen: Sequence[Provider] = ()
) -> dict[str, list[str]]:
    """Provider ID → the numbers to ask it for: all of them, if chosen, else those stored of it.

    Raises `NotFound` for a number that is not stored, where no provider is chosen.
    """
    if chosen:
        return {provider.id: list(numbers) for provider in chosen}
    with ctx.read() as con:
        stored = slices.find_numbers(con, numbers)
    asked: dict[str, list[str]] = {}
    for row in stored:
        of_provider = asked.setdefault(row["provider_id"], [])
        if row["number"] not in of_provider:
            of_provider.append(row["number"])
    known = {row["number"].upper() for row in stored}
    unknown = [number for number in numbers if number.upper() not in known]
    if unknown:
        raise NotFound(
            _("No downloaded PO has the number {numbers}.").format(numbers=", ".join(unknown)),
            next_step=_("Say whose it is: choose an importer."),
        )
    return asked


def download_numbers(
    ctx: AppContext, actor: Actor, asked: Mapping[str, Sequence[str]]
) -> RefreshResult:
    """Ask for these numbers (provider ID → numbers) and write the answers.

    Spends a request for each 50 numbers of a provider; where one of those breaks, one more for
    each of its numbers, and the bad ones are named. Raises `KometError` where Komet cannot be
    reached or lets nothing through, `InvalidInput`, `NotFound` or `WrongKey`; what earlier requests
    brought is kept. Raises `NotPermitted` before anything is asked for.
    """
    ctx.authorize(actor, Permission.DOWNLOAD)
    result = RefreshResult()
    for provider_id, numbers in asked.items():
        with ctx.read() as con:
            provider = providers.provider_by_id(con, provider_id)
            commit_clock.observe_commit(ctx.db.path, slices.newest_commit(con))
        ledger = Ledger(provider.token_id or "", provider.id)
        try:
            with client_for(ctx, provider, ledger) as client:
                lane = _NumberLane(ctx, actor, provider, client, ledger, result)
                for start in range(0, len(numbers), NUMBERS_A_REQUEST):
                    lane.download(numbers[start : start + NUMBERS_A_REQUEST])
        finally:
            ledger.save(ctx)
    return result


@dataclass
class _NumberLane:
    """One provider that is asked for numbers; `result` gathers the outcome of all providers."""

    ctx: AppContext
    actor: Actor
    provider: Provider
    client: KometClient
    ledger: Ledger
    result: RefreshResult

    def download(self, numbers: Sequence[str]) -> None:
        """Ask for these numbers at once; where that breaks, for each of them alone."""
        sent = commit_clock.mark_request(self.ctx.db.path)
        try:
            answer = self.client.raw_orders_by_number(numbers, self.provider.location_id)
        except (BadResponse, Rejected, Unavailable) as error:
            if isinstance(error, Unavailable) and error.http_status is None:
                raise  # nobody there: asking for each would only take longer
            if len(numbers) == 1:
                self.result.failed[numbers[0]] = message(error)
                return
            for number in numbers:
                self.download([number])
            return
        self._write(numbers, answer, sent)

    def _write(self, numbers: Sequence[str], answer: RawOrders, asked: RequestMark) -> None:
        requested = {number.upper() for number in numbers}
        # a server that ignores the parameter answers with anything: only what was asked for counts
        heads = [head for head in _read_heads(answer) if head.number.upper() in requested]
        incoming = {head.number.upper() for head in heads}
        result = self.result
        result.missing += [number for number in numbers if number.upper() not in incoming]
        with self.ctx.read() as con:
            stored = {
                row["number"].upper(): row["slice_date"]
                for row in slices.find_numbers(con, numbers)
                if row["provider_id"] == self.provider.id
            }
        days = [
            read_slice(self.provider.id, day, _choose(answer, indexes), asked, whole=False)
            for day, indexes in sorted(_by_day(heads, stored, result.failed).items())
        ]
        with self.ctx.write(self.actor, Permission.DOWNLOAD) as con:
            calls.record(con, self.ledger.drain())
            if not days:
                return
            now = self.ctx.now()
            _run, written = write_run(con, days, source=BY_NUMBER, now=now, is_download=False)
            audit.record(con, "orders refreshed by number", ", ".join(numbers), now)
        for day in written:
            result.replaced += day.replaced
            result.found += day.orders
            result.changed += day.new_orders + day.first_orders
            result.changed += day.changed_orders + day.moved_orders


@dataclass(frozen=True)
class _Head:
    """What tells where a PO belongs, and its index in the answer; `number` may be empty."""

    index: int
    po_id: str | None
    number: str
    ship_date: date | None


def _read_heads(answer: RawOrders) -> list[_Head]:
    read = read_objects(layout_of(Grain.PO), answer.answer.rows).columns
    found = zip(read["po_id"], read["number"], read["ship_date"], strict=True)
    return [_Head(n, po_id, number or "", day) for n, (po_id, number, day) in enumerate(found)]


def _choose(answer: RawOrders, indexes: Sequence[int]) -> RawOrders:
    """These orders alone, without what belongs to none of them."""
    rows = [answer.answer.rows[index] for index in indexes]
    texts = [answer.answer.texts[index] for index in indexes]
    return replace(answer, answer=replace(answer.answer, rows=rows, texts=texts, problems=()))


def _by_day(
    heads: Sequence[_Head], stored: Mapping[str, date], failed: dict[str, str]
) -> dict[date, list[int]]:
    """Ship date → the indexes of its POs; a PO without one stays on the day that is stored.

    One that is not stored either is noted in `failed`.
    """
    orders: dict[date, list[int]] = {}
    of_id: dict[str, date] = {}
    for head in heads:
        day = head.ship_date or stored.get(head.number.upper())
        if day is not None and head.po_id is not None:
            # two of one ID are one PO, whose lines stay together
            day = of_id.setdefault(head.po_id, day)
        if day is None:
            failed[head.number] = _("It came without a ship date: download the day it ships on.")
            continue
        orders.setdefault(day, []).append(head.index)
    return orders
