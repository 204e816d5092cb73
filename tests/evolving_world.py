"""Purchase orders that evolve as clients' do, and what plain Python says of them.

Nothing here knows the product's formulas, queries or comparisons: figures are computed from the
README's "How numbers are made", changes from what was answered before and what is answered now.
"""

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

DAYS = tuple(date(2026, 11, 23) + timedelta(days=n) for n in range(3))
PRODUCTS = {str(n): f"Rosa Ñandú {n}0 cm" for n in range(1, 7)}
CUSTOMERS = {"7": "Bloom & Co", "8": "Flores, S.A.", "9": "Tulip Bros"}
MAPPED = {"1": "SKU-1", "3": "0003"}
FACTORS = {"HB": Decimal("0.45"), "FB": Decimal(1), "QB": Decimal("0.25")}
"""HB is Komet's own of this client; FB and QB are the trade's; XX has none."""
Change = tuple[str, str | None, str, str | None, str | None, str | None]
"""PO ID, PO item ID, kind, field, before, after; texts of boxes are left out."""
Figures = dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]]
"""(Product, customer) → boxes, stems, cost."""


@dataclass
class Line:
    product: str
    customer: str
    box_type: str | None
    boxes: int
    bunches: int | None
    stems_bunch: int
    unit_type: str
    unit_cost: Decimal
    status: str = "P"
    mix: list[tuple[str, int, int, Decimal]] = field(default_factory=list)
    gone: bool = False
    gone_with: bool = False
    units: int = 0

    def units_of(self) -> int:
        if self.bunches is None:
            return self.units
        return self.boxes * self.bunches * (1 if self.unit_type == "Bunch" else self.stems_bunch)

    def cost(self) -> Decimal:
        return self.units_of() * self.unit_cost

    def items(self) -> Iterator[tuple[str, int, Decimal | None, Decimal, Decimal | None, int]]:
        """product, boxes, stems, cost, FBE and number of each order item of the line."""
        factor = FACTORS.get(self.box_type or "")
        fbe = None if factor is None else self.boxes * factor
        if not self.mix:
            if self.bunches is not None:
                stems = Decimal(self.boxes * self.bunches * self.stems_bunch)
            else:
                stems = Decimal(self.units) if self.unit_type == "Stem" else None
            yield self.product, self.boxes, stems, self.cost(), fbe, 0
        for place, (product, bunches, stems_bunch, _cost) in enumerate(self.mix, start=1):
            in_all = Decimal(self.boxes * bunches * stems_bunch)
            if place == 1:
                yield product, self.boxes, in_all, self.cost(), fbe, place
            else:
                yield product, 0, in_all, Decimal(0), None, place


@dataclass
class Order:
    day: int
    status: str
    lines: dict[str, Line]
    gone: bool = False
    said: tuple[str, str] = ("", "")
    """Boxes and cost of the header, as the last answer with this PO had them."""

    def boxes(self) -> int:
        return sum(line.boxes for line in self.lines.values())

    def cost(self) -> Decimal:
        return sum((line.cost() for line in self.lines.values()), Decimal(0))


World = dict[str, Order]


