"""The SQL of what is under way: boxes of confirmed and shipped lines, and Komet's lists of AWBs."""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from komet import formulas
from komet.db.database import TIME, Connection, Schema
from komet.dispatch.awb_lists import ListedAwb, as_json
from komet.dispatch.table.lines import status_code
from komet.orders.table.items import BOX_TYPE_JOIN, PROVIDER_JOIN

_AWBS: Schema = {
    "provider_id": pl.String, "awb": pl.String, "awb_id": pl.String, "origin": pl.String,
    "ship_date": pl.Date, "arrival_date": pl.Date, "pieces": pl.Int64,
    "pieces_received": pl.Int64, "location_code": pl.String, "is_open": pl.Boolean,
    "extra": pl.String, "fetched_at": TIME,
}  # fmt: skip
_BOXES: Schema = {
    "provider_id": pl.String, "awb": pl.String, "ship_date": pl.Date, "position": pl.Int32,
    "box_code": pl.String, "extra": pl.String, "fetched_at": TIME,
}  # fmt: skip

_STANDING = (
    f"{formulas.not_cancelled('l.line_item_status')} AND {formulas.not_cancelled('l.po_status')}"
)
# the contract does not list the states of a box: these are their words and IDs as they were seen
_RECEIVED = (
    "(status_id IN ('6', '8') OR upper(trim(status_name)) IN ('RECEIVED', 'SHIPPED TO CUSTOMER'))"
)
_LATEST = "QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY {at} DESC) = 1"

