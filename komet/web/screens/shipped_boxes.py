"""Boxes that have left, on the screen: other codes for them, or another AWB."""

import polars as pl
import streamlit as st

from komet import time_zone
from komet.context import AppContext
from komet.dispatch.awb import format_awb
from komet.dispatch.boxes import Exchange, exchange_box_codes, move_boxes
from komet.dispatch.lines import LineFilter
from komet.language import _, _n, day_pattern
from komet.web.screens.previews import checked
from komet.web.screens.sending import preview_and_send
from komet.web.shell import failures, reads, state
from komet.web.shell.frozen import frozen


def shipped_boxes(ctx: AppContext, chosen: LineFilter) -> None:
    """The boxes that Komet has: write new codes beside them, or tick those that move."""
    boxes = reads.dispatch_boxes(chosen)
    if boxes.is_empty():
        st.info(_("Komet has no boxes of these days yet: it shows them once lines are shipped."))
        return
    key = f"boxes_{st.session_state.get(state.SHIP_GRID, 0)}_{hash(chosen)}"
    boxes = frozen(key, boxes, slot="boxes")
    st.caption(_("Write a new code beside a box to exchange it, or tick boxes to move them to"
                 " another AWB."))  # fmt: skip
    shown = boxes.with_columns(
        pl.lit(None, dtype=pl.String).alias("new_code"),
        pl.lit(False).alias("moves"),
        pl.col("awb").map_elements(format_awb, return_dtype=pl.String),
    )
    order = ["moves", "box_code", "new_code", "po_number", "product", "awb", "lot", "ship_date",
             "provider"]  # fmt: skip
    edited = st.data_editor(
        shown.select(order),
        key=key,
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * shown.height, 400),
        disabled=[name for name in order if name not in {"moves", "new_code"}],
        column_config={
            "moves": st.column_config.CheckboxColumn(_("Move"), width=70),
            "box_code": st.column_config.TextColumn(_("Box code"), width=140),
            "new_code": st.column_config.TextColumn(_("New code"), max_chars=40, width=140),
            "po_number": st.column_config.TextColumn(_("PO"), width=90),
            "product": st.column_config.TextColumn(_("Product"), width=210),
            "awb": st.column_config.TextColumn(
                _("AWB"), help=_("As last sent from here; orders do not show it.")
            ),
            "lot": _("Lot"),
            "ship_date": st.column_config.DateColumn(_("Ships"), format=day_pattern()),
            "provider": _("Importer"),
        },
    )  # fmt: skip
    _exchange(ctx, boxes, edited)
    _move(ctx, boxes, edited)


def _exchange(ctx: AppContext, boxes: pl.DataFrame, edited: pl.DataFrame) -> None:
    exchanges = tuple(
        Exchange(row, box["provider_id"], box["box_code"], new)
        for row, (box, new) in enumerate(
            zip(boxes.iter_rows(named=True), edited["new_code"], strict=True), start=1
        )
        if new and new.strip()
    )
    if not exchanges:
        return
    with st.container(border=True):
        count = len(exchanges)
        st.header(_n("Exchange {n} box code", "Exchange {n} box codes", count).format(n=count))
        with failures.shown():
            preview = checked(
                "exchange",
                exchanges,
                lambda: exchange_box_codes(ctx, _("Exchange of box codes"), exchanges),
            )
            preview_and_send(ctx, preview, "exchange", on_sent=_draw_anew)


def _move(ctx: AppContext, boxes: pl.DataFrame, edited: pl.DataFrame) -> None:
    codes = tuple(boxes.filter(edited["moves"]).select("provider_id", "box_code").rows())
    if not codes:
        return
    with st.container(border=True):
        count = len(codes)
        st.header(_n("Move {n} box", "Move {n} boxes", count).format(n=count))
        left, right = st.columns(2)
        awb = left.text_input(_("To this AWB"), key="move_awb", placeholder="729-1234 5675")
        day = right.date_input(
            _("Its ship date"), value=time_zone.today(ctx.now()), format=day_pattern(),
            key="move_day", help=_("It takes the place of the date that the AWB has in Komet."),
        )  # fmt: skip
        if not awb.strip():
            return
        with failures.shown():
            preview = checked(
                "move",
                (codes, awb, day),
                lambda: move_boxes(ctx, _("Boxes to another AWB"), codes, awb, day),
            )
            preview_and_send(ctx, preview, "move", on_sent=_draw_anew)


def _draw_anew(_left: object = ()) -> None:
    st.session_state[state.SHIP_GRID] = st.session_state.get(state.SHIP_GRID, 0) + 1
