"""The export menu of Purchase orders: all sheets, items, or a template's layout."""

import streamlit as st

from komet import time_zone
from komet.context import AppContext
from komet.export.orders import export_orders_bytes
from komet.export.template import title_of
from komet.export.templates import export_by_template_bytes, list_templates, target_name
from komet.export.writers import WRITERS
from komet.export.writers.writer import dialects
from komet.language import _, _n, current
from komet.orders.filters import OrderFilter
from komet.web.shell import failures
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor


def export_menu(ctx: AppContext, chosen: OrderFilter) -> None:
    """Everything that the filter finds, as a file."""
    with st.popover(_("Export"), icon=":material/download:"), failures.shown():
        st.caption(_("Everything that the filters find, not only this page."))
        name = f"purchase-orders-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}"
        dialect = st.selectbox(
            _("Columns and decimals of CSV"), dialects(current()),
            format_func=lambda dialect: dialect.label, key=f"export_dialect_{current()}",
        )  # fmt: skip
        for suffix, writer in WRITERS.items():
            st.download_button(
                _(writer.label),
                data=with_locale(export_orders_bytes, ctx, actor(), chosen, suffix, dialect),
                file_name=name + suffix,
                mime=writer.media_type,
                on_click="ignore",
                width="stretch",
            )
        every, broken = list_templates(ctx)
        picked = st.selectbox(
            _("Template"), list(every), format_func=title_of, key="export_template"
        )
        file_name = target_name(ctx, every[picked], chosen)
        st.download_button(
            _("With this template"),
            data=with_locale(export_by_template_bytes, ctx, actor(), every[picked], chosen),
            file_name=file_name,
            mime=WRITERS[every[picked].file_type].media_type,
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