# `ship`: the shipment of a line that was sent last; `moved`: the AWB that a box was moved to last;
# `listed`: where Komet has last listed a box, unless it got another code since; `boxes`: the boxes
# of a line as Komet has them, and those that were shipped from here and are not among them;
# `parts`: those, and as many without a code as there are more; `flights`: AWBs, each once, which
# Komet lists once a location
_FROM_HERE = f"""
WITH ship AS (
  SELECT provider_id, po_item_id, content ->> 'awb' AS awb, content ->> 'house_awb' AS house_awb,
    (content ->> 'ship_date')::DATE AS ship_date, (content ->> 'boxes')::BIGINT AS boxes,
    from_json(content -> 'box_codes', '["VARCHAR"]') AS codes, settled_at AS at
  FROM outbox WHERE kind = 'ship' AND state = 'sent'
  {_LATEST.format(by="provider_id, po_item_id", at="settled_at")}
), moved AS (
  SELECT provider_id, target AS box_code, content ->> 'awb' AS awb,
    (content ->> 'ship_date')::DATE AS ship_date, settled_at AS at
  FROM outbox WHERE kind = 'move_box' AND state = 'sent'
  {_LATEST.format(by="provider_id, target", at="settled_at")}
), renamed AS (
  SELECT provider_id, target AS box_code, max(settled_at) AS at
  FROM outbox WHERE kind = 'box_code' AND state = 'sent' GROUP BY ALL
), listed AS (
  SELECT b.* FROM awb_boxes b LEFT JOIN renamed r USING (provider_id, box_code)
  WHERE r.at IS NULL OR r.at < b.fetched_at
  {_LATEST.format(by="b.provider_id, b.box_code", at="b.fetched_at")}
), flights AS (
  SELECT provider_id, awb, ship_date, max(arrival_date) AS arrival_date,
    any_value(origin) AS origin, sum(pieces) AS pieces, sum(pieces_received) AS pieces_received,
    bool_or(is_open) AS is_open
  FROM awbs GROUP BY ALL
)"""
_PARTS = f"""{_FROM_HERE}, l AS (
  SELECT l.*, {status_code("l.line_item_status")} = 'S' AS is_shipped FROM po_lines l
  WHERE l.gone_at IS NULL AND {_STANDING}
    AND (len($providers) = 0 OR list_contains($providers, l.provider_id))
    AND ({status_code("l.line_item_status")} IN ('S', 'C', 'PC') OR l.quantity_confirmed > 0
      OR (l.provider_id, l.po_item_id) IN (SELECT (provider_id, po_item_id) FROM ship))
    AND (coalesce(l.ship_date, l.slice_date) BETWEEN $from AND $to
      OR (l.provider_id, l.po_item_id) IN (
        SELECT (provider_id, po_item_id) FROM ship WHERE ship_date BETWEEN $from AND $to)
      OR (l.provider_id, l.po_item_id) IN (
        SELECT (b.provider_id, b.po_item_id) FROM po_boxes b
        JOIN listed USING (provider_id, box_code) WHERE listed.ship_date BETWEEN $from AND $to))
), of_komet AS (
  SELECT provider_id, po_item_id, box_code, any_value(status_id) AS status_id,
    any_value(status_name) AS status_name, true AS in_komet
  FROM po_boxes SEMI JOIN l USING (provider_id, po_item_id)
  WHERE box_code IS NOT NULL GROUP BY ALL
), boxes AS (
  FROM of_komet UNION ALL
  SELECT provider_id, po_item_id, box_code, NULL, NULL, false FROM (
    SELECT provider_id, po_item_id, unnest(codes) AS box_code
    FROM ship SEMI JOIN l USING (provider_id, po_item_id)
  ) ANTI JOIN of_komet USING (provider_id, box_code) ANTI JOIN renamed USING (provider_id, box_code)
), counted AS (
  SELECT l.provider_id, l.po_item_id, l.is_shipped OR s.awb IS NOT NULL AS has_left,
    CASE WHEN l.is_shipped THEN l.total_boxes WHEN s.awb IS NOT NULL THEN s.boxes
      ELSE coalesce(nullif(l.quantity_confirmed, 0), l.total_boxes) END::BIGINT AS boxes,
    (SELECT count(*) FROM boxes b
      WHERE b.provider_id = l.provider_id AND b.po_item_id = l.po_item_id) AS known
  FROM l LEFT JOIN ship s USING (provider_id, po_item_id)
), parts AS (
  SELECT provider_id, po_item_id, box_code, status_id, status_name, in_komet, true AS has_left,
    1::BIGINT AS boxes FROM boxes
  UNION ALL
  SELECT provider_id, po_item_id, NULL, NULL, NULL, NULL, has_left,
    CASE WHEN has_left THEN boxes - known ELSE boxes END
  FROM counted WHERE CASE WHEN has_left THEN boxes > known ELSE boxes > 0 AND known = 0 END
), placed AS (
  SELECT t.*, s.awb AS own_awb, s.house_awb AS own_house, s.at AS sent_at,
    CASE WHEN NOT t.has_left THEN NULL
      WHEN k.awb IS NOT NULL AND k.fetched_at >= coalesce(greatest(s.at, m.at), k.fetched_at)
        THEN {{'awb': k.awb, 'day': k.ship_date}}
      WHEN m.awb IS NOT NULL AND m.at >= coalesce(s.at, m.at)
        THEN {{'awb': m.awb, 'day': m.ship_date}}
      WHEN s.awb IS NOT NULL THEN {{'awb': s.awb, 'day': s.ship_date}}
      WHEN k.awb IS NOT NULL THEN {{'awb': k.awb, 'day': k.ship_date}} END AS flight,
    k.awb IS NOT NULL AS is_listed, k.extra
  FROM parts t LEFT JOIN ship s USING (provider_id, po_item_id)
  LEFT JOIN moved m USING (provider_id, box_code) LEFT JOIN listed k USING (provider_id, box_code)
)"""
_FRAME = f"""{_PARTS}
SELECT i.provider_id, p.name AS provider, t.flight.awb AS awb,
  CASE WHEN t.flight.awb = t.own_awb THEN t.own_house END AS house_awb,
  coalesce(t.flight.day, i.ship_date, i.slice_date) AS ship_date,
  i.po_id, coalesce(i.po_number, '') AS po_number, i.po_item_id,
  coalesce(i.product_description, '') AS product, i.box_type, i.customer_name AS customer,
  i.mark_code, i.vendor_name AS vendor, t.box_code, t.boxes,
  {formulas.fbe("t.boxes", "i.box_type", "f")} AS fbe,
  coalesce(t.status_name, t.status_id) AS box_status,
  t.own_awb IS NOT NULL AS shipped_here, a.arrival_date, a.origin,
  CASE WHEN NOT t.has_left THEN 'confirmed'
    WHEN {_RECEIVED} OR (t.is_listed AND a.pieces > 0 AND a.pieces_received >= a.pieces)
      THEN 'received'
    WHEN a.arrival_date < $today OR NOT a.is_open THEN 'missing'
    WHEN t.own_awb IS NULL OR t.in_komet OR t.is_listed OR (t.box_code IS NULL AND i.is_shipped)
      THEN 'under_way'
    ELSE 'not_seen' END AS state, t.extra
FROM placed t JOIN l i USING (provider_id, po_item_id) LEFT{PROVIDER_JOIN} {BOX_TYPE_JOIN}
LEFT JOIN flights a ON a.provider_id = i.provider_id AND a.awb = t.flight.awb
  AND a.ship_date = t.flight.day
WHERE coalesce(t.flight.day, i.ship_date, i.slice_date) BETWEEN $from AND $to
UNION ALL BY NAME
SELECT k.provider_id, p.name AS provider, k.awb, k.ship_date, k.box_code, 1::BIGINT AS boxes,
  false AS shipped_here, a.arrival_date, a.origin, 'unplanned' AS state, k.extra
FROM listed k LEFT JOIN providers p ON p.id = k.provider_id
LEFT JOIN flights a USING (provider_id, awb, ship_date)
ANTI JOIN boxes b ON b.provider_id = k.provider_id AND b.box_code = k.box_code
WHERE k.ship_date BETWEEN $from AND $to
  AND (len($providers) = 0 OR list_contains($providers, k.provider_id))
ORDER BY ship_date, awb NULLS LAST, provider, po_number, po_item_id, box_code
"""


