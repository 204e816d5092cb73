"""Export templates: layouts under a name, made and previewed here, used by the command line."""

from functools import partial

import polars as pl
import streamlit as st

from komet.export.estimate import estimate_template
from komet.export.template import READY_MADE, parse_template, title_of
from komet.export.templates import (
    delete_template,
    export_by_template,
    export_by_template_bytes,
    list_templates,
    preview,
    save_template,
    target_name,
)
from komet.export.writers import WRITERS
from komet.language import _, day_pattern
from komet.orders.filters import OrderFilter
from komet.web.screens.export_job import export_button, export_state
from komet.web.screens.template_editor import broken_template, template_editor
from komet.web.shell import address, failures, guard, reads, state
from komet.web.shell.session import actor

ctx = guard.enter("export_templates")
st.title(_("Export templates"))
st.caption(
    _("Which columns, in which order, under which headings. Use one on Purchase orders, or with"
      " `python -m komet export OUT --template NAME`.")
)  # fmt: skip

every, broken = list_templates(ctx)
for name, error in broken.items():
    broken_template(ctx, name, error)
picked = st.session_state.pop(state.TEMPLATE_PICK, None)
if picked in every:
    st.session_state[state.TEMPLATE] = picked
address.bind(
    "templates", address.choice(state.TEMPLATE, "template", list(every), next(iter(every)))
)
name = st.selectbox(
    _("Template"), list(every), format_func=title_of, key=state.TEMPLATE, persist_state="session"
)
original = every[name]
ready_made = name in READY_MADE
if ready_made:
    st.info(_("This one is ready-made: change it and save it under a name of your own."))

definition = template_editor(original, key=name)
row = st.container(horizontal=True)
with failures.shown():
    template = parse_template(definition)
    if row.button(_("Save"), type="primary"):
        save_template(ctx, actor(), template)
        st.session_state[state.TEMPLATE_PICK] = template.name
        failures.notice(_("Saved {name}.").format(name=template.name))
        st.rerun()
    if not ready_made:
        with row.popover(_("Delete")):
            st.caption(_("The nightly job fails if it uses this template."))
            if st.button(_("Delete {name}").format(name=failures.plain(name))):
                delete_template(ctx, actor(), name)
                failures.notice(_("Deleted {name}.").format(name=name))
                st.rerun()
    everything = OrderFilter()
    with row:
        export_button(
            _("Export all orders"),
            target_name(ctx, template, everything),
            WRITERS[template.file_type].media_type,
            estimate_template(reads.totals(everything), template),
            partial(export_by_template_bytes, ctx, actor(), template, everything),
            partial(export_by_template, ctx, actor(), template, everything),
            width="content",
        )
    export_state()
    st.header(_("Preview"))
    shown = preview(ctx, template, OrderFilter())
    if shown.is_empty():
        st.caption(_("There are no orders to show yet; the headings are these."))
    days = {
        name: st.column_config.DateColumn(format=day_pattern())
        for name, dtype in shown.schema.items()
        if dtype == pl.Date
    }
    st.dataframe(shown, hide_index=True, placeholder="", column_config=days)
