"""Planning."""

import streamlit as st

from komet.language import _
from komet.web import guard

desk = guard.enter("planning")
st.title(_("Planning"))
