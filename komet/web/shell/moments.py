"""Columns of times, in the zone of whoever looks at them."""

from typing import Any

import streamlit as st

from komet import time_zone
from komet.language import moment_pattern


def moment_column(heading: str, **options: Any) -> Any:
    """A column of times under its heading, which says the zone; `options` as Streamlit takes."""
    return st.column_config.DatetimeColumn(
        time_zone.headed(heading), format=moment_pattern(), timezone=time_zone.name(), **options
    )
