"""Charts, readable in both themes and in the language in force.

Every axis has its unit. An importer has one colour in all of them; the theme gives the others.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl
from babel.dates import get_day_names, get_month_names

from komet.language import _, current, day_code, number

_NO_MARGIN = {"left": 0, "top": 1, "right": 0, "bottom": 0}
FIGURE = ",.4~f"
"""An exact figure in Vega's notation: thousands apart, and no idle decimals."""
_STATES = ("done", "empty", "failed", "running", "queued")
_COLOURS = ("#2f9e68", "#a9b8ae", "#d1495b", "#e0a93b", "#d8ded9")


# Of the 12 colours of Martin Krzywinski's "Color palettes for color blindness"
# (https://mk.bcgsc.ca/colorblind/palettes.mhtml), in an order in which the first are the furthest
# apart; without #FFB2FD, which people who see no red take for #00C2F9.
IMPORTERS = (
    "#008DF9", "#FF6E3A", "#009F81", "#9F0162", "#FFC33B", "#8400CD", "#FF5AAF", "#00C2F9",
    "#A40122", "#00FCCF", "#E20134",
)  # fmt: skip
_EDGE = "#808080"
"""The edge of a bar: light colours would be lost on white, dark ones on black."""


def importer_scale(names: Iterable[str], numbers: Mapping[str, int | None]) -> Any:
    """The Altair scale of importers: each keeps its colour whoever else is in the chart.

    `numbers`: name → the number of its colour, see `komet.clients.model.Provider`.
    """
    import altair as alt

    domain = sorted(set(names), key=str.casefold)
    return alt.Scale(
        domain=domain,
        range=[IMPORTERS[(numbers.get(name) or 0) % len(IMPORTERS)] for name in domain],
    )


def boxes_by_ship_date(
    frame: pl.DataFrame, numbers: Mapping[str, int | None], *, weeks: bool
) -> Any:
    """An Altair chart: stacked bars of boxes a ship date, from ship_date, provider, boxes.

    `numbers`: of the importers' colours. `weeks`: each ship date is the Monday of its week.
    """
    import altair as alt

    title = _("Ship week, from Monday") if weeks else _("Ship date")
    # a bar of a week is as wide as its days, but for a gap
    shown = frame.with_columns(until=pl.col("ship_date").cast(pl.Datetime).dt.offset_by("156h"))
    bars = alt.Chart(shown if weeks else frame).mark_bar(stroke=_EDGE, strokeWidth=0.5)
    return (
        (bars.encode(x2="until:T") if weeks else bars)
        .encode(
            x=alt.X("ship_date:T", title=title, axis=alt.Axis(format="%d %b", tickCount=8)),
            y=alt.Y("boxes:Q", title=_("Boxes")),
            color=alt.Color(
                "provider:N",
                title=None,
                scale=importer_scale(frame["provider"], numbers),
                legend=alt.Legend(orient="top", labelLimit=220, symbolStrokeWidth=0),
            ),
            tooltip=[
                alt.Tooltip("ship_date:T", title=title, format=day_code()),
                alt.Tooltip("provider:N", title=_("Importer")),
                alt.Tooltip("boxes:Q", title=_("Boxes"), format=FIGURE),
            ],
        )
        .properties(height=280)
        .configure(locale=in_our_language())
    )


def sparkline(frame: pl.DataFrame) -> Any:
    """An Altair chart without axes or theme, a bar a day: from ship_date, provider, boxes."""
    import altair as alt

    first, last = frame["ship_date"].min(), frame["ship_date"].max()
    days = (last - first).days + 1 if isinstance(first, date) and isinstance(last, date) else 1
    return (
        alt.Chart(frame, background="transparent", padding=_NO_MARGIN)
        .mark_bar(color=_COLOURS[0], width=max(1, min(8, 170 // days - 2)))
        .encode(x=alt.X("ship_date:T", axis=None), y=alt.Y("sum(boxes):Q", axis=None))
        .configure_view(stroke=None)
    )


def day_grid(frame: pl.DataFrame) -> Any:
    """An Altair chart of the days of a run: a row a provider, a cell a day, colour by state.

    `frame`: see `komet.ingest.runs.list_days`.
    """
    import altair as alt

    words = _state_words()
    shown = frame.with_columns(word=name_states(frame["state"]))
    base = alt.Chart(shown).encode(
        x=alt.X("yearmonthdate(day):O", title=_("Ship date"), axis=alt.Axis(format="%d %b")),
        y=alt.Y("provider:N", title=None, axis=alt.Axis(labelLimit=160)),
        tooltip=[
            alt.Tooltip("provider:N", title=_("Importer")),
            alt.Tooltip("day:T", title=_("Ship date"), format=day_code()),
            alt.Tooltip("word:N", title=_("State")),
            alt.Tooltip("orders:Q", title=_("POs")),
            alt.Tooltip("lines:Q", title=_("Lines")),
            alt.Tooltip("reason:N", title=_("Reason")),
        ],
    )
    scale = alt.Scale(domain=[words[state] for state in _STATES], range=list(_COLOURS))
    cells = base.mark_rect(cornerRadius=3, stroke="#00000022").encode(
        color=alt.Color(
            "word:N", title=None, scale=scale, legend=alt.Legend(orient="top", columns=3)
        )
    )
    signs = base.mark_text(fontSize=11, fontWeight="bold").encode(
        text="sign:N",
        color=alt.condition(
            alt.FieldOneOfPredicate("state", ["done", "failed"]),
            alt.value("white"),
            alt.value("#26332b"),
        ),
    )
    rows = frame["provider"].n_unique()
    return (
        alt.layer(cells, signs)
        .properties(height=36 * rows + 170)
        .configure(locale=in_our_language())
    )


def name_states(states: pl.Series) -> pl.Series:
    """The states of days in words."""
    return states.replace(_state_words())


def _state_words() -> dict[str, str]:
    return {
        "done": _("done"),
        "empty": _("empty"),
        "failed": _("failed"),
        "running": _("running"),
        "queued": _("waiting"),
    }


def in_our_language() -> dict[str, Any]:
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
