"""Import from Excel."""

import streamlit as st

from komet.language import _
from komet.web import guard

desk = guard.enter("excel_import")
st.title(_("Import from Excel"))
