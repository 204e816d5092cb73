"""The lists of Komet: how each is requested, and what is shown of one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from komet.language import _later


@dataclass(frozen=True)
class CatalogKind:
    """One list.

    `back` and `ahead`: how many days before and after today it covers by default, where it takes
    days; `first` and `last` are the names of those parameters (`last` is None for a single day).
    `always`: parameters of every call. `used_by`: the column of order lines, and the member of a
    row that stands in it. `daily`: it is
    fetched with a download once a day, because products and FBE factors are read from it.
    """

    method: str
    title: str
    first: str | None = None
    last: str | None = None
    back: int = 0
    ahead: int = 0
    always: tuple[tuple[str, Any], ...] = ()
    needs_customer: bool = False
    used_by: tuple[str, str] | None = None
    daily: bool = False

    def days(self, today: date) -> tuple[date, date] | None:
        """The first and last day that it covers unless others are chosen; None without days."""
        if self.first is None:
            return None
        return today - timedelta(days=self.back), today + timedelta(days=self.ahead)

    def params(
        self, days: tuple[date, date] | None = None, customer_id: str | None = None
    ) -> dict[str, Any]:
        """The parameters of the call."""
        given: dict[str, Any] = dict(self.always)
        if days and self.first:
            given[self.first] = days[0]
        if days and self.last:
            given[self.last] = days[1]
        if self.needs_customer:
            given["customerId"] = customer_id
        return given


KINDS: dict[str, CatalogKind] = {
    "products": CatalogKind(
        "product.list", _later("Products"), used_by=("product_id", "id"), daily=True
    ),
    "categories": CatalogKind("category.list", _later("Categories")),
    "box_types": CatalogKind(
        "boxtype.list", _later("Box types"), used_by=("box_type", "code"), daily=True
    ),
    "carriers": CatalogKind("carrier.list", _later("Carriers"), used_by=("carrier_id", "id")),
    "vendors": CatalogKind("vendor.list", _later("Vendors"), used_by=("vendor_id", "id")),
    "customers": CatalogKind("customer.list", _later("Customers"), used_by=("customer_id", "id")),
    "contacts": CatalogKind(
        "customer.contact.list", _later("Contacts of a customer"), needs_customer=True
    ),
    "ship_tos": CatalogKind(
        "customer.shipto.list", _later("Ship-tos of a customer"), needs_customer=True
    ),
    "locations": CatalogKind("location.list", _later("Locations"), used_by=("location_id", "id")),
    "companies": CatalogKind("company.list", _later("Companies")),
    "prebooks": CatalogKind(
        "prebook.list", _later("Prebooks"), "dateFrom", "dateTo", 7, 30,
        used_by=("prebook", "number"),
    ),
    "standing_orders": CatalogKind(
        "standing.order.list", _later("Standing orders"), "dateFrom", "dateTo", 7, 30
    ),
    "availability": CatalogKind(
        "vendor.availability.items.list", _later("Vendor availability"), "dateFrom", "dateTo", 0, 14
    ),
    "inventory": CatalogKind(
        # without a type the open market alone is listed
        "inventory.list", _later("Inventory"), always=(("inventoryType", "all"),),
    ),
    "invoices": CatalogKind(
        "invoice.list", _later("Invoices"), "orderDateFrom", "orderDateTo", 30, 7
    ),
    "credits": CatalogKind(
        "credit.details.list", _later("Credits"), "creditDateFrom", "creditDateTo", 30, 7,
        (("itemType", "all"),),
    ),
    "payments": CatalogKind("payment.list", _later("Payments"), "dateFrom", "dateTo", 30, 0),
    "awbs": CatalogKind("awb.list", _later("AWBs"), "shipDate"),
}  # fmt: skip
"""In the order in which they are offered."""

PRODUCTS, BOX_TYPES = "products", "box_types"
FETCHED, REFUSED = "ok", "refused"
"""What came of a try: the list, or that the token may not list it."""
DAILY = {kind.method: name for name, kind in reversed(KINDS.items()) if kind.daily}
"""Method → the list that is fetched with a download; the short one first."""
USED = "used"
"""The column that counts the order lines in which a row stands."""


@dataclass(frozen=True)
class CatalogTable:
    """`rows`: the members that Komet sent, as String columns; `used` (Int64) where it is known.

    `refused`: the token might not list it when it was last asked for. `learnt`: Komet's list is not
    stored, and these are the entries that a download has brought, by the names of its members.
    """

    rows: pl.DataFrame
    tried_at: datetime | None
    refused: bool
    learnt: bool = False
