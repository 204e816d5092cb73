"""Columns of times, in the zone of whoever looks at them."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from komet import time_zone
from komet.language import _, moment_pattern


def moment_column(heading: str, **options: Any) -> Any:
    """A column of times under its heading, which says the zone, as its tooltip says UTC.

    `options` as Streamlit takes.
    """
    told = explain_zone(datetime.now(UTC))
    explained = f"{options.pop('help')} {told}" if options.get("help") else told
    return st.column_config.DatetimeColumn(
        time_zone.headed(heading),
        format=moment_pattern(),
        timezone=time_zone.name(),
        help=explained,
        **options,
    )


def explain_zone(now: datetime) -> str:
    """Whose times these are, and how far from UTC."""
    return _("In your time zone, {zone}: now {offset}.").format(
        zone=time_zone.name(), offset=time_zone.offset(now)
    )
