"""The SQL of vendors' invoices: the POs that they are for, and which of them were sent."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.dispatch.model import Write
from komet.dispatch.table.lines import status_code

_NOT_GONE = "o.gone_at IS NULL"
_BARE = "ltrim(regexp_replace(upper(o.number), '[^0-9]', '', 'g'), '0')"
_LINES = f"""
  SELECT l.provider_id, l.po_id, count(*)::BIGINT AS lines,
    count(*) FILTER ({status_code("l.line_item_status")} = 'S')::BIGINT AS shipped,
    sum(l.total_boxes) AS boxes, sum(l.total_cost) AS cost
  FROM po_lines l SEMI JOIN o USING (provider_id, po_id)
  WHERE l.gone_at IS NULL AND {formulas.not_cancelled("l.line_item_status")}
  GROUP BY ALL"""
_INVOICES = """
  SELECT provider_id, target AS po_number,
    count(*) FILTER (state = 'sent')::BIGINT AS invoices,
    count(*) FILTER (state IN ('planned', 'sending', 'unknown'))::BIGINT AS under_way,
    string_agg(content ->> 'number', ', ' ORDER BY settled_at) FILTER (state = 'sent') AS numbers,
    sum((content ->> 'total')::DECIMAL(18, 2)) FILTER (state = 'sent') AS invoiced,
    max(settled_at) FILTER (state = 'sent') AS sent_at
  FROM outbox WHERE kind = 'invoice' AND resent_as IS NULL GROUP BY ALL"""


def orders_by_number(con: Connection, numbers: Sequence[str]) -> list[dict[str, Any]]:
    """The POs of these numbers (upper and lower case alike), of whichever client.

    provider_id, provider, po_id, po_number, ship_date, status, gone, lines, shipped (lines of
    them), total (Decimal or None), location_id, several_locations (whether the client's orders lie
    at more than one). Those that are not gone first, the newest first.
    """
    return con.rows(
        f"""
        WITH o AS (SELECT * FROM purchase_orders WHERE list_contains($numbers, upper(number))),
        l AS ({_LINES}), several AS (
          SELECT provider_id, count(DISTINCT location_id) > 1 AS several_locations
          FROM purchase_orders SEMI JOIN o USING (provider_id) GROUP BY ALL
        )
        SELECT o.provider_id, p.name AS provider, o.po_id, o.number AS po_number,
          coalesce(o.ship_date, o.slice_date) AS ship_date, coalesce(o.status, '') AS status,
          NOT {formulas.not_cancelled("o.status")} AS cancelled, NOT ({_NOT_GONE}) AS gone,
          coalesce(l.lines, 0) AS lines, coalesce(l.shipped, 0) AS shipped,
          round(coalesce(o.total_cost, l.cost), 2) AS total, o.location_id,
          coalesce(several_locations, false) AS several_locations
        FROM o LEFT JOIN l USING (provider_id, po_id)
        LEFT JOIN several USING (provider_id)
        LEFT JOIN providers p ON p.id = o.provider_id
        ORDER BY gone, ship_date DESC
        """,
        {"numbers": [number.upper() for number in numbers]},
    )


def orders_like(
    con: Connection, words: Sequence[str], provider_ids: Sequence[str]
) -> list[dict[str, Any]]:
    """(provider_id, po_number, bare) of POs whose number is one of these words in capitals.

    Or whose figures alone (`bare`, without leading zeros) are.
    """
    return con.rows(
        f"""
        SELECT DISTINCT o.provider_id, o.number AS po_number, {_BARE} AS bare
        FROM purchase_orders o
        WHERE {_NOT_GONE} AND (len($providers) = 0 OR list_contains($providers, o.provider_id))
          AND (list_contains($words, upper(o.number)) OR list_contains($words, {_BARE}))
        ORDER BY ALL
        """,
        {"words": list(words), "providers": list(provider_ids)},
    )


def invoices_of(con: Connection, po_numbers: Sequence[str], digests: Sequence[str]) -> list[Write]:
    """Invoices that were sent, or are under way, for these POs or with these files; oldest first.

    POs of all clients that have such a number.
    """
    rows = con.rows(
        "SELECT * FROM outbox WHERE kind = 'invoice' AND resent_as IS NULL"
        " AND state IN ('planned', 'sending', 'unknown', 'sent')"
        " AND (list_contains($numbers, target)"
        " OR list_contains($digests, content ->> 'file_digest'))"
        " ORDER BY planned_at, position",
        {"numbers": list(po_numbers), "digests": list(digests)},
    )
    return [Write.model_validate(row) for row in rows]


def invoice_states(
    con: Connection, provider_ids: Sequence[str], date_from: date, date_to: date
) -> pl.DataFrame:
    """Shipped POs, and what was sent of their invoices; see `list_invoice_states`."""
    return con.frame(
        f"""
        WITH o AS (
          SELECT * FROM purchase_orders o WHERE {_NOT_GONE}
            AND coalesce(o.ship_date, o.slice_date) BETWEEN $from AND $to
            AND (len($providers) = 0 OR list_contains($providers, o.provider_id))
            AND {formulas.not_cancelled("o.status")}
        ), l AS ({_LINES}), v AS ({_INVOICES})
        SELECT o.provider_id, p.name AS provider, o.po_id, o.number AS po_number,
          coalesce(o.ship_date, o.slice_date) AS ship_date, o.vendor_name AS vendor, l.lines,
          l.shipped, l.boxes, round(coalesce(o.total_cost, l.cost), 2) AS total,
          coalesce(v.invoices, 0) AS invoices, coalesce(v.under_way, 0) AS under_way,
          coalesce(v.numbers, '') AS numbers, v.invoiced, v.sent_at
        FROM o JOIN l USING (provider_id, po_id)
        LEFT JOIN v ON v.provider_id = o.provider_id AND v.po_number = o.number
        LEFT JOIN providers p ON p.id = o.provider_id
        WHERE l.shipped > 0
        ORDER BY ship_date, lower(p.name), po_number
        """,
        {"from": date_from, "to": date_to, "providers": list(provider_ids)},
    )
