"""Activity: who did what, the requests it spent, and what went wrong."""

import streamlit as st

from komet.language import _
from komet.web.screens import activity_parts
from komet.web.shell import failures, guard

ctx = guard.enter("activity")
st.title(_("Activity"))

done, spent, wrong = st.tabs([_("Who did what"), _("Requests"), _("Errors")])
with done, failures.shown():
    activity_parts.time_line(ctx, activity_parts.filters(ctx))
with spent, failures.shown():
    activity_parts.spent_requests(ctx)
with wrong, failures.shown():
    activity_parts.errors(ctx)
