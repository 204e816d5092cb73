"""Products with their SKUs, a page at a time, edited in place."""

import math

import polars as pl
import streamlit as st

from komet.desk import Desk
from komet.language import _, _n, moment_pattern
from komet.mapping import grid, imports
from komet.web import failures, state

PAGE_ROWS = 100


def editable_grid(desk: Desk, provider_id: str, only: str, empty: str) -> None:
    """The products of a provider (`only`: all or unmapped); what is typed is saved by a button."""
    key = f"{only}_{provider_id}"
    text = st.text_input(
        _("Search product, Komet ID, code or SKU"), key=f"search_{key}", placeholder=_("rose 60")
    )
    frame = grid.products(desk, provider_id, text, only=only)
    if frame.is_empty():
        st.info(
            _("Nothing contains “{text}”.").format(text=failures.plain(text)) if text else empty
        )
        return
    pages = math.ceil(frame.height / PAGE_ROWS)
    page_key = f"page_{key}_{pages}"  # another number of pages begins at the first
    number = st.session_state.get(page_key, 1)
    shown = frame.slice((number - 1) * PAGE_ROWS, PAGE_ROWS).with_columns(
        pl.selectors.decimal().cast(pl.Float64)
    )
    saved = st.session_state.get(state.MAPPING_SAVES, 0)
    edited = st.data_editor(
        shown.select(
            "description", "sku", "boxes", "items", "product_id", "legacy_code", "category",
            "sku_description", "source", "changed_at",
        ),
        key=f"grid_{key}_{number}_{text}_{saved}",
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * shown.height, 560),
        disabled=(
            "description", "boxes", "items", "product_id", "legacy_code", "category",
            "sku_description", "source", "changed_at",
        ),
        column_config={
            "description": st.column_config.TextColumn(_("Product"), pinned=True, width="medium"),
            "sku": st.column_config.TextColumn(_("SKU"), help=_("Ours. Empty it to unmap.")),
            "boxes": st.column_config.NumberColumn(
                _("Boxes"), format="localized", help=_("In downloaded orders not cancelled.")
            ),
            "items": st.column_config.NumberColumn(_("Items"), format="localized"),
            "product_id": st.column_config.TextColumn(_("Komet product ID")),
            "legacy_code": st.column_config.TextColumn(_("Komet code")),
            "category": st.column_config.TextColumn(_("Category")),
            "sku_description": st.column_config.TextColumn(_("SKU description")),
            "source": st.column_config.TextColumn(_("Source")),
            "changed_at": st.column_config.DatetimeColumn(
                _("Changed (UTC)"), format=moment_pattern(), timezone="UTC"
            ),
        },
    )  # fmt: skip
    bar = st.container(horizontal=True, vertical_alignment="center")
    if bar.button(_("Save SKUs"), type="primary", key=f"save_{key}"):
        with failures.shown():
            skus = dict(zip(shown["product_id"], edited["sku"], strict=True))
            changed = imports.edit(desk, provider_id, skus)
            st.session_state[state.MAPPING_SAVES] = saved + 1
            failures.notice(_n("Saved {n} SKU.", "Saved {n} SKUs.", changed).format(n=changed))
            st.rerun()
    with bar:
        if pages > 1:
            st.pagination(pages, key=page_key)
        st.caption(_n("{n:,} product", "{n:,} products", frame.height).format(n=frame.height))
