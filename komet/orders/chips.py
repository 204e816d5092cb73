"""What a filter of orders has set, one by one and in words, so that each can be taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from komet import time_zone
from komet.language import _, _later, day
from komet.orders import columns, statuses
from komet.orders.filters import Gone, Mapped, OrderFilter
from komet.orders.ship_days import SHIP_DAYS, START, ShipDays

MOST = 3
"""So many values of one filter have a chip each; more of them share one."""

MAPPED = {
    Mapped.ALL: _later("All"),
    Mapped.MAPPED: _later("Mapped"),
    Mapped.UNMAPPED: _later("Unmapped"),
}
GONE = {Gone.HIDE: _later("Hide"), Gone.SHOW: _later("Show"), Gone.ONLY: _later("Only")}
_LABELS = {
    "providers": _later("Importer"),
    "group": _later("Komet group"),
    "search": _later("Search"),
    "product": _later("Product"),
    "sku": _later("SKU"),
    "po_numbers": _later("PO"),
    "mapped": _later("SKU"),
    "changed_since": _later("Changed since"),
    "gone": _later("No longer in Komet"),
    "work": _later("View"),
}

_NO_CHIPS = {"ship_from", "ship_to", "cancelled"}
"""Ship days have one together; what was cancelled has its own, with its effect."""


@dataclass(frozen=True)
class Chip:
    """One thing that is set: the filter's name, its value (empty for all of them), its words."""

    name: str
    value: str
    words: str


def list_chips(
    chosen: OrderFilter, days: ShipDays | None, importers: Mapping[str, str]
) -> list[Chip]:
    """The chips of a filter, in the order of its fields.

    `importers`: the name of each provider by its ID. Ship days have a chip where they are others
    than those of the start.
    """
    found: list[Chip] = []
    if days not in {START, ShipDays.ALL} and (chosen.ship_from or chosen.ship_to):
        text = _("Ships: {days}").format(days=describe_days(chosen, days))
        found.append(Chip("ships", "", text))
    changed = chosen.model_dump(exclude_defaults=True, exclude=_NO_CHIPS)
    for name, value in changed.items():
        label = _label(name)
        if not isinstance(value, tuple):
            found.append(Chip(name, "", f"{label}: {_word(name, value)}"))
        elif len(value) <= MOST:
            found += [Chip(name, v, f"{label}: {importers.get(v) or _word(name, v)}")
                      for v in value]  # fmt: skip
        else:
            many = _("{n} chosen").format(n=len(value))
            found.append(Chip(name, "", f"{label}: {many}"))
    return found


def remove_chip(chosen: OrderFilter, chip: Chip) -> OrderFilter:
    """The same filter without what the chip stands for."""
    values = chosen.model_dump()
    if chip.name == "ships":
        return OrderFilter.model_validate(values | {"ship_from": None, "ship_to": None})
    value = values.pop(chip.name)
    if chip.value:
        values[chip.name] = tuple(one for one in value if one != chip.value)
    return OrderFilter.model_validate(values)


def describe_days(chosen: OrderFilter, days: ShipDays | None) -> str:
    """The ship days of a filter in words: by their name, or by their dates."""
    first, last = chosen.ship_from, chosen.ship_to
    if days:
        return _(SHIP_DAYS[days])
    if first and last:
        return day(first) if first == last else f"{day(first)} – {day(last)}"
    if first:
        return _("from {day}").format(day=day(first))
    return _("until {day}").format(day=day(last)) if last else _(SHIP_DAYS[ShipDays.ALL])


def _label(name: str) -> str:
    column = columns.filterable().get(name)
    return _(column.label if column else _LABELS.get(name, name))


def _word(name: str, value: Any) -> str:
    column = columns.filterable().get(name)
    if column and column.codes:
        return statuses.decode(column.codes, value)
    if name == "mapped":
        return _(MAPPED[value])
    if name == "gone":
        return _(GONE[value])
    if name == "work":
        return _(value.label)
    if name == "changed_since":
        return day(time_zone.today(value))
    return day(value) if isinstance(value, date) else str(value)
