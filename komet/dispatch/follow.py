"""After a write: its PO is read again, and a line that was split is followed to its new ID."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from komet.context import AppContext
from komet.dispatch.model import DispatchLine, Write, WriteKind, WriteState
from komet.dispatch.table import lines, outbox
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

    The call for several lines does not return the new ID: it is the one line of the PO that was
    not there before, with the same product, customer and mark, and the boxes that were left.
    """
    split = [
        write
        for write in writes
        if write.kind is WriteKind.SHIP
        and write.state is WriteState.SENT
        and write.outcome_code != "line_split"
        and "line_ids" in write.found
    ]
    if not split:
        return
    taken: set[str] = set()
    found: list[tuple[str, str]] = []
    with ctx.read() as con:
        for write in split:
            now = lines.lines_of_order(con, write.provider_id, write.po_id)
            new = [line for line in now if _is_rest(line, write) and line.po_item_id not in taken]
            if (told := _told(write)) is not None:
                found.append((write.id, told))
            elif len(new) == 1:
                found.append((write.id, new[0].po_item_id))
                taken.add(new[0].po_item_id)
    if found:
        with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
            outbox.note_new_lines(con, found)


def _told(write: Write) -> str | None:
    answer: Any = write.answer
    new = answer.get("newPOItemId") if isinstance(answer, dict) else None
    return str(new) if new else None


def _is_rest(line: DispatchLine, write: Write) -> bool:
    before = write.found
    left = float(before["boxes"]) - write.content["boxes"]
    return (
        line.po_item_id not in before["line_ids"]
        and float(line.boxes) == left
        and line.product_id == before.get("product_id")
        and line.customer_id == before.get("customer_id")
        and line.mark_code == before.get("mark_code")
    )
