"""The pieces of the Activity screen: the time line with its filters, requests, and errors."""

import math
from typing import Any

import polars as pl
import streamlit as st

from komet import time_zone
from komet.activity.failures import outcome_of
from komet.activity.model import DAY, DAYS, PAUSE, REQUEST, ActivityFilter, Kind
from komet.activity.requests import daily_requests
from komet.activity.timeline import PAGE_ROWS, list_people
from komet.context import AppContext
from komet.export.activity import export_activity_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, _later, _n, day_code, day_pattern, number, zoned_moment
from komet.web.screens.chart_table import show_chart
from komet.web.screens.charts import in_our_language
from komet.web.shell import address, reads
from komet.web.shell.failures import plain
from komet.web.shell.figures import figure_column
from komet.web.shell.moments import moment_column
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

_LIMIT = "#d1495b"
_FEW = 12
_LINKS = {
    "tokens": _later("Go to Tokens"),
    "client_providers": _later("Go to Client providers"),
    "po_download": _later("Go to PO download"),
}


def filters(ctx: AppContext) -> ActivityFilter:
    """What to show of the time line: kinds, people, and days."""
    known = list_people(ctx)
    address.bind(
        "activity",
        address.choices("activity_kinds", "kind", list(Kind)),
        address.choices("activity_people", "person", known),
        address.day("activity_from", "from"),
        address.day("activity_to", "to"),
    )
    with st.container(horizontal=True):
        chosen = st.multiselect(
            _("Kind"),
            list(Kind),
            format_func=lambda kind: kind.label,
            placeholder=_("Any"),
            select_all=False,
            key="activity_kinds",
            persist_state="session",
            width=310,
        )
        who = st.multiselect(
            _("Person"),
            known,
            placeholder=_("Anybody"),
            select_all=False,
            key="activity_people",
            persist_state="session",
            width=310,
        )
        days = [
            st.date_input(
                label,
                value=None,
                format=day_pattern(),
                key=f"activity_{name}",
                persist_state="session",
                width=150,
            )
            for name, label in (("from", _("From")), ("to", _("To")))
        ]
    return ActivityFilter(kinds=tuple(chosen), people=tuple(who), first=days[0], last=days[1])


def time_line(ctx: AppContext, chosen: ActivityFilter) -> None:
    """One page of entries, newest first, under their number and the export."""
    total = reads.count_entries(chosen)
    pages = max(1, math.ceil(total / PAGE_ROWS))
    # another filter begins at its first page
    page_key = f"activity_page_{pages}_{chosen.model_dump_json()}"
    place = st.session_state.get(page_key, 1) - 1
    shown = reads.entries(chosen, place * PAGE_ROWS, PAGE_ROWS)
    if not total:
        nothing_at_all = chosen == ActivityFilter()
        st.info(
            _("Nothing has been done yet. Downloads, imports, exports and changes of tokens and"
              " client providers are listed here, with who did them.")
            if nothing_at_all
            else _("Nothing matches these filters. Take one away.")
        )  # fmt: skip
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_n("**{n:,}** entry", "**{n:,}** entries", total).format(n=total))
        st.download_button(
            _("Excel"),
            data=with_locale(export_activity_bytes, ctx, actor(), chosen),
            file_name=f"komet-activity-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}.xlsx",
            mime=EXCEL_TYPE,
            on_click="ignore",
            icon=":material/download:",
            help=_("Everything that the filters find, and the requests and errors of the last"
                   " {n} days.").format(n=DAYS),
        )  # fmt: skip
    shown = shown.with_columns(pl.col("who").fill_null(_("not recorded")))
    st.caption(_("Select a row to read it in full."))
    above = st.container()
    text = st.column_config.TextColumn
    picked = st.dataframe(
        shown.drop("kind"),
        key=f"activity_table_{place}_{chosen.model_dump_json()}",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        # the entry that is picked stands above: a long table would push it out of sight
        height="content" if shown.height <= _FEW else 460,
        placeholder="",
        column_config={
            "happened_at": moment_column(_("When"), width=132),
            "who": text(_("Who"), width=84),
            "event": text(_("What happened"), width=290),
            "result": text(_("Result"), width=230),
            "details": text(_("Details"), width=240),
        },
    )
    if pages > 1:
        st.pagination(pages, key=page_key)
    rows = picked.selection.rows
    if rows and rows[0] < shown.height:
        with above:
            _entry(shown.row(rows[0], named=True))


def _entry(row: dict[str, Any]) -> None:
    """One entry in full, where its cells are too narrow for it."""
    with st.container(border=True):
        st.markdown(f"**{plain(row['event'])}**")
        st.markdown(plain(row["result"]))
        if row["details"]:
            st.markdown(plain(row["details"]))
        st.caption(plain(f"{zoned_moment(row['happened_at'])} · {row['who']} · {row['kind']}"))


