"""What a source of orders is: the seam behind which a second system, or a kind of file, stands.

A source gives day slices: all that it knows of one provider's POs of one day. One
that can be asked (`QueryableSource`) is at work in a run, a lane for each provider; the slices of
any other are handed to `komet.ingest.imports.import_slices`. Each is one line of `SOURCES`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from komet.api.errors import QuotaExhausted
from komet.clients.model import Provider
from komet.context import AppContext
from komet.db.database import Connection
from komet.ingest.frames import SameAnswer, SliceFrames
from komet.ingest.model import OrderBundle, PoolPlan, Row, SliceRows
from komet.messages import Failure
from komet.orders import columns
from komet.orders.table import items as order_tables
from komet.permissions import Actor


class Source(Protocol):
    """What tells one source from another."""

    @property
    def name(self) -> str:
        """How day slices name it in the store."""

    @property
    def run_name(self) -> str | None:
        """What its runs are recorded under; None: under how they were started."""

    @property
    def id_prefix(self) -> str:
        """How the PO IDs begin that it makes; Komet's own are digits, and have none."""

    @property
    def gives_whole_days(self) -> bool:
        """Whether it gives every PO of a day, so that its runs tell of a day that failed."""

    @property
    def is_final(self) -> bool:
        """Whether a day that has shipped need not be asked for again."""

    @property
    def stands_in(self) -> bool:
        """Whether its orders hold only until another source, such as Komet, gives its own."""


@dataclass(frozen=True)
class Pace:
    """How a lane waits between tries, in seconds, and how it hears of a cancel: by raising.

    `turns`: a request has one of them while it is under way; answers are read outside of them.
    """

    sleep: Callable[[float], None]
    check: Callable[[], None]
    turns: AbstractContextManager[object]


class Lane(Protocol):
    """One provider of a run at work. Threads share it."""

    @property
    def provider(self) -> Provider:
        """Whose orders it fetches."""

    @property
    def pool(self) -> object:
        """What it spends from; the lanes of one pool pause together."""

    @property
    def spent(self) -> QuotaExhausted | None:
        """Why nothing more can be asked for today."""

    def fetch(self, day: date) -> SliceRows | SliceFrames | SameAnswer:
        """The orders of one day: as rows, as columns, or as those that are stored.

        Asked for the same day once more, it reads the answer. Raises `FAILURES`.
        """

    def record(self, con: Connection) -> None:
        """Record the requests since the last time, in the transaction of a slice."""

    def close(self, con: Connection) -> None:
        """Give back what was set aside and not spent; every lane is recorded by then."""


@dataclass(frozen=True)
class Lanes:
    """Provider ID → its lane, or why it has none."""

    open: Mapping[str, Lane]
    broken: Mapping[str, Failure]


@runtime_checkable
class QueryableSource(Source, Protocol):
    """A source that is asked, day by day."""

    def cost(
        self, ctx: AppContext, con: Connection, chosen: Sequence[Provider], days: Counter[str]
    ) -> tuple[PoolPlan, ...]:
        """What a plan spends of each allowance. `days`: provider ID → days to ask for."""

    def connect(
        self,
        ctx: AppContext,
        actor: Actor,
        chosen: Sequence[Provider],
        days: Counter[str],
        pace: Pace,
    ) -> AbstractContextManager[Lanes]:
        """The lanes of a run, closed at its end. A provider that cannot be called fails alone."""


def make_bundle(
    key: Row, head: Row, lines: Sequence[Row], fetched_at: datetime, reader: str
) -> OrderBundle:
    """One PO with all columns that the store has of it and of its lines; what is not given is None.

    `key` holds provider_id, po_id and slice_date. Lines are named by their index, and repeat what
    the PO says unless they say it themselves. `reader` is a part of the content hash, which covers
    all that the source says, and not when: raise it when reading changes.
    """
    order = {**dict.fromkeys(order_tables.purchase_orders()), **head, **key}
    repeated = {copy: order[name] for name, copy in columns.copied().items()}
    stored = [
        {
            **dict.fromkeys(order_tables.po_lines()),
            **repeated,
            "po_item_id": f"{key['po_id']}:{position}",
            **line,
            **key,
            "position": position,
        }
        for position, line in enumerate(lines, start=1)
    ]
    unsaid = {"fetched_at", *order_tables.ASKED}
    said = [{n: value for n, value in row.items() if n not in unsaid} for row in (order, *stored)]
    content = reader + json.dumps(said, default=str, ensure_ascii=False, sort_keys=True)
    order["content_hash"] = hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
    for row in (order, *stored):
        row["fetched_at"] = fetched_at
    return OrderBundle(order, stored)
