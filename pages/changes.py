"""Changes."""

import streamlit as st

from komet.language import _
from komet.web import guard

desk = guard.enter("changes")
st.title(_("Changes"))
