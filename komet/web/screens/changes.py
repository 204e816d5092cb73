"""The pieces of the Changes screen: since when, the filters, the sums, the table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import polars as pl
import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.export.reports import export_changes_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, _n, day_pattern, number, zoned_moment
from komet.orders import changes
from komet.orders.model import CHANGE_GROUPS, CHANGE_WORDS, ChangeFilter, ChangeKind, Download
from komet.web.shell import parts, reads
from komet.web.shell.moments import moment_column
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

_PAGE = 500


def change_filter(every: Sequence[Provider], last: Download | None, now: datetime) -> ChangeFilter:
    """The filter that the widgets say; first downloads are shown when they are asked for."""
    left, right = st.columns([2, 3])
    starts: dict[str, datetime | Download | None] = {
        _("Last download"): last,
        _("Yesterday"): changes.since_yesterday(now),
        _("A date"): None,
    }
    word = left.pills(
        _("Since"), list(starts), default=_("Last download"), required=True, wrap=True,
        key="changes_since",
    )  # fmt: skip
    since = starts[word or _("Last download")]
    if word == _("A date"):
        picked = left.date_input(
            _("From"), value=time_zone.today(now), format=day_pattern(), key="changes_from"
        )
        since = time_zone.begin(picked)
    elif since:
        seen_from = since.at if isinstance(since, Download) else since
        left.caption(_("Seen since {when}.").format(when=zoned_moment(seen_from)))
    kinds = right.pills(
        _("What happened"), list(ChangeKind), selection_mode="multi", wrap=True,
        format_func=lambda kind: _(CHANGE_WORDS[kind]), key="changes_kinds",
    )  # fmt: skip
    names = {provider.id: provider.name for provider in every}
    a, b, c = st.columns(3)
    ids = a.multiselect(
        _("Importer"), list(names), format_func=lambda id_: names[id_],
        placeholder=_("Any"), key="changes_providers",
    )  # fmt: skip
    customer = b.text_input(_("Customer contains"), key="changes_customer")
    product = c.text_input(_("Product contains"), key="changes_product")
    return ChangeFilter(
        since=since,
        providers=tuple(ids),
        kinds=tuple(kinds),
        customer=customer,
        product=product,
        first_downloads=False,
    )


def show_counts(counts: Mapping[str, int]) -> None:
    """How many POs each kind of change concerns."""
    row = st.container(horizontal=True)
    for kind, word in CHANGE_WORDS.items():
        row.metric(_(word), number(counts[kind.value]), border=True, width=130)


def say_first_downloads(counts: Mapping[str, int], chosen: ChangeFilter) -> None:
    """Where orders are hidden because their day was only downloaded for the first time: say so."""
    hidden = counts[ChangeKind.FIRST.value]
    if hidden and ChangeKind.FIRST not in chosen.kinds:
        st.caption(
            _n(
                "{n} PO is on a day that was downloaded for the first time, and is no new order:"
                " choose {kind} to see it.",
                "{n} POs are on days that were downloaded for the first time, and are no new"
                " orders: choose {kind} to see them.",
                hidden,
            ).format(n=hidden, kind=_(CHANGE_WORDS[ChangeKind.FIRST]))
        )


@st.fragment
def difference_sums(ctx: AppContext, chosen: ChangeFilter, counts: Mapping[str, int]) -> None:
    """What the changes come to, summed up as chosen, and all of it as an Excel file.

    `counts`: those that the screen shows above.
    """
    parts.stay_with(counts, lambda: reads.change_counts(chosen))
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    with bar:
        by = st.segmented_control(
            _("Sum up by"), list(CHANGE_GROUPS), format_func=lambda name: _(CHANGE_GROUPS[name]),
            default="provider", required=True, key="changes_by",
        )  # fmt: skip
        st.download_button(
            _("Export to Excel"),
            data=with_locale(export_changes_bytes, ctx, actor(), chosen),
            file_name=f"changes-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}.xlsx",
            mime=EXCEL_TYPE,
            icon=":material/download:",
            on_click="ignore",
        )
    show_differences(reads.change_differences(chosen, by or "provider"), by or "provider")


def show_differences(frame: pl.DataFrame, by: str) -> None:
    """What the changes come to: a row a group, and the sum of all in a sentence."""
    if frame.is_empty():
        st.caption(_("Boxes, stems and cost are the same as before."))
        return
    words = {name: signed(Decimal(frame[name].sum())) for name in ("boxes", "stems", "total_cost")}
    st.markdown(
        _("Together: **{boxes}** boxes, **{stems}** stems, **{total_cost}** cost.").format(**words)
    )
    st.dataframe(
        frame.with_columns(pl.selectors.decimal().cast(pl.Float64)),
        hide_index=True,
        placeholder="",
        column_config={
            "group": _(CHANGE_GROUPS[by]),
            "purchase_orders": _("POs"),
            "boxes": st.column_config.NumberColumn(_("Boxes"), format="localized"),
            "stems": st.column_config.NumberColumn(_("Stems"), format="localized"),
            "total_cost": st.column_config.NumberColumn(_("Total cost"), format="localized"),
        },
    )


def change_table(frame: pl.DataFrame) -> None:
    """The changes themselves, the newest first; the first 500 of them."""
    shown = changes.describe_changes(frame.head(_PAGE)).drop("provider_id", "po_id")
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config={
            "seen_at": moment_column(_("Seen")),
            "provider": _("Importer"),
            "po_number": st.column_config.TextColumn(_("PO number"), pinned=True),
            "kind": _("What happened"),
            "ship_date": st.column_config.DateColumn(_("Ship date"), format=day_pattern()),
            "vendor_name": _("Vendor"),
            "customer_name": _("Customer"),
            "product": st.column_config.TextColumn(_("Product"), width="medium"),
            "field": _("Field"),
            "before": _("Before"),
            "after": _("After"),
            "po_item_id": _("PO item ID"),
        },
        column_order=[
            "po_number", "kind", "provider", "ship_date", "field", "before", "after",
            "customer_name", "product", "vendor_name", "seen_at", "po_item_id",
        ],
    )  # fmt: skip
    if frame.height > _PAGE:
        st.caption(
            _("The newest {shown:,} of {all:,} changes; the Excel file has all.").format(
                shown=_PAGE, all=frame.height
            )
        )


def signed(value: Decimal) -> str:
    """A difference with its sign."""
    places = 0 if value == value.to_integral_value() else 2
    return ("+" if value > 0 else "") + number(value, places)
