"""Activity: who did what, the requests it spent, and what went wrong."""

import streamlit as st

from komet.language import _
from komet.web.screens import activity
from komet.web.shell import failures, guard

ctx = guard.enter("activity")
st.title(_("Activity"))

done, spent, wrong = st.tabs([_("Who did what"), _("Requests"), _("Errors")])
with done, failures.shown():
    activity.time_line(ctx, activity.filters(ctx))
with spent, failures.shown():
    activity.spent_requests(ctx)
with wrong, failures.shown():
    activity.errors()