class Evolution:
    """What one client's Komet holds, and what happens to it."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self.world: World = {}
        self._asleep: World = {}
        self._next = 100
        for _n in range(dice.randint(0, 4)):
            self._arrive()

    def happen(self) -> None:
        """A few things."""
        for _n in range(self._dice.randint(0, 4)):
            happening = self._dice.choice(
                (self._arrive, self._move, self._vanish, self._return, self._cancel, self._stand,
                 self._cancel_line, self._substitute, self._other_customer, self._more_boxes,
                 self._drop_line, self._add_line, self._move_line, self._move_line, self._mix,
                 self._move_line, self._pay)
            )  # fmt: skip
            happening()

    def _pick(self) -> Order | None:
        return self.world[self._dice.choice(sorted(self.world))] if self.world else None

    def _pick_line(self) -> Line | None:
        order = self._pick()
        if order is None or not order.lines:
            return None
        return order.lines[self._dice.choice(sorted(order.lines))]

    def _new_id(self) -> str:
        self._next += 1
        return str(self._next)

    def _line(self) -> Line:
        dice = self._dice
        line = Line(
            product=dice.choice(list(PRODUCTS)), customer=dice.choice(list(CUSTOMERS)),
            box_type=dice.choice(("HB", "FB", "QB", "XX", None)), boxes=dice.randint(0, 2000),
            bunches=dice.choice((4, 10, None)), stems_bunch=dice.choice((20, 25)),
            unit_type=dice.choice(("Stem", "Bunch")),
            unit_cost=Decimal(dice.randint(0, 9999)) / 10000, units=dice.randint(0, 5000),
        )  # fmt: skip
        if dice.random() < 0.3:
            self._mix_of(line)
        return line

    def _mix_of(self, line: Line) -> None:
        dice = self._dice
        chosen = dice.sample(list(PRODUCTS), dice.randint(1, 3))
        line.mix = [(p, dice.randint(0, 8), dice.choice((10, 25)), Decimal("0.31")) for p in chosen]

    def _arrive(self) -> None:
        lines = {self._new_id(): self._line() for _n in range(self._dice.randint(0, 3))}
        status = self._dice.choice(("A", "CF", "CA", "PA"))
        self.world[self._new_id()] = Order(self._dice.randrange(3), status, lines)

    def _move(self) -> None:
        if order := self._pick():
            order.day = self._dice.randrange(3)

    def _vanish(self) -> None:
        if self.world:
            po_id = self._dice.choice(sorted(self.world))
            self._asleep[po_id] = self.world.pop(po_id)

    def _return(self) -> None:
        if self._asleep:
            po_id = self._dice.choice(sorted(self._asleep))
            self.world[po_id] = self._asleep.pop(po_id)

    def _cancel(self) -> None:
        if order := self._pick():
            order.status = "CA"

    def _stand(self) -> None:
        if order := self._pick():
            order.status = "CF"

    def _cancel_line(self) -> None:
        if line := self._pick_line():
            line.status = self._dice.choice(("Cancelled", "C", "CA"))

    def _substitute(self) -> None:
        if line := self._pick_line():
            line.product = self._dice.choice(list(PRODUCTS))

    def _other_customer(self) -> None:
        if line := self._pick_line():
            line.customer = self._dice.choice(list(CUSTOMERS))

    def _more_boxes(self) -> None:
        if line := self._pick_line():
            line.boxes += self._dice.randint(0, 3)

    def _pay(self) -> None:
        if line := self._pick_line():
            line.unit_cost += Decimal("0.01")

    def _mix(self) -> None:
        line = self._pick_line()
        if line and self._dice.random() < 0.4:
            line.mix = []
        elif line:
            self._mix_of(line)

    def _drop_line(self) -> None:
        order = self._pick()
        if order and order.lines:
            del order.lines[self._dice.choice(sorted(order.lines))]

    def _add_line(self) -> None:
        if order := self._pick():
            order.lines[self._new_id()] = self._line()

    def _move_line(self) -> None:
        order, other = self._pick(), self._pick()
        if order and other and order is not other and order.lines:
            item = self._dice.choice(sorted(order.lines))
            other.lines[item] = order.lines.pop(item)


def answer_of(world: World, day: int, dice: Random, *, texts: bool) -> dict[str, Any]:
    """What Komet says of a day; `texts`: this company's Komet writes numbers as text."""

    def number(value: Decimal | int | None) -> Any:
        if value is None:
            return dice.choice(("", None))
        if texts:
            return f"{value:,}"
        return value if isinstance(value, int) else float(value)

    def line_of(item: str, line: Line) -> dict[str, Any]:
        shown = {
            "poItemId": item if texts else int(item), "productId": line.product,
            "productDescription": PRODUCTS[line.product], "boxType": line.box_type,
            "totalBoxes": number(line.boxes), "bunches": number(line.bunches),
            "stemsBunch": number(line.stems_bunch), "unitType": line.unit_type,
            "totalUnits": number(line.units_of()), "unitCost": number(line.unit_cost),
            "totalCost": number(line.cost()), "lineItemStatus": line.status,
            "customerId": line.customer, "customerName": CUSTOMERS[line.customer],
        }  # fmt: skip
        if line.mix:
            shown["breakdowns"] = [
                {"productId": product, "productDescription": PRODUCTS[product],
                 "bunches": number(bunches), "stemsBunch": number(stems), "cost": number(cost)}
                for product, bunches, stems, cost in line.mix
            ]  # fmt: skip
        return shown

    orders = [
        {"id": po_id if texts else int(po_id), "number": f"P{po_id}", "shipDate": str(DAYS[day]),
         "status": order.status, "totalBoxes": number(order.boxes()),
         "totalCost": number(order.cost()),
         "details": [line_of(item, line) for item, line in order.lines.items()]}
        for po_id, order in world.items()
        if order.day == day
    ]  # fmt: skip
    dice.shuffle(orders)
    if orders and dice.random() < 0.1:
        orders.append(orders[0])
    if not orders:
        said = dice.choice(
            ("Orders not found.", "Orders not found.OK", "Purchase orders not found")
        )
        return {"status": dice.choice((0, 1, "0", "1")), "message": said}
    return {"status": dice.choice((1, "1")), "message": "OK", "purchaseOrders": orders}


