"""After a write: its PO is read again, and a line that was split is followed to its new ID."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from komet.context import AppContext
from komet.dispatch.model import DispatchLine, Write, WriteState
from komet.dispatch.table import lines, outbox
from komet.dispatch.table.outbox import SPLIT, UNCLEAR
from komet.ingest.by_number import download_numbers
from komet.messages import FAILURES, message
from komet.permissions import Actor, Permission

TOUCHED = (WriteState.SENT, WriteState.UNKNOWN, WriteState.REFUSED, WriteState.NOT_SENT)
"""After these, what is stored of the PO may be behind Komet."""


@dataclass
class Refreshed:
    """POs that were read again. `why`: why that was not possible, client by client, as a message.

    `unread`: (provider ID, PO number) that could not be read, or that Komet did not return.
    """

    why: str | None = None
    unread: set[tuple[str, str]] = field(default_factory=set)


def refresh_orders(ctx: AppContext, actor: Actor, writes: Sequence[Write]) -> Refreshed:
    """Read the POs of these writes again, by number, as Komet also needs after a split.

    Spends a request for each 50 POs of a client.
    """
    numbers: dict[str, dict[str, None]] = {}
    for write in writes:
        if write.po_number and write.state in TOUCHED:
            numbers.setdefault(write.provider_id, {})[write.po_number] = None
    found = Refreshed()
    whys: list[str] = []
    for provider_id, wanted in numbers.items():
        try:
            result = download_numbers(ctx, actor, {provider_id: list(wanted)})
        except FAILURES as error:
            whys.append(message(error))
            found.unread |= {(provider_id, number) for number in wanted}
        else:
            whys += result.failed.values()
            missing = {number.upper() for number in (*result.missing, *result.failed)}
            found.unread |= {(provider_id, n) for n in wanted if n.upper() in missing}
    found.why = " ".join(dict.fromkeys(whys)) or None
    return found


def follow_splits(ctx: AppContext, actor: Actor, writes: Sequence[Write]) -> None:
    """Note the new line of each shipment that left boxes behind, from the answer or the orders.

    Looks at the shipments to the clients of these writes that have no new line yet, earlier ones
    too. The call for several lines does not return the new ID: it is the line of the PO that was
    not there before, with the same product, customer and mark, and the boxes that were left. Of
    shipments that are alike in all of this, each gets one of as many such lines; where there are
    more lines than shipments, it is noted that nobody can tell.
    """
    providers = list(dict.fromkeys(write.provider_id for write in writes))
    with ctx.read() as con:
        split = outbox.split_shipments(con, providers)
        open_ones = [write for write in split if write.outcome_code != SPLIT]
        orders = {
            key: lines.lines_of_order(con, *key)
            for key in dict.fromkeys((write.provider_id, write.po_id) for write in open_ones)
        }
    taken = {
        (write.provider_id, str(_noted(write))) for write in split if write.outcome_code == SPLIT
    }
    found: list[tuple[str, str | None]] = []
    alike: dict[tuple[Any, ...], list[Write]] = {}
    for write in open_ones:
        if (told := _told(write)) is not None:
            found.append((write.id, told))
            taken.add((write.provider_id, told))
        else:
            alike.setdefault((write.provider_id, write.po_id, *_rest_of(write)), []).append(write)
    for group in alike.values():
        first = group[0]
        rest = [
            line.po_item_id
            for line in orders[first.provider_id, first.po_id]
            if _is_rest(line, group) and (first.provider_id, line.po_item_id) not in taken
        ]
        if len(rest) == len(group):
            found += [(write.id, item) for write, item in zip(group, rest, strict=True)]
        elif len(rest) > len(group):
            found += [(write.id, None) for write in group if write.outcome_code != UNCLEAR]
    if found:
        with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
            outbox.note_new_lines(con, found)


def _told(write: Write) -> str | None:
    answer: Any = write.answer
    new = answer.get("newPOItemId") if isinstance(answer, dict) else None
    return str(new) if new else None


def _noted(write: Write) -> str | None:
    data: dict[str, str] = json.loads(write.outcome_data or "{}")
    return data.get("po_item_id")


def _rest_of(write: Write) -> tuple[Decimal, str | None, str | None, str | None]:
    """What the line of the boxes that were left has: boxes, product, customer, mark."""
    before = write.found
    left = Decimal(str(before["boxes"])) - write.content["boxes"]
    return left, before.get("product_id"), before.get("customer_id"), before.get("mark_code")


def _is_rest(line: DispatchLine, group: Sequence[Write]) -> bool:
    is_new = not any(line.po_item_id in write.found["line_ids"] for write in group)
    seen = (line.boxes, line.product_id, line.customer_id, line.mark_code)
    return is_new and seen == _rest_of(group[0])