def box_frame(
    con: Connection, provider_ids: Sequence[str], first: date, last: date, today: date
) -> pl.DataFrame:
    """Boxes of confirmed and shipped lines that fly on these days; one a row, if its code is known.

    provider_id, provider, awb (null: not shipped yet, or nobody knows), house_awb, po_id,
    po_number, po_item_id, product, box_type, customer, mark_code, vendor, box_code, box_status (as
    Komet has it), origin, state (`BoxState`), extra (String), ship_date, arrival_date (Date),
    boxes (Int64: 1, or all that have no code), fbe (Decimal), shipped_here (Boolean).
    """
    return con.frame(
        _FRAME, {"providers": list(provider_ids), "from": first, "to": last, "today": today}
    )


def listed_awbs(
    con: Connection, provider_ids: Sequence[str], first: date, last: date
) -> pl.DataFrame:
    """AWBs of these days as Komet has last listed them, with the columns of `awbs`."""
    return con.frame(
        "SELECT * FROM awbs WHERE ship_date BETWEEN $from AND $to"
        " AND (len($providers) = 0 OR list_contains($providers, provider_id))"
        " ORDER BY ship_date, awb, provider_id",
        {"providers": list(provider_ids), "from": first, "to": last},
    )


def last_asked(con: Connection, provider_ids: Sequence[str]) -> datetime | None:
    """When Komet was last asked for AWBs of these clients, or of any; None where never."""
    rows = con.rows(
        "SELECT max(fetched_at) AS at FROM awb_days"
        " WHERE len($providers) = 0 OR list_contains($providers, provider_id)",
        {"providers": list(provider_ids)},
    )
    found: datetime | None = rows[0]["at"]
    return found


def replace_day(  # noqa: PLR0917
    con: Connection,
    provider_id: str,
    ship_date: date,
    method: str,
    found: Sequence[ListedAwb],
    now: datetime,
) -> None:
    """Store the AWBs of a ship day in the place of those that were stored of it."""
    for table in ("awbs", "awb_boxes", "awb_days"):
        con.run(
            f"DELETE FROM {table} WHERE provider_id = $provider AND ship_date = $day",
            {"provider": provider_id, "day": ship_date},
        )
    con.run(
        "INSERT INTO awb_days VALUES ($provider, $day, $method, $now)",
        {"provider": provider_id, "day": ship_date, "method": method, "now": now},
    )
    rows = [
        {name: getattr(one, name, None) for name in _AWBS}
        | {"provider_id": provider_id, "extra": as_json(one.extra), "fetched_at": now}
        for one in found
    ]
    boxes = [
        {
            "provider_id": provider_id,
            "awb": one.awb,
            "ship_date": one.ship_date,
            "position": position,
            "box_code": code,
            "extra": as_json(extra),
            "fetched_at": now,
        }
        for one in found
        for position, (code, extra) in enumerate(one.boxes.items(), start=1)
    ]
    con.insert("awbs", pl.DataFrame(rows, schema=_AWBS))
    con.insert("awb_boxes", pl.DataFrame(boxes, schema=_BOXES))
