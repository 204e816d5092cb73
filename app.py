"""The server: `streamlit run app.py` starts it. What it shows begins in `navigation.py`."""

import streamlit as st

from komet.web.shell import doors, warm_up

warm_up.begin()
app = st.App("navigation.py", middleware=doors.middleware())
