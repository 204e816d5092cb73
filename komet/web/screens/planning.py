"""The pieces of the Planning screen: its filters, the weeks compared, the chart, the pivot."""

from collections.abc import Callable, Mapping, Sequence
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
from komet.orders.planning import default_days, name_week, weeks_of
from komet.web.screens.cancelled_choice import cancelled_choice, chosen_cancelled
from komet.web.screens.charts import FIGURE, IMPORTERS, in_our_language
from komet.web.screens.drilling import PICKED, open_bar, open_cell
from komet.web.shell import address, failures, parts, reads
from komet.web.shell.figures import figure_column
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

_FEWEST, _MOST = 8, len(IMPORTERS)
_SMALL = 0.1
"""What is not among the largest series is at most this share, as far as `_MOST` series go."""
_HEIGHT = 360
_PLACES = {"fbe": 2, "total_cost": 2}
"""Decimals of a measure's figures; of another as many as a figure has."""
_CHART, _PIVOT = "planning_chart", "planning_pivot"
_OTHERS = "#b5bdb8"
_NOW = "#777777"
"""Of this week's mark: to be seen on white and on black."""


def planning_filter(every: Sequence[Provider], today: date) -> OrderFilter:
    """Clients and ship dates; by default those of `planning.default_days`."""
    names = {provider.id: provider.name for provider in every}
    first, last = default_days(today)
    address.bind(
        "planning",
        address.choices("planning_providers", "client", list(names)),
        address.day("planning_from", "from", first),
        address.day("planning_to", "to", last),
    )
    left, start, end = st.columns([2, 1, 1])
    ids = left.multiselect(
        _("Importer"), list(names), format_func=lambda id_: names[id_],
        placeholder=_("Any"), select_all=False, key="planning_providers", persist_state="session",
    )  # fmt: skip
    begin = start.date_input(
        _("Ships from"), format=day_pattern(), key="planning_from",
        persist_state="session",
    )  # fmt: skip
    until = end.date_input(
        _("Ships to"), format=day_pattern(), key="planning_to", persist_state="session",
    )  # fmt: skip
    chosen = OrderFilter(
        providers=tuple(ids), ship_from=begin, ship_to=until, cancelled=chosen_cancelled()
    )
    cancelled_choice(chosen)
    return chosen


def show_weeks(compared: Mapping[str, Mapping[str, Decimal]], today: date) -> None:
    """This week's figures, against the last one and the same week last year; which weeks they are.

    `compared`: see `planning.compare_weeks`.
    """
    weeks = {name: _say_week(days) for name, days in weeks_of(today).items()}
    st.markdown(
        _("**This week, {week}**; the change is against last week, {last}.").format(
            week=failures.plain(weeks["this"]), last=failures.plain(weeks["last"])
        )
    )
    row = st.container(horizontal=True)
    year_ago = []
    for measure, values in compared.items():
        value, word = values.get("this"), _(MEASURES[measure])
        shown = "–" if value is None else number(value, _PLACES.get(measure))
        row.metric(word, shown, _change(values, "last"), border=True, width=190,
                   delta_color="off", delta_arrow="off")  # fmt: skip
        if change := _change(values, "year_ago"):
            year_ago.append(f"{word} {change}")
    if year_ago:
        st.caption(
            _("Against the same week last year, {week}: {changes}.").format(
                week=failures.plain(weeks["year_ago"]), changes=", ".join(year_ago)
            )
        )
    else:
        st.caption(_("Nothing is held of the same week last year."))


def _say_week(days: tuple[date, date]) -> str:
    first, last = days
    return _("{week} ({start} to {end})").format(week=name_week(first), start=first, end=last)


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
    st.altair_chart(
        weeks_chart(by_week, dimension, measure, name_week(today), reads.colours()),
        alt=_("{measure} by ship week and {dimension}: the table below has the figures.").format(
            measure=_(MEASURES[measure]), dimension=_(DIMENSIONS[dimension])
        ),
        key=_CHART,
        on_select=lambda: open_bar(_CHART, chosen, dimension),
        selection_mode=PICKED,
    )
    found = reads.pivot(chosen, rows, column, measure)
    st.download_button(
        _("Export to Excel"),
        data=with_locale(export_planning_bytes, ctx, actor(), found, measure, chosen),
        file_name=f"planning-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}.xlsx",
        mime=EXCEL_TYPE,
        icon=":material/download:",
        on_click="ignore",
    )
    st.caption(_("Click a bar or a figure to see its orders."))
    pivot_table(found, on_pick=lambda: open_cell(_PIVOT, chosen, found, column))


