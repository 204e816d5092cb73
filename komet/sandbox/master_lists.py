"""Answers the lists of products, locations, box types, carriers, vendors and customers."""

from collections.abc import Iterable

from komet.api.methods import Method
from komet.sandbox.call import Parameters, day, like, same, yes
from komet.sandbox.dialect import Dialect, present
from komet.sandbox.masters import BoxType, Carrier, Company, Customer, Location, Product, Vendor
from komet.sandbox.order_query import encode

_DIVISION = (3, "FreshCutFlowers")

_THINGS = {
    "product.list": "Products",
    "location.list": "Locations",
    "boxtype.list": "Boxtype",
    "carrier.list": "Carriers",
    "vendor.list": "Vendors",
    "customer.list": "Customers",
}
LIST_METHODS = frozenset(_THINGS)
_Rows = Iterable[dict[str, object]]


def product_row(row: Product, dialect: Dialect) -> dict[str, object]:
    """One member of `products`."""
    division_id, division = _DIVISION
    return present(
        {
            "id": dialect.integer(row.id),
            "description": row.description,
            "active": dialect.flag(row.active, row.id),
            "category": row.category,
            "divisionId": dialect.integer(division_id),
            "divisionDescription": division,
            "variety": dialect.text(row.variety or None, row.id),
            "color": row.color,
            "grade": dialect.text(row.grade or None, row.id),
            "legacyCode": dialect.text(row.legacy_code or None, row.id),
            "tags": dialect.text(row.tags or None, row.id),
        }
    )


def location_row(row: Location, dialect: Dialect) -> dict[str, object]:
    """One member of `locations`."""
    return {"id": dialect.integer(row.id), "name": row.name, "code": row.code}


def box_type_row(row: BoxType, dialect: Dialect) -> dict[str, object]:
    """One member of `boxtypes`."""
    return {
        "id": dialect.integer(row.id),
        "code": row.code,
        "fbe": str(row.fbe) if dialect.text_numbers else float(row.fbe),
        "kometNetworkName": row.network_name,
        "kometNetworkId": dialect.integer(row.network_id),
    }


def carrier_row(row: Carrier, dialect: Dialect) -> dict[str, object]:
    """One member of `carriers`."""
    return present(
        {
            "id": dialect.integer(row.id),
            "code": row.code,
            "name": row.name,
            "active": dialect.flag(row.active, row.id),
            "street": dialect.nothing(row.id),
            "city": row.city,
            "state": row.state,
            "zipCode": row.zip_code,
            "country": "US",
            "phone": dialect.nothing(row.id + 1),
            "kometNetworkName": row.name,
            "kometNetworkId": dialect.integer(row.id + 9000),
        }
    )


def vendor_row(row: Vendor, dialect: Dialect) -> dict[str, object]:
    """One member of `vendors`."""
    return {
        "id": dialect.integer(row.id),
        "name": row.name,
        "code": row.code,
        "portOrigin": row.origin,
        "active": dialect.flag(row.active, row.id),
    }


def customer_row(row: Customer, dialect: Dialect) -> dict[str, object]:
    """One member of `customers`."""
    return present(
        {
            "id": dialect.integer(row.id),
            "name": row.name,
            "code": row.code,
            "salesPerson": row.sales_person,
            "salesPersonId": dialect.integer(row.sales_person_id),
            "customerType": row.kind,
            "active": dialect.flag(row.active, row.id),
            "updatedOn": row.updated_on.isoformat("T", "seconds"),
            "accountingCode": dialect.nothing(row.id),
        }
    )


def list_answer(method: Method, company: Company, parameters: Parameters, quirks: bool) -> bytes:
    """The JSON body of one of `LIST_METHODS` for a call that was already checked."""
    dialect = Dialect.of(company, quirks=quirks)
    rows = list(_rows(method.name, company, parameters, dialect))
    if not rows:
        return encode(dialect.empty(_THINGS[method.name]))
    member = method.list_member or "rows"
    return encode({"message": "OK", "status": dialect.success, member: rows})


def _rows(name: str, company: Company, parameters: Parameters, dialect: Dialect) -> _Rows:
    match name:
        case "product.list":
            return _products(company, parameters, dialect)
        case "location.list":
            return _locations(company, parameters, dialect)
        case "boxtype.list":
            return _box_types(company, parameters, dialect)
        case "carrier.list":
            return _carriers(company, parameters, dialect)
        case "vendor.list":
            return _vendors(company, parameters, dialect)
    return _customers(company, parameters, dialect)


def _products(company: Company, parameters: Parameters, dialect: Dialect) -> _Rows:
    for row in company.products:
        if (
            same(parameters.get("id"), row.id)
            and same(parameters.get("legacyCode"), row.legacy_code)
            and like(parameters.get("description"), row.description)
        ):
            yield product_row(row, dialect)


def _locations(company: Company, parameters: Parameters, dialect: Dialect) -> _Rows:
    for row in sorted(company.locations, key=lambda row: row.name):
        if _named(parameters, row.id, row.code, row.name):
            yield location_row(row, dialect)


def _box_types(company: Company, parameters: Parameters, dialect: Dialect) -> _Rows:
    for row in sorted(company.box_types, key=lambda kind: kind.code):
        if same(parameters.get("id"), row.id) and same(parameters.get("code"), row.code):
            yield box_type_row(row, dialect)


def _carriers(company: Company, parameters: Parameters, dialect: Dialect) -> _Rows:
    active = parameters.get("active")
    for row in company.carriers:
        if _named(parameters, row.id, row.code, row.name) and (
            not active or row.active == yes(active)
        ):
            yield carrier_row(row, dialect)


def _vendors(company: Company, parameters: Parameters, dialect: Dialect) -> _Rows:
    for row in company.vendors:
        if (
            _named(parameters, row.id, row.code, row.name)
            and same(parameters.get("portOrigin"), row.origin)
            and (row.active or yes(parameters.get("includeInactive")))
        ):
            yield vendor_row(row, dialect)


def _customers(company: Company, parameters: Parameters, dialect: Dialect) -> _Rows:
    for row in company.customers:
        if (
            _named(parameters, row.id, row.code, row.name)
            and same(parameters.get("salesPersonId"), row.sales_person_id)
            and same(parameters.get("locationId"), row.location_id)
            and (row.active or yes(parameters.get("includeInactive")))
            and _updated(row, parameters.get("updateAsOf"))
        ):
            yield customer_row(row, dialect)


def _named(parameters: Parameters, row_id: int, code: str, name: str) -> bool:
    return (
        same(parameters.get("id"), row_id)
        and same(parameters.get("code"), code)
        and like(parameters.get("name"), name)
    )


def _updated(row: Customer, since: str | None) -> bool:
    return not since or row.updated_on.date() >= day("updateAsOf", since)
