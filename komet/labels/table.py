"""The SQL of labels: the boxes that have codes, what was printed, and stored templates.

Boxes belong to the lines of the order items that a filter finds, and dispatch gives them codes
before Komet shows any, so the tables of both are read here.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import polars as pl

from komet.db.database import Connection
from komet.labels.model import Key, PrintRecord
from komet.orders.filters import OrderFilter
from komet.orders.table.items import MAPPING_JOIN, PROVIDER_JOIN
from komet.orders.table.reading import source

_LINE = "provider_id, po_id, po_item_id"
_PACK = (
    "CASE WHEN i.bunches IS NOT NULL AND i.stems_bunch IS NOT NULL"
    " THEN {bunches} || ' × ' || {stems} END"
)
_IS_MOVED = "coalesce(v.at >= coalesce(w.at, v.at), false)"
"""Whether the move of a box (`v`) to another AWB is later than the shipment of its line (`w`)."""
_PLAIN = "regexp_replace({0}::VARCHAR, '\\.0+$', '')"


def _pack() -> str:
    return _PACK.format(bunches=_PLAIN.format("i.bunches"), stems=_PLAIN.format("i.stems_bunch"))


def _lines(chosen: OrderFilter) -> tuple[str, dict[str, Any]]:
    """`WITH` the lines of a filter: packs, contents, stems, SKU, codes; AWBs of lines and boxes."""
    found, params = source(chosen)
    return (
        f"""
        WITH chosen AS (SELECT DISTINCT i.provider_id, i.po_id, i.po_item_id {found}),
        packed AS (
          SELECT i.provider_id, i.po_id, i.po_item_id, sum(i.stems) AS stems,
            CASE WHEN bool_or(i.mixed) THEN NULL ELSE any_value(m.code) END AS sku,
            CASE WHEN bool_or(i.mixed) THEN NULL ELSE any_value({_pack()}) END AS pack,
            string_agg(coalesce({_pack()} || ' ', '') || i.product, '; ' ORDER BY i.item_no)
              FILTER (i.mixed) AS contents
          FROM order_items i SEMI JOIN chosen USING ({_LINE}){MAPPING_JOIN} GROUP BY ALL
        ),
        shown AS (
          FROM po_boxes SEMI JOIN chosen USING ({_LINE}) WHERE trim(coalesce(box_code, '')) <> ''
        ),
        coded AS (
          SELECT {_LINE}, trim(box_code) AS box_code, lot_number, extra, 0 AS place,
            false AS planned FROM shown
          UNION ALL
          SELECT c.provider_id, c.po_id, c.po_item_id, b.box_code, b.lot_number, NULL, b.position,
            true FROM packed_boxes b JOIN chosen c USING (provider_id, po_item_id)
          ANTI JOIN shown USING ({_LINE})
        ),
        sent AS (
          SELECT provider_id, po_item_id, arg_max(content ->> 'awb', settled_at) AS awb,
            arg_max(content ->> 'house_awb', settled_at) AS house_awb, max(settled_at) AS at
          FROM outbox SEMI JOIN chosen USING (provider_id, po_item_id)
          WHERE kind = 'ship' AND state = 'sent' GROUP BY ALL
        ),
        moved AS (
          SELECT provider_id, target AS box_code, arg_max(content ->> 'awb', settled_at) AS awb,
            max(settled_at) AS at
          FROM outbox SEMI JOIN chosen USING (provider_id, po_item_id)
          WHERE kind = 'move_box' AND state = 'sent' GROUP BY ALL
        )
        """,
        params,
    )


def boxes(con: Connection, chosen: OrderFilter) -> list[dict[str, Any]]:
    """A row a box of the lines that the filter finds, those of a line by their code.

    Codes are those that Komet shows, and for lines without any those that were given here. Keys as
    the fields of `LabelBox`; `extras` are the JSON texts of box, line and PO, where they have
    members that we know no column for.
    """
    lines, params = _lines(chosen)
    return con.rows(
        f"""
        {lines}
        SELECT b.provider_id, p.name AS provider, b.po_item_id, l.po_number, b.box_code,
          row_number() OVER line AS position,
          greatest(count(*) OVER whole, coalesce(ceil(l.total_boxes), 0))::INTEGER AS of,
          l.vendor_name AS vendor, l.customer_name AS customer, l.mark_code AS mark,
          l.product_description AS product, k.contents, k.sku, l.box_type,
          CASE WHEN l.total_boxes > 0 THEN
            (k.stems::DOUBLE / l.total_boxes::DOUBLE)::DECIMAL(18, 4) END AS stems,
          k.pack, coalesce(l.ship_date, l.slice_date) AS ship_date, b.lot_number AS lot,
          l.carrier_name AS carrier, l.location_name AS location,
          l.reference_number AS reference, l.custom_field1,
          b.planned, CASE WHEN {_IS_MOVED} THEN v.awb ELSE w.awb END AS awb,
          CASE WHEN NOT {_IS_MOVED} OR v.awb = w.awb THEN w.house_awb END AS house_awb,
          [b.extra::VARCHAR, l.extra::VARCHAR, o.extra::VARCHAR] AS extras
        FROM coded b JOIN packed k USING ({_LINE}) JOIN po_lines l USING ({_LINE})
        LEFT JOIN sent w USING (provider_id, po_item_id)
        LEFT JOIN moved v USING (provider_id, box_code)
        LEFT JOIN purchase_orders o ON o.provider_id = b.provider_id AND o.po_id = b.po_id
        {PROVIDER_JOIN.replace("i.", "b.")}
        WINDOW whole AS (PARTITION BY b.provider_id, b.po_id, b.po_item_id),
          line AS (PARTITION BY b.provider_id, b.po_id, b.po_item_id
                   ORDER BY b.place, length(b.box_code), b.box_code)
        ORDER BY ship_date, provider, po_number, b.po_id, l.position, b.po_item_id, position
        """,
        params,
    )


def lines_without_codes(con: Connection, chosen: OrderFilter) -> list[dict[str, Any]]:
    """A row a line that the filter finds of which no box has a code: `LineWithoutCodes`."""
    lines, params = _lines(chosen)
    return con.rows(
        f"""
        {lines}
        SELECT p.name AS provider, i.po_number, coalesce(i.ship_date, i.slice_date) AS ship_date,
          i.customer_name AS customer, i.product_description AS product, i.total_boxes AS boxes
        FROM po_lines i SEMI JOIN packed USING ({_LINE}) ANTI JOIN coded USING ({_LINE})
        {PROVIDER_JOIN}
        ORDER BY ship_date, provider, i.po_number, i.po_id, i.position
        """,
        params,
    )


def printed(con: Connection, keys: list[Key]) -> dict[Key, PrintRecord]:
    """The records of those of the keys (client provider, box code) that were printed."""
    if not keys:
        return {}
    asked = pl.DataFrame(
        keys,
        schema={"provider_id": pl.String, "box_code": pl.String},
        orient="row",
    )
    with con.tables(asked_labels=asked):
        rows = con.rows(
            "SELECT r.* FROM printed_labels r SEMI JOIN asked_labels USING (provider_id, box_code)"
        )
    return {
        (row["provider_id"], row["box_code"]): PrintRecord(
            row["times"], row["last_printed_at"], row["last_printed_by"], row["sscc"] or ""
        )
        for row in rows
    }


def last_serial(con: Connection, beginning: str) -> int:
    """The highest serial reference of the SSCCs that begin so, or 0.

    `beginning` is extension digit and company prefix; the check digit comes behind the serial.
    """
    found = con.value(
        "SELECT max(substr(sscc, length($beginning) + 1, 17 - length($beginning))::BIGINT)"
        " FROM printed_labels WHERE starts_with(sscc, $beginning)",
        {"beginning": beginning},
    )
    return int(found or 0)


def record(con: Connection, ssccs: Mapping[Key, str], now: datetime) -> None:
    """Count one more print of each key; its SSCC is kept where it has one."""
    rows = [(*key, sscc or None) for key, sscc in ssccs.items()]
    names = ("provider_id", "box_code", "sscc")
    now_printed = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    with con.tables(now_printed=now_printed):
        counted = con.frame(
            "SELECT n.provider_id, n.box_code, coalesce(n.sscc, r.sscc) AS sscc,"
            " (coalesce(r.times, 0) + 1)::INTEGER AS times,"
            " coalesce(r.first_printed_at, $now) AS first_printed_at, $now AS last_printed_at,"
            " $who AS last_printed_by FROM now_printed n"
            " LEFT JOIN printed_labels r USING (provider_id, box_code)",
            {"now": now, "who": con.actor},
        )
        con.run(
            "DELETE FROM printed_labels r USING now_printed n WHERE n.provider_id = r.provider_id"
            " AND n.box_code = r.box_code"
        )
    con.insert("printed_labels", counted)


def definitions(con: Connection) -> dict[str, Any]:
    """Name → definition as it is stored, by name; one that is no JSON as its text."""
    rows = con.rows("SELECT name, definition FROM label_templates ORDER BY lower(name)")
    return {row["name"]: _parsed(row["definition"]) for row in rows}


def _parsed(definition: str) -> Any:
    try:
        return json.loads(definition)
    except ValueError:
        return definition


def save(con: Connection, name: str, definition: dict[str, Any], now: datetime) -> None:
    """Store a definition; one of the same name, ignoring case, is replaced."""
    delete(con, name)
    con.run(
        "INSERT INTO label_templates VALUES ($id, $name, $definition, $now, $who)",
        {
            "id": str(uuid4()),
            "name": name,
            "definition": json.dumps(definition),
            "now": now,
            "who": con.actor,
        },
    )


def delete(con: Connection, name: str) -> None:
    """Forget a template; nothing happens where there is none of that name."""
    con.run("DELETE FROM label_templates WHERE lower(name) = lower($name)", {"name": name})
