"""The export menu of Purchase orders: all sheets, items, or a template's layout."""

from functools import partial

import streamlit as st

from komet import time_zone
from komet.context import AppContext
from komet.export.estimate import Estimate, estimate_orders, estimate_template
from komet.export.orders import export_orders, export_orders_bytes
from komet.export.template import title_of
from komet.export.templates import (
    Templates,
    export_by_template,
    export_by_template_bytes,
    list_templates_by_use,
    target_name,
)
from komet.export.writers import WRITERS
from komet.export.writers.writer import dialects
from komet.export.writers.xlsx import EXCEL_ROWS
from komet.language import _, _n, current, number
from komet.orders.filters import OrderFilter
from komet.orders.model import Totals
from komet.web.screens.export_job import export_button, export_state
from komet.web.shell import failures, reads
from komet.web.shell.session import actor


def export_menu(ctx: AppContext, chosen: OrderFilter, totals: Totals | None = None) -> None:
    """Everything that the filter finds, as a file; `totals` are the filter's, where they are known.

    What the person has exported by last stands first: a template, or all sheets.
    """
    with st.popover(_("Export"), icon=":material/download:"), failures.shown():
        totals = totals or reads.totals(chosen)
        st.caption(
            _("Everything that the filters find, not only this page: {items} items of {pos} POs.")
            .format(items=number(totals.items), pos=number(totals.purchase_orders))
        )  # fmt: skip
        export_state()
        templates, last = list_templates_by_use(ctx, actor())
        if last:
            _by_template(ctx, chosen, totals, templates)
            st.divider()
        _by_file_type(ctx, chosen, totals)
        if not last:
            st.divider()
            _by_template(ctx, chosen, totals, templates)


def _by_file_type(ctx: AppContext, chosen: OrderFilter, totals: Totals) -> None:
    name = f"purchase-orders-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}"
    slot = st.container()
    dialect = st.selectbox(
        _("Columns and decimals of CSV"), dialects(current()),
        format_func=lambda dialect: dialect.label, key=f"export_dialect_{current()}",
    )  # fmt: skip
    with slot:
        for suffix, writer in WRITERS.items():
            estimate = estimate_orders(totals, suffix)
            _many_sheets(estimate)
            export_button(
                _(writer.label), name + suffix, writer.media_type, estimate,
                partial(export_orders_bytes, ctx, actor(), chosen, suffix, dialect),
                partial(export_orders, ctx, actor(), chosen, dialect=dialect),
            )  # fmt: skip


def _by_template(
    ctx: AppContext, chosen: OrderFilter, totals: Totals, templates: Templates
) -> None:
    every, broken = templates
    picked = st.selectbox(_("Template"), list(every), format_func=title_of, key="export_template")
    template = every[picked]
    estimate = estimate_template(totals, template)
    file_name = target_name(ctx, template, chosen)
    _many_sheets(estimate)
    export_button(
        _("With this template"), file_name, WRITERS[template.file_type].media_type, estimate,
        partial(export_by_template_bytes, ctx, actor(), template, chosen),
        partial(export_by_template, ctx, actor(), template, chosen),
    )  # fmt: skip
    st.caption(failures.plain(file_name))
    if broken:
        st.page_link(
            "pages/export_templates.py",
            label=_n(
                "{n} template cannot be used", "{n} templates cannot be used", len(broken)
            ).format(n=len(broken)),
            icon=":material/warning:",
        )


def _many_sheets(estimate: Estimate) -> None:
    """Say before an export that Excel needs several sheets, and what does not."""
    if estimate.sheets > 1:
        st.warning(
            _("{rows} rows are more than a sheet of Excel holds ({most}): the Excel file has them"
              " on {sheets} sheets; CSV and Parquet have them in one piece.").format(
                rows=number(estimate.rows), most=number(EXCEL_ROWS), sheets=estimate.sheets
            )
        )  # fmt: skip
