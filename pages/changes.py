"""Changes: what is new, moved, changed, cancelled or gone, and what it comes to."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.export.reports import export_changes_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _
from komet.orders import changes
from komet.orders.model import CHANGE_GROUPS
from komet.web.screens.changes import (
    change_filter,
    change_table,
    say_first_downloads,
    show_counts,
    show_differences,
)
from komet.web.shell import guard, reads
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

ctx = guard.enter("changes")
st.title(_("Changes"))
st.caption(_("What Komet says differently from one download to the next."))

every_provider = list_providers(ctx)
last = changes.last_download(ctx)
if last is None:
    st.info(_("Nothing has been downloaded yet: changes are seen from one download to the next."))
    st.page_link("pages/po_download.py", label=_("Go to PO download"))
    st.stop()

chosen = change_filter(every_provider, last, ctx.now())
frame = reads.changes(chosen)
counts = reads.change_counts(chosen)
show_counts(counts)
say_first_downloads(counts, chosen)
if frame.is_empty():
    st.info(_("Nothing has changed since then, or nothing that these filters find."))
    st.stop()

bar = st.container(horizontal=True, vertical_alignment="bottom")
with bar:
    by = st.segmented_control(
        _("Sum up by"), list(CHANGE_GROUPS), format_func=lambda name: _(CHANGE_GROUPS[name]),
        default="provider", required=True, key="changes_by",
    )  # fmt: skip
    st.download_button(
        _("Export to Excel"),
        data=with_locale(export_changes_bytes, ctx, actor(), chosen),
        file_name=f"changes-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}.xlsx",
        mime=EXCEL_TYPE,
        icon=":material/download:",
        on_click="ignore",
    )
show_differences(reads.change_differences(chosen, by or "provider"), by or "provider")
change_table(frame)
