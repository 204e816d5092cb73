"""Activity: who did what, the requests it spent, and what went wrong."""

import streamlit as st

from komet.language import _
from komet.web.screens import activity_parts
from komet.web.shell import failures, guard

desk = guard.enter("activity")
st.title(_("Activity"))

done, spent, wrong = st.tabs([_("Who did what"), _("Requests"), _("Errors")])
with done, failures.shown():
    activity_parts.time_line(desk, activity_parts.filters(desk))
with spent, failures.shown():
    activity_parts.spent_requests(desk)
with wrong, failures.shown():
    activity_parts.errors(desk)
