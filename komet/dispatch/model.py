"""What is written to Komet: the kinds of writes, their states, what a person wants of a line."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from komet.language import _later
from komet.messages import stored_message

Content = Mapping[str, Any]
"""What a write leaves in Komet, as JSON has it."""


class WriteKind(StrEnum):
    """What a write does. `komet.dispatch.kinds` says how each is sent and read back."""

    CONFIRM = "confirm"
    REFERENCE = "reference"
    SHIP = "ship"
    DELETE_LINE = "delete_line"
    BOX_CODE = "box_code"
    MOVE_BOX = "move_box"
    INVOICE = "invoice"
    INVOICE_SYNCED = "invoice_synced"
    INVOICE_ERROR = "invoice_error"
    CREATE_PO = "create_po"
    CREATE_MIXED_PO = "create_mixed_po"
    CREATE_PREBOOK = "create_prebook"
    DELETE_PREBOOK_ITEM = "delete_prebook_item"
    ADD_STOCK = "add_stock"
    UPDATE_STOCK = "update_stock"
    DELETE_STOCK = "delete_stock"


class WriteState(StrEnum):
    """What became of a write.

    `unknown`: it was being sent when the connection or the process ended; never sent again by
    itself. `not_sent`: it certainly has had no effect; a person may send it anew. `by_hand`: the
    token may not send it, so a person does it in Komet's own portal.
    """

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    BY_HAND = "by_hand"
    WITHDRAWN = "withdrawn"


STATES = {
    WriteState.PLANNED: _later("Planned"),
    WriteState.SENDING: _later("Being sent"),
    WriteState.SENT: _later("Sent"),
    WriteState.REFUSED: _later("Refused"),
    WriteState.UNKNOWN: _later("Unknown"),
    WriteState.NOT_SENT: _later("Not sent"),
    WriteState.BY_HAND: _later("To do by hand"),
    WriteState.WITHDRAWN: _later("Withdrawn"),
}
OPEN = (WriteState.PLANNED, WriteState.SENDING, WriteState.UNKNOWN)
"""The states in which nobody else may plan the same write."""


class LineState(StrEnum):
    """How far a line is on its way."""

    TO_CONFIRM = "to_confirm"
    CONFIRMED = "confirmed"
    PACKED = "packed"
    SHIPPED = "shipped"
    INVOICED = "invoiced"
    CANCELLED = "cancelled"


LINE_STATES = {
    LineState.TO_CONFIRM: _later("To confirm"),
    LineState.CONFIRMED: _later("Confirmed"),
    LineState.PACKED: _later("Packed"),
    LineState.SHIPPED: _later("Shipped"),
    LineState.INVOICED: _later("Invoiced"),
    LineState.CANCELLED: _later("Cancelled"),
}


@dataclass(frozen=True)
class Draft:
    """One write that somebody wants, checked and not stored yet.

    `target` names what it writes to within its provider and kind. `found`: what was stored of the
    target. `row`: where it stood in a file or grid. `files`: digest → (name, bytes) of those that
    go with it.
    """

    provider_id: str
    kind: WriteKind
    target: str
    content: Content
    po_id: str = ""
    po_number: str = ""
    po_item_id: str = ""
    ship_date: date | None = None
    found: Content = field(default_factory=dict)
    row: int | None = None
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)

    @property
    def digest(self) -> str:
        """The same for the same content on the same target."""
        told = json.dumps(
            [self.provider_id, self.kind, self.target, self.content], sort_keys=True, default=str
        )
        return hashlib.sha256(told.encode()).hexdigest()


class Write(BaseModel):
    """A row of the outbox. Times are in UTC; `planned_by` and `settled_by` are names of people."""

    model_config = ConfigDict(frozen=True)

    id: str
    batch_id: str
    position: int
    provider_id: str
    token_id: str | None = None
    kind: WriteKind
    target: str
    po_id: str = ""
    po_number: str = ""
    po_item_id: str = ""
    ship_date: date | None = None
    file_row: int | None = None
    content: dict[str, Any]
    found: dict[str, Any] = {}
    digest: str
    state: WriteState
    planned_at: datetime
    planned_by: str
    request_id: str | None = None
    process: str | None = None
    sending_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    outcome_code: str | None = None
    outcome_data: str | None = None
    answer: Any = None
    resent_as: str | None = None

    @field_validator("content", "found", "answer", mode="before")
    @classmethod
    def _from_json(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @property
    def reason(self) -> str | None:
        """Why it is in its state, as a message in the language in force."""
        return stored_message(self.outcome_code, self.outcome_data)


@dataclass(frozen=True)
class Outcome:
    """How a write ended: its state, the code and data of the reason, Komet's own words on it."""

    state: WriteState
    code: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    answer: Any = None


