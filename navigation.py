"""Komet Desk in the browser: start-up and navigation of each visit. `app.py` serves it."""

import streamlit as st

from komet.web.shell import (
    failures,
    guard,
    keyboard,
    navigation,
    preferences,
    resources,
    warm_up,
)

st.set_page_config(page_title="Komet Desk", page_icon=str(navigation.ICON), layout="wide")
warm_up.wait()
st.logo(str(navigation.LOGO), icon_image=str(navigation.ICON), size="large")
preferences.load()

pages, groups = navigation.all_screens()
page = st.navigation(groups, expanded=True)
st.set_page_config(page_title=navigation.tab_title(page.title))

requested = guard.requested_page()
if requested and requested[0] in pages:
    st.switch_page(pages[requested[0]], query_params=requested[1])

with failures.shown():
    resources.start_services()
failures.show_notice()
guard.mark_entered()
preferences.choose()
keyboard.listen()
with failures.shown():
    page.run()
warm_up.go_on()
