"""Export templates."""

import streamlit as st

from komet.language import _
from komet.web import guard

desk = guard.enter("export_templates")
st.title(_("Export templates"))
