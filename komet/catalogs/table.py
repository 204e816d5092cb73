"""The SQL of Komet's lists: their rows as they came, and what is read from two of them.

Products and box types are also known from order lines, where the token may not list them.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import QUANTITY, Connection, Schema

_USED = {
    "product_id", "vendor_id", "customer_id", "carrier_id", "location_id", "box_type", "prebook",
}  # fmt: skip
"""Columns of order lines by which a row of a list may be used."""

_NAMED = {
    "carriers": "carrier", "vendors": "vendor", "customers": "customer", "locations": "location",
}  # fmt: skip
"""The lists whose entries order lines name: kind → the beginning of the two columns."""

PRODUCT_COLUMNS: Schema = {
    "product_id": pl.String,
    "description": pl.String,
    "legacy_code": pl.String,
    "category": pl.String,
    "variety": pl.String,
    "color": pl.String,
    "grade": pl.String,
    "active": pl.Boolean,
    "extra": pl.String,
}

BOX_TYPE_COLUMNS: Schema = {"code": pl.String, "fbe": QUANTITY, "extra": pl.String}


def replace_products(con: Connection, provider_id: str, frame: pl.DataFrame, now: datetime) -> None:
    """Replace the stored products by Komet's list (`PRODUCT_COLUMNS`).

    A product that only order lines name stays, so that none of them loses its name.
    """
    con.run(
        "DELETE FROM komet_products WHERE provider_id = $provider AND (source = 'komet'"
        " OR product_id IN (SELECT product_id FROM listed))",
        {"provider": provider_id},
        listed=frame,
    )
    stamped = frame.with_columns(
        provider_id=pl.lit(provider_id), source=pl.lit("komet"), updated_at=pl.lit(now)
    )
    con.insert("komet_products", stamped)
    con.run(
        "INSERT INTO komet_products BY NAME SELECT provider_id, product_id,"
        " any_value(product) AS description, 'orders' AS source, $now AS updated_at"
        " FROM order_items WHERE provider_id = $provider AND product_id IS NOT NULL"
        " AND product_id NOT IN (SELECT product_id FROM komet_products"
        " WHERE provider_id = $provider) GROUP BY provider_id, product_id",
        {"provider": provider_id, "now": now},
    )


def replace_box_types(
    con: Connection, provider_id: str, frame: pl.DataFrame, now: datetime
) -> None:
    """Replace the stored box types by Komet's (`BOX_TYPE_COLUMNS`); edited factors are kept."""
    con.run(
        "CREATE OR REPLACE TEMP TABLE edited AS SELECT code, fbe_edited FROM box_types"
        " WHERE provider_id = $provider AND fbe_edited IS NOT NULL",
        {"provider": provider_id},
    )
    con.run("DELETE FROM box_types WHERE provider_id = $provider", {"provider": provider_id})
    con.run(
        "INSERT INTO box_types BY NAME SELECT $provider AS provider_id,"
        " coalesce(l.code, e.code) AS code, l.fbe, e.fbe_edited, $now AS updated_at, l.extra"
        " FROM listed l FULL JOIN edited e ON e.code = l.code",
        {"provider": provider_id, "now": now},
        listed=frame,
    )
    con.run("DROP TABLE edited")


def edit_fbe(
    con: Connection, provider_id: str, code: str, fbe: Decimal | None, now: datetime
) -> None:
    """Set the FBE factor of one box type; None goes back to Komet's, or the usual one."""
    key = {"provider": provider_id, "code": code.strip().upper()}
    known = con.value(
        "SELECT count(*) FROM box_types WHERE provider_id = $provider AND code = $code", key
    )
    if not known:
        con.run(
            "INSERT INTO box_types (provider_id, code) VALUES ($provider, $code)",
            key,
        )
    con.run(
        "UPDATE box_types SET fbe_edited = $fbe, updated_at = $now"
        " WHERE provider_id = $provider AND code = $code",
        {**key, "fbe": fbe, "now": now},
    )


def load_box_types(con: Connection, provider_id: str) -> pl.DataFrame:
    """code, komet_fbe, fbe_edited, fbe (the factor in force, or null), lines (that use it).

    Every box type that Komet lists, or that an order line has.
    """
    factor = formulas.fbe_factor("code", "b")
    return con.frame(
        f"""
        WITH used AS (
          SELECT upper(box_type) AS code, count(DISTINCT po_item_id) AS lines FROM order_items
          WHERE provider_id = $provider AND box_type IS NOT NULL AND gone_at IS NULL GROUP BY 1
        )
        SELECT code, b.fbe AS komet_fbe, b.fbe_edited, {factor} AS fbe,
          coalesce(used.lines, 0) AS lines
        FROM (SELECT code, fbe, fbe_edited FROM box_types WHERE provider_id = $provider) b
        FULL JOIN used USING (code) ORDER BY code
        """,
        {"provider": provider_id},
    )


