"""What is downloaded, when and how it went: runs and their day slices, plans, schedules, rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from komet.errors import InvalidInput
from komet.ingest.commit_clock import RequestMark
from komet.language import _, _n

Row = dict[str, Any]
_NAMED = 10
KOMET = "komet"
_TIME = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")


class RunState(StrEnum):
    """The state of a run. `interrupted`, its process being gone, is read before it is written."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"


class SliceState(StrEnum):
    """The state of one day of one provider. `empty` is done, with no orders."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    EMPTY = "empty"
    FAILED = "failed"


class Run(BaseModel):
    """A run. `message` says in words why it did not end well; None where it did, or has not yet."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    who: str | None = None
    date_from: date
    date_to: date
    state: RunState
    message: str | None = None
    workers: int
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    heartbeat_at: datetime | None = None
    process_id: int | None = None
    host: str | None = None
    process: str | None = None
    """Of the process that has it: see `komet.db.process`."""
    cancel_requested: bool = False

    @property
    def active(self) -> bool:
        """Whether it is queued or running."""
        return self.state in {RunState.QUEUED, RunState.RUNNING}


class RunSlice(BaseModel):
    """One slice of a run. The counts are of orders; `reason` says why it failed.

    `replaced`: numbers of POs from an Excel file whose place Komet's answer took.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    provider_id: str
    slice_date: date
    state: SliceState
    reason: str | None = None
    position: int
    orders: int | None = None
    lines: int | None = None
    problems: int | None = None
    milliseconds: int | None = None
    replaced: tuple[str, ...] | None = None


class RunReport(BaseModel):
    """A run and what it did. `summary`: see `komet.ingest.table.runs.summary`.

    `replaced`: numbers of the POs that only stood in until now. `providers`: provider ID → name.
    """

    model_config = ConfigDict(frozen=True)

    run: Run
    summary: dict[str, int]
    slices: tuple[RunSlice, ...] = ()
    replaced: tuple[str, ...] = ()
    providers: dict[str, str] = {}

    @property
    def failed(self) -> list[RunSlice]:
        """The slices that failed."""
        return [slice_ for slice_ in self.slices if slice_.state is SliceState.FAILED]


@dataclass(frozen=True)
class FailedDays:
    """Days of one provider whose newest try failed for the same reason, in words."""

    provider_id: str
    provider: str
    reason: str
    days: tuple[date, ...]


@dataclass(frozen=True)
class SliceResult:
    """Orders of one slice by what became of them, counted by PO; the columns of `run_slices`.

    `first_orders` are new to us because nobody had asked for their day before; `new_orders` are the
    other ones that are new. `replaced`: numbers of POs from an Excel file whose place Komet took.
    """

    orders: int = 0
    lines: int = 0
    new_orders: int = 0
    first_orders: int = 0
    changed_orders: int = 0
    moved_orders: int = 0
    gone_orders: int = 0
    back_orders: int = 0
    problems: int = 0
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class PoolPlan:
    """What a plan spends of one allowance: who shares it, the requests, and those left today."""

    names: tuple[str, ...]
    requests: int
    left: int


@dataclass(frozen=True)
class Plan:
    """The slices, (provider ID, day), in the order in which they are fetched, and what they cost.

    The requests of `pools` include those for catalogs that are due. `left_alone`: how many slices
    are final, and not asked for again. `source`: the name of the source that is asked.
    """

    slices: tuple[tuple[str, date], ...]
    pools: tuple[PoolPlan, ...]
    left_alone: int = 0
    source: str = KOMET

    @property
    def requests(self) -> int:
        """Requests over all pools."""
        return sum(pool.requests for pool in self.pools)

    @property
    def left_today(self) -> int:
        """Requests that the pool with the fewest has left."""
        return min((pool.left for pool in self.pools), default=0)

    @property
    def sentence(self) -> str:
        """The cost in words, pool by pool."""
        parts = [
            _("{names}: {requests:,} requests, {left:,} left today").format(
                names=", ".join(pool.names), requests=pool.requests, left=pool.left
            )
            for pool in self.pools
        ]
        if self.left_alone:
            parts.append(
                _n(
                    "{n} day is final and left alone",
                    "{n} days are final and left alone",
                    self.left_alone,
                ).format(n=self.left_alone)
            )
        short = [name for pool in self.pools if pool.requests > pool.left for name in pool.names]
        if short:
            parts.append(
                _("{names}: pauses at the limit and can go on tomorrow (UTC)").format(
                    names=", ".join(short)
                )
            )
        return " · ".join(parts)


@dataclass
class RefreshResult:
    """The outcome of a refresh by number: counts of POs, and the numbers that were not found.

    `replaced`: numbers of POs from an Excel file whose place Komet's own took.
    """

    found: int = 0
    changed: int = 0
    missing: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """Numbers that could not be fetched or read, with the reason of each."""
    replaced: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The same in words."""
        words = _n(
            "{found} PO is up to date; {changed} had changed.",
            "{found} POs are up to date; {changed} had changed.",
            self.found,
        ).format(found=self.found, changed=self.changed)
        if self.replaced:
            words += " " + replaced_sentence(self.replaced)
        if self.missing:
            words += " " + _("Komet does not know {numbers}.").format(
                numbers=", ".join(self.missing)
            )
        if self.failed:
            reasons = "; ".join(f"{number}: {reason}" for number, reason in self.failed.items())
            words += " " + _("These could not be fetched: {reasons}").format(reasons=reasons)
        return words


