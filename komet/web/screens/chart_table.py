"""A chart in words: what it is of, and its figures as a table behind it."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from komet.language import _, day_pattern
from komet.orders.planning import shows_weeks, sum_days_by_week
from komet.web.screens.charts import boxes_by_ship_date
from komet.web.shell import reads
from komet.web.shell.figures import figure_column


def show_chart(chart: Any, frame: pl.DataFrame, columns: Mapping[str, Any], alt: str) -> None:
    """Draw a chart, and a button that opens its figures as a table.

    `columns`: the columns of the frame that the table shows, in their order, with their headings
    or configurations. `alt`: what the chart shows, in a sentence, for who cannot see it.
    """
    st.altair_chart(chart, alt=alt)
    show_figures(frame, columns)


def show_figures(frame: pl.DataFrame, columns: Mapping[str, Any]) -> None:
    """A button that opens the figures of a chart as a table; see `show_chart`."""
    with st.popover(_("As a table"), icon=":material/table:", type="tertiary"):
        st.dataframe(
            frame.select(*columns), hide_index=True, placeholder="", width="content",
            column_config=dict(columns),
        )  # fmt: skip


def show_boxes(days: pl.DataFrame) -> None:
    """Boxes by ship date and importer; by week where the days are many.

    `days`: ship_date, provider, boxes.
    """
    if days.is_empty():
        st.caption(_("Nothing ships in these days."))
        return
    weeks = shows_weeks(days)
    shown = sum_days_by_week(days) if weeks else days
    heading = _("Ship week, from Monday") if weeks else _("Ship date")
    show_chart(
        boxes_by_ship_date(shown, reads.colours(), weeks=weeks),
        shown,
        columns_of_boxes(heading),
        describe_boxes(days),
    )


def columns_of_boxes(heading: str) -> dict[str, Any]:
    """The columns of ship_date (under its heading), provider and boxes, for a table of figures."""
    return {
        "ship_date": st.column_config.DateColumn(heading, format=day_pattern()),
        "provider": _("Importer"),
        "boxes": figure_column(_("Boxes")),
    }


def describe_boxes(days: pl.DataFrame) -> str:
    """What a chart of boxes by ship date and importer shows, for who cannot see it."""
    return _("Boxes by ship date and importer, {start} to {end}: {boxes:,.0f} in all.").format(
        start=days["ship_date"].min(), end=days["ship_date"].max(), boxes=days["boxes"].sum()
    )