def replace_rows(
    con: Connection, provider_id: str, kind: str, rows: Sequence[dict[str, Any]], now: datetime
) -> None:
    """Replace the stored rows of a list by these."""
    key = {"provider": provider_id, "kind": kind}
    con.run("DELETE FROM catalog_rows WHERE provider_id = $provider AND kind = $kind", key)
    frame = pl.DataFrame(
        {
            "provider_id": [provider_id] * len(rows),
            "kind": [kind] * len(rows),
            "position": list(range(len(rows))),
            "content": [json.dumps(row, ensure_ascii=False, default=str) for row in rows],
            "fetched_at": [now] * len(rows),
        },
        schema={
            "provider_id": pl.String, "kind": pl.String, "position": pl.Int32,
            "content": pl.String, "fetched_at": pl.Datetime("us", "UTC"),
        },
    )  # fmt: skip
    con.insert("catalog_rows", frame)


def load_rows(con: Connection, provider_id: str, kind: str) -> list[dict[str, Any]]:
    """The stored rows of a list, in Komet's order."""
    found = con.rows(
        "SELECT content FROM catalog_rows"
        " WHERE provider_id = $provider AND kind = $kind ORDER BY position",
        {"provider": provider_id, "kind": kind},
    )
    return [json.loads(row["content"]) for row in found]


def count_rows(con: Connection, provider_id: str) -> dict[str, int]:
    """Kind → how many rows are stored of its list."""
    rows = con.rows(
        "SELECT kind, count(*) AS rows FROM catalog_rows WHERE provider_id = $provider"
        " GROUP BY kind",
        {"provider": provider_id},
    )
    return {row["kind"]: int(row["rows"]) for row in rows}


def load_learnt(con: Connection, provider_id: str, kind: str) -> pl.DataFrame:
    """What a download has brought of a list that was not fetched: String columns by Komet's names.

    Empty, without columns, for a list of which orders say nothing.
    """
    if kind == "box_types":
        factors = load_box_types(con, provider_id).select("code", "fbe")
        return factors.select(pl.all().cast(pl.String))
    if kind == "products":
        return con.frame(
            'SELECT product_id AS id, description, legacy_code AS "legacyCode", category, variety,'
            " color, grade FROM komet_products WHERE provider_id = $provider"
            " ORDER BY description, product_id",
            {"provider": provider_id},
        )
    if kind not in _NAMED:
        return pl.DataFrame()
    one = _NAMED[kind]
    return con.frame(
        f"SELECT {one}_id::VARCHAR AS id, max({one}_name)::VARCHAR AS name FROM po_lines"
        f" WHERE provider_id = $provider AND {one}_id IS NOT NULL GROUP BY 1 ORDER BY name, id",
        {"provider": provider_id},
    )


def record_try(con: Connection, provider_id: str, kind: str, outcome: str, now: datetime) -> None:
    """Record when a list was last requested, and whether the token might list it."""
    key = {"provider": provider_id, "kind": kind}
    con.run("DELETE FROM catalog_tries WHERE provider_id = $provider AND kind = $kind", key)
    con.run(
        "INSERT INTO catalog_tries VALUES ($provider, $kind, $outcome, $now)",
        {**key, "outcome": outcome, "now": now},
    )


def load_last_try(
    con: Connection, provider_id: str, kind: str
) -> tuple[str | None, datetime | None]:
    """The outcome and the time (UTC) of the last try; None, None where there was none."""
    found = con.rows(
        "SELECT outcome, tried_at FROM catalog_tries"
        " WHERE provider_id = $provider AND kind = $kind",
        {"provider": provider_id, "kind": kind},
    )
    return (found[0]["outcome"], found[0]["tried_at"]) if found else (None, None)


def count_lines_by(con: Connection, provider_id: str, column: str) -> dict[str, int]:
    """Value of the column → how many downloaded lines that Komet still shows have it.

    Raises `ValueError` for a column by which no list is used.
    """
    if column not in _USED:
        raise ValueError(column)
    rows = con.rows(
        f"SELECT {column} AS value, count(*) AS lines FROM po_lines"
        f" WHERE provider_id = $provider AND gone_at IS NULL AND {column} IS NOT NULL GROUP BY ALL",
        {"provider": provider_id},
    )
    return {str(row["value"]): int(row["lines"]) for row in rows}


def load_daily_tries(con: Connection, provider_id: str) -> dict[str, datetime]:
    """Method → when its list was last fetched, or last refused."""
    rows = con.rows(
        "SELECT method, max(tried_at) AS tried_at FROM catalogs WHERE provider_id = $provider"
        " GROUP BY method",
        {"provider": provider_id},
    )
    return {row["method"]: row["tried_at"] for row in rows}


def record_daily(
    con: Connection, provider_id: str, method: str, outcome: str, now: datetime
) -> None:
    """Record that a daily list was fetched (`ok`), or that the token may not list it."""
    key = {"provider": provider_id, "method": method}
    con.run("DELETE FROM catalogs WHERE provider_id = $provider AND method = $method", key)
    con.run(
        "INSERT INTO catalogs VALUES ($provider, $method, $outcome, $now)",
        {**key, "outcome": outcome, "now": now},
    )
