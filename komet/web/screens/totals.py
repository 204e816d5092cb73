"""Five totals in a row."""

from decimal import Decimal

import streamlit as st

from komet.language import _, number
from komet.orders.model import Totals


def show_totals(totals: Totals) -> None:
    """Purchase orders, boxes, FBE, stems and cost of what a filter finds."""
    figures = {
        _("Purchase orders"): (number(totals.purchase_orders), None),
        _("Boxes"): (_figure(totals.boxes, 0), _("Cartons; a mixed box counts once.")),
        _("FBE"): (_figure(totals.fbe, 2), _("Full-box equivalents, by each client's factors.")),
        _("Stems"): (_figure(totals.stems, 0), _("Boxes × bunches × stems per bunch.")),
        _("Total cost"): (
            _figure(totals.total_cost, 2),
            _("In the provider's currency; Komet does not state which."),
        ),
    }
    row = st.container(horizontal=True)
    for label, (value, explained) in figures.items():
        row.metric(label, value, border=True, help=explained, width=165)


def _figure(value: Decimal | None, places: int) -> str:
    """A number that fits its card: millions are rounded, idle decimals left out."""
    if value is None:
        return "–"
    if abs(value) >= 1_000_000:
        return f"{number(value / 1_000_000, 2)} M"
    whole = value == value.to_integral_value() or abs(value) >= 10_000
    return number(value, 0 if whole else places)
