"""Products with their SKUs, a page at a time, edited in place."""

import math

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.language import _, _n, number
from komet.mapping import imports, products
from komet.mapping.model import PRODUCT, Written
from komet.web.shell import failures, reads, session, state
from komet.web.shell.frozen import frozen
from komet.web.shell.moments import moment_column

PAGE_ROWS = 100


def coverage_line(coverage: pl.DataFrame) -> None:
    """How far the products of one provider are mapped: a row of `load_coverage`, or none."""
    if coverage.is_empty():
        st.caption(
            _("Products come with the first download, or with a file that names their Komet IDs.")
        )
        return
    row = coverage.row(0, named=True)
    st.markdown(
        _("**{mapped:,} of {products:,} products** have a SKU; {unmapped_ordered:,} products in"
          " orders have none.").format(**row)
        + " "
        + _("Boxes at stake in them: {boxes}.").format(boxes=number(row["boxes_at_stake"]))
    )  # fmt: skip


def keep_result(done: Written, notice: str) -> None:
    """Keep the result of a save for after the rerun: how much was written, and what was not."""
    saves = st.session_state.get(state.MAPPING_SAVES, 0)
    st.session_state[state.MAPPING_SAVES] = saves + 1
    st.session_state[state.MAPPING_OVERTAKEN] = done.messages()
    failures.notice(notice)


def show_overtaken() -> None:
    """Name what was left alone at the last save, until it is closed or the next save."""
    messages = st.session_state.get(state.MAPPING_OVERTAKEN)
    slot = st.container()  # always there: the tabs below it keep their place, and their choice
    if not messages:
        return
    with slot:
        st.warning(
            _("Not written, because somebody has changed it since you looked. Check it, and enter"
              " yours again if it should stand:")
            + "".join(f"\n- {failures.plain(message)}" for message in messages),
            icon=":material/warning:",
        )  # fmt: skip
        if st.button(_("Close"), key="close_overtaken"):
            del st.session_state[state.MAPPING_OVERTAKEN]
            st.rerun()


def editable_grid(ctx: AppContext, provider_id: str, only: str, empty: str, kind: str) -> None:
    """What a provider has of a kind (`only`: see `list_known`); a button saves the edits."""
    key = f"{kind}_{only}_{provider_id}"
    text = st.text_input(
        _("Search name, Komet ID or code"), key=f"search_{key}", placeholder=_("rose 60")
    )
    product = kind == PRODUCT
    name, code = (_("Product"), _("SKU")) if product else (_("Name"), _("Our code"))
    save = _("Save SKUs") if product else _("Save codes")
    saved = st.session_state.get(state.MAPPING_SAVES, 0)
    page_key = f"page_{key}_{text}"
    page = st.session_state.get(page_key, 1)
    editor = f"grid_{key}_{page}_{text}_{saved}"
    # whatever others do meanwhile, the rows stay until what was typed is saved
    known = reads.known(provider_id, text, kind)
    frame = frozen(editor, products.choose_known(known, only), slot=key)
    if frame.is_empty():
        st.info(
            _("Nothing contains “{text}”.").format(text=failures.plain(text)) if text else empty
        )
        return
    pages = math.ceil(frame.height / PAGE_ROWS)
    if page > pages:
        page = st.session_state[page_key] = pages
        editor = f"grid_{key}_{page}_{text}_{saved}"
    shown = frame.slice((page - 1) * PAGE_ROWS, PAGE_ROWS).with_columns(
        pl.selectors.decimal().cast(pl.Float64)
    )
    edited = st.data_editor(
        shown.select(
            "description", "sku", "boxes", "items", "komet_id", "legacy_code", "category",
            "sku_description", "source", "changed_at",
        ),
        key=editor,
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * shown.height, 560),
        disabled=(
            "description", "boxes", "items", "komet_id", "legacy_code", "category",
            "sku_description", "source", "changed_at",
        ),
        column_config={
            "description": st.column_config.TextColumn(name, pinned=True, width="medium"),
            "sku": st.column_config.TextColumn(code, help=_("Ours. Empty it to unmap.")),
            "boxes": st.column_config.NumberColumn(
                _("Boxes"), format="localized", help=_("In downloaded orders not cancelled.")
            ),
            "items": st.column_config.NumberColumn(_("Items"), format="localized"),
            "komet_id": st.column_config.TextColumn(_("Komet ID")),
            "legacy_code": st.column_config.TextColumn(_("Komet code")),
            "category": st.column_config.TextColumn(_("Category")),
            "sku_description": st.column_config.TextColumn(_("SKU description")),
            "source": st.column_config.TextColumn(_("Source")),
            "changed_at": moment_column(_("Changed")),
        },
    )  # fmt: skip
    bar = st.container(horizontal=True, vertical_alignment="center")
    if bar.button(save, type="primary", key=f"save_{key}"):
        with failures.shown():
            typed = shown.select("komet_id", shown="sku").with_columns(sku=edited["sku"])
            typed = typed.filter(pl.col("sku").fill_null("") != pl.col("shown").fill_null(""))
            skus, seen = (dict(typed.select("komet_id", name).rows()) for name in ("sku", "shown"))
            done = imports.edit_cells(ctx, session.actor(), provider_id, skus, kind, shown=seen)
            notice = _n("Saved {n} code.", "Saved {n} codes.", done.written)
            keep_result(done, notice.format(n=done.written))
            st.rerun()
    with bar:
        if pages > 1:
            st.pagination(pages, key=page_key)
        st.caption(_n("{n:,} row", "{n:,} rows", frame.height).format(n=frame.height))
