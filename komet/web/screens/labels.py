"""The pieces of the Labels screen: its filters, the boxes, the preview, what gets no label."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.labels.model import LabelBox, LabelBoxes, LineWithoutCodes, Printed
from komet.labels.printing import FILE_TYPES, preview_labels, print_labels_bytes
from komet.labels.template import LabelTemplate
from komet.language import _, _n, day_pattern, number
from komet.orders.filters import OrderFilter
from komet.web.shell import address, failures, reads, state
from komet.web.shell.moments import moment_column
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

_BACK, _AHEAD = 3, 1
_SHOWN_REFUSALS, _SHOWN_REASONS = 20, 5
_PRINTS_WITHIN = 15.0
"""Seconds in which a file of labels is certainly made."""


def label_filter(every: Sequence[Provider], today: date) -> OrderFilter:
    """Clients, ship dates and PO numbers; by default what ships about today.

    The address has them under the names of `OrderFilter`.
    """
    names = {provider.id: provider.name for provider in every}
    address.bind(
        "labels",
        address.choices("labels_providers", "providers", list(names)),
        address.day("labels_from", "ship_from", today - timedelta(_BACK)),
        address.day("labels_to", "ship_to", today + timedelta(_AHEAD)),
        address.text("labels_numbers", "po_numbers"),
    )
    left, start, end, right = st.columns([3, 2, 2, 3])
    ids = left.multiselect(
        _("Importer"), list(names), format_func=lambda id_: names[id_],
        placeholder=_("Any"), select_all=False, key="labels_providers", persist_state="session",
    )  # fmt: skip
    begin = start.date_input(
        _("Ships from"), key="labels_from", format=day_pattern(), persist_state="session"
    )
    until = end.date_input(
        _("Ships to"), key="labels_to", format=day_pattern(), persist_state="session"
    )
    numbers = right.text_input(
        _("PO numbers"), key="labels_numbers", placeholder=_("P053455, P053460"),
        persist_state="session",
    )  # fmt: skip
    po_numbers = tuple(part for part in numbers.replace(",", " ").split() if part)
    return OrderFilter(providers=tuple(ids), ship_from=begin, ship_to=until, po_numbers=po_numbers)


def box_table(found: LabelBoxes) -> tuple[LabelBox, ...]:
    """The boxes in a table; returns those that are to be printed: the chosen rows, else all."""
    unprinted = st.toggle(
        _("Only what was not printed yet"), key="labels_unprinted",
        help=_("A label that is printed again bears the mark of a reprint."),
    )  # fmt: skip
    boxes = found.unprinted if unprinted else found.boxes
    if not boxes:
        st.info(_("Every label of these days was printed."))
        return ()
    event = st.dataframe(
        _frame(boxes, found),
        key="labels_boxes",
        hide_index=True,
        placeholder="",
        height=420,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "ship_date": st.column_config.DateColumn(
                _("Ships"), format=day_pattern(), width=85
            ),
            "provider": st.column_config.TextColumn(_("Importer"), width=110),
            "po_number": st.column_config.TextColumn(_("PO"), width=75),
            "box_code": st.column_config.TextColumn(_("Box code"), width=105),
            "box": st.column_config.TextColumn(_("Box"), width=55),
            "customer": st.column_config.TextColumn(_("Customer")),
            "product": st.column_config.TextColumn(_("Product")),
            "planned": st.column_config.CheckboxColumn(
                _("Planned"), help=_("The code was given here; Komet does not show it yet.")
            ),
            "lot": st.column_config.TextColumn(_("Lot number")),
            "times": st.column_config.NumberColumn(_("Printed"), help=_("How often")),
            "printed_at": moment_column(_("Last printed")),
            "printed_by": st.column_config.TextColumn(_("By")),
        },
    )  # fmt: skip
    rows = event["selection"]["rows"]
    chosen = tuple(boxes[row] for row in rows if row < len(boxes))
    return chosen or boxes


def _frame(boxes: Sequence[LabelBox], found: LabelBoxes) -> pl.DataFrame:
    records = [found.printed.get(box.key) for box in boxes]
    return pl.DataFrame(
        {
            "ship_date": [box.ship_date for box in boxes],
            "provider": [box.provider for box in boxes],
            "po_number": [box.po_number for box in boxes],
            "box_code": [box.box_code for box in boxes],
            "box": [f"{box.position} / {box.of}" for box in boxes],
            "times": [record.times if record else None for record in records],
            "customer": [box.customer for box in boxes],
            "product": [box.product for box in boxes],
            "planned": [box.planned for box in boxes],
            "lot": [box.lot for box in boxes],
            "printed_at": [record.printed_at if record else None for record in records],
            "printed_by": [record.printed_by if record else None for record in records],
        },
        schema_overrides={
            "ship_date": pl.Date,
            "times": pl.Int64,
            "printed_at": pl.Datetime("us", "UTC"),
            "printed_by": pl.String,
        },
    )


def print_panel(ctx: AppContext, boxes: Sequence[LabelBox], template: LabelTemplate) -> None:
    """The first page as it will be printed, what it comes to, and the buttons that print."""
    size, start = template.size, 1
    if size.is_sheet:
        start = st.number_input(
            _("First label on the sheet"), 1, size.per_page, 1,
            key=f"labels_start_{template.media}",
            help=_("For a sheet of which some labels are used: they count row by row."),
        )  # fmt: skip
    picture, outcome = preview_labels(ctx, boxes, template, start)
    st.markdown(_summary(outcome))
    if picture is None:
        _refusals(outcome)
        return
    row = st.container(horizontal=True)
    stem = f"labels-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}"
    for suffix, media_type in FILE_TYPES.items():
        if suffix == ".zpl" and size.is_sheet:
            continue
        row.download_button(
            _("Print to PDF") if suffix == ".pdf" else _("ZPL, {dpi} dpi").format(dpi=template.dpi),
            data=with_locale(print_labels_bytes, ctx, actor(), tuple(boxes), template, suffix,
                             start),
            file_name=stem + suffix,
            mime=media_type,
            icon=":material/print:",
            type="primary" if suffix == ".pdf" else "secondary",
            on_click=_expect_print,
        )  # fmt: skip
    first_page = _("The first page of the PDF")
    st.image(picture, caption=first_page, alt=first_page, width="stretch")
    if outcome.shortened:
        st.warning(
            _n("On {n:,} label a text is too long and was cut.",
               "On {n:,} labels a text is too long and was cut.",
               outcome.shortened).format(n=outcome.shortened)
        )  # fmt: skip
    _refusals(outcome)


def _expect_print() -> None:
    # the file is made after the run that a press brings, and with it what was printed is counted
    st.session_state[state.LABELS_PRINTING] = (time.monotonic() + _PRINTS_WITHIN, reads.stamps())


def follow_print() -> None:
    """Draw the page anew when the labels that were asked for are counted as printed."""
    if state.LABELS_PRINTING in st.session_state:
        _watch_print()


@st.fragment(run_every=1)
def _watch_print() -> None:
    until, stamps = st.session_state.get(state.LABELS_PRINTING, (0, None))
    if time.monotonic() > until:
        st.session_state.pop(state.LABELS_PRINTING, None)
        st.rerun()
    if (now := reads.stamps()) != stamps:
        st.session_state[state.LABELS_PRINTING] = (until, now)
        st.rerun()


def _summary(outcome: Printed) -> str:
    text = _n("**{n:,}** label", "**{n:,}** labels", outcome.labels).format(n=outcome.labels)
    pages = _n("{n:,} page", "{n:,} pages", outcome.pages).format(n=outcome.pages)
    text = f"{text} · {pages}"
    if outcome.reprints:
        again = _n("{n:,} reprint", "{n:,} reprints", outcome.reprints)
        text += " · " + again.format(n=outcome.reprints)
    return text


def _refusals(outcome: Printed) -> None:
    if not outcome.refused:
        return
    count = len(outcome.refused)
    title = _n("{n:,} box gets no label", "{n:,} boxes get no label", count).format(n=count)
    reasons = Counter(refused.reason for refused in outcome.refused)
    lines = [
        f"- {failures.plain(reason)} ({number(times)})"
        for reason, times in reasons.most_common(_SHOWN_REASONS)
    ]
    st.warning("\n".join((title, "", *lines)))
    shown = outcome.refused[:_SHOWN_REFUSALS]
    st.dataframe(
        pl.DataFrame(
            {
                _("PO number"): [refused.box.po_number for refused in shown],
                _("Box code"): [refused.box.box_code for refused in shown],
                _("Reason"): [refused.reason for refused in shown],
            }
        ),
        hide_index=True,
    )


def lines_without_codes(lines: Sequence[LineWithoutCodes]) -> None:
    """The lines of these days of which no box has a code yet."""
    if not lines:
        return
    title = _n("{n:,} line has no box codes yet", "{n:,} lines have no box codes yet", len(lines))
    with st.expander(title.format(n=len(lines))):
        st.caption(_("A box gets its code when it is packed on Ship, or shipped in Komet."))
        st.dataframe(
            pl.DataFrame(
                {
                    "ship_date": [line.ship_date for line in lines],
                    "provider": [line.provider for line in lines],
                    "po_number": [line.po_number for line in lines],
                    "customer": [line.customer for line in lines],
                    "product": [line.product for line in lines],
                    "boxes": [float(line.boxes) if line.boxes is not None else None
                              for line in lines],
                },
                schema_overrides={"ship_date": pl.Date, "boxes": pl.Float64},
            ),
            hide_index=True,
            placeholder="",
            column_config={
                "ship_date": st.column_config.DateColumn(_("Ship date"), format=day_pattern()),
                "provider": st.column_config.TextColumn(_("Importer")),
                "po_number": st.column_config.TextColumn(_("PO number")),
                "customer": st.column_config.TextColumn(_("Customer")),
                "product": st.column_config.TextColumn(_("Product")),
                "boxes": st.column_config.NumberColumn(_("Boxes")),
            },
        )  # fmt: skip
