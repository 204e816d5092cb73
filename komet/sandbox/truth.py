"""What the sandbox itself holds of a PO line, apart from any answer: to check a client against."""

from dataclasses import dataclass

from komet.sandbox.records import Line, PurchaseOrder, cartons_of


@dataclass(frozen=True)
class BoxTruth:
    """One carton. `house_awb` and `lot` are empty where none was given; days as YYYY-MM-DD."""

    code: str
    lot: str
    awb: str
    house_awb: str
    ship_date: str
    state: str


@dataclass(frozen=True)
class LineTruth:
    """One PO line with its cartons: none before it was shipped. `ship_date` is the order's."""

    po_item_id: int
    order_id: int
    number: str
    order_status: str
    ship_date: str
    vendor_id: int
    product_id: int
    description: str
    status: str
    boxes: int
    quantity_confirmed: int | None
    reference: str | None
    cartons: tuple[BoxTruth, ...]


def truth_of(order: PurchaseOrder, line: Line) -> LineTruth:
    """What is held of one line of an order."""
    day = order.ship_date
    return LineTruth(
        po_item_id=line.id,
        order_id=order.id,
        number=order.number,
        order_status=order.status,
        ship_date=day.isoformat(),
        vendor_id=order.vendor_id,
        product_id=line.product_id,
        description=line.description,
        status=line.status,
        boxes=line.boxes,
        quantity_confirmed=line.quantity_confirmed,
        reference=line.reference,
        cartons=tuple(
            BoxTruth(
                code=carton.code,
                lot=carton.lot,
                awb=carton.awb,
                house_awb=carton.house_awb,
                ship_date=(carton.ship_date or day).isoformat(),
                state=carton.state,
            )
            for carton in cartons_of(order, line)
        ),
    )
