"""Labels: which boxes, on which labels, how they will look, and the file that a printer takes."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.labels.boxes import list_label_boxes
from komet.language import _
from komet.web.screens.label_template import template_choice
from komet.web.screens.labels import (
    box_table,
    follow_print,
    label_filter,
    lines_without_codes,
    print_panel,
)
from komet.web.shell import failures, guard

ctx = guard.enter("labels")
st.title(_("Labels"))
st.caption(
    _("A label for each box that has a code, on labels, sheets or a ZPL printer. Choose rows for"
      " some of them; none chosen prints all.")
)  # fmt: skip

chosen = label_filter(list_providers(ctx), time_zone.today(ctx.now()))
with failures.shown():
    found = list_label_boxes(ctx, chosen)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if found.boxes:
            boxes = box_table(found)
        else:
            boxes = ()
            st.info(_("No box that ships on these days has a code yet."))
        lines_without_codes(found.without_codes)
    with right:
        template = template_choice(ctx)
        if boxes:
            print_panel(ctx, boxes, template)
    follow_print()
