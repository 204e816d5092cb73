"""Rows that stay where they are while somebody edits them.

Streamlit keeps the edits of a table by the place of the row. A download in the background may
reorder the rows meanwhile, and the edit would land on another product.
"""

import polars as pl
import streamlit as st


def frozen(
    key: str, frame: pl.DataFrame, *, slot: str | None = None, hold: bool = False
) -> pl.DataFrame:
    """The rows for the `data_editor` of that key: as they were when its first edit was made.

    `slot` names where they are kept, for editors that share their rows. `hold` keeps
    them without an edit: for a button that is about what was shown.
    """
    edits = st.session_state.get(key)
    stored_key = f"{slot or key}_rows"
    if stored_key not in st.session_state or not (hold or (edits and edits["edited_rows"])):
        st.session_state[stored_key] = frame
    rows: pl.DataFrame = st.session_state[stored_key]
    return rows
