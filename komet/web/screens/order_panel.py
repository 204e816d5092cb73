"""A purchase order in full, at the side of its table: `?po=P124000` in the address opens it.

The address alone says which PO is open: a click on a row writes it there, the arrows in the panel
go on from it, closing takes it away. So a reload, the back button and a link find the same PO.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.language import _, _n, day, moment, number, zoned_moment
from komet.mapping.imports import edit_cells
from komet.orders import statuses
from komet.orders.cancelled import describe_left_out
from komet.orders.changes import describe_changes
from komet.orders.columns import decode_codes
from komet.orders.filters import OrderFilter
from komet.orders.model import CHANGE_WORDS, ChangeKind, LineSums, OrderDetail, OrderKey
from komet.web.screens.orders import column_config
from komet.web.shell import address, failures, reads, session
from komet.web.shell.moments import moment_column

Beside = Callable[[OrderKey], tuple[OrderKey | None, OrderKey | None]]
"""Which POs stand before and after one."""
_PART = "order"
ORDER = ("po", "importer")
"""The parameters that name the PO which is open over a screen."""
_WIDTH = 820
"""Pixels at first; the panel can be drawn wider, and is never wider than the window."""
_NEWEST_CHANGES = 20
_COLORS = {"PA": "orange", "A": "blue", "CF": "green", "SC": "violet", "CA": "red"}
_ALWAYS = ("product", "sku", "box_type", "boxes", "stems", "unit_cost", "total_cost", "line_status")
_WHERE_ANY = (
    "customer_name", "bunches", "stems_bunch", "unit_type", "total_units", "quantity_confirmed",
    "fbe", "mark_code", "carrier_name", "order_type", "prebook", "truck_date", "reference",
    "notes", "gone_at", "po_item_id",
)  # fmt: skip


def pick(table: str, frame: pl.DataFrame) -> None:
    """Open the PO of the row of `frame` in which a cell of the table of that key was clicked."""
    cells = st.session_state[table].selection.cells
    if cells and cells[0][0] < frame.height:
        row = frame.row(cells[0][0], named=True)
        number = row["po_number"] or row["po_id"]
        go_to(OrderKey(row["provider_id"], row["po_id"], number))


def go_to(order: OrderKey | None) -> None:
    """Let the address name this PO, with its client where others have the number; or none."""
    said: dict[str, list[str]] = {}
    if order:
        same = reads.orders_of_number(order.number)
        of_client = [found for found in same if found.provider_id == order.provider_id]
        said["po"] = [order.number if len(of_client) == 1 else order.po_id]
        if len(same) > len(of_client):
            said["importer"] = [order.provider_id]
    address.say(_PART, ORDER, said)


def show_order(ctx: AppContext, chosen: OrderFilter, sort: str, table: str) -> None:
    """Open the panel where the address names a PO. Closing it clears the table's selection.

    `chosen` and `sort` say which POs are before and after it.
    """
    _show(ctx, table, lambda at: reads.orders_beside(chosen, sort, at.provider_id, at.po_id))


def show_order_among(ctx: AppContext, frame: pl.DataFrame, table: str) -> None:
    """The same over a table whose rows name POs: provider_id, po_id, po_number."""
    rows = frame.select("provider_id", "po_id", pl.coalesce("po_number", "po_id"))
    every = [OrderKey(*row) for row in rows.unique(maintain_order=True).iter_rows()]

    def find_beside(at: OrderKey) -> tuple[OrderKey | None, OrderKey | None]:
        places = {(order.provider_id, order.po_id): n for n, order in enumerate(every)}
        place = places.get((at.provider_id, at.po_id))
        if place is None:
            return None, None
        after = every[place + 1] if place + 1 < len(every) else None
        return (every[place - 1] if place else None), after

    _show(ctx, table, find_beside)


def _show(ctx: AppContext, table: str, find_beside: Beside) -> None:
    if not st.query_params.get("po"):
        return

    @st.dialog(
        _("Purchase order"), width=_WIDTH, position="right", on_dismiss=partial(_close, table)
    )
    def panel() -> None:
        with failures.shown():
            _panel(ctx, find_beside)

    panel()


def _close(table: str) -> None:
    go_to(None)
    st.session_state[table] = {"selection": {"rows": [], "columns": [], "cells": []}}


def _panel(ctx: AppContext, find_beside: Beside) -> None:
    order = _find_order()
    if order is None:
        return
    found = reads.order(order.provider_id, order.po_id)
    _walk(order, *find_beside(order))
    _head(order, found)
    _facts(found)
    _lines(found)
    _map_in_place(ctx, order, found)
    _timeline(found)
    _rest(order, found)


def _find_order() -> OrderKey | None:
    """The PO that the address names; where several clients have its number, the person's choice."""
    wanted, client = st.query_params.get("po", ""), st.query_params.get("importer")
    every = reads.orders_of_number(wanted)
    if not every:
        st.info(
            failures.plain(
                _("There is no purchase order {number} here. Perhaps its day was not downloaded.")
                .format(number=wanted[:40])
            )
        )  # fmt: skip
        st.page_link("pages/po_download.py", label=_("Go to PO download"))
        return None
    found = [order for order in every if order.provider_id == client] or every
    if len(found) == 1:
        return found[0]
    st.markdown(failures.plain(_("Several have the number {number}:").format(number=wanted[:40])))
    for at, order in enumerate(found):
        st.button(
            failures.plain(order.provider), key=f"order_of_{at}", on_click=_choose, args=(order,)
        )
    return None


