"""Reading what changed between downloads, with what it means in boxes, stems and cost."""

from dataclasses import fields
from datetime import datetime
from typing import Any

import polars as pl

from komet.db.database import Connection
from komet.formulas import folded, not_cancelled
from komet.orders.filters import Cancelled, Gone, OrderFilter
from komet.orders.model import ChangeFilter, ChangeKind, ChangeSums, Download
from komet.orders.table.items import NOT_IMPLIED
from komet.orders.table.reading import source

_KIND = (
    "CASE WHEN c.first_download THEN 'first'"
    " WHEN c.kind = 'changed' AND c.field IN ('status', 'line_item_status')"
    f" AND NOT {not_cancelled('c.after')} THEN 'cancelled' ELSE c.kind END"
)


def last_download(con: Connection) -> Download | None:
    """The beginning of the newest run that came to an end: what it saw is what is new."""
    rows = con.rows(
        "SELECT started_at AS at, started_commit AS commit FROM runs"
        " WHERE finished_at IS NOT NULL AND started_at IS NOT NULL AND started_commit IS NOT NULL"
        " ORDER BY started_commit DESC, commit_no DESC LIMIT 1"
    )
    return Download(**rows[0]) if rows else None


def changes(con: Connection, chosen: ChangeFilter, *, limit: int | None = None) -> pl.DataFrame:
    """The changes, the newest first, a PO's own before those of its lines.

    seen_at (Datetime UTC), provider, po_number, kind (a value of `ChangeKind`), ship_date (Date, as
    it is now), vendor_name, customer_name, product, field, before, after (String), provider_id,
    po_id, po_item_id. Of a PO as a whole, `customer_name` and `product` are those of all its
    lines.
    """
    found, params = _found(chosen)
    return con.frame(
        f"""
        {found}
        SELECT * EXCLUDE (commit_no) FROM shown WHERE {_of_lines(chosen)}
        ORDER BY commit_no DESC, seen_at DESC, provider, po_number, po_id, po_item_id NULLS FIRST,
          field
        {"LIMIT $limit" if limit is not None else ""}
        """,
        params | ({"limit": limit} if limit is not None else {}),
    )


def _found(chosen: ChangeFilter) -> tuple[str, dict[str, Any]]:
    """`WITH` the changes `shown`, of which `_of_lines` finds some; and the parameters."""
    where, params = _where(chosen)
    return (
        f"""
        WITH found AS (SELECT c.*, {_KIND} AS what FROM po_changes c WHERE {where}),
        texts AS (
          SELECT l.provider_id, l.po_id,
            array_to_string(list_sort(list(DISTINCT l.customer_name)), ', ') AS customers,
            array_to_string(list_sort(list(DISTINCT l.product_description)), ', ') AS products
          FROM po_lines l SEMI JOIN found USING (provider_id, po_id) GROUP BY ALL
        ), shown AS (
          SELECT c.seen_at, p.name AS provider, c.po_number, c.what AS kind, o.ship_date,
            o.vendor_name, coalesce(l.customer_name, t.customers) AS customer_name,
            coalesce(l.product_description, t.products) AS product, c.field, c.before, c.after,
            c.provider_id, c.po_id, c.po_item_id, c.commit_no
          FROM found c JOIN providers p ON p.id = c.provider_id
          LEFT JOIN purchase_orders o ON o.provider_id = c.provider_id AND o.po_id = c.po_id
          LEFT JOIN po_lines l ON l.provider_id = c.provider_id AND l.po_id = c.po_id
            AND l.po_item_id = c.po_item_id
          LEFT JOIN texts t ON t.provider_id = c.provider_id AND t.po_id = c.po_id
        )""",
        params,
    )


