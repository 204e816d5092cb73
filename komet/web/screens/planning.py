"""The pieces of the Planning screen: its filters, the weeks compared, the chart, the pivot."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.export.reports import export_planning_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, day_pattern, number
from komet.orders.filters import OrderFilter
from komet.orders.model import DIMENSIONS, MEASURES, PERIODS, Pivot
from komet.orders.planning import default_days
from komet.web.screens.charts import in_our_language
from komet.web.shell import address, parts, reads
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

_SERIES = 8


def planning_filter(every: Sequence[Provider], today: date) -> OrderFilter:
    """Clients and ship dates; by default those of `planning.default_days`."""
    names = {provider.id: provider.name for provider in every}
    first, last = default_days(today)
    address.bind(
        "planning",
        address.choices("planning_providers", "client", list(names)),
        address.day("planning_from", "from", first),
        address.day("planning_to", "to", last),
        address.switch("planning_cancelled", "cancelled"),
    )
    left, start, end = st.columns([2, 1, 1])
    ids = left.multiselect(
        _("Importer"), list(names), format_func=lambda id_: names[id_],
        placeholder=_("Any"), key="planning_providers", persist_state="session",
    )  # fmt: skip
    begin = start.date_input(
        _("Ships from"), format=day_pattern(), key="planning_from",
        persist_state="session",
    )  # fmt: skip
    until = end.date_input(
        _("Ships to"), format=day_pattern(), key="planning_to", persist_state="session",
    )  # fmt: skip
    cancelled = st.checkbox(
        _("With what was cancelled"), key="planning_cancelled", persist_state="session"
    )
    return OrderFilter(providers=tuple(ids), ship_from=begin, ship_to=until, standing=not cancelled)


def show_weeks(compared: Mapping[str, Mapping[str, Decimal]]) -> None:
    """This week's figures, against the last one and the same week last year."""
    row = st.container(horizontal=True)
    year_ago = []
    for measure, weeks in compared.items():
        value, word = weeks.get("this"), _(MEASURES[measure])
        shown = "–" if value is None else number(value, 0)
        row.metric(word, shown, _change(weeks, "last"), border=True, width=160,
                   delta_color="off", delta_arrow="off")  # fmt: skip
        if change := _change(weeks, "year_ago"):
            year_ago.append(f"{word} {change}")
    st.caption(
        _("This week; the change is against last week.")
        + " "
        + (
            _("Against the same week last year: {changes}.").format(changes=", ".join(year_ago))
            if year_ago
            else _("Nothing is held of the same week last year.")
        )
    )


def _change(weeks: Mapping[str, Decimal], against: str) -> str | None:
    now, before = weeks.get("this"), weeks.get(against)
    if now is None or not before:
        return None
    change = 100 * (now - before) / before
    return f"{'+' if change > 0 else ''}{number(change, 0)} %"


@st.fragment
def planned_weeks(
    ctx: AppContext,
    chosen: OrderFilter,
    today: date,
    weeks: Mapping[str, Mapping[str, Decimal]],
) -> None:
    """The chart and the pivot as they are turned, and the pivot as an Excel file.

    `weeks`: those compared, which the screen shows above.
    """
    parts.stay_with(weeks, lambda: reads.weeks_compared(chosen, today))
    rows, column, measure = pivot_choice()
    dimension = next((name for name in rows if name in DIMENSIONS), "provider")
    by_week = reads.week_sums(chosen, dimension, measure)
    if by_week.is_empty():
        st.info(_("Nothing ships in these days."))
        return
    st.altair_chart(weeks_chart(by_week, dimension, measure))
    found = reads.pivot(chosen, rows, column, measure)
    st.download_button(
        _("Export to Excel"),
        data=with_locale(export_planning_bytes, ctx, actor(), found, measure, chosen),
        file_name=f"planning-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}.xlsx",
        mime=EXCEL_TYPE,
        icon=":material/download:",
        on_click="ignore",
    )
    pivot_table(found)


def pivot_choice() -> tuple[tuple[str, ...], str | None, str]:
    """What goes down, what goes across, and what is summed up."""
    words = DIMENSIONS | PERIODS
    address.bind(
        "pivot",
        address.choices("pivot_rows", "rows", list(words), ["product"]),
        address.worded("pivot_column", "columns", {"none": ""} | {n: n for n in words}, "week"),
        address.choice("pivot_measure", "sum", list(MEASURES), next(iter(MEASURES))),
    )
    left, middle, right = st.columns(3)
    rows = left.multiselect(
        _("Rows"), list(words), max_selections=2,
        format_func=lambda name: _(words[name]), key="pivot_rows", persist_state="session",
    )  # fmt: skip
    across: dict[str, str] = {"": _("Totals only")} | {n: _(w) for n, w in words.items()}
    column = middle.selectbox(
        _("Columns"), list(across),
        format_func=lambda name: across[name], key="pivot_column", persist_state="session",
    )  # fmt: skip
    measure = right.selectbox(
        _("Sum of"), list(MEASURES), format_func=lambda name: _(MEASURES[name]),
        key="pivot_measure", persist_state="session",
    )  # fmt: skip
    return tuple(rows) or ("product",), column or None, measure


def weeks_chart(frame: pl.DataFrame, dimension: str, measure: str) -> Any:
    """An Altair chart: stacked bars a week, the largest series and the rest as one.

    `frame`: week, `dimension` (String), value (Float64).
    """
    import altair as alt

    largest = (
        frame.group_by(dimension).agg(pl.col("value").sum()).sort("value", descending=True)
    ).head(_SERIES)[dimension]
    other = _("other")
    shown = (
        frame.with_columns(
            pl.when(pl.col(dimension).is_in(largest.implode()))
            .then(pl.col(dimension))
            .otherwise(pl.lit(other))
            .alias("series")
        )
        .group_by("week", "series")
        .agg(pl.col("value").sum())
        .sort("week", "series")
    )
    order = [*largest.to_list(), other]
    return (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            x=alt.X("week:O", title=_("Ship week (ISO)"), axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", title=_(MEASURES[measure])),
            color=alt.Color(
                "series:N", title=None, sort=order,
                legend=alt.Legend(orient="bottom", columns=1, labelLimit=300),
            ),
            tooltip=[
                alt.Tooltip("week:O", title=_("Ship week")),
                alt.Tooltip("series:N", title=_(DIMENSIONS[dimension])),
                alt.Tooltip("value:Q", title=_(MEASURES[measure]), format=",.0f"),
            ],
        )
        .properties(height=340)
        .configure(locale=in_our_language())
    )  # fmt: skip


def pivot_table(found: Pivot) -> None:
    """The pivot with its totals as the first row, so that they are seen without scrolling."""
    words = DIMENSIONS | PERIODS
    first = {found.rows[0]: _("Total")} | found.totals
    total = pl.DataFrame([first], schema_overrides=dict.fromkeys(found.totals, pl.Float64))
    shown = pl.concat([total, found.cells], how="diagonal").select(found.cells.columns)
    config: dict[str, Any] = {
        name: st.column_config.TextColumn(_(words[name]), pinned=True, width="medium")
        for name in found.rows
    }
    for name in (*found.columns, "total"):
        heading = _("Total") if name == "total" else name
        config[name] = st.column_config.NumberColumn(heading, format="localized")
    st.dataframe(shown, hide_index=True, placeholder="", column_config=config, height=480)
