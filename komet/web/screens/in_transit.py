"""The pieces of In transit: the filter, the figures, an AWB a row, and one AWB in full."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from komet.clients.model import Provider
from komet.context import AppContext
from komet.dispatch.transit import BoxState, Transit, last_asked
from komet.dispatch.transit_file import name_flights, name_states
from komet.dispatch.transit_refresh import plan_refresh, refresh_transit
from komet.language import _, day, day_pattern, number, zoned_moment
from komet.web.shell import address, failures
from komet.web.shell.figures import figure_column
from komet.web.shell.moments import moment_column
from komet.web.shell.session import actor

_BACK, _AHEAD = timedelta(days=7), timedelta(days=3)
_MOST_ROWS = 2_000


def transit_filter(every: Sequence[Provider], today: date) -> tuple[tuple[str, ...], date, date]:
    """Clients (none: all) and the first and last ship day; a week back and three days ahead."""
    names = {provider.id: provider.name for provider in every}
    address.bind(
        "in_transit",
        address.choices("transit_clients", "client", list(names)),
        address.day("transit_from", "from", today - _BACK),
        address.day("transit_to", "to", today + _AHEAD),
    )
    left, start, end = st.columns([2, 1, 1])
    clients = left.multiselect(
        _("Importer"),
        list(names),
        format_func=lambda id_: names[id_],
        placeholder=_("Any"),
        select_all=False,
        key="transit_clients",
        persist_state="session",
    )
    first = start.date_input(
        _("Ships from"), format=day_pattern(), key="transit_from", persist_state="session"
    )
    last = end.date_input(
        _("Ships to"), format=day_pattern(), key="transit_to", persist_state="session"
    )
    return tuple(clients), first, max(first, last)


def show_figures(found: Transit) -> None:
    """AWBs, boxes and FBE that have left, what arrived of them, what is missing, what waits."""
    left, waiting = found.boxes.filter("has_left"), found.boxes.filter(~pl.col("has_left"))
    boxes, arrived, missing, not_seen = (
        left["boxes"].sum(),
        *(
            left.filter(state=state.value)["boxes"].sum()
            for state in (BoxState.RECEIVED, BoxState.MISSING, BoxState.NOT_SEEN)
        ),
    )
    figures = {
        _("AWBs"): (number(left["awb"].n_unique() - (left["awb"].null_count() > 0)), None),
        _("Boxes shipped"): (number(boxes), None),
        _("Full boxes (FBE)"): (
            number(left["fbe"].sum() or 0, 2),
            _("Full-box equivalents, by each importer's factors: the unit that airlines bill by."),
        ),
        _("Received"): (number(arrived), None),
        _("Missing"): (
            number(missing),
            _("Not received, though their AWB should have arrived, or was closed."),
        ),
        _("Not shipped yet"): (number(waiting["boxes"].sum()), _("Boxes that are confirmed.")),
    }
    if not_seen:
        figures[_("Not seen in Komet")] = (
            number(not_seen),
            _("Shipped from here, and Komet does not show them."),
        )
    row = st.container(horizontal=True)
    for label, (value, explained) in figures.items():
        row.metric(label, value, border=True, width=150, help=explained)


def refresh_button(ctx: AppContext, found: Transit, clients: Sequence[str]) -> str:
    """Ask Komet for the AWBs and POs of what is under way; returns what it costs, in words."""
    with failures.shown():
        plan = plan_refresh(ctx, found)
        pressed = st.button(
            _("Refresh"), icon=":material/refresh:", disabled=not plan.requests, type="primary"
        )
        asked = last_asked(ctx, clients)
        said = plan.sentence if plan.requests else _("Everything that has left was received.")
        if asked:
            said += " " + _("AWBs read {when}.").format(when=zoned_moment(asked))
        if pressed:
            with st.spinner(_("Asking Komet …")):
                done = refresh_transit(ctx, actor(), plan)
            failures.notice(done.sentence)
            st.rerun()
        return failures.plain(said)
    return ""


def awb_table(found: Transit) -> dict[str, Any] | None:
    """An AWB and ship day a row; returns the one that is selected."""
    shown = _plain(name_flights(found.awbs))
    picked = st.dataframe(
        shown,
        key="transit_awbs",
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        height=min(460, 38 + 35 * shown.height),
        column_order=[
            "awb", "ship_date", "boxes", "received", "missing", "fbe", "arrival_date", "clients",
            "houses", "lines", "pos", "not_seen", "unplanned", "pieces", "pieces_received",
            "origin", "fetched_at",
        ],
        column_config=_columns() | {"fetched_at": moment_column(_("AWB read"))},
    )  # fmt: skip
    rows = picked.selection.rows
    return found.awbs.row(rows[0], named=True) if rows and rows[0] < shown.height else None


def show_awb(found: Transit, chosen: dict[str, Any]) -> None:
    """Houses, lines and boxes of one AWB and ship day."""
    mine = [
        pl.col(name).eq_missing(pl.lit(chosen[name])) for name in ("awb", "ship_date", "has_left")
    ]
    [title] = name_flights(pl.DataFrame([chosen], schema=found.awbs.schema))["awb"]
    st.header(f"{failures.plain(title)} · {day(chosen['ship_date'])}")
    boxes = found.boxes.filter(*mine)
    tabs = st.tabs([_("Houses"), _("Lines"), _("Boxes")])
    columns = _columns()
    order = {
        "houses": ["house_awb", "clients", *_COUNTED, "lines", "pos"],
        "lines": ["provider", "po_number", "product", "customer", "mark_code", "box_type",
                  *_COUNTED, "codes", "house_awb", "vendor"],
        "boxes": ["box_code", "state", "box_status", "boxes", "fbe", "provider", "po_number",
                  "product", "customer", "mark_code", "box_type", "house_awb"],
    }  # fmt: skip
    frames = {
        "houses": found.houses.filter(*mine),
        "lines": found.lines.filter(*mine),
        "boxes": name_states(boxes.head(_MOST_ROWS)),
    }
    for tab, (name, frame) in zip(tabs, frames.items(), strict=True):
        tab.dataframe(
            _plain(frame),
            key=f"transit_{name}",
            hide_index=True,
            placeholder="",
            column_order=order[name],
            column_config=columns,
        )
    if boxes.height > _MOST_ROWS:
        tabs[-1].caption(
            _("The first {n:,} of {all:,} boxes; the Excel file has all.").format(
                n=_MOST_ROWS, all=boxes.height
            )
        )


_COUNTED = ("boxes", "fbe", "received", "missing")


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.decimal().cast(pl.Float64))


def _columns() -> dict[str, Any]:
    dates = {
        name: st.column_config.DateColumn(label, format=day_pattern())
        for name, label in (
            ("ship_date", _("Ship date")),
            ("arrival_date", _("Expected arrival")),
        )
    }
    return dates | {
        "awb": st.column_config.TextColumn(_("AWB"), pinned=True),
        "house_awb": _("House AWB"),
        "houses": _("House AWB"),
        "clients": _("Importers"),
        "provider": _("Importer"),
        "origin": _("Origin"),
        "po_number": _("PO number"),
        "product": _("Product"),
        "customer": _("Customer"),
        "mark_code": _("Mark code"),
        "vendor": _("Vendor"),
        "box_type": _("Box type"),
        "box_code": _("Box code"),
        "codes": _("Box codes"),
        "state": _("State"),
        "box_status": _("Box status"),
        "boxes": figure_column(_("Boxes")),
        "fbe": figure_column(_("Full boxes (FBE)")),
        "received": figure_column(_("Received")),
        "missing": figure_column(_("Missing")),
        "not_seen": figure_column(_("Not seen in Komet")),
        "unplanned": figure_column(_("Not of our orders")),
        "lines": figure_column(_("Lines")),
        "pos": figure_column(_("POs")),
        "pieces": figure_column(_("Pieces in Komet")),
        "pieces_received": figure_column(_("Pieces received in Komet")),
    }
