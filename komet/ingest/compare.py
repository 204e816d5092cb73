"""What has changed between stored POs and incoming ones: pure, frames against frames."""

from collections.abc import Iterator

import polars as pl

from komet.ingest.frames import LINE, PO, OrderFrames, ordered_join
from komet.orders.column import Grain
from komet.orders.columns import tracked

CHANGES = (*PO, "po_number", "po_item_id", "kind", "field", "before", "after")
"""Columns of changes; `po_item_id` is null for a change of the PO itself."""
_IDENTITIES = {
    "product_id": ("product_id", "product_description"),
    "product_description": ("product_id", "product_description"),
    "customer_id": ("customer_id", "customer_name"),
    "customer_name": ("customer_id", "customer_name"),
}
"""Who or what a field of a line names: an ID, and the name that stands for it without one."""
_ORDER = ("_po", "_line", "_step")
_WAS = "_was"


def order_changes(stored: OrderFrames, incoming: OrderFrames) -> pl.DataFrame:
    """Moved, changed and back; new, changed, gone and back lines. Empty for the same content.

    `stored` and `incoming` have the same POs. A line that has another product or customer is
    `substituted`; one whose product is merely called otherwise is `changed`.
    """
    if incoming.purchase_orders.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(CHANGES, pl.String))
    heads = ordered_join(
        incoming.purchase_orders.with_row_index("_po"), stored.purchase_orders, on=PO, suffix=_WAS
    )
    found = [*_head_changes(heads), *_line_changes(heads, stored, incoming)]
    return pl.concat(found).sort(_ORDER, maintain_order=True).select(CHANGES)


def whole_orders(kind: str, heads: pl.DataFrame) -> pl.DataFrame:
    """A change that concerns each of these POs as a whole: `new` or `gone`; with their n."""
    return heads.select(
        "n",
        *PO,
        pl.col("number").alias("po_number"),
        pl.lit(None, pl.String).alias("po_item_id"),
        pl.lit(kind).alias("kind"),
        *(pl.lit(None, pl.String).alias(name) for name in ("field", "before", "after")),
    )


