"""What happens between two downloads: orders near today move, change, fall away and arrive."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from komet.sandbox.chance import chance
from komet.sandbox.line_maker import CENT, line_state
from komet.sandbox.order_maker import OrderMaker
from komet.sandbox.records import Line, PurchaseOrder

Days = dict[date, tuple[PurchaseOrder, ...]]

_BACK, _AHEAD, _LONGEST_MOVE = 2, 10, 3
_SHARES = (("move", 0.03), ("change", 0.10), ("cancel", 0.02), ("vanish", 0.015), ("arrive", 0.02))
"""Of the open orders near today; at least one of each while there are enough."""
_SUNDAY = 6


def days_touched(today: date) -> tuple[date, ...]:
    """The days that a revision may change."""
    return tuple(today + timedelta(days=at) for at in range(-_BACK, _AHEAD + _LONGEST_MOVE + 1))


def evolve(days: Days, maker: OrderMaker, revision: int) -> Days:
    """The touched days in this revision, made from the same days of the revision before."""
    dice = chance(maker.seed, maker.company.key, "revision", revision)
    now = datetime.combine(maker.today, time(6)) + timedelta(minutes=5 * revision)
    latest = maker.today + timedelta(days=_AHEAD)
    orders = {order.id: order for day in sorted(days) for order in days[day]}
    used_ids = set(orders)
    open_orders = [
        order
        for order in orders.values()
        if order.status in {"PA", "A", "CF"} and order.ship_date <= latest
    ]
    dice.shuffle(open_orders)
    for action, share in _SHARES:
        for _time in range(max(1, round(len(open_orders) * share))):
            if not open_orders:
                break
            order = open_orders.pop()
            if action == "arrive":
                order = _arrival(order.ship_date, maker, revision, dice)
                if order.id in used_ids:
                    continue
                order = replace(order, created_on=now)
                used_ids.add(order.id)
            if action == "vanish":
                del orders[order.id]
            else:
                orders[order.id] = replace(_acted(order, action, dice), updated_on=now)
    after: dict[date, list[PurchaseOrder]] = {day: [] for day in days}
    for order_id in sorted(orders):
        after[orders[order_id].ship_date].append(orders[order_id])
    return {day: tuple(rows) for day, rows in after.items()}


def _acted(order: PurchaseOrder, action: str, dice: Random) -> PurchaseOrder:
    match action:
        case "move":
            day = order.ship_date + timedelta(days=dice.randint(1, _LONGEST_MOVE))
            if day.weekday() == _SUNDAY:
                day -= timedelta(days=1)
            if day == order.ship_date:
                day += timedelta(days=2)
            return replace(order, ship_date=day)
        case "cancel":
            return replace(
                order,
                status="CA",
                lines=tuple(
                    replace(line, status="Cancelled", quantity_confirmed=0) for line in order.lines
                ),
            )
        case "change":
            return _changed(order, dice)
    return order


def _arrival(day: date, maker: OrderMaker, revision: int, dice: Random) -> PurchaseOrder:
    half = maker.day_stride // 2
    return maker.order(day, half + revision % half, dice)


def _changed(order: PurchaseOrder, dice: Random) -> PurchaseOrder:
    at = dice.randrange(len(order.lines))
    line = order.lines[at]
    kind = dice.choice(("boxes", "cost", "progress"))
    if kind == "progress":
        status = {"PA": "A", "A": "CF", "CF": "CF"}[order.status]
        lines = tuple(_at_status(row, status, dice) for row in order.lines)
        return replace(order, status=status, lines=lines)
    changed = _other_boxes(line, dice) if kind == "boxes" else _other_cost(line, dice)
    return replace(order, lines=(*order.lines[:at], changed, *order.lines[at + 1 :]))


def _at_status(line: Line, header: str, dice: Random) -> Line:
    status, confirmed = line_state(header, line.boxes, dice.random())
    return replace(line, status=status, quantity_confirmed=confirmed)


def _other_boxes(line: Line, dice: Random) -> Line:
    boxes = line.boxes + dice.choice((1, 2, 3) if line.boxes == 1 else (-1, 1, 2))
    confirmed = line.quantity_confirmed
    if confirmed is not None:
        confirmed = min(confirmed, boxes)
    status = line.status
    if status == "Confirmed" and confirmed is not None and confirmed < boxes:
        status = "Partially Confirmed"
    return replace(line, boxes=boxes, quantity_confirmed=confirmed, status=status)


def _other_cost(line: Line, dice: Random) -> Line:
    step = dice.randint(1, 4) * CENT
    return replace(
        line,
        unit_cost=line.unit_cost + step,
        breakdowns=tuple(replace(part, cost=part.cost + step) for part in line.breakdowns),
    )
