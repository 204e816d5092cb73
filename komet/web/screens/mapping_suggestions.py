"""Suggestions on the SKU mapping screen: look, tick, accept; nothing is accepted on its own."""

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.language import _, _n
from komet.mapping.suggestions import DEFAULT_THRESHOLD, accept_suggestions
from komet.web.screens.mapping_grid import keep_result
from komet.web.shell import failures, reads, session, state
from komet.web.shell.figures import figure_column
from komet.web.shell.frozen import frozen

_SHOWN = 500


def suggestion_list(ctx: AppContext, provider_id: str) -> None:
    """Candidates with score and reason; accept the ticked ones, or all from a score upwards."""
    with st.spinner(_("Comparing names …")):
        found = reads.suggestions(provider_id)
    saved = st.session_state.get(state.MAPPING_SAVES, 0)
    editor = f"suggestions_{provider_id}_{saved}"
    all_key = f"accept_above_{provider_id}"
    found = frozen(editor, found, hold=bool(st.session_state.get(all_key)))
    if found.is_empty():
        st.info(
            _("Nothing to suggest: every product has a SKU, or none of your SKUs is like one. SKUs"
              " become known by mapping files, of any importer.")
        )  # fmt: skip
        return
    threshold = st.slider(
        _("Score from which all are accepted together"),
        50,
        100,
        int(DEFAULT_THRESHOLD),
        key="suggestion_threshold",
    )
    above = found.filter(pl.col("score") >= threshold)
    edited = st.data_editor(
        found.head(_SHOWN)
        .with_columns(pl.selectors.decimal().cast(pl.Float64), accept=pl.lit(False))
        .select("accept", "description", "sku", "sku_description", "score", "reason", "boxes",
                "second", "komet_id"),
        key=editor,
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * found.height, 560),
        disabled=("description", "sku", "sku_description", "score", "reason", "boxes", "second",
                  "komet_id"),
        column_config={
            "accept": st.column_config.CheckboxColumn(_("Accept"), width="small"),
            "description": st.column_config.TextColumn(_("Product"), width="medium"),
            "sku": _("SKU"),
            "sku_description": _("SKU description"),
            "score": st.column_config.ProgressColumn(
                _("Score"), min_value=0, max_value=100, format="%.0f"
            ),
            "reason": st.column_config.TextColumn(_("Why"), width="large"),
            "boxes": figure_column(_("Boxes")),
            "second": _("Next best"),
            "komet_id": _("Komet product ID"),
        },
    )  # fmt: skip
    ticked = edited.filter(pl.col("accept"))
    row = st.container(horizontal=True)
    if row.button(
        _n("Accept {n:,} ticked", "Accept {n:,} ticked", ticked.height).format(n=ticked.height),
        disabled=ticked.is_empty(),
        key=f"accept_ticked_{provider_id}",
    ):
        _accept(ctx, provider_id, ticked)
    if row.button(
        _("Accept all {n:,} from {score} upwards").format(n=above.height, score=threshold),
        type="primary",
        disabled=above.is_empty(),
        key=all_key,
    ):
        _accept(ctx, provider_id, above)


def _accept(ctx: AppContext, provider_id: str, rows: pl.DataFrame) -> None:
    with failures.shown():
        pairs = dict(zip(rows["komet_id"].to_list(), rows["sku"].to_list(), strict=True))
        done = accept_suggestions(ctx, session.actor(), provider_id, pairs)
        notice = _n("Mapped {n:,} product.", "Mapped {n:,} products.", done.written)
        keep_result(done, notice.format(n=done.written))
        st.rerun()
