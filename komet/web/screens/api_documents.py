"""The Komet API as documents for other people's tools, to take away."""

import json

import streamlit as st

from komet import time_zone
from komet.api.openapi import document
from komet.api.postman import collection
from komet.context import AppContext
from komet.language import _


def documents(ctx: AppContext) -> None:
    """OpenAPI and Postman as downloads."""
    st.subheader(_("For developers"))
    st.caption(
        _("The same registry as an OpenAPI 3.1 document and as a Postman collection, without any"
          " token.")
    )  # fmt: skip
    row = st.container(horizontal=True)

    def openapi() -> str:
        return json.dumps(document(), ensure_ascii=False, indent=2)

    def postman() -> str:
        return json.dumps(collection(time_zone.today(ctx.now())), ensure_ascii=False, indent=2)

    for label, file_name, made in (
        ("OpenAPI 3.1", "komet.openapi.json", openapi),
        ("Postman", "komet.postman.json", postman),
    ):
        row.download_button(
            label, data=made, file_name=file_name, mime="application/json",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
