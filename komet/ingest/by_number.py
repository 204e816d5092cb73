"""Quick refresh: chosen POs by their numbers, without the rest of their days.

purchase.order.list takes several numbers separated by commas. What it does not return is said to
be missing and is not marked gone: that is for a whole day's answer to tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from komet.api.client import KometClient, Slice
from komet.api.errors import BadResponse, Rejected, Unavailable
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import calls, providers
from komet.context import AppContext
from komet.db import audit
from komet.errors import NotFound
from komet.ingest import commit_order
from komet.ingest.commit import write_slice
from komet.ingest.commit_order import Asked
from komet.ingest.model import Refreshed, RunState, SliceRows, SliceState
from komet.ingest.sources.komet import slice_rows
from komet.ingest.table import runs, slices
from komet.language import _
from komet.sentences import message

NUMBERS_A_REQUEST = 50
"""A PO number has at most 10 signs, a request at most 64 kB; the contract names no other limit."""


def numbers_in(texts: Sequence[str]) -> list[str]:
    """PO numbers as people write them: separated by commas or spaces, each once."""
    parts = [part for text in texts for part in text.replace(",", " ").split()]
    return list(dict.fromkeys(parts))


def providers_of(
    ctx: AppContext, numbers: Sequence[str], chosen: Sequence[Provider] = ()
) -> dict[str, list[str]]:
    """Provider ID → the numbers to ask it for: all of them, if chosen, else those we hold of it.

    Raises `NotFound` for a number that is not held, where no provider is chosen.
    """
    if chosen:
        return {provider.id: list(numbers) for provider in chosen}
    with ctx.db.read() as con:
        held = slices.days_of_numbers(con, numbers)
    asked: dict[str, list[str]] = {}
    for row in held:
        of_provider = asked.setdefault(row["provider_id"], [])
        if row["number"] not in of_provider:
            of_provider.append(row["number"])
    known = {row["number"].upper() for row in held}
    unknown = [number for number in numbers if number.upper() not in known]
    if unknown:
        raise NotFound(
            _("No downloaded PO has the number {numbers}.").format(numbers=", ".join(unknown)),
            next_step=_("Say whose it is: choose a client provider."),
        )
    return asked


def refresh_numbers(ctx: AppContext, asked: Mapping[str, Sequence[str]]) -> Refreshed:
    """Ask for these numbers (provider ID → numbers) and write what comes.

    Spends a request for each 50 numbers of a provider; where one of those breaks, one more for
    each of its numbers, and the bad ones are named. Raises `KometError` where Komet cannot be
    reached or lets nothing through, `InvalidInput`, `NotFound` or `WrongKey`; what earlier requests
    brought is kept.
    """
    result = Refreshed()
    for provider_id, numbers in asked.items():
        with ctx.db.read() as con:
            provider = providers.provider_by_id(con, provider_id)
            commit_order.learn(ctx.db.path, commit_order.newest(con))
        ledger = Ledger(provider.token_id or "", provider.id)
        try:
            with client_for(ctx, provider, ledger) as client:
                for start in range(0, len(numbers), NUMBERS_A_REQUEST):
                    some = list(numbers[start : start + NUMBERS_A_REQUEST])
                    _ask(ctx, provider, client, some, ledger, result)
        finally:
            ledger.save(ctx)
    return result


def _ask(  # noqa: PLR0917
    ctx: AppContext,
    provider: Provider,
    client: KometClient,
    numbers: Sequence[str],
    ledger: Ledger,
    result: Refreshed,
) -> None:
    sent = commit_order.ask(ctx.db.path)
    try:
        answer = client.purchase_orders_by_number(numbers, provider.location_id)
    except (BadResponse, Rejected, Unavailable) as error:
        if isinstance(error, Unavailable) and error.http_status is None:
            raise  # nobody there: asking for each would only take longer
        if len(numbers) == 1:
            result.failed[numbers[0]] = message(error)
            return
        for number in numbers:
            _ask(ctx, provider, client, [number], ledger, result)
        return
    _write(ctx, provider, numbers, answer, sent, ledger, result)


def _write(  # noqa: PLR0917
    ctx: AppContext,
    provider: Provider,
    numbers: Sequence[str],
    answer: Slice,
    asked: Asked,
    ledger: Ledger,
    result: Refreshed,
) -> None:
    wanted = {number.upper() for number in numbers}
    # a server that ignores the parameter answers with anything: only what was asked for counts
    answer = Slice(
        [order for order in answer.orders if (order.number or "").upper() in wanted],
        answer.problems,
        answer.requested_at,
    )
    incoming = {(order.number or "").upper() for order in answer.orders}
    result.missing += [number for number in numbers if number.upper() not in incoming]
    with ctx.db.read() as con:
        held = {
            row["number"].upper(): row["slice_date"]
            for row in slices.days_of_numbers(con, numbers)
            if row["provider_id"] == provider.id
        }
    days = _by_day(provider.id, answer, held, result.failed)
    with ctx.db.write() as con:
        calls.record(con, ledger.take())
        if not days:
            return
        now = ctx.now()
        run = runs.create_run(
            con,
            [(provider.id, rows.day) for rows in days],
            source=runs.BY_NUMBER,
            workers=1,
            now=now,
        )
        for rows in days:
            rows.asked = asked
            written = write_slice(con, rows, run.id, set())
            result.replaced += written.replaced
            result.found += written.orders
            result.changed += written.new_orders + written.first_orders
            result.changed += written.changed_orders + written.moved_orders
            fields = {"state": SliceState.DONE, "finished_at": now, **asdict(written)}
            runs.finish_slice(con, run.id, (provider.id, rows.day), fields)
        runs.finish_run(con, run.id, RunState.DONE, None, now)
        audit.record(con, "orders refreshed by number", ", ".join(numbers), now)


def _by_day(
    provider_id: str, answer: Slice, held: Mapping[str, date], failed: dict[str, str]
) -> list[SliceRows]:
    """What came, a slice for each ship date; a PO without one stays on the day that we hold.

    One that is not held either is noted in `failed`.
    """
    orders: dict[date, list[int]] = {}
    of_id: dict[str, date] = {}
    for place, order in enumerate(answer.orders):
        day = order.ship_date or held.get((order.number or "").upper())
        if day is not None and order.id is not None:
            # two of one ID are one PO, whose lines stay together
            day = of_id.setdefault(order.id, day)
        if day is None:
            failed[order.number or ""] = _(
                "It came without a ship date: download the day it ships on."
            )
            continue
        orders.setdefault(day, []).append(place)
    found = []
    for day, places in sorted(orders.items()):
        of_day = [answer.orders[place] for place in places]
        ids = {order.id for order in of_day}
        problems = [p for p in answer.problems if p.po_id in ids]
        rows = slice_rows(provider_id, day, Slice(of_day, problems, answer.requested_at))
        rows.whole = False
        found.append(rows)
    return found
