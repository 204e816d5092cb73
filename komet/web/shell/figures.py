"""Columns of figures: exact, and separated as the reader's browser separates them."""

from typing import Any

import streamlit as st


def figure_column(heading: str | None, places: int | None = None, **options: Any) -> Any:
    """A column of figures under its heading; `options` as Streamlit takes.

    `places`: always so many decimals, which values may not exceed: more are cut off. Without it,
    as many as a value has, up to three.
    """
    step = None if places is None else round(0.1**places, places)
    return st.column_config.NumberColumn(heading, format="localized", step=step, **options)