@dataclass(frozen=True)
class Remark:
    """Something to say of one row: which, of what (a PO number, a box code …), and the reason."""

    row: int | None
    subject: str
    reason: str
    provider_id: str = ""
    po_item_id: str = ""


@dataclass(frozen=True)
class LineEntry:
    """What a person has written about one line, as text; None or empty leaves a field alone.

    `row`: where it stood in the file or grid. `boxes`: boxes to confirm. `po_number` and `ordered`
    (boxes) are what the person saw of the line: where it differs by now, it is said.
    """

    row: int
    provider_id: str
    po_item_id: str
    boxes: str | None = None
    awb: str | None = None
    house_awb: str | None = None
    ship_date: str | date | None = None
    box_codes: str | None = None
    lot: str | None = None
    reference: str | None = None
    po_number: str | None = None
    ordered: str | None = None


@dataclass(frozen=True)
class DispatchLine:
    """A line as it is stored. Boxes and bunches as Komet counts them; cost in its currency.

    `codes`: codes of its boxes in Komet; `packed`: those given to it here before shipping.
    """

    provider_id: str
    po_id: str
    po_number: str
    po_item_id: str
    ship_date: date
    status: str
    cancelled: bool
    gone: bool
    product_id: str | None
    product: str
    vendor_id: str | None
    boxes: Decimal
    confirmed: Decimal | None
    stems: Decimal | None
    total_cost: Decimal | None
    reference: str | None
    customer_id: str | None
    mark_code: str | None
    fetched_at: datetime | None
    codes: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    packed: tuple[str, ...] = ()
    packed_lot: str | None = None

    @property
    def shipped(self) -> bool:
        """Whether Komet says that the line has left."""
        return self.status == "S"

    @property
    def has_unknown_product(self) -> bool:
        """Whether Komet has no product for it: it would skip the line (UNKNOWN in its pages)."""
        return self.product_id in {None, "", "0"} or "UNKNOWN" in self.product.upper()


@dataclass(frozen=True)
class RequestCount:
    """Requests of one method to one provider, and how many writes they carry."""

    provider_id: str
    provider: str
    kind: WriteKind
    method: str
    writes: int
    requests: int


@dataclass(frozen=True)
class Preview:
    """What a press of Send would do; nothing has been written yet.

    `problems` keep their rows from being sent, `left_out` need not be sent, `questions` are sent
    once a person has said yes. `left_today`: provider ID → requests left of its allowance.
    `packing`: what will be kept here about boxes, line by line.
    """

    name: str
    drafts: tuple[Draft, ...] = ()
    by_hand: tuple[Draft, ...] = ()
    problems: tuple[Remark, ...] = ()
    left_out: tuple[Remark, ...] = ()
    questions: tuple[Remark, ...] = ()
    counts: tuple[RequestCount, ...] = ()
    left_today: Mapping[str, int | None] = field(default_factory=dict)
    packing: tuple["Packing", ...] = ()
    resends: tuple[str, ...] = ()
    """IDs of earlier writes that these are in the place of."""
    again: bool = False
    """Whether what was sent already is wanted once more."""
    held_up: tuple[tuple[Draft, Write], ...] = ()
    """Drafts that were left out, each with the open write about the same that keeps it back."""

    @property
    def requests(self) -> int:
        """Requests over all providers."""
        return sum(count.requests for count in self.counts)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send and nothing to keep."""
        return not (self.drafts or self.by_hand or self.packing)


@dataclass(frozen=True)
class Packing:
    """The box codes of one line, in the order of its boxes; they take the place of earlier ones."""

    provider_id: str
    po_item_id: str
    codes: tuple[str, ...]
    lot: str | None = None


@dataclass(frozen=True)
class Queued:
    """What a press of Send has put into the outbox; `overtaken`: somebody else was first."""

    batch_id: str
    writes: int
    by_hand: int
    overtaken: tuple[Remark, ...] = ()


@dataclass
class Receipt:
    """What became of a batch: its writes, and the POs that were read again afterwards."""

    batch_id: str
    writes: Sequence[Write]
    not_refreshed: str | None = None
    """Why the orders could not be read again, as a message."""

    def count(self, *states: WriteState) -> int:
        """How many writes are in one of these states."""
        return sum(write.state in states for write in self.writes)

    @property
    def all_sent(self) -> bool:
        """Whether nothing was refused, left over or unknown."""
        return self.count(WriteState.SENT, WriteState.BY_HAND) == len(self.writes)
