"""Boxes by ship date around today, on the Overview: a click on a bar opens its purchase orders."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from komet.language import _
from komet.orders.filters import OrderFilter
from komet.web.screens.cancelled_choice import cancelled_choice, chosen_cancelled
from komet.web.screens.chart_table import columns_of_boxes, describe_boxes, show_figures
from komet.web.screens.charts import boxes_by_ship_date, in_our_language
from komet.web.shell import reads

_BACK, _AHEAD = timedelta(weeks=3), timedelta(weeks=4)
_PRESSED = "pressed"
_LINE = "#777777"
"""Of the line at today: to be seen on white and on black."""
_PAST = 0.45
"""The opacity of what has shipped already."""


def ship_days(today: date, names: Mapping[str, str]) -> None:
    """Three weeks back to four ahead, today marked; nothing where nothing ships in these days.

    `names`: provider ID → name.
    """
    chosen = OrderFilter(
        ship_from=today - _BACK, ship_to=today + _AHEAD, cancelled=chosen_cancelled()
    )
    frame = reads.by_ship_date(chosen)
    if frame.is_empty():
        return
    st.header(_("Boxes by ship date"))
    picked = st.altair_chart(
        ship_days_chart(frame, today, reads.colours()), key="overview_days", on_select="rerun",
        selection_mode=_PRESSED, alt=describe_boxes(frame),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("A bar opens its purchase orders."), width="content")
        cancelled_choice(chosen)
        show_figures(frame, columns_of_boxes(_("Ship date")))
    bars = picked.selection.get(_PRESSED) or []
    if bars:
        link = bar_filter(bars[0], chosen, names).to_query()
        st.switch_page("pages/purchase_orders.py", query_params=link)


def bar_filter(
    bar: Mapping[str, Any], chosen: OrderFilter, names: Mapping[str, str]
) -> OrderFilter:
    """The filter of one bar's orders: `bar` has its `day` (ISO) and its `provider` (name)."""
    day = date.fromisoformat(bar["day"])
    ids = tuple(id_ for id_, name in names.items() if name == bar["provider"])
    return chosen.model_copy(update={"ship_from": day, "ship_to": day, "providers": ids})


def ship_days_chart(frame: pl.DataFrame, today: date, numbers: Mapping[str, int | None]) -> Any:
    """An Altair chart: the bars of `boxes_by_ship_date`, pale where past, and a line at today."""
    import altair as alt

    shown = frame.with_columns(
        day=pl.col("ship_date").cast(pl.String), ahead=pl.col("ship_date") >= today
    )
    bars = boxes_by_ship_date(shown, numbers, weeks=False).encode(
        x=alt.X(
            "yearmonthdate(ship_date):T", title=None, axis=alt.Axis(format="%d %b", tickCount=8)
        ),
        opacity=alt.condition("datum.ahead", alt.value(1), alt.value(_PAST)),
    )
    bars.config = alt.Undefined  # of the layers together
    bars = bars.add_params(alt.selection_point(name=_PRESSED, fields=["day", "provider"]))
    line = alt.Chart(pl.DataFrame({"ship_date": [today], "word": [_("today")]}))
    x = alt.X("yearmonthdate(ship_date):T", bandPosition=0)
    return (
        alt.layer(
            bars,
            line.mark_rule(strokeDash=[4, 3], strokeWidth=2, color=_LINE).encode(x=x),
            line.mark_text(
                align="left", dx=4, baseline="top", fontWeight="bold", color=_LINE
            ).encode(x=x, y=alt.value(0), text="word:N"),
        )
        .properties(height=260)
        .configure(locale=in_our_language())
    )
