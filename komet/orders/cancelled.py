"""What was cancelled within a filter, and what the filter makes of it, in words.

One rule for all screens, exports and commands: it is left out, unless the filter says or asks
otherwise (`OrderFilter.leaves_out_cancelled`).
"""

from decimal import Decimal

from komet.context import AppContext
from komet.language import _, _later, number
from komet.orders.filters import Cancelled, OrderFilter
from komet.orders.model import Totals
from komet.orders.query import total_items

CANCELLED = {
    Cancelled.HIDE: _later("Leave out"),
    Cancelled.SHOW: _later("Show"),
    Cancelled.ONLY: _later("Only"),
}
"""What a filter can do with it, as a choice beside "Cancelled"."""


def total_cancelled(ctx: AppContext, chosen: OrderFilter) -> Totals:
    """The sums over what was cancelled, of all that the filter says otherwise.

    So much is left out of its totals, or is among them.
    """
    return total_items(ctx, only_cancelled(chosen))


def only_cancelled(chosen: OrderFilter) -> OrderFilter:
    """The filter that finds what was cancelled of all that this one says otherwise."""
    return chosen.model_copy(update={"cancelled": Cancelled.ONLY})


def describe_cancelled(chosen: OrderFilter, cancelled: Totals) -> str:
    """What a filter does with it, and its effect: "without cancelled: −700 boxes".

    `cancelled`: what `total_cancelled` gives of the same filter.
    """
    if chosen.cancelled is Cancelled.ONLY:
        return _("cancelled only")
    if chosen.leaves_out_cancelled:
        if not cancelled.lines:
            return _("without cancelled: there is none")
        return describe_left_out(cancelled.boxes)
    return _("with cancelled: {boxes} boxes").format(boxes=number(cancelled.boxes or 0))


def describe_left_out(boxes: Decimal | None) -> str:
    """By how much what was cancelled would change the sums that leave it out."""
    return _("without cancelled: −{boxes} boxes").format(boxes=number(boxes or 0))