def spent_requests(ctx: AppContext) -> None:
    """Requests of one pool of tokens: today's figures, the chart, and the table behind it."""
    pools = reads.pools()
    rows = reads.requests()
    if not pools:
        st.info(_("There is no token yet, and nothing has been asked of Komet."))
        st.page_link("pages/tokens.py", label=_(_LINKS["tokens"]))
        return
    place = 0
    if len(pools) > 1:
        place = st.selectbox(
            _("Tokens that share an allowance"),
            range(len(pools)),
            format_func=lambda n: pools[n].name,
            key="activity_pool",
            help=_("Tokens of client providers with the same company ID spend the same requests."),
        )
    pool = pools[place if place < len(pools) else 0]
    with st.container(horizontal=True):
        st.metric(_("Requests today"), number(pool.used_today), border=True, width=170)
        st.metric(_("Left today"), number(pool.left_today), border=True, width=170)
        st.metric(_("Allowed a day"), number(pool.allowance), border=True, width=170)
    daily = daily_requests(ctx, pool)
    show_chart(
        _requests_a_day(daily, pool.allowance),
        daily,
        {
            "day": st.column_config.DateColumn(_("Day (UTC)"), format=day_pattern()),
            "token": _("Token"),
            "requests": figure_column(_("Requests")),
        },
        _("Requests a day and token; {n:,} a day are allowed.").format(n=pool.allowance),
    )
    st.caption(
        _("The last {n} days, each from 00:00 to 24:00 UTC. Every try counts. The allowance is"
          " today's. Requests that other programs make for the same company are not seen here.")
        .format(n=DAYS)
    )  # fmt: skip
    of_pool = rows.filter(pl.col("token_id").is_in([token.id for token in pool.tokens]))
    if not of_pool.height:
        return
    st.header(_("By day, token and method"))
    st.dataframe(
        of_pool.drop("token_id"),
        hide_index=True,
        placeholder="",
        column_config={
            "day": st.column_config.DateColumn(_("Day (UTC)"), format=day_pattern()),
            "token": _("Token"),
            "method": _("Method"),
            "requests": figure_column(_("Requests")),
            "again": figure_column(_("Tried again")),
            "failed": figure_column(_("Failed")),
            "seconds": st.column_config.NumberColumn(_("Seconds an answer"), format="%.2f"),
        },
    )


def errors() -> None:
    """A card for each way in which something failed lately: how often, for whom, what to do."""
    found = reads.failures()
    if not found.height:
        st.success(
            _("Nothing went wrong in the last {n} days.").format(n=DAYS),
            icon=":material/check_circle:",
        )
        return
    st.caption(
        _("The last {n} days, the latest first. A request that failed was tried again by itself"
          " where that can help.").format(n=DAYS)
    )  # fmt: skip
    for outcome, group in found.group_by("outcome", maintain_order=True):
        _error_card(str(outcome[0]), group)


def _error_card(name: str, group: pl.DataFrame) -> None:
    outcome = outcome_of(name)
    counted = dict.fromkeys((REQUEST, DAY, PAUSE), 0)
    counted |= dict(group.group_by("source").agg(pl.col("times").sum()).iter_rows())
    words = {
        REQUEST: _n("{n:,} request failed", "{n:,} requests failed", counted[REQUEST]),
        DAY: _n("{n:,} day failed", "{n:,} days failed", counted[DAY]),
        PAUSE: _n("{n:,} download paused", "{n:,} downloads paused", counted[PAUSE]),
    }
    facts = [words[source].format(n=n) for source, n in counted.items() if n]
    last = group["last_seen"].max()
    clients = sorted({client for client in group["client"] if client})
    with st.container(border=True):
        st.markdown(f"**{plain(outcome.label)}**  ·  " + ", ".join(facts))
        seen = _("last at {when}").format(when=zoned_moment(last))  # type: ignore[arg-type]
        st.caption("  ·  ".join([plain(", ".join(clients)), seen]) if clients else seen)
        still = int(group["open"].sum())
        if still:
            words_still = _n(
                "{n:,} day is still to be fetched.", "{n:,} days are still to be fetched.", still
            ).format(n=still)
            st.markdown(f":material/warning: **{words_still}**")
        st.markdown(plain(outcome.advice))
        if outcome.screen:
            st.page_link(f"pages/{outcome.screen}.py", label=_(_LINKS[outcome.screen]))
        with st.expander(_("Reasons, one by one")):
            _reasons(group)


def _reasons(group: pl.DataFrame) -> None:
    st.dataframe(
        group.select(
            "client", pl.coalesce("reason", "method").alias("reason"), "times", "last_seen"
        ),
        hide_index=True,
        placeholder="",
        column_config={
            "client": _("Importer"),
            "reason": st.column_config.TextColumn(_("Reason or method"), width="large"),
            "times": figure_column(_("How often")),
            "last_seen": moment_column(_("Last seen")),
        },
    )


def _requests_a_day(frame: pl.DataFrame, allowance: int) -> Any:
    """An Altair chart: bars of requests a day, stacked by token, and a line at the allowance.

    Columns: day (Date), token (String), requests (Int64); see `daily_requests`.
    """
    import altair as alt

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
