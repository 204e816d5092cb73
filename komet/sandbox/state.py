"""What the sandbox knows at this moment: orders by importer and day, faults, requests, effects,
downloads."""

import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import RLock

from komet.sandbox.books import Books
from komet.sandbox.companies import companies
from komet.sandbox.effects import EffectLog
from komet.sandbox.evolution import Days, days_touched, evolve
from komet.sandbox.faults import FaultBook
from komet.sandbox.line_index import LineIndex, line_in_code
from komet.sandbox.masters import Company
from komet.sandbox.order_maker import OrderMaker
from komet.sandbox.records import Carton, Line, PurchaseOrder
from komet.sandbox.requests import RequestLog
from komet.sandbox.totals import Totals, totals_of
from komet.sandbox.truth import LineTruth, truth_of
from komet.sandbox.unknown_products import as_unknown

_OPENERS = 4
"""As many slices as a client commonly asks for at once."""
_SERVED_AT_LEAST = 8
_QUIET_SECONDS = 60.0


class PassWatch:
    """The pass of one importer: which slices opened it, and which were served.

    A new pass begins when a slice that opened this one is asked for again after at least eight
    slices were served, or a minute after it was last served. A download that was killed and
    resumed asks again for a few unfinished slices only, and so stays in its pass.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._served_at: dict[Hashable, float] = {}

    def begins_with(self, slice_key: Hashable) -> bool:
        """Whether asking for this slice now begins a new pass."""
        if slice_key not in list(self._served_at)[:_OPENERS]:
            return False
        quiet = self._clock() - self._served_at[slice_key] >= _QUIET_SECONDS
        return quiet or len(self._served_at) >= _SERVED_AT_LEAST

    def served(self, slice_key: Hashable) -> None:
        """Note a slice that was answered in full; faulted answers are not noted."""
        self._served_at[slice_key] = self._clock()

    def restart(self) -> None:
        """Begin a pass with nothing served."""
        self._served_at.clear()


class SandboxState:
    """The sandbox's data; safe to use from any thread.

    The same `seed` and `today` (UTC date by default) give the same data, revision by revision.
    With `evolve` an importer's data goes to its next revision whenever a client begins another
    download, see `PassWatch`; without it only `advance` moves it on.

    With `strict` the rules of the contract hold that its own samples break: a Company token names
    the vendor of each line that it ships, a new PO its location where there are several; an invoice
    of a vendor needs its PO and is a PDF or a picture; an invoice marked as synchronized takes no
    change; customers, carriers, vendors and box types exist; `awb.list` cuts its box codes.

    `unknown_products` is the share of solid lines whose product the importer has not mapped; the
    lines are the same without it. See `mark_unknown` and `hold_checkout` for single lines.
    """

    def __init__(
        self,
        *,
        today: date | None = None,
        seed: int = 7,
        evolve: bool = True,
        orders_per_day: int | None = None,
        lines_per_order: int | None = None,
        quirks: bool = True,
        strict: bool = False,
        unknown_products: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.today = today or datetime.now(UTC).date()
        self.seed = seed
        self.evolves = evolve
        self.quirks = quirks
        self.strict = strict
        self.companies: dict[str, Company] = dict(companies())
        self.faults = FaultBook()
        self.requests = RequestLog()
        self.effects = EffectLog()
        self._lock = RLock()
        self._makers = {
            key: OrderMaker(
                company,
                today=self.today,
                seed=seed,
                quirks=quirks,
                orders_per_day=orders_per_day,
                lines_per_order=lines_per_order,
                unknown_products=unknown_products,
            )
            for key, company in self.companies.items()
        }
        self._indexes = {key: LineIndex() for key in self.companies}
        self._days: dict[str, Days] = {key: {} for key in self.companies}
        self._revisions = dict.fromkeys(self.companies, 0)
        self.books = {key: Books(row, self.today) for key, row in self.companies.items()}
        self.awaiting_checkout: dict[str, set[int]] = {key: set() for key in self.companies}
        self.aliases: dict[str, dict[str, int]] = {key: {} for key in self.companies}
        self._edits = dict.fromkeys(self.companies, 0)
        self._passes = {key: PassWatch(clock) for key in self.companies}

    def revision(self, company: str) -> int:
        """How often the importer's data has moved on. Raises `KeyError` for an unknown key."""
        return self._revisions[company]

    def edition(self, company: str) -> tuple[int, int]:
        """Changes with every revision, and with every call that has changed an order."""
        return self._revisions[company], self._edits[company]

    def edit(self, company: str, order: PurchaseOrder) -> None:
        """Put an order in the place of the one of its ID, on its ship date."""
        with self._lock:
            index, days = self._indexes[company], self._days[company]
            if before := index.order(order.id):
                rows = days[before.ship_date]
                days[before.ship_date] = tuple(row for row in rows if row.id != order.id)
            stored = self.orders(company, order.ship_date)
            days[order.ship_date] = tuple(sorted([*stored, order], key=lambda row: row.id))
            index.put(order)
            self._edits[company] += 1

    def find_line(self, company: str, item_id: int | str) -> tuple[PurchaseOrder, Line] | None:
        """A PO line by its ID, with its order."""
        with self._lock:
            self._make_day_of(company, str(item_id))
            return self._indexes[company].line(str(item_id))

    def find_box(self, company: str, code: str) -> tuple[PurchaseOrder, Line, Carton] | None:
        """A box by its code, with its line and its order."""
        with self._lock:
            self._make_day_of(company, line_in_code(code))
            return self._indexes[company].box(code)

    def _make_day_of(self, company: str, item_id: str) -> None:
        """Make the day on which a line was ordered at first, if that has not been asked for yet."""
        first, last = self.window()
        day = self._makers[company].day_of(item_id)
        if day is not None and first <= day <= last:
            self.orders(company, day)

    def mark_unknown(self, company: str, item_ids: Iterable[int]) -> None:
        """Unmap the products of these PO lines: Komet shows them as UNKNOWN."""
        with self._lock:
            for item_id in item_ids:
                if found := self.find_line(company, item_id):
                    order, line = found
                    unmapped = as_unknown(line, self.companies[company])
                    lines = tuple(unmapped if row is line else row for row in order.lines)
                    self.edit(company, replace(order, lines=lines))

    def hold_checkout(self, company: str, item_ids: Iterable[int]) -> None:
        """Let exactly these PO lines wait for the checkout of their e-commerce customer."""
        with self._lock:
            self.awaiting_checkout[company] = set(item_ids)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the data still while a call reads, decides and writes."""
        with self._lock:
            yield

    def orders(self, company: str, day: date) -> tuple[PurchaseOrder, ...]:
        """The importer's orders that ship that day, by ID."""
        return self.orders_at(company, day)[1]

    def orders_at(self, company: str, day: date) -> tuple[int, tuple[PurchaseOrder, ...]]:
        """The revision, and the day's orders in it: one consistent reading."""
        with self._lock:
            days = self._days[company]
            if day not in days:
                days[day] = self._makers[company].day(day)
                self._indexes[company].put(*days[day])
            return self._revisions[company], days[day]

    def window(self) -> tuple[date, date]:
        """The first and the last day that have orders, unless fixed sizes were asked for."""
        maker = next(iter(self._makers.values()))
        return maker.first_day, maker.last_day

    def all_orders(self, company: str) -> Iterator[PurchaseOrder]:
        """Every order of the window, day by day."""
        first, last = self.window()
        for day in _days_between(first, last):
            yield from self.orders(company, day)

    def known_orders(self, company: str) -> Iterator[PurchaseOrder]:
        """Every order of the window, and of any other day that was asked for or written."""
        yield from self.all_orders(company)
        first, last = self.window()
        for day in sorted(self._days[company]):
            if not first <= day <= last:
                yield from self.orders(company, day)

    def line(self, company: str, item_id: int | str) -> LineTruth | None:
        """What is held of a PO line, whatever `purchase.order.list` shows; `None` if it is gone.

        Raises `KeyError` for an unknown company.
        """
        if company not in self.companies:
            raise KeyError(company)
        found = self.find_line(company, item_id)
        return truth_of(*found) if found else None

    def lines(self, company: str) -> list[LineTruth]:
        """The same of every line of the known orders."""
        with self._lock:
            return [
                truth_of(order, line)
                for order in self.known_orders(company)
                for line in order.lines
            ]

    def advance(self) -> dict[str, int]:
        """Take every importer to its next revision. Gives the new revision of each."""
        with self._lock:
            for key in self.companies:
                self._advance(key)
            return dict(self._revisions)

    def slice_asked(self, company: str, slice_key: Hashable) -> None:
        """Move the importer's data on if asking for this slice begins another download."""
        with self._lock:
            if self.evolves and self._passes[company].begins_with(slice_key):
                self._advance(company)

    def slice_served(self, company: str, slice_key: Hashable) -> None:
        """Note that a slice was answered in full."""
        with self._lock:
            self._passes[company].served(slice_key)

    def totals(
        self,
        company: str,
        start: date,
        end: date,
        vendor_id: int | None = None,
        *,
        cancelled: bool = True,
    ) -> Totals:
        """Exact sums of all orders that ship from `start` to `end`, `cancelled` ones too or not.

        Both days count. With `vendor_id` only that vendor's. Raises `KeyError` for an unknown
        company.
        """
        orders = (
            order
            for day in _days_between(start, end)
            for order in self.orders(company, day)
            if vendor_id is None or order.vendor_id == vendor_id
        )
        return totals_of(orders, self.companies[company], cancelled=cancelled)

    def _advance(self, key: str) -> None:
        revision = self._revisions[key] + 1
        before = {day: self.orders(key, day) for day in days_touched(self.today)}
        self._days[key].update(evolve(before, self._makers[key], revision))
        self._indexes[key] = LineIndex()
        for rows in self._days[key].values():
            self._indexes[key].put(*rows)
        self._revisions[key] = revision
        self._passes[key].restart()


def _days_between(first: date, last: date) -> Iterator[date]:
    for at in range((last - first).days + 1):
        yield first + timedelta(days=at)