def counts(con: Connection, chosen: ChangeFilter) -> dict[str, int]:
    """How many POs each kind of change concerns; `all` counts each PO once.

    First downloads are counted even where the filter leaves them out, but not in `all`.
    """
    found, params = _found(chosen.model_copy(update={"first_downloads": True}))
    counted = con.rows(
        f"""
        {found}, keys AS (SELECT kind, provider_id, po_id FROM shown WHERE {_of_lines(chosen)})
        SELECT kind, count(DISTINCT (provider_id, po_id)) AS n FROM keys GROUP BY kind
        UNION ALL SELECT 'all', count(DISTINCT (provider_id, po_id)) FROM keys
        WHERE {_with_first(chosen)} OR kind <> '{ChangeKind.FIRST.value}'
        """,
        params,
    )
    nothing = {kind.value: 0 for kind in ChangeKind}
    return nothing | {row["kind"]: row["n"] for row in counted}


def kinds(con: Connection, chosen: ChangeFilter) -> dict[ChangeKind | None, ChangeSums]:
    """See `komet.orders.changes.sum_kinds`."""
    found, params = _found(chosen.model_copy(update={"kinds": ()}))
    # texts are put together only where they are looked through
    keys = f"FROM shown WHERE {_of_lines(chosen)}"
    if not chosen.customer and not chosen.product:
        keys = "FROM (SELECT what AS kind, provider_id, po_id FROM found)"
    counted = "count(DISTINCT (provider_id, po_id)) AS purchase_orders"
    sums = (
        "sum(boxes) AS boxes, sum(stems) AS stems, sum(total_cost) AS total_cost,"
        " sum(boxes) FILTER (boxes > 0) AS boxes_more, sum(boxes) FILTER (boxes < 0) AS boxes_less"
    )
    rows = con.rows(
        f"""
        {found}, keys AS (SELECT kind, provider_id, po_id {keys}),
        changed AS (
          SELECT c.provider_id, c.po_id, c.run_id, c.first_download, c.boxes, c.stems, c.total_cost
          FROM po_differences c
          LEFT JOIN purchase_orders o ON o.provider_id = c.provider_id AND o.po_id = c.po_id
          WHERE {_seen(chosen)} AND {_of_lines(chosen, "c")} AND {_of_number(chosen, "o.number")}
            {"" if chosen.first_downloads else "AND NOT c.first_download"}
        ), of_kind AS (
          SELECT k.what AS kind, c.* FROM changed c JOIN (
            SELECT DISTINCT what, provider_id, po_id, run_id FROM found
          ) k USING (provider_id, po_id, run_id) WHERE k.what = 'first' OR NOT c.first_download
        )
        FROM (SELECT kind, {counted} FROM keys GROUP BY kind)
          FULL JOIN (SELECT kind, {sums} FROM of_kind GROUP BY kind) USING (kind)
        UNION ALL BY NAME
        FROM (SELECT {counted} FROM keys), (SELECT {sums} FROM changed)
        """,
        params,
    )
    nothing = dict.fromkeys((*ChangeKind, None), ChangeSums())
    names = [field.name for field in fields(ChangeSums)]
    return nothing | {
        row["kind"] and ChangeKind(row["kind"]): ChangeSums(
            **{name: row[name] for name in names if row[name] is not None}
        )
        for row in rows
    }


