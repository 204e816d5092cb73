"""Reading what is known of a client by name: products, vendors, box types, customers, carriers.

From Komet's lists, where they were fetched, and from the orders.
"""

from typing import Any

from komet.catalogs.table import load_rows
from komet.db.database import Connection

_BY_ORDERS = {
    "vendors": ("vendor_id", "vendor_name"),
    "customers": ("customer_id", "customer_name"),
    "carriers": ("carrier_id", "carrier_name"),
}


def load_products(con: Connection, provider_id: str) -> list[dict[str, Any]]:
    """product_id, description, legacy_code, sku (our code for it, or None), active.

    Without what the orders show of products that Komet has not (UNKNOWN, the ID 0).
    """
    return con.rows(
        "SELECT k.product_id, k.description, k.legacy_code, m.code AS sku,"
        " coalesce(k.active, true) AS active FROM komet_products k LEFT JOIN mappings m"
        " ON m.provider_id = k.provider_id AND m.kind = 'product' AND m.komet_id = k.product_id"
        " WHERE k.provider_id = $provider AND k.product_id NOT IN ('', '0')"
        " AND NOT contains(upper(coalesce(k.description, '')), 'UNKNOWN')",
        {"provider": provider_id},
    )


def has_product_list(con: Connection, provider_id: str) -> bool:
    """Whether Komet's product list of this client is here."""
    return bool(
        con.value(
            "SELECT count(*) FROM komet_products"
            " WHERE provider_id = $provider AND source = 'komet'",
            {"provider": provider_id},
        )
    )


def load_named(con: Connection, provider_id: str, noun: str) -> list[dict[str, Any]]:
    """id, name, code (or None) of vendors, customers or carriers, by list and by the orders."""
    own_id, own_name = _BY_ORDERS[noun]
    listed = [
        {"id": str(row.get("id") or ""), "name": row.get("name") or "", "code": row.get("code")}
        for row in load_rows(con, provider_id, noun)
    ]
    ids = {row["id"] for row in listed}
    ordered = con.rows(
        f"SELECT DISTINCT {own_id} AS id, any_value({own_name}) AS name, NULL AS code FROM po_lines"
        f" WHERE provider_id = $provider AND {own_id} IS NOT NULL GROUP BY ALL",
        {"provider": provider_id},
    )
    return [*listed, *(row for row in ordered if row["id"] not in ids)]


def load_box_type_ids(con: Connection, provider_id: str) -> dict[str, str | None]:
    """Code of a box type in capitals → its Komet ID, None where no list says it."""
    rows = con.rows(
        "SELECT upper(code) AS code FROM box_types WHERE provider_id = $provider"
        " UNION SELECT upper(box_type) FROM po_lines"
        " WHERE provider_id = $provider AND box_type IS NOT NULL",
        {"provider": provider_id},
    )
    found: dict[str, str | None] = {row["code"]: None for row in rows if row["code"]}
    for row in load_rows(con, provider_id, "box_types"):
        if row.get("code"):
            found[str(row["code"]).upper()] = str(row["id"]) if row.get("id") else None
    return found
