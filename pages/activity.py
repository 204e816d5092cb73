"""Activity: who did what, the requests it spent, and what went wrong."""

import streamlit as st

from komet.language import _
from komet.web.screens import activity
from komet.web.shell import address, failures, guard

ctx = guard.enter("activity")
st.title(_("Activity"))

tabs = {"done": _("Who did what"), "requests": _("Requests"), "errors": _("Errors")}
address.bind("activity_tab", address.worded("activity_tab", "tab", tabs, "done"))
done, spent, wrong = st.tabs(list(tabs.values()), key="activity_tab", on_change="rerun")
with done, failures.shown():
    activity.time_line(ctx, activity.filters(ctx))
with spent, failures.shown():
    activity.spent_requests(ctx)
with wrong, failures.shown():
    activity.errors()
