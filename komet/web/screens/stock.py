"""A client's stock on the screen, as Komet last listed it: the IDs that update and delete need."""

from typing import Any

import polars as pl
import streamlit as st

from komet.catalogs.lists import fetch_list, refusal_message, search_list
from komet.clients.model import Provider
from komet.context import AppContext
from komet.dispatch.stock import INVENTORY
from komet.language import _, _n, zoned_moment
from komet.web.shell import address, failures, reads
from komet.web.shell.figures import figure_column
from komet.web.shell.search_field import search_field
from komet.web.shell.session import actor

_SHOWN = 2_000
_FIGURES = ("quantity", "bunches", "stemsBunch", "totalUnits")


def stock_list(ctx: AppContext, provider: Provider) -> None:
    """List the stock anew, search it, see it."""
    address.bind("stock", address.text("stock_text", "contains"))
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    with bar:
        text = search_field(_("Contains"), "stock_text")
    if bar.button(_("List the stock (1 request)"), icon=":material/refresh:", type="primary"):
        with failures.shown(), st.spinner(_("Asking Komet …")):
            failures.notice(fetch_list(ctx, actor(), provider, INVENTORY))
            st.rerun()
    found = search_list(reads.catalog(provider, INVENTORY), text)
    if found.tried_at is None:
        st.info(_("The stock has not been listed yet."))
        return
    if found.refused:
        st.warning(failures.plain(refusal_message(provider)))
    st.caption(
        _n("{n:,} row, fetched {when}.", "{n:,} rows, fetched {when}.", found.rows.height)
        .format(n=found.rows.height, when=zoned_moment(found.tried_at))
    )  # fmt: skip
    headings: dict[str, Any] = {
        "orderItemId": st.column_config.TextColumn(_("Inventory ID"), pinned=True),
        "productDescription": st.column_config.TextColumn(_("Product"), width="medium"),
        "quantity": figure_column(_("In stock")),
        "boxTypeCode": _("Box type"),
        "growerName": _("Vendor"),
        "unitType": _("Unit type"),
        "bunches": figure_column(_("Bunches")),
        "stemsBunch": figure_column(_("Stems/bunch")),
        "totalUnits": figure_column(_("Units")),
        "productCode": _("Product code"),
        "companyProductId": _("Product ID"),
    }
    shown = [name for name in headings if name in found.rows.columns]
    rows = found.rows.select(shown).with_columns(
        pl.col([name for name in _FIGURES if name in shown]).cast(pl.Float64, strict=False)
    )
    st.dataframe(
        rows.head(_SHOWN),
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * max(rows.height, 1), 520),
        column_config=headings,
    )
    if rows.height > _SHOWN:
        st.caption(_("The first {n} rows are shown.").format(n=_SHOWN))
    st.caption(_("The template for updating stock has these lines, ready to be filled in."))
