"""Changes: what is new, moved, changed, cancelled or gone, and what it comes to."""

import streamlit as st

from komet.clients.providers import list_providers
from komet.language import _
from komet.orders import changes
from komet.web.screens.changes import (
    change_filter,
    change_table,
    difference_sums,
    say_first_downloads,
    show_counts,
)
from komet.web.shell import guard, reads

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

difference_sums(ctx, chosen, counts)
change_table(frame)