class ScheduleFields(BaseModel):
    """The part of a schedule that a person enters.

    No `provider_ids` means every active provider; `times` are HH:MM in `time_zone` (an IANA name).
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    name: str
    provider_ids: tuple[str, ...] = ()
    times: tuple[str, ...]
    time_zone: str = "UTC"
    active: bool = True


class Schedule(ScheduleFields):
    """A stored schedule, and how its last start went, in words."""

    id: str
    last_started_at: datetime | None = None
    last_run_id: str | None = None
    last_outcome: str | None = None


def parse_times(text: str) -> tuple[str, ...]:
    """Times of the day as HH:MM, each once and in order: `14:30, 6:00` is ("06:00", "14:30").

    Raises `InvalidInput` where there is none, or a part is no time.
    """
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    wrong = [part for part in parts if not _TIME.fullmatch(part)]
    if wrong or not parts:
        raise InvalidInput(
            _("“{text}” is not a time of the day.").format(text=", ".join(wrong) or text),
            next_step=_("Write times such as 06:00, 14:30."),
        )
    return tuple(sorted({part.rjust(5, "0") for part in parts}))


@dataclass
class OrderBundle:
    """One PO with everything below it."""

    head: Row
    lines: list[Row] = field(default_factory=list)
    breakdowns: list[Row] = field(default_factory=list)
    boxes: list[Row] = field(default_factory=list)


@dataclass
class SliceRows:
    """One slice, ready to be compared and written. `orders` by PO ID.

    `whole`: these are all POs of the day, so that one that is missing is gone. `asked`: when the
    request was sent, in the order of events; None for now.
    """

    provider_id: str
    day: date
    requested_at: datetime
    orders: dict[str, OrderBundle]
    problems: list[Row]
    whole: bool = True
    source: str = KOMET
    asked: RequestMark | None = None

    @property
    def line_count(self) -> int:
        """Lines in all orders of the slice."""
        return sum(len(bundle.lines) for bundle in self.orders.values())


@dataclass
class OrderRows:
    """Rows of the four mirrored tables; each a dictionary by the columns of its schema."""

    purchase_orders: list[Row]
    po_lines: list[Row]
    po_breakdowns: list[Row]
    po_boxes: list[Row]


def replaced_sentence(numbers: Sequence[str]) -> str:
    """That Komet's own orders took the place of imported ones, and of which (by their numbers)."""
    named = ", ".join(numbers[:_NAMED])
    if len(numbers) > _NAMED:
        named = _("{names} and {n} more").format(names=named, n=len(numbers) - _NAMED)
    return _n(
        "{n} imported PO replaced by Komet's own: {numbers}.",
        "{n} imported POs replaced by Komet's own: {numbers}.",
        len(numbers),
    ).format(n=len(numbers), numbers=named)
