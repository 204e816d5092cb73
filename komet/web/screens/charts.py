"""Charts, readable in both themes: Streamlit's theme gives the colours, every axis its unit."""

from typing import Any

import altair as alt
import polars as pl

from komet.language import _, day_code
from komet.web.screens.chart_language import in_our_language

_STATES = ("done", "empty", "failed", "running", "queued")
_COLOURS = ("#2f9e68", "#a9b8ae", "#d1495b", "#e0a93b", "#d8ded9")


def boxes_by_ship_date(frame: pl.DataFrame) -> Any:
    """An Altair chart: stacked bars of boxes a ship date, from ship_date, provider, boxes."""
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(
                "ship_date:T", title=_("Ship date"), axis=alt.Axis(format="%d %b", tickCount=8)
            ),
            y=alt.Y("boxes:Q", title=_("Boxes")),
            color=alt.Color(
                "provider:N", title=None, legend=alt.Legend(orient="top", labelLimit=220)
            ),
            tooltip=[
                alt.Tooltip("ship_date:T", title=_("Ship date"), format=day_code()),
                alt.Tooltip("provider:N", title=_("Provider")),
                alt.Tooltip("boxes:Q", title=_("Boxes"), format=",.0f"),
            ],
        )
        .properties(height=280)
        .configure(locale=in_our_language())
    )


def day_grid(frame: pl.DataFrame) -> Any:
    """An Altair chart of the days of a run: a row a provider, a cell a day, colour by state.

    Columns: provider, day, state (String), sign (String), orders, lines (Int64), reason (String).
    """
    words = {
        "done": _("done"),
        "empty": _("empty"),
        "failed": _("failed"),
        "running": _("running"),
        "queued": _("waiting"),
    }
    shown = frame.with_columns(word=pl.col("state").replace(words))
    base = alt.Chart(shown).encode(
        x=alt.X("yearmonthdate(day):O", title=_("Ship date"), axis=alt.Axis(format="%d %b")),
        y=alt.Y("provider:N", title=None, axis=alt.Axis(labelLimit=160)),
        tooltip=[
            alt.Tooltip("provider:N", title=_("Provider")),
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
