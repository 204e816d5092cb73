"""The chart of requests a day beside what a day allows, readable in both themes."""

from typing import Any

import altair as alt
import polars as pl

from komet.language import _, day_code, number
from komet.web.screens.charts import in_our_language

_LIMIT = "#d1495b"


def requests_a_day(frame: pl.DataFrame, allowance: int) -> Any:
    """An Altair chart: bars of requests a day, stacked by token, and a line at the allowance.

    Columns: day (Date), token (String), requests (Int64); see `komet.activity.requests.daily`.
    """
    bars = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(
                "yearmonthdate(day):T",
                title=_("Day (UTC)"),
                axis=alt.Axis(format="%d %b", tickCount=8, grid=False),
            ),
            y=alt.Y("requests:Q", title=_("Requests a day"), axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("token:N", title=None, legend=alt.Legend(orient="top", labelLimit=220)),
            tooltip=[
                alt.Tooltip("day:T", title=_("Day (UTC)"), format=day_code()),
                alt.Tooltip("token:N", title=_("Token")),
                alt.Tooltip("requests:Q", title=_("Requests"), format=",.0f"),
            ],
        )
    )
    # the words stand on the line itself, so that nobody has to tell it by its colour
    words = _("{n} a day are allowed").format(n=number(allowance))
    limit = alt.Chart(pl.DataFrame({"allowance": [allowance], "words": [words]})).encode(
        y=alt.Y("allowance:Q")
    )
    line = limit.mark_rule(color=_LIMIT, strokeDash=[6, 4], size=2)
    label = limit.mark_text(
        color=_LIMIT, align="left", baseline="bottom", dx=4, dy=-4, fontSize=12, fontWeight="bold"
    ).encode(x=alt.value(0), text="words:N")
    return alt.layer(bars, line, label).properties(height=300).configure(locale=in_our_language())