def pivot_choice() -> tuple[tuple[str, ...], str | None, str]:
    """What goes down, what goes across, and what is summed up."""
    words = DIMENSIONS | PERIODS
    address.bind(
        "pivot",
        address.choices("pivot_rows", "rows", list(words), ["species"]),
        address.worded("pivot_column", "columns", {"none": ""} | {n: n for n in words}, "week"),
        address.choice("pivot_measure", "sum", list(MEASURES), next(iter(MEASURES))),
    )
    usual = words["species"]
    left, middle, right = st.columns(3)
    rows = left.multiselect(
        _("Rows"), list(words), max_selections=2, placeholder=_(usual),
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
    return tuple(rows) or ("species",), column or None, measure


def weeks_chart(
    frame: pl.DataFrame,
    dimension: str,
    measure: str,
    this_week: str,
    numbers: Mapping[str, int | None],
) -> Any:
    """An Altair chart: stacked bars a week, the largest series, and the rest as one on top.

    `frame`: week, `dimension` (String), value (Float64). `this_week` is marked where it is there.
    `numbers`: of the importers' colours.
    """
    import altair as alt

    shown, order = _series(frame, dimension)
    places = numbers if dimension == "provider" else {n: at for at, n in enumerate(order)}
    colours = [IMPORTERS[(places.get(name) or 0) % len(IMPORTERS)] for name in order]
    if order[-1] == _("others"):
        colours[-1] = _OTHERS
    weeks = sorted(frame["week"].unique())
    x = alt.X(
        "week:O", title=_("Ship week (ISO)"),
        axis=alt.Axis(
            labelAngle=0, labelOverlap=True,
            labelFontWeight={
                "condition": {"test": f"datum.value === '{this_week}'", "value": "bold"},
                "value": "normal",
            },
        ),
    )  # fmt: skip
    bars = (
        alt.Chart(shown)
        .mark_bar(cursor="pointer")
        .add_params(alt.selection_point(name=PICKED, fields=["week", "series"]))
        .encode(
            x=x,
            y=alt.Y("value:Q", title=_(MEASURES[measure])),
            color=alt.Color(
                "series:N", title=None, scale=alt.Scale(domain=order, range=colours),
                legend=alt.Legend(orient="right", columns=1, labelLimit=170, symbolLimit=0),
            ),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("week:O", title=_("Ship week")),
                alt.Tooltip("series:N", title=_(DIMENSIONS[dimension])),
                alt.Tooltip("value:Q", title=_(MEASURES[measure]), format=FIGURE),
            ],
        )
    )  # fmt: skip
    layers = [bars]
    if this_week in weeks:
        now = alt.Chart(pl.DataFrame({"week": [this_week], "word": [_("this week")]}))
        band = now.mark_rect(opacity=0.15, color=_NOW).encode(x="week:O")
        word = now.mark_text(baseline="bottom", dy=-3, fontWeight="bold", color=_NOW).encode(
            x="week:O", y=alt.value(0), text="word:N"
        )
        layers = [band, bars, word]
    return alt.layer(*layers).properties(height=_HEIGHT).configure(locale=in_our_language())


def _series(frame: pl.DataFrame, dimension: str) -> tuple[pl.DataFrame, list[str]]:
    """week, series, value, rank: the largest values of a dimension, and the rest as one, the last.

    Also the series in their order. The largest are as many as it takes for the rest to be small.
    """
    sums = frame.group_by(dimension).agg(pl.col("value").sum())
    sums = sums.sort(["value", dimension], descending=[True, False])
    covered = sums["value"].cum_sum() / max(sums["value"].sum(), 1e-9)
    enough = int((covered < 1 - _SMALL).sum()) + 1
    largest = sums[dimension].head(min(_MOST, max(_FEWEST, enough))).to_list()
    other = _("others")
    order = [*largest, other] if sums.height > len(largest) else largest
    shown = (
        frame.with_columns(
            pl.when(pl.col(dimension).is_in(largest))
            .then(pl.col(dimension))
            .otherwise(pl.lit(other))
            .alias("series")
        )
        .group_by("week", "series")
        .agg(pl.col("value").sum())
        .with_columns(rank=pl.col("series").replace_strict({n: i for i, n in enumerate(order)}))
        .sort("week", "rank")
    )
    return shown, order


def pivot_table(found: Pivot, *, on_pick: Callable[[], None]) -> None:
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
        config[name] = figure_column(heading)
    st.dataframe(
        shown, key=_PIVOT, on_select=on_pick, selection_mode="single-cell", hide_index=True,
        placeholder="", column_config=config, height=480,
    )  # fmt: skip
