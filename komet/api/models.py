"""What Komet's answers mean: typed records that read tolerantly and keep what they do not know.

Member names are the wire's (two independent public clients agree on them; see the contract's
`purchase.order.list`). Unknown members stay in `extra`.
"""

from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)

from komet.api.reading import DataProblem, Day, Flag, Moment, Money, Number, Objects, Record, Text

__all__ = [
    "Box",
    "BoxType",
    "Breakdown",
    "Carrier",
    "CustomField",
    "Customer",
    "DataProblem",
    "Location",
    "OrderLine",
    "Product",
    "PurchaseOrder",
    "Record",
    "Vendor",
]


class CustomField(Record):
    """A custom field of a line."""

    custom_field_id: Text = None
    field_name: Text = None
    custom_field_value_id: Text = None
    value: Text = None


class Breakdown(Record):
    """A product inside a mixed box. `bunches` are per box; the unit of `cost` is not stated."""

    product_id: Text = None
    product_description: Text = None
    bunches: Number = None
    stems_bunch: Number = None
    cost: Money = None


class Box(Record):
    """A carton; only there once the grower shipped."""

    box_code: Text = None
    lot_number: Text = None
    position: Text = None
    status_id: Text = None
    status_name: Text = None


class OrderLine(Record):
    """A detail of a PO. `unit_cost` is per stem or per bunch, as `unit_type` says."""

    po_item_id: Text = None
    prebook_item_id: Text = None
    product_id: Text = None
    product_description: Text = None
    box_type: Text = None
    total_boxes: Number = None
    bunches: Number = None
    stems_bunch: Number = None
    units: Number = None
    unit_type: Text = None
    total_units: Number = None
    unit_cost: Money = None
    total_cost: Money = None
    quantity_confirmed: Number = None
    line_item_status: Text = None
    order_type: Text = None
    standing_order: Text = None
    prebook: Text = None
    prebook_truck_date: Day = None
    customer_id: Text = None
    customer_name: Text = None
    carrier_id: Text = None
    carrier_name: Text = None
    mark_code: Text = None
    reference_number: Text = None
    notes: Text = None
    custom_field1: Text = None
    breakdowns: Annotated[list[Breakdown], Objects] = Field(default=[])
    boxes: Annotated[list[Box], Objects] = Field(default=[])
    custom_fields: Annotated[list[CustomField], Objects] = Field(
        default=[], validation_alias=AliasChoices("customFields", "CustomFields")
    )

    @model_validator(mode="wrap")
    @classmethod
    def _problems_know_their_line(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        before = len(info.context or ())
        line = handler(data)
        for problem in (info.context or ())[before:]:
            problem.po_item_id = line.po_item_id
        return line


class PurchaseOrder(Record):
    """A purchase order with its lines. Amounts are in the provider's currency."""

    id: Text = None
    number: Text = None
    origin: Text = None
    vendor_id: Text = None
    vendor_name: Text = None
    location_id: Text = None
    location_name: Text = None
    ship_date: Day = None
    status: Text = None
    total_boxes: Number = None
    total_cost: Money = None
    comments: Text = None
    created_on: Moment = None
    updated_on: Moment = None
    details: Annotated[list[OrderLine], Objects] = Field(default=[])

    @model_validator(mode="wrap")
    @classmethod
    def _problems_know_their_order(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        before = len(info.context or ())
        order = handler(data)
        for problem in (info.context or ())[before:]:
            problem.po_id = order.id
        return order


class Product(Record):
    """A row of product.list."""

    id: Text = None
    description: Text = None
    active: Flag = None
    category: Text = None
    division_id: Text = None
    division_description: Text = None
    variety: Text = None
    color: Text = None
    grade: Text = None
    legacy_code: Text = None
    tags: Text = None


class Location(Record):
    """A row of location.list."""

    id: Text = None
    name: Text = None
    code: Text = None


class BoxType(Record):
    """A row of boxtype.list; `fbe` is the full-box equivalent of one box."""

    id: Text = None
    code: Text = None
    fbe: Number = None
    komet_network_id: Text = None
    komet_network_name: Text = None


class Carrier(Record):
    """A row of carrier.list."""

    id: Text = None
    code: Text = None
    name: Text = None
    active: Flag = None
    phone: Text = None


class Vendor(Record):
    """A row of vendor.list (a grower)."""

    id: Text = None
    name: Text = None
    code: Text = None
    port_origin: Text = None
    active: Flag = None


class Customer(Record):
    """A row of customer.list."""

    id: Text = None
    name: Text = None
    code: Text = None
    active: Flag = None
    updated_on: Moment = None
