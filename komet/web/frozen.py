"""Rows that stay where they are while somebody edits them.

Streamlit keeps the edits of a table by the place of the row. A download in the background may
reorder the rows meanwhile, and the edit would land on another product.
"""

import polars as pl
import streamlit as st


def frozen(key: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows for the `data_editor` of that key: as they were when its first edit was made."""
    edits = st.session_state.get(key)
    held = f"{key}_rows"
    if held not in st.session_state or not (edits and edits["edited_rows"]):
        st.session_state[held] = frame
    rows: pl.DataFrame = st.session_state[held]
    return rows
