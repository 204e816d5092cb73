"""The figures of the Overview's cards: as a screen shows them, and as plain code works them out."""

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from urllib.parse import parse_qs

import polars as pl
from streamlit.testing.v1 import AppTest

from komet import demo
from komet.context import AppContext
from komet.sandbox.companies import companies
from komet.sandbox.records import PurchaseOrder
from komet.sandbox.state import SandboxState

FIGURE = re.compile(r"\*\*\\?([-+\d,.]+)\*\*")


def cards(visit: AppTest) -> dict[str, tuple[list[Decimal], dict[str, list[str]]]]:
    """What the cards of the Overview say: title → its figures in bold, and its link's filter."""
    found: dict[str, tuple[list[Decimal], dict[str, list[str]]]] = {}
    elements = list(visit.main)
    for link, text in pairwise(elements):
        if link.type == "page_link" and text.type == "markdown":
            figures = [Decimal(n.replace(",", "")) for n in FIGURE.findall(text.value)]
            found[link.proto.label] = (figures, parse_qs(link.proto.query_string))
    return found


def plain_sums(app: AppContext, *conditions: pl.Expr) -> dict[str, Decimal | int]:
    """The same figures from the rows as they are stored, by plain Polars."""
    with app.read() as con:
        rows = con.frame(
            "SELECT i.*, p.name AS importer, m.code FROM order_items i"
            " JOIN providers p ON p.id = i.provider_id LEFT JOIN mappings m ON m.kind = 'product'"
            " AND m.provider_id = i.provider_id AND m.komet_id = i.product_id"
        )
    status = pl.col("line_status").fill_null("").str.to_uppercase()
    po_status = pl.col("po_status").fill_null("").str.to_uppercase()
    stands = ~status.is_in(["CA", "CANCELLED"]) & ~po_status.is_in(["CA", "CANCELLED"])
    rows = rows.filter(pl.col("gone_at").is_null(), stands, *conditions)
    lines = rows.unique(["provider_id", "po_id", "po_item_id"])
    known = companies()
    factors = pl.DataFrame(
        [
            {"importer": sample.provider, "box_type": box.code, "factor": float(box.fbe)}
            for sample in demo.SAMPLES
            for box in known[sample.token.company].box_types
        ]
    )
    lines = lines.join(factors, on=["importer", "box_type"], how="left")
    return {
        "lines": lines.height,
        "products": rows.select("provider_id", "product_id").n_unique(),
        "boxes": lines["boxes"].sum(),
        "fbe": (lines["boxes"].cast(pl.Float64) * lines["factor"]).sum(),
    }


def sandbox_changes(first: date, last: date, until: date) -> list[Decimal]:
    """By how much boxes and cost of the sample importers differ from the first pass to the second.

    The first saw the days from `first` to `last`, the second those to `until`: what is on a day
    that only the second saw counts where the first saw it on another day.
    """
    before, after = SandboxState(evolve=False), SandboxState(evolve=False)
    after.advance()
    found = [Decimal(0), Decimal(0)]
    for sample in demo.SAMPLES:
        seen = _orders(before, sample, first, last)
        ids = {order.id for order in seen}
        now = [
            order
            for order in _orders(after, sample, first, until)
            if order.id in ids or order.ship_date <= last
        ]
        for orders, sign in ((seen, -1), (now, 1)):
            lines = [line for order in orders if order.status != "CA" for line in order.lines]
            for line in lines:
                if line.status != "Cancelled":
                    found[0] += sign * line.boxes
                    found[1] += sign * line.total_cost
    return found


def _orders(
    state: SandboxState, sample: demo.Sample, first: date, last: date
) -> list[PurchaseOrder]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [
        order
        for day in days
        for order in state.orders(sample.token.company, day)
        if sample.token.vendor_id in {None, order.vendor_id}
    ]
