"""Reading lines of POs for dispatch: what is stored of each, its boxes, what was planned."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.dispatch.model import DispatchLine, LineState, WriteState
from komet.orders import statuses
from komet.orders.table.items import BOX_TYPE_JOIN, PROVIDER_JOIN

KEYS = {"provider_id": pl.String, "po_item_id": pl.String}


def status_code(column: str) -> str:
    """A line status as its code, whether Komet sent the code or the word."""
    cases = " ".join(
        f"WHEN '{word.upper()}' THEN '{code}'"
        for code, meaning in statuses.LINE.items()
        for word in (code, meaning)
    )
    return f"CASE upper(trim({column})) {cases} ELSE {column} END"


_CANCELLED = (
    f"(NOT {formulas.not_cancelled('l.line_item_status')}"
    f" OR NOT {formulas.not_cancelled('l.po_status')})"
)
_BOXES = """LEFT JOIN (
  SELECT provider_id, po_item_id, list(box_code ORDER BY rowid) AS codes,
    list(DISTINCT lot_number) FILTER (lot_number IS NOT NULL) AS lots
  FROM po_boxes SEMI JOIN l USING (provider_id, po_item_id)
  WHERE box_code IS NOT NULL GROUP BY ALL) x USING (provider_id, po_item_id)
LEFT JOIN (
  SELECT provider_id, po_item_id, list(box_code ORDER BY position) AS packed,
    any_value(lot_number) AS packed_lot
  FROM packed_boxes SEMI JOIN l USING (provider_id, po_item_id) GROUP BY ALL
) k USING (provider_id, po_item_id)"""


_SUMS = """LEFT JOIN (SELECT provider_id, po_id, po_item_id, sum(stems) AS stems
  FROM order_items SEMI JOIN l USING (provider_id, po_item_id) GROUP BY ALL
) s USING (provider_id, po_id, po_item_id)"""


def _columns() -> str:
    return f"""l.provider_id, l.po_id, coalesce(l.po_number, '') AS po_number, l.po_item_id,
  coalesce(l.ship_date, l.slice_date) AS ship_date,
  coalesce({status_code("l.line_item_status")}, '') AS status, {_CANCELLED} AS cancelled,
  l.gone_at IS NOT NULL AS gone, l.product_id,
  coalesce(l.product_description, '') AS product, l.vendor_id,
  coalesce(l.total_boxes, 0) AS boxes, l.quantity_confirmed AS confirmed, s.stems,
  l.total_cost, l.reference_number AS reference, l.customer_id, l.mark_code, l.fetched_at,
  coalesce(x.codes, []) AS codes, coalesce(x.lots, []) AS lots, coalesce(k.packed, []) AS packed,
  k.packed_lot"""


def load_lines(
    con: Connection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], DispatchLine]:
    """(Provider ID, PO item ID) → the line, for those of `keys` that are stored."""
    wanted = pl.DataFrame(sorted(set(keys)), schema=KEYS, orient="row")
    with con.tables(wanted=wanted):
        rows = con.rows(
            f"WITH l AS (SELECT * FROM po_lines SEMI JOIN wanted USING (provider_id, po_item_id))"
            f" SELECT {_columns()} FROM l {_BOXES} {_SUMS} ORDER BY gone DESC"
        )
    return {(row["provider_id"], row["po_item_id"]): _line(row) for row in rows}


def holders(con: Connection, po_item_ids: Collection[str]) -> dict[str, list[str]]:
    """PO item ID → IDs of the providers that have such a line."""
    wanted = pl.DataFrame({"po_item_id": sorted(po_item_ids)}, schema={"po_item_id": pl.String})
    with con.tables(wanted=wanted):
        rows = con.rows(
            "SELECT po_item_id, list(DISTINCT provider_id) AS owners FROM po_lines"
            " SEMI JOIN wanted USING (po_item_id) GROUP BY ALL"
        )
    return {row["po_item_id"]: row["owners"] for row in rows}


def line_ids(con: Connection, po_ids: Collection[str]) -> dict[tuple[str, str], list[str]]:
    """(Provider ID, PO ID) → IDs of all lines that Komet has of these POs."""
    wanted = pl.DataFrame({"po_id": sorted(po_ids)}, schema={"po_id": pl.String})
    with con.tables(wanted=wanted):
        rows = con.rows(
            "SELECT provider_id, po_id, list(po_item_id) AS items FROM po_lines"
            " SEMI JOIN wanted USING (po_id) WHERE gone_at IS NULL GROUP BY ALL"
        )
    return {(row["provider_id"], row["po_id"]): row["items"] for row in rows}


def lines_of_order(con: Connection, provider_id: str, po_id: str) -> list[DispatchLine]:
    """The lines of a PO that Komet still has, in their order."""
    rows = con.rows(
        "WITH l AS (SELECT * FROM po_lines WHERE provider_id = $provider AND po_id = $po"
        f" AND gone_at IS NULL) SELECT {_columns()} FROM l {_BOXES} {_SUMS} ORDER BY l.position",
        {"provider": provider_id, "po": po_id},
    )
    return [_line(row) for row in rows]


def _line(row: dict[str, Any]) -> DispatchLine:
    lists = {name: tuple(row[name] or ()) for name in ("codes", "lots", "packed")}
    return DispatchLine(**row | lists)


def line_frame(
    con: Connection,
    provider_ids: Sequence[str],
    date_from: date,
    date_to: date,
    *,
    cancelled: bool = False,
) -> pl.DataFrame:
    """Lines that ship on these days, in the order of Komet's portal: by day, client, PO, line.

    provider_id, provider, po_id, po_number, po_item_id, state (`LineState`), status, po_status,
    product_id, product, sku, box_type, customer, mark_code, vendor, reference (String), ship_date
    (Date), boxes, confirmed, bunches, stems_bunch, stems, fbe (Decimal), total_cost (Decimal),
    codes, packed (List of String), awb, house_awb (String: as last sent from here),
    under_way (String: kinds of writes that are planned, being sent or unknown), by_hand (Boolean),
    boxes_by_hand (Int64), reference_by_hand (String): what a person is still to bring about.
    """
    shown = "" if cancelled else f" AND NOT {_CANCELLED}"
    return con.frame(
        f"""
        WITH l AS (
          SELECT * FROM po_lines l WHERE l.gone_at IS NULL
            AND coalesce(l.ship_date, l.slice_date) BETWEEN $from AND $to
            AND (len($providers) = 0 OR list_contains($providers, l.provider_id)){shown}
        ),
        w AS (
          SELECT provider_id, po_item_id,
            string_agg(DISTINCT kind, ' ') FILTER (state IN ('planned', 'sending', 'unknown'))
              AS under_way,
            count(*) FILTER (state = 'by_hand' AND kind NOT IN ('confirm', 'reference'))
              AS other_by_hand,
            arg_max(content ->> 'awb', settled_at) FILTER (kind = 'ship' AND state = 'sent')
              AS awb,
            arg_max(content ->> 'house_awb', settled_at)
              FILTER (kind = 'ship' AND state = 'sent') AS house_awb,
            max((content ->> 'boxes')::BIGINT) FILTER (kind = 'confirm' AND state = 'by_hand')
              AS boxes_by_hand,
            max(content ->> 'reference') FILTER (kind = 'reference' AND state = 'by_hand')
              AS reference_by_hand
          FROM outbox SEMI JOIN l USING (provider_id, po_item_id)
          WHERE resent_as IS NULL GROUP BY ALL
        ),
        invoiced AS (
          SELECT DISTINCT provider_id, target AS po_number FROM outbox
          WHERE kind = 'invoice' AND state = 'sent'
        ),
        i AS (SELECT l.*, l.total_boxes AS boxes FROM l)
        SELECT i.provider_id, p.name AS provider, i.po_id, coalesce(i.po_number, '') AS po_number,
          i.po_item_id,
          CASE WHEN {_CANCELLED.replace("l.", "i.")} THEN '{LineState.CANCELLED.value}'
            WHEN {status_code("i.line_item_status")} = 'S' AND v.po_number IS NOT NULL
              THEN '{LineState.INVOICED.value}'
            WHEN {status_code("i.line_item_status")} = 'S' THEN '{LineState.SHIPPED.value}'
            WHEN k.packed IS NOT NULL THEN '{LineState.PACKED.value}'
            WHEN {status_code("i.line_item_status")} IN ('C', 'PC') OR i.quantity_confirmed > 0
              THEN '{LineState.CONFIRMED.value}'
            ELSE '{LineState.TO_CONFIRM.value}' END AS state,
          coalesce({status_code("i.line_item_status")}, '') AS status, i.po_status, i.product_id,
          coalesce(i.product_description, '') AS product, m.code AS sku, i.box_type,
          i.customer_name AS customer, i.mark_code, i.vendor_name AS vendor,
          i.reference_number AS reference, coalesce(i.ship_date, i.slice_date) AS ship_date,
          coalesce(i.boxes, 0) AS boxes, i.quantity_confirmed AS confirmed, i.bunches,
          i.stems_bunch, s.stems, {formulas.fbe("i.boxes", "i.box_type", "f")} AS fbe,
          i.total_cost, coalesce(x.codes, []) AS codes, coalesce(k.packed, []) AS packed,
          w.awb, w.house_awb, coalesce(w.under_way, '') AS under_way,
          CASE WHEN w.boxes_by_hand <> coalesce(i.quantity_confirmed, 0)
            THEN w.boxes_by_hand END AS boxes_by_hand,
          CASE WHEN w.reference_by_hand <> coalesce(i.reference_number, '')
            THEN w.reference_by_hand END AS reference_by_hand,
          coalesce(w.other_by_hand > 0 OR w.boxes_by_hand <> coalesce(i.quantity_confirmed, 0)
            OR w.reference_by_hand <> coalesce(i.reference_number, ''), false) AS by_hand
        FROM i {_BOXES} LEFT JOIN w USING (provider_id, po_item_id)
        {_SUMS} LEFT{PROVIDER_JOIN} {formulas.SKU_JOIN} {BOX_TYPE_JOIN}
        LEFT JOIN invoiced v ON v.provider_id = i.provider_id AND v.po_number = i.po_number
        ORDER BY ship_date, lower(p.name), po_number, i.position
        """,
        {"from": date_from, "to": date_to, "providers": list(provider_ids)},
    )


def days_by_hand(con: Connection) -> tuple[date, date] | None:
    """The first and the last ship day of lines that wait for a person; None where none does."""
    rows = con.rows(
        "SELECT min(coalesce(l.ship_date, l.slice_date)) AS first,"
        " max(coalesce(l.ship_date, l.slice_date)) AS last FROM po_lines l"
        " SEMI JOIN (SELECT provider_id, po_item_id FROM outbox"
        "   WHERE state = 'by_hand' AND resent_as IS NULL) w USING (provider_id, po_item_id)"
        " WHERE l.gone_at IS NULL"
    )
    first, last = rows[0]["first"], rows[0]["last"]
    return (first, last) if first else None


def settled_by_hand(con: Connection) -> dict[str, tuple[WriteState, str]]:
    """Write ID → state and code of what was to be done by hand, where the stored orders tell it."""
    rows = con.rows(
        f"""
        SELECT o.id, bool_or(l.gone_at IS NULL AND NOT {_CANCELLED}) AS there,
          bool_or(l.gone_at IS NULL AND CASE o.kind
            WHEN 'confirm'
              THEN coalesce(l.quantity_confirmed, 0) = (o.content ->> 'boxes')::BIGINT
            WHEN 'reference' THEN l.reference_number = (o.content ->> 'reference')
            ELSE false END) AS done
        FROM outbox o JOIN po_lines l USING (provider_id, po_item_id)
        WHERE o.state = 'by_hand' AND o.resent_as IS NULL GROUP BY ALL
        """
    )
    done = (WriteState.SENT, "seen_in_komet")
    gone = (WriteState.NOT_SENT, "line_is_gone")
    return {
        row["id"]: done if row["done"] else gone for row in rows if row["done"] or not row["there"]
    }