class Expected:
    """What the store should hold, and its changes, after each answer for a day."""

    def __init__(self) -> None:
        self.stored: World = {}
        self.changes: list[tuple[str, Change]] = []
        self.first_figures: Figures = {}
        self._asked: set[int] = set()
        self._left: dict[tuple[str, str], list[str]] = {}
        """Of a PO that is gone in a run: its lines that were of another PO by then."""

    def record_answer(self, world: World, day: int, run: str) -> tuple[int, int]:
        """A day's complete answer; returns the POs and the lines that it has."""
        incoming = {po: deepcopy(order) for po, order in world.items() if order.day == day}
        for order in incoming.values():
            order.said = (plain(order.boxes()), plain(order.cost()))
        is_first = day not in self._asked
        self._asked.add(day)
        ever_seen = {item for order in self.stored.values() for item in order.lines}
        lines_of = {item: po for po, order in incoming.items() for item in order.lines}
        was = {po: deepcopy(order) for po, order in self.stored.items()}
        for po, order in was.items():
            if po in incoming:
                continue
            if order.day == day and not order.gone:
                self._tell(run, (po, None, "gone", None, None, None))
                self.stored[po].gone = True
                for line in self.stored[po].lines.values():
                    line.gone_with = line.gone_with or not line.gone
                    line.gone = True
            for item, line in order.lines.items():
                if item in lines_of:
                    if not line.gone and not self.stored[po].gone:
                        self._tell(run, (po, item, "gone", None, None, None))
                    elif not line.gone:
                        self._left.setdefault((run, po), []).append(item)
                    del self.stored[po].lines[item]
        for po, order in incoming.items():
            if po in was:
                self._again(run, po, was[po], order, lines_of)
            else:
                kind = "first" if is_first else "new"
                self._tell(run, (po, None, kind, None, None, None))
            self.stored[po] = order
            if po not in was and is_first:
                new = {k: line for k, line in order.lines.items() if k not in ever_seen}
                add(self.first_figures, figures({po: Order(day, order.status, new)}))
        return len(incoming), len(lines_of)

    def _again(self, run: str, po: str, was: Order, now: Order, lines_of: dict[str, str]) -> None:
        recorded = (run, (po, None, "gone", None, None, None))
        in_this_run = recorded in self.changes
        if in_this_run:
            # it only went to another day: what it lost on the way is a change of it
            self.changes.remove(recorded)
            for item in self._left.pop((run, po), []):
                self._tell(run, (po, item, "gone", None, None, None))
        if was.day != now.day:
            self._tell(
                run, (po, None, "moved", "ship_date", str(DAYS[was.day]), str(DAYS[now.day]))
            )
        elif was.gone and not in_this_run:
            self._tell(run, (po, None, "back", None, None, None))
        last = {k: line for k, line in was.lines.items() if not line.gone or line.gone_with}
        before = {"status": was.status, "total_boxes": was.said[0],
                  "total_cost": was.said[1]}  # fmt: skip
        after = {"status": now.status, "total_boxes": now.said[0],
                 "total_cost": now.said[1]}  # fmt: skip
        for name, old in before.items():
            if old != after[name]:
                cancelled = name == "status" and after[name] == "CA"
                kind = "cancelled" if cancelled else "changed"
                self._tell(run, (po, None, kind, name, old, after[name]))
        for item, line in now.lines.items():
            if item not in was.lines:
                self._tell(run, (po, item, "new", None, None, None))
                continue
            if item not in last:
                self._tell(run, (po, item, "back", None, None, None))
            self._line_again(run, po, item, was.lines[item], line)
        for item, line in was.lines.items():
            if item in now.lines:
                continue
            if item in last:
                self._tell(run, (po, item, "gone", None, None, None))
            if item not in lines_of:
                now.lines[item] = line
                line.gone_with = False
                line.gone = True

    def _line_again(self, run: str, po: str, item: str, was: Line, now: Line) -> None:
        for name, (old, new) in {
            "product_id": (was.product, now.product),
            "product_description": (PRODUCTS[was.product], PRODUCTS[now.product]),
            "customer_name": (CUSTOMERS[was.customer], CUSTOMERS[now.customer]),
        }.items():
            if old != new:
                self._tell(run, (po, item, "substituted", name, old, new))
        for name, old_value, new_value in (
            ("total_boxes", was.boxes, now.boxes),
            ("total_units", was.units_of(), now.units_of()),
            ("unit_cost", was.unit_cost, now.unit_cost),
            ("total_cost", was.cost(), now.cost()),
        ):
            if old_value != new_value:
                self._tell(run, (po, item, "changed", name, plain(old_value), plain(new_value)))
        if was.status != now.status:
            cancelled = now.status.upper() in {"CA", "CANCELLED"}
            kind = "cancelled" if cancelled else "changed"
            self._tell(run, (po, item, kind, "line_item_status", was.status, now.status))
        if was.mix != now.mix:
            both = bool(was.mix) and bool(now.mix)
            other = both and {p for p, *_rest in was.mix} != {p for p, *_rest in now.mix}
            kind = "substituted" if other else "changed"
            self._tell(run, (po, item, kind, "breakdowns", None, None))

    def _tell(self, run: str, change: Change) -> None:
        self.changes.append((run, change))

    def all_changes(self) -> Counter[Change]:
        """Every change, however often."""
        return Counter(change for _run, change in self.changes)

    def there(self) -> World:
        """The POs and lines that Komet still shows."""
        return {
            po: Order(order.day, order.status, shown(order))
            for po, order in self.stored.items()
            if not order.gone
        }