def differences(con: Connection, chosen: ChangeFilter, by: str = "provider") -> pl.DataFrame:
    """What the changes come to, summed up by a key of `CHANGE_GROUPS`, the largest first.

    group (String), purchase_orders (Int64), boxes, stems (Decimal, more is positive) and
    total_cost (Decimal, in the provider's currency). Groups whose sums are all zero are left out.
    """
    params = _where(chosen)[1]
    group = "p.name" if by == "provider" else f"coalesce(c.{by}, '–')"
    of_kinds = ""
    if chosen.kinds:
        of_kinds = (
            " AND (c.provider_id, c.po_id, c.run_id) IN (SELECT provider_id, po_id, run_id"
            f" FROM po_changes c WHERE {_where(chosen)[0]})"
        )
    return con.frame(
        f"""
        SELECT {group} AS "group", count(DISTINCT (c.provider_id, c.po_id)) AS purchase_orders,
          sum(c.boxes) AS boxes, sum(c.stems) AS stems, sum(c.total_cost) AS total_cost
        FROM po_differences c JOIN providers p ON p.id = c.provider_id
        LEFT JOIN purchase_orders o ON o.provider_id = c.provider_id AND o.po_id = c.po_id
        WHERE {_seen(chosen)}{of_kinds}{_not_first(chosen)} AND {_of_lines(chosen, "c")}
          AND {_of_number(chosen, "o.number")}
        GROUP BY ALL HAVING sum(c.boxes) <> 0 OR sum(c.stems) <> 0 OR sum(c.total_cost) <> 0
        ORDER BY abs(sum(c.boxes)) DESC, abs(sum(c.total_cost)) DESC, 1
        """,
        params,
    )


def of_orders(
    con: Connection, chosen: OrderFilter, since: datetime | Download | None
) -> pl.DataFrame:
    """The changes of the POs that a filter of orders finds, with columns as `changes`.

    Gone ones and cancelled ones are there, too: that is their change. What is only new to us is
    left out: it has not changed.
    """
    everything = changes(
        con, ChangeFilter(since=since, providers=chosen.providers, first_downloads=False)
    )
    every: dict[str, Any] = {"gone": Gone.SHOW}
    if chosen.cancelled is Cancelled.HIDE:
        every["cancelled"] = Cancelled.SHOW
    found, params = source(chosen.model_copy(update=every))
    keys = con.frame(f"SELECT DISTINCT i.provider_id, i.po_id {found}", params)
    return everything.join(keys, on=["provider_id", "po_id"], how="semi", maintain_order="left")


def _where(chosen: ChangeFilter) -> tuple[str, dict[str, Any]]:
    conditions = [_seen(chosen), _of_number(chosen, "c.po_number"), NOT_IMPLIED]
    if chosen.kinds:
        conditions.append(f"list_contains($kinds, {_KIND})")
    params: dict[str, Any] = {
        "since": _bound(chosen.since),
        "until": _bound(chosen.until),
        "providers": list(chosen.providers),
        "kinds": [kind.value for kind in chosen.kinds],
        "customer": chosen.customer,
        "product": chosen.product,
        "po_number": chosen.po_number,
    }
    given = {name: value for name, value in params.items() if value not in (None, "", [])}
    return " AND ".join(conditions) + _not_first(chosen), given


def _bound(moment: datetime | Download | None) -> datetime | int | None:
    return moment.commit if isinstance(moment, Download) else moment


def _with_first(chosen: ChangeFilter) -> bool:
    return chosen.first_downloads or ChangeKind.FIRST in chosen.kinds


def _not_first(chosen: ChangeFilter) -> str:
    return "" if _with_first(chosen) else " AND NOT c.first_download"


def _seen(chosen: ChangeFilter) -> str:
    parts = ["true"]
    if chosen.since is not None:
        of_run = isinstance(chosen.since, Download)
        parts.append("c.commit_no > $since" if of_run else "c.seen_at >= $since")
    if chosen.until is not None:
        of_run = isinstance(chosen.until, Download)
        parts.append("c.commit_no <= $until" if of_run else "c.seen_at < $until")
    if chosen.providers:
        parts.append("list_contains($providers, c.provider_id)")
    return " AND ".join(parts)


def _of_number(chosen: ChangeFilter, column: str) -> str:
    return f"contains(lower({column}), lower($po_number))" if chosen.po_number else "true"


def _of_lines(chosen: ChangeFilter, alias: str = "shown") -> str:
    parts = [
        f"contains({folded(f'{alias}.{column}')}, {folded(f'${name}')})"
        for column, name in (("customer_name", "customer"), ("product", "product"))
        if getattr(chosen, name)
    ]
    return " AND ".join(parts) or "true"