def lines_gone(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that are no longer of their PO, because they are of another one now; with their n."""
    return lines.filter(pl.col("gone_at").is_null()).select(
        "n",
        *PO,
        "po_number",
        "po_item_id",
        pl.lit("gone").alias("kind"),
        *(pl.lit(None, pl.String).alias(name) for name in ("field", "before", "after")),
    )


def _head_changes(heads: pl.DataFrame) -> Iterator[pl.DataFrame]:
    before = pl.coalesce("ship_date_was", "slice_date_was")
    after = pl.coalesce("ship_date", "slice_date")
    has_moved = before.ne_missing(after)
    heads = heads.with_columns(_line=pl.lit(-1, pl.Int64), po_number=pl.col("number"))
    moved = heads.filter(has_moved)
    yield _changes(moved, "moved", 0, "ship_date", _text(moved, before), _text(moved, after))
    yield _changes(heads.filter(~has_moved & pl.col("gone_at_was").is_not_null()), "back", 0)
    yield from _field_changes(heads, tracked(Grain.PO))


def _line_changes(
    heads: pl.DataFrame, stored: OrderFrames, incoming: OrderFrames
) -> Iterator[pl.DataFrame]:
    of_po = heads.select(*PO, "_po", pl.col("number").alias("po_number"), "gone_at_was")
    of_po = of_po.rename({"gone_at_was": "po_gone_at"})
    before = stored.po_lines.with_columns(_stored=pl.lit(value=True))
    lines = incoming.po_lines.drop("po_number").with_row_index("_line")
    lines = ordered_join(lines.with_columns(pl.col("_line").cast(pl.Int64)), of_po, on=PO)
    lines = ordered_join(lines, before, on=LINE, how="left", suffix=_WAS)
    yield _changes(lines.filter(pl.col("_stored").is_null()), "new", 0, of_line=True)
    lines = lines.filter(pl.col("_stored"))
    is_back = pl.col("gone_at_was").is_not_null() & ~_gone_with("gone_at_was")
    yield _changes(lines.filter(is_back), "back", 0, of_line=True)
    yield from _field_changes(lines, tracked(Grain.LINE), of_line=True)
    yield from _content_changes(lines, stored, incoming)
    missing = stored.po_lines.drop("po_number").join(incoming.po_lines, on=LINE, how="anti")
    missing = ordered_join(missing.sort("position"), of_po, on=PO)
    missing = missing.filter(pl.col("gone_at").is_null() | _gone_with("gone_at"))
    last = pl.lit(incoming.po_lines.height, pl.Int64)
    yield _changes(missing.with_columns(_line=last), "gone", 0, of_line=True)


def _gone_with(line_gone_at: str) -> pl.Expr:
    """Whether the line went because its whole PO did, and is back when that is."""
    return (pl.col(line_gone_at) == pl.col("po_gone_at")).fill_null(value=False)


def _field_changes(
    rows: pl.DataFrame, fields: tuple[str, ...], *, of_line: bool = False
) -> Iterator[pl.DataFrame]:
    for step, field in enumerate(fields, start=1):
        changed = rows.filter(pl.col(field).ne_missing(pl.col(field + _WAS)))
        if changed.is_empty():
            continue
        kind: pl.Expr | str = "changed"
        if of_line and field in _IDENTITIES:
            if field == "customer_id":
                # the name says it, and tells a person more
                changed = changed.filter(
                    pl.col("customer_name").eq_missing(pl.col("customer_name_was"))
                )
            kind = pl.when(_is_other(*_IDENTITIES[field])).then(pl.lit("substituted"))
            kind = kind.otherwise(pl.lit("changed"))
        before, after = _text(changed, pl.col(field + _WAS)), _text(changed, pl.col(field))
        yield _changes(changed, kind, step, field, before, after, of_line=of_line)


def _is_other(id_field: str, name_field: str) -> pl.Expr:
    """Whether another product or customer is named, and not the same one by another name."""
    known = pl.col(id_field).is_not_null() & pl.col(id_field + _WAS).is_not_null()
    by_id = pl.col(id_field) != pl.col(id_field + _WAS)
    return (
        pl.when(known)
        .then(by_id)
        .otherwise(pl.col(name_field).ne_missing(pl.col(name_field + _WAS)))
    )


def _content_changes(
    lines: pl.DataFrame, stored: OrderFrames, incoming: OrderFrames
) -> Iterator[pl.DataFrame]:
    """Of what is below lines, as one readable text: their breakdowns, and the codes of boxes."""
    contents = {
        "breakdowns": (_mixes(stored.po_breakdowns), _mixes(incoming.po_breakdowns)),
        "boxes": (_box_codes(stored.po_boxes), _box_codes(incoming.po_boxes)),
    }
    lines = lines.select(*PO, "po_item_id", "po_number", "_po", "_line")
    for step, (field, (was, now)) in enumerate(contents.items(), start=1_000):
        if was.is_empty() and now.is_empty():
            continue
        both = ordered_join(lines, was, on=LINE, how="left")
        both = ordered_join(both, now, on=LINE, how="left", suffix="_now")
        changed = both.filter(pl.col("text").ne_missing(pl.col("text_now")))
        is_other = (pl.col("products") != pl.col("products_now")).fill_null(value=False)
        kind = pl.when(is_other).then(pl.lit("substituted")).otherwise(pl.lit("changed"))
        before, after = pl.col("text"), pl.col("text_now")
        yield _changes(changed, kind, step, field, before, after, of_line=True)


def _mixes(breakdowns: pl.DataFrame) -> pl.DataFrame:
    """The breakdowns of each line as `text`, and the `products` in it."""
    name, product_id = _filled("product_description"), _filled("product_id")
    cost = pl.format(" @ {}", _text(breakdowns, pl.col("cost"))).fill_null("")
    text = pl.format(
        "{} {}×{}{}",
        pl.coalesce(name, "product_id").fill_null("None"),
        _text(breakdowns, pl.col("bunches")).fill_null("None"),
        _text(breakdowns, pl.col("stems_bunch")).fill_null("None"),
        cost,
    )
    return (
        breakdowns.sort("position", maintain_order=True)
        .select(*LINE, text.alias("text"), pl.coalesce(product_id, name, pl.lit("")).alias("of"))
        .group_by(LINE, maintain_order=True)
        .agg(pl.col("text").str.join("; "), pl.col("of").unique().sort().alias("products"))
    )


def _box_codes(boxes: pl.DataFrame) -> pl.DataFrame:
    """The codes of each line's boxes as `text`; without products."""
    status = pl.format(" ({})", _filled("status_name")).fill_null("")
    text = pl.format("{}{}", _filled("box_code").fill_null("?"), status)
    return (
        boxes.select(*LINE, text.alias("text"))
        .group_by(LINE, maintain_order=True)
        .agg(pl.col("text").str.join("; "))
        .with_columns(products=pl.lit(None, pl.List(pl.String)))
    )


def _filled(name: str) -> pl.Expr:
    """The column, empty texts as null."""
    return pl.when(pl.col(name) != "").then(pl.col(name))


def _changes(  # noqa: PLR0917
    rows: pl.DataFrame,
    kind: str | pl.Expr,
    step: int,
    field: str | None = None,
    before: pl.Expr | None = None,
    after: pl.Expr | None = None,
    *,
    of_line: bool = False,
) -> pl.DataFrame:
    """One change a row, with what it is ordered by."""
    nothing = pl.lit(None, pl.String)
    return rows.select(
        *PO,
        "po_number",
        (pl.col("po_item_id") if of_line else nothing).alias("po_item_id"),
        (pl.lit(kind) if isinstance(kind, str) else kind).alias("kind"),
        pl.lit(field, pl.String).alias("field"),
        (nothing if before is None else before).alias("before"),
        (nothing if after is None else after).alias("after"),
        "_po",
        "_line",
        pl.lit(step, pl.Int32).alias("_step"),
    )


def _text(rows: pl.DataFrame, value: pl.Expr) -> pl.Expr:
    """How a change names a value: figures without zeros at their end, times as ISO says."""
    dtype = rows.lazy().select(value.alias("value")).collect_schema()["value"]
    if dtype.is_decimal():
        return value.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    if isinstance(dtype, pl.Datetime):
        second = value.dt.to_string("%Y-%m-%dT%H:%M:%S%:z")
        exactly = value.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f%:z")
        return pl.when(value.dt.microsecond() == 0).then(second).otherwise(exactly)
    if dtype == pl.Date:
        return value.dt.to_string("%Y-%m-%d")
    return value.cast(pl.String)
