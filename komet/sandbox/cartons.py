"""The cartons of shipped lines, and the air waybills that they fly under."""

from zlib import crc32

from komet.sandbox.records import Carton, Line, PurchaseOrder

STATES = ((3, "Shipped"), (4, "In transit"), (6, "Received"))
SHIPPED, RECEIVED, SENT_ON = STATES[0], STATES[2], (8, "Shipped to customer")


def cartons_of(order: PurchaseOrder, line: Line) -> tuple[Carton, ...]:
    """What the line's boxes are: those that a call has packed, else made up for a shipped line."""
    if line.packed:
        return line.packed
    if not order.shipped or line.status != "Shipped":
        return ()
    state_id, state = STATES[order.id % 3]
    return tuple(
        Carton(
            code=f"{line.id}{at:03d}",
            lot=str(100_000 + order.id % 90_000),
            position=f"{'ABCD'[at % 4]}-{line.id % 40 + 1:02d}",
            state_id=state_id,
            state=state,
            awb=awb_of(order),
        )
        for at in range(1, line.boxes + 1)
    )


def awb_of(order: PurchaseOrder) -> str:
    """The air waybill of everything that flies from one airport on one day."""
    digits = crc32(f"{order.ship_date} {order.origin}".encode()) % 10**8
    return f"729-{digits:08d}"


def awb_id(awb: str) -> int:
    """Komet's ID of an air waybill."""
    return crc32(awb.encode()) % 10**7
