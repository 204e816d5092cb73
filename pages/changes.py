"""Changes: what is new, moved, changed, cancelled or gone, and what it comes to."""

import streamlit as st

from komet.clients.providers import list_providers
from komet.language import _
from komet.orders import changes
from komet.web.screens.changes import (
    PAGE,
    change_scope,
    change_table,
    difference_sums,
    kind_tiles,
    pressed_kinds,
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

scope = change_scope(every_provider, last, ctx.now())
pressed = pressed_kinds()
sums = reads.change_sums(scope)
kind_tiles(sums, pressed)
chosen = scope.model_copy(update={"kinds": pressed, "first_downloads": False})
frame = reads.changes(chosen, PAGE + 1)
if frame.is_empty():
    st.info(_("Nothing has changed since then, or nothing that these filters find."))
    st.stop()

difference_sums(ctx, chosen, sums)
change_table(ctx, frame)
