"""The chart of requests a day beside what a day allows, readable in both themes."""

from typing import Any

import altair as alt
import polars as pl
from babel.dates import get_day_names, get_month_names

from komet.language import _, current, day_code, number

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
    return alt.layer(bars, line, label).properties(height=300).configure(locale=_in_our_language())


def _in_our_language() -> dict[str, Any]:
    """Numbers, days and months of a chart as the language in force writes them.

    Vega takes no language from the browser: it is part of the chart's own `config`.
    """
    code = current()
    point, comma = number(1.5)[1], number(1_000)[1]

    def names(get: Any, width: str, keys: range) -> list[str]:
        found = get(width, locale=code)
        return [found[key] for key in keys]

    # Babel counts days from Monday, Vega from Sunday
    sunday_first = [-1, *range(6)]
    return {
        "number": {
            "decimal": point, "thousands": comma, "grouping": [3], "currency": ["$", ""],
        },
        "time": {
            "dateTime": f"{day_code()} %H:%M", "date": day_code(), "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": [names(get_day_names, "wide", range(7))[n] for n in sunday_first],
            "shortDays": [names(get_day_names, "abbreviated", range(7))[n] for n in sunday_first],
            "months": names(get_month_names, "wide", range(1, 13)),
            "shortMonths": names(get_month_names, "abbreviated", range(1, 13)),
        },
    }  # fmt: skip
