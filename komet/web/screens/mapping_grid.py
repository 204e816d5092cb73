"""Products with their SKUs, a page at a time, edited in place."""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from komet.context import AppContext
from komet.language import _, _n, number
from komet.mapping import imports, products
from komet.mapping.model import KINDS, PRODUCT, Written
from komet.web.shell import address, failures, reads, session, state
from komet.web.shell.figures import figure_column
from komet.web.shell.frozen import frozen
from komet.web.shell.moments import moment_column
from komet.web.shell.search_field import search_field

PAGE_ROWS = 100
_SEARCH_OF = {"at_stake": "queue", "all": "all"}
SEARCHES = tuple(_SEARCH_OF.values())
"""What was searched for in each grid, as the address says it."""
Unsaved = dict[str, tuple[str | None, str | None]]
"""Komet ID → the code that was typed, and the one that the person saw stored."""


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
    address.bind(f"search_{key}", address.text(f"search_{key}", _SEARCH_OF[only]))
    text = search_field(_("Search name, Komet ID or code"), f"search_{key}")
    product = kind == PRODUCT
    name, code = (_("Product"), _("SKU")) if product else (_("Name"), _("Our code"))
    saved = st.session_state.get(state.MAPPING_SAVES, 0)
    page_key = f"page_{key}_{text}"
    page = st.session_state.get(page_key, 1)
    editor = f"grid_{key}_{page}_{text}_{saved}"
    unsaved = _unsaved(provider_id, kind)
    # whatever others do meanwhile, the rows stay until what was typed is saved
    known = products.choose_known(reads.known(provider_id, text, kind), only)
    frame = frozen(editor, _with_unsaved(known, unsaved), slot=key)
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
    st.data_editor(
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
            "boxes": figure_column(
                _("Boxes"), help=_("In downloaded orders not cancelled.")
            ),
            "items": figure_column(_("Items")),
            "komet_id": st.column_config.TextColumn(_("Komet ID")),
            "legacy_code": st.column_config.TextColumn(_("Komet code")),
            "category": st.column_config.TextColumn(_("Category")),
            "sku_description": st.column_config.TextColumn(_("SKU description")),
            "source": st.column_config.TextColumn(_("Source")),
            "changed_at": moment_column(_("Changed at")),
        },
    )  # fmt: skip
    _keep_typed(st.session_state.get(editor), shown, unsaved)
    bar = st.container(horizontal=True, vertical_alignment="center")
    if unsaved:
        _save_bar(ctx, bar, provider_id, kind, key)
    with bar:
        if pages > 1:
            st.pagination(pages, key=page_key)
        st.caption(_n("{n:,} row", "{n:,} rows", frame.height).format(n=frame.height))


def warn_of_unsaved(provider_id: str, kind: str, names: Mapping[str, str]) -> None:
    """Name the other clients and kinds (`names`: provider ID → name) whose codes are not saved."""
    for (other, other_kind), codes in st.session_state.get(state.MAPPING_UNSAVED, {}).items():
        if codes and (other, other_kind) != (provider_id, kind):
            text = _n("{n} code is not saved", "{n} codes are not saved", len(codes))
            st.warning(
                failures.plain(
                    f"{names.get(other, other)}, {_(KINDS[other_kind])}: "
                    + text.format(n=len(codes))
                ),
                icon=":material/edit_note:",
            )


def _unsaved(provider_id: str, kind: str) -> Unsaved:
    every: dict[tuple[str, str], Unsaved] = st.session_state.setdefault(state.MAPPING_UNSAVED, {})
    return every.setdefault((provider_id, kind), {})


def _with_unsaved(frame: pl.DataFrame, unsaved: Unsaved) -> pl.DataFrame:
    """The rows with what was typed and not saved, and `stored`: what the data file has."""
    typed = {komet_id: code for komet_id, (code, _seen) in unsaved.items()}
    known = frame.with_columns(stored="sku")
    if not typed:
        return known
    return known.with_columns(
        pl.when(pl.col("komet_id").is_in(list(typed)))
        .then(pl.col("komet_id").replace_strict(typed, default=None, return_dtype=pl.String))
        .otherwise("sku")
        .alias("sku")
    )


def _keep_typed(edits: Any, shown: pl.DataFrame, unsaved: Unsaved) -> None:
    """Keep the edits of the grid until they are saved, whatever page or search comes next."""
    for position, change in (edits["edited_rows"] if edits else {}).items():
        row = shown.row(position, named=True)
        komet_id, stored, typed = row["komet_id"], row["stored"], change.get("sku")
        _code, seen = unsaved.get(komet_id, (typed, stored))
        if (typed or "") == (stored or ""):
            unsaved.pop(komet_id, None)
        else:
            unsaved[komet_id] = typed, seen


def _save_bar(ctx: AppContext, bar: DeltaGenerator, provider_id: str, kind: str, key: str) -> None:
    """How many edits are not saved, and the buttons that save or drop them."""
    unsaved = _unsaved(provider_id, kind)
    count = len(unsaved)
    save = (
        _n("Save {n} SKU", "Save {n} SKUs", count)
        if kind == PRODUCT
        else _n("Save {n} code", "Save {n} codes", count)
    )
    if bar.button(save.format(n=count), type="primary", key=f"save_{key}"):
        with failures.shown():
            codes = {komet_id: code for komet_id, (code, _seen) in unsaved.items()}
            seen = {komet_id: seen for komet_id, (_code, seen) in unsaved.items()}
            done = imports.edit_cells(ctx, session.actor(), provider_id, codes, kind, shown=seen)
            unsaved.clear()
            notice = _n("Saved {n} code.", "Saved {n} codes.", done.written)
            keep_result(done, notice.format(n=done.written))
            st.rerun()
    if bar.button(_("Discard"), type="tertiary", key=f"discard_{key}"):
        unsaved.clear()
        st.session_state[state.MAPPING_SAVES] = st.session_state.get(state.MAPPING_SAVES, 0) + 1
        st.rerun()
    bar.caption(_("{n} unsaved").format(n=count))
