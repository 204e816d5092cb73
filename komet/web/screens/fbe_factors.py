"""FBE factors of a client provider's box types, with those that a person enters."""

from decimal import Decimal

import polars as pl
import streamlit as st

from komet.catalogs.lists import edit_fbe_factors
from komet.clients.model import Provider
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.language import _, _n
from komet.web.shell import failures, reads
from komet.web.shell.failures import plain
from komet.web.shell.frozen import frozen
from komet.web.shell.session import actor


def fbe_factors(ctx: AppContext, provider: Provider) -> None:
    """The FBE factor of each box type: Komet's, ours, and the one in force."""
    frame = reads.box_types(provider.id)
    st.caption(
        _("FBE, the full-box equivalent, of one box of each type. Yours counts before Komet's; a"
          " type without a factor leaves FBE empty.")
    )  # fmt: skip
    if frame.is_empty():
        st.caption(_("Box types come with the first download."))
        return
    missing = frame.filter(pl.col("fbe").is_null())["code"].to_list()
    if missing:
        st.warning(_("Without a factor: {codes}").format(codes=plain(", ".join(missing))))
    editor = f"fbe_{provider.id}_{frame['fbe_edited'].to_list()}"
    shown = frozen(editor, frame.with_columns(pl.selectors.decimal().cast(pl.Float64)))
    edited = st.data_editor(
        shown,
        key=editor,
        hide_index=True,
        placeholder="",
        disabled=("code", "komet_fbe", "fbe", "lines"),
        column_config={
            "code": _("Box type"),
            "komet_fbe": st.column_config.NumberColumn(_("Komet's"), format="%.4g"),
            "fbe_edited": st.column_config.NumberColumn(
                _("Yours"), format="%.4g", min_value=0.0, max_value=100.0
            ),
            "fbe": st.column_config.NumberColumn(_("In force"), format="%.4g"),
            "lines": _("Lines"),
        },
    )
    if st.button(_("Save factors"), key=f"save_fbe_{provider.id}"):
        with failures.shown():
            _save_factors(ctx, provider, shown, edited)


def _save_factors(
    ctx: AppContext, provider: Provider, before: pl.DataFrame, after: pl.DataFrame
) -> None:
    changed = after.filter(after["fbe_edited"].ne_missing(before["fbe_edited"]))
    if changed.is_empty():
        raise InvalidInput(_("No factor was changed."))
    factors = {
        code: None if value is None else Decimal(str(round(value, 4)))
        for code, value in changed.select("code", "fbe_edited").iter_rows()
    }
    edit_fbe_factors(ctx, actor(), provider.id, factors)
    failures.notice(
        _n("Saved {n} factor.", "Saved {n} factors.", changed.height).format(n=changed.height)
    )
    st.rerun()
