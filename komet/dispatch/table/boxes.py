"""The SQL of box codes: those given to lines here, those in use, and the clients' patterns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from komet.db.database import Connection
from komet.dispatch.model import Packing


def replace_packed(con: Connection, packings: Sequence[Packing], now: datetime) -> None:
    """Give these codes to their lines, in the place of those that they had."""
    rows = [
        {
            "provider_id": packing.provider_id,
            "po_item_id": packing.po_item_id,
            "box_code": code,
            "position": position,
            "lot_number": packing.lot,
        }
        for packing in packings
        for position, code in enumerate(packing.codes, start=1)
    ]
    schema = {
        "provider_id": pl.String,
        "po_item_id": pl.String,
        "box_code": pl.String,
        "position": pl.Int32,
        "lot_number": pl.String,
    }
    lines = pl.DataFrame(
        [(packing.provider_id, packing.po_item_id) for packing in packings],
        schema={"provider_id": pl.String, "po_item_id": pl.String},
        orient="row",
    )
    with con.tables(packed=pl.DataFrame(rows, schema=schema), line_keys=lines):
        con.run(
            "DELETE FROM packed_boxes b USING line_keys k WHERE b.provider_id = k.provider_id"
            " AND b.po_item_id = k.po_item_id"
        )
        con.run(
            "INSERT INTO packed_boxes BY NAME SELECT *, $now AS packed_at, $who AS packed_by"
            " FROM packed",
            {"now": now, "who": con.actor},
        )


def codes_in_use(
    con: Connection, codes: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], set[str]]:
    """Of these (provider ID, box code), those that lines have already → their PO item IDs.

    A line of Komet's, one that was packed here, or one that is being shipped with it.
    """
    if not codes:
        return {}
    wanted = pl.DataFrame(
        sorted(set(codes)), schema={"provider_id": pl.String, "box_code": pl.String}, orient="row"
    )
    with con.tables(wanted=wanted):
        rows = con.rows(
            """
            SELECT provider_id, box_code, list(DISTINCT po_item_id) AS items FROM (
              SELECT provider_id, box_code, po_item_id FROM po_boxes
                SEMI JOIN wanted USING (provider_id, box_code)
              UNION ALL
              SELECT provider_id, box_code, po_item_id FROM packed_boxes
                SEMI JOIN wanted USING (provider_id, box_code)
              UNION ALL
              SELECT provider_id, box_code, po_item_id FROM (
                SELECT provider_id, po_item_id,
                  unnest(from_json(content -> 'box_codes', '["VARCHAR"]')) AS box_code
                FROM outbox WHERE kind = 'ship'
                  AND provider_id IN (SELECT provider_id FROM wanted)
                  AND state IN ('planned', 'sending', 'unknown', 'sent'))
                SEMI JOIN wanted USING (provider_id, box_code)
            ) GROUP BY ALL
            """
        )
    return {(row["provider_id"], row["box_code"]): set(row["items"]) for row in rows}


def _boxes(which: str) -> str:
    """The SQL of boxes of lines that Komet has and that meet a condition on `b` and `l`.

    The AWB is what was last sent from here of the line, or of the box alone.
    """
    return f"""
    WITH chosen AS (
      SELECT b.provider_id, b.po_id, coalesce(l.po_number, '') AS po_number, b.po_item_id,
        coalesce(l.product_description, '') AS product, b.box_code, b.lot_number AS lot,
        coalesce(l.ship_date, l.slice_date) AS ship_date, l.fetched_at, l.position
      FROM po_boxes b JOIN po_lines l USING (provider_id, po_id, po_item_id)
      WHERE l.gone_at IS NULL AND {which}
    ),
    flown AS (
      SELECT provider_id, kind, target, arg_max(content ->> 'awb', settled_at) AS awb,
        max(settled_at) AS at
      FROM outbox SEMI JOIN chosen USING (provider_id, po_item_id)
      WHERE kind IN ('ship', 'move_box') AND state = 'sent' GROUP BY ALL
    )
    SELECT c.provider_id, p.name AS provider, c.* EXCLUDE (provider_id, position),
      CASE WHEN m.at >= coalesce(s.at, m.at) THEN m.awb ELSE s.awb END AS awb
    FROM chosen c LEFT JOIN providers p ON p.id = c.provider_id
    LEFT JOIN flown s ON s.kind = 'ship' AND s.provider_id = c.provider_id
      AND s.target = c.po_item_id
    LEFT JOIN flown m ON m.kind = 'move_box' AND m.provider_id = c.provider_id
      AND m.target = c.box_code
    ORDER BY ship_date, lower(p.name), po_number, c.position, box_code"""


def box_frame(
    con: Connection, provider_ids: Sequence[str], date_from: date, date_to: date
) -> pl.DataFrame:
    """Boxes of the lines that ship on these days; see `komet.dispatch.boxes.list_boxes`."""
    return con.frame(
        _boxes(
            "b.box_code IS NOT NULL AND coalesce(l.ship_date, l.slice_date) BETWEEN $from AND $to"
            " AND (len($providers) = 0 OR list_contains($providers, b.provider_id))"
        ),
        {"from": date_from, "to": date_to, "providers": list(provider_ids)},
    )


def boxes_by_code(
    con: Connection, codes: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """(Provider ID, box code) → its row of `box_frame`, for those that Komet has."""
    if not codes:
        return {}
    wanted = pl.DataFrame(
        sorted(set(codes)), schema={"provider_id": pl.String, "box_code": pl.String}, orient="row"
    )
    with con.tables(wanted=wanted):
        rows = con.rows(
            _boxes("(b.provider_id, b.box_code) IN (SELECT (provider_id, box_code) FROM wanted)")
        )
    return {(row["provider_id"], row["box_code"]): row for row in rows}


def pattern_of(con: Connection, provider_id: str) -> tuple[str, int, int] | None:
    """Prefix, next number and length of a client's box codes; None where it has no pattern."""
    rows = con.rows(
        "SELECT prefix, next_number, length FROM box_code_patterns WHERE provider_id = $provider",
        {"provider": provider_id},
    )
    return (rows[0]["prefix"], rows[0]["next_number"], rows[0]["length"]) if rows else None


def save_pattern(  # noqa: PLR0917
    con: Connection, provider_id: str, prefix: str, next_number: int, length: int, now: datetime
) -> None:
    """Store a client's pattern in the place of the one that it had."""
    con.run(
        "DELETE FROM box_code_patterns WHERE provider_id = $provider", {"provider": provider_id}
    )
    con.run(
        "INSERT INTO box_code_patterns VALUES ($provider, $prefix, $next, $length, $now, $who)",
        {
            "provider": provider_id,
            "prefix": prefix,
            "next": next_number,
            "length": length,
            "now": now,
            "who": con.actor,
        },
    )