def shown(order: Order) -> dict[str, Line]:
    return {item: line for item, line in order.lines.items() if not line.gone}


def is_cancelled(order: Order, line: Line) -> bool:
    return order.status == "CA" or line.status.upper() in {"CA", "CANCELLED"}


def figures(world: World) -> Figures:
    """Boxes, stems and cost that stand, by product and customer: nothing that was cancelled."""
    found: Figures = {}
    for order in world.values():
        for line in order.lines.values():
            if line.gone or order.gone or is_cancelled(order, line):
                continue
            for product, boxes, stems, cost, _fbe, _no in line.items():
                key = (PRODUCTS[product], CUSTOMERS[line.customer])
                add(found, {key: (Decimal(boxes), stems or Decimal(0), cost)})
    return found


def add(to: Figures, more: Figures, sign: int = 1) -> None:
    zero = (Decimal(0), Decimal(0), Decimal(0))
    for key, values in more.items():
        old = to.get(key, zero)
        to[key] = (
            old[0] + sign * values[0], old[1] + sign * values[1], old[2] + sign * values[2],
        )  # fmt: skip


def plain(value: Decimal | int) -> str:
    """A number without zeros at its end."""
    shown_as = f"{Decimal(value):f}"
    return shown_as.rstrip("0").rstrip(".") if "." in shown_as else shown_as
