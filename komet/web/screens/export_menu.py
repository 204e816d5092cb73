"""The export menu of Purchase orders: all sheets, items, or a template's layout."""

import streamlit as st

from komet import time_zone
from komet.context import AppContext
from komet.export.orders import export_bytes
from komet.export.templates import all_templates, export_template_bytes, target_name
from komet.export.writers.csv import dialects
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, _n, current
from komet.orders.filters import OrderFilter
from komet.web.shell import failures
from komet.web.shell.preferences import kept

_MIME = {".xlsx": EXCEL_TYPE, ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}


def export_menu(ctx: AppContext, chosen: OrderFilter) -> None:
    """Everything that the filter finds, as a file."""
    with st.popover(_("Export"), icon=":material/download:"), failures.shown():
        st.caption(_("Everything that the filters find, not only this page."))
        name = f"purchase-orders-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}"
        labels = {
            ".xlsx": _("Excel, all sheets"),
            ".csv": _("CSV, items"),
            ".parquet": _("Parquet, items"),
        }
        dialect = st.selectbox(
            _("Columns and decimals of CSV"), dialects(current()), format_func=lambda one: one.word,
            key=f"export_dialect_{current()}",
        )  # fmt: skip
        for ending, label in labels.items():
            st.download_button(
                label,
                data=kept(export_bytes, ctx, chosen, ending, dialect),
                file_name=name + ending,
                mime=_MIME[ending],
                on_click="ignore",
                width="stretch",
            )
        with ctx.db.read() as con:
            every, broken = all_templates(con)
        picked = st.selectbox(_("Template"), list(every), key="export_template")
        file_name = target_name(ctx, every[picked], chosen)
        st.download_button(
            _("With this template"),
            data=kept(export_template_bytes, ctx, every[picked], chosen),
            file_name=file_name,
            mime=_MIME[every[picked].file_type],
            on_click="ignore",
            width="stretch",
        )
        st.caption(failures.plain(file_name))
        if broken:
            st.page_link(
                "pages/export_templates.py",
                label=_n(
                    "{n} template cannot be used", "{n} templates cannot be used", len(broken)
                ).format(n=len(broken)),
                icon=":material/warning:",
            )
