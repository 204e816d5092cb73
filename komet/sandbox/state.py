"""What the sandbox knows at this moment: orders by importer and day, faults, requests, passes."""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import RLock

from komet.sandbox.books import Books
from komet.sandbox.companies import companies
from komet.sandbox.evolution import Days, days_touched, evolve
from komet.sandbox.faults import FaultBook
from komet.sandbox.masters import Company
from komet.sandbox.order_maker import OrderMaker
from komet.sandbox.passes import PassWatch
from komet.sandbox.records import PurchaseOrder
from komet.sandbox.request_log import RequestLog
from komet.sandbox.totals import Totals, totals_of


class SandboxState:
    """The sandbox's data; safe to use from any thread.

    The same `seed` and `today` (UTC date by default) give the same data, revision by revision.
    With `evolve` an importer's data goes to its next revision whenever a client begins another
    download, see `PassWatch`; without it only `advance` moves it on.
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.today = today or datetime.now(UTC).date()
        self.seed = seed
        self.evolves = evolve
        self.quirks = quirks
        self.companies: dict[str, Company] = dict(companies())
        self.faults = FaultBook()
        self.requests = RequestLog()
        self._lock = RLock()
        self._makers = {
            key: OrderMaker(
                company,
                today=self.today,
                seed=seed,
                quirks=quirks,
                orders_per_day=orders_per_day,
                lines_per_order=lines_per_order,
            )
            for key, company in self.companies.items()
        }
        self._days: dict[str, Days] = {key: {} for key in self.companies}
        self._revisions = dict.fromkeys(self.companies, 0)
        self.books = {key: Books(row, self.today) for key, row in self.companies.items()}
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
            days = self._days[company]
            for day, rows in list(days.items()):
                days[day] = tuple(row for row in rows if row.id != order.id)
            kept = self.orders(company, order.ship_date)
            others = [row for row in kept if row.id != order.id]
            days[order.ship_date] = tuple(sorted([*others, order], key=lambda row: row.id))
            self._edits[company] += 1

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Holds the data still while a call reads, decides and writes."""
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

    def totals(self, company: str, start: date, end: date, vendor_id: int | None = None) -> Totals:
        """Exact sums of all orders, cancelled ones too, that ship from `start` to `end`.

        Both days count. With `vendor_id` only that vendor's. Raises `KeyError` for an unknown
        company.
        """
        orders = (
            order
            for day in _days_between(start, end)
            for order in self.orders(company, day)
            if vendor_id is None or order.vendor_id == vendor_id
        )
        return totals_of(orders, self.companies[company])

    def _advance(self, key: str) -> None:
        revision = self._revisions[key] + 1
        before = {day: self.orders(key, day) for day in days_touched(self.today)}
        self._days[key].update(evolve(before, self._makers[key], revision))
        self._revisions[key] = revision
        self._passes[key].restart()


def _days_between(first: date, last: date) -> Iterator[date]:
    for at in range((last - first).days + 1):
        yield first + timedelta(days=at)