def _choose(order: OrderKey) -> None:
    address.say(_PART, ORDER, {"po": [order.po_id], "importer": [order.provider_id]})


def _walk(order: OrderKey, before: OrderKey | None, after: OrderKey | None) -> None:
    """Previous and next, by button or arrow key, and the link to copy."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for key, label, icon, arrow, other in (
            ("order_before", _("Previous"), ":material/chevron_left:", "Left", before),
            ("order_after", _("Next"), ":material/chevron_right:", "Right", after),
        ):
            st.button(
                label, key=key, icon=icon, shortcut=arrow, disabled=other is None,
                on_click=go_to, args=(other or order,),
                help=failures.plain(other.number) if other else None,
            )  # fmt: skip
        with st.popover(_("Copy link"), icon=":material/link:"):
            st.code(_link(), language=None, wrap_lines=True)


def _link() -> str:
    """The address of this PO alone, without the filter round it."""
    said = urlencode({name: st.query_params[name] for name in ORDER if name in st.query_params})
    page = (st.context.url or "/purchase_orders").partition("?")[0]
    return f"{page}?{said}"


def _head(order: OrderKey, found: OrderDetail) -> None:
    status = found.header["status"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.metric(failures.plain(found.header["provider"]), order.number, width="content")
        if status:
            code = statuses.find_code(statuses.HEADER, status)
            words = failures.plain(statuses.decode(statuses.HEADER, status))
            st.badge(words, color=_COLORS.get(code, "gray"))  # type: ignore[arg-type]
    if found.gone_at:
        st.warning(
            _("Komet no longer shows this PO since {when}.").format(
                when=zoned_moment(found.gone_at)
            )
        )


def _facts(found: OrderDetail) -> None:
    """The header as a grid of definitions; what Komet has not sent is left out."""
    header = found.header
    customers = found.items["customer_name"].drop_nulls().unique(maintain_order=True).to_list()
    facts: dict[str, str | None] = {
        _("Ship date"): day(found.ship_date) if found.ship_date else None,
        _("Vendor"): header["vendor_name"],
        _("Customer"): ", ".join(customers[:3]) + (" …" if len(customers) > 3 else ""),
        _("Location"): header["location_name"],
        _("Origin"): header["origin"],
        _("Boxes"): number(header["total_boxes"]),
        _("Total cost"): number(found.total_cost, 2),
        _("Created"): moment(header["created_on"]) if header["created_on"] else None,
        _("Updated"): moment(header["updated_on"]) if header["updated_on"] else None,
        _("Downloaded"): moment(header["downloaded_at"]) if header["downloaded_at"] else None,
        _("PO ID"): header["po_id"],
    }
    grid = st.grid(min_column_width=150, gap=("xsmall", "small"))
    for name, value in facts.items():
        if value:
            grid.markdown(f"{name}  \n**{failures.plain(str(value))}**")
    if header["comments"]:
        grid.cell(column_span="all").markdown(
            _("Comments") + f"  \n**{failures.plain(header['comments'])}**"
        )


def _lines(found: OrderDetail) -> None:
    st.markdown(_sums(found.sum_lines()))
    cancelled = found.sum_lines(cancelled=True)
    if cancelled.lines:
        st.badge(describe_left_out(cancelled.boxes), color="gray")
    items = found.items
    used = [name for name in _WHERE_ANY if items[name].drop_nulls().len()]
    shown = decode_codes(items.select(*_ALWAYS, *used)).with_columns(
        pl.col("sku").fill_null(_("no SKU")), pl.selectors.decimal().cast(pl.Float64)
    )
    text = st.column_config.TextColumn
    config = column_config() | {
        "product": text(_("Product"), width=215),
        "sku": text(_("SKU"), width=140),
        "gone_at": moment_column(_("Gone since")),
    }
    st.dataframe(
        shown, hide_index=True, column_config=config, placeholder="", alt=_("Lines of this PO"),
        height="content" if shown.height <= 10 else 390,
    )  # fmt: skip
    if items["mixed"].any():
        st.caption(
            _(
                "A mixed box has a row for each product in it;"
                " its boxes and cost stand on the first."
            )
        )


def _sums(sums: LineSums) -> str:
    parts = [
        _n("**{n}** line", "**{n}** lines", sums.lines).format(n=number(sums.lines)),
        _("**{boxes}** boxes").format(boxes=number(sums.boxes)),
        _("**{fbe}** FBE").format(fbe=number(sums.fbe, 2)),
        _("**{stems}** stems").format(stems=number(sums.stems)),
        _("**{cost}** cost").format(cost=number(sums.total_cost, 2)),
    ]
    return " · ".join(parts)


def _map_in_place(ctx: AppContext, order: OrderKey, found: OrderDetail) -> None:
    """A field for each product of this PO that needs a SKU: type it, press Enter."""
    missing = found.products_without_sku
    if not missing:
        return
    with st.form(f"order_skus_{order.provider_id}", border=True):
        st.markdown(
            ":material/label_off: "
            + _n("{n} product has no SKU", "{n} products have no SKU", len(missing)).format(
                n=len(missing)
            )
        )
        grid = st.grid(min_column_width=220, gap="small", vertical_alignment="bottom")
        typed = {
            product_id: grid.text_input(
                failures.plain(name or product_id),
                key=f"order_sku_{order.provider_id}_{product_id}",
                placeholder=_("Your SKU"),
            )
            for product_id, name in missing.items()
        }
        pressed = st.form_submit_button(_("Save SKUs"), icon=":material/check:")
    codes = {product_id: code for product_id, code in typed.items() if code and code.strip()}
    if pressed and codes:
        done = edit_cells(
            ctx, session.actor(), order.provider_id, codes, shown=dict.fromkeys(codes)
        )
        for message in done.messages():
            st.warning(failures.plain(message))
        if done.written:
            saved = _n("Saved {n} code.", "Saved {n} codes.", done.written)
            st.toast(saved.format(n=done.written), icon=":material/check_circle:")
        if not done.messages():
            st.rerun(scope="fragment")


def _timeline(found: OrderDetail) -> None:
    """What changed, the newest first, the changes of one moment under its time."""
    st.markdown("**" + _("Changes") + "**")
    if found.changes.is_empty():
        st.caption(_("Nothing has changed since the first download."))
        return
    names = dict(found.items.select("po_item_id", "product").iter_rows())
    changes = describe_changes(found.changes).reverse()
    st.markdown(_entries(changes.head(_NEWEST_CHANGES), names))
    if changes.height > _NEWEST_CHANGES:
        with st.expander(_("Earlier ({n})").format(n=number(changes.height - _NEWEST_CHANGES))):
            st.markdown(_entries(changes.slice(_NEWEST_CHANGES), names))


def _entries(changes: pl.DataFrame, names: dict[str, str | None]) -> str:
    lines, last = [], ""
    for row in changes.iter_rows(named=True):
        when = zoned_moment(row["seen_at"])
        if when != last:
            lines.append(f"\n**{failures.plain(when)}**\n")
            last = when
        lines.append(f"- {_entry(row, names)}")
    return "\n".join(lines)


def _entry(row: dict[str, Any], names: dict[str, str | None]) -> str:
    """One change: of which line, what, and from what to what."""
    line = names.get(row["po_item_id"] or "") or (
        _("Line {id}").format(id=row["po_item_id"]) if row["po_item_id"] else ""
    )
    what = row["field"] or row["kind"]
    said = f"{line} · {what}" if line else what
    if row["kind"] not in {_(CHANGE_WORDS[ChangeKind.CHANGED]), what}:
        said += f" ({row['kind']})"
    if row["before"] is not None or row["after"] is not None:
        said += f": {row['before'] or '–'} → {row['after'] or '–'}"
    return failures.plain(said)


def _rest(order: OrderKey, found: OrderDetail) -> None:
    """What is looked at now and then: folded away, and drawn where it is unfolded."""
    parts = pl.Series("part", [_part(part) for part in found.extra["part"]], pl.String)
    folded: dict[str, tuple[str, pl.DataFrame]] = {
        "boxes": (_("Boxes ({n})"), found.boxes),
        "problems": (_("Problems ({n})"), found.problems),
        "extra": (_("Extra fields ({n})"), found.extra.with_columns(parts)),
    }
    for key, (label, frame) in folded.items():
        if frame.is_empty():
            continue
        place = st.expander(
            label.format(n=number(frame.height)),
            key=f"order_{key}_{order.provider_id}_{order.po_id}", on_change="rerun",
        )  # fmt: skip
        if place.open:
            place.dataframe(frame, hide_index=True, column_config=_words(), placeholder="")


def _part(part: str) -> str:
    """Of what Komet sent a member that has no column, see `table.order.order`."""
    kind, _space, id_ = part.rpartition(" ")
    words = {
        "Line": _("Line {id}"), "Breakdown of": _("Product in {id}"), "Box of": _("Box of {id}"),
    }  # fmt: skip
    return words[kind].format(id=id_) if kind in words else _("PO")


def _words() -> dict[str, Any]:
    return {
        "po_item_id": _("PO item ID"), "field": _("Field"), "value": _("Value"), "part": _("Of"),
        "box_code": _("Box code"), "lot_number": _("Lot number"), "position": _("Position"),
        "status": _("Box status"),
    }  # fmt: skip
