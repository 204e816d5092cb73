"""Products, locations, box types, carriers, vendors and customers as their lists answer them."""

from komet.sandbox.dialect import Dialect, present
from komet.sandbox.masters import BoxType, Carrier, Customer, Location, Product, Vendor

_DIVISION = (3, "FreshCutFlowers")


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
