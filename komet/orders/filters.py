"""`OrderFilter`: what a person looks for among order items, and the SQL that finds it.

A page fills it from widgets, the URL carries it, the command line parses into it. Every value
travels as a parameter.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from komet.errors import InvalidInput
from komet.language import _
from komet.orders import statuses
from komet.store.formulas import folded


class Mapped(StrEnum):
    """Whether an item's product has a SKU."""

    ALL = "all"
    MAPPED = "mapped"
    UNMAPPED = "unmapped"


class Gone(StrEnum):
    """Whether to show what Komet no longer shows."""

    HIDE = "hide"
    SHOW = "show"
    ONLY = "only"


class OrderFilter(BaseModel):
    """Everything combines with *and*; the values of one list with *or*. Empty means any.

    `providers` are provider IDs. `vendors`, `customers`, `locations`, `mark_codes`, `product` and
    `sku` find a part of the text, without regard to case and accents; the rest match as a whole.
    `changed_since` looks at when we saw a change.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    providers: tuple[str, ...] = ()
    group: str | None = None
    ship_from: date | None = None
    ship_to: date | None = None
    statuses: tuple[str, ...] = ()
    line_statuses: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    box_types: tuple[str, ...] = ()
    product: str = ""
    sku: str = ""
    mark_codes: tuple[str, ...] = ()
    po_numbers: tuple[str, ...] = ()
    mapped: Mapped = Mapped.ALL
    changed_since: datetime | None = None
    gone: Gone = Gone.HIDE

    def to_query(self) -> dict[str, str]:
        """The filter as URL parameters, without what is at its default."""
        changed = self.model_dump(mode="json", exclude_defaults=True)
        return {
            name: "\x1f".join(value) if isinstance(value, list) else str(value)
            for name, value in changed.items()
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """From URL parameters; other parameters are ignored. Raises `InvalidInput`."""
        values: dict[str, Any] = {}
        for name, field in cls.model_fields.items():
            if query.get(name):
                is_list = field.annotation == tuple[str, ...]
                values[name] = query[name].split("\x1f") if is_list else query[name]
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            names = ", ".join(str(detail["loc"][0]) for detail in error.errors())
            raise InvalidInput(
                _("The link's filter cannot be read: {names}.").format(names=names),
                next_step=_("The filter was reset."),
            ) from error

    @property
    def needs_sku(self) -> bool:
        """Whether the mapping must be joined to decide."""
        return bool(self.sku) or self.mapped is not Mapped.ALL

    @property
    def by_item(self) -> bool:
        """Whether items of one mixed line may be on either side of the filter."""
        return bool(self.product) or self.needs_sku

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition on `order_items i` (and `mappings m` if `needs_sku`), and its values."""
        conditions: list[str] = []
        params: dict[str, Any] = {}

        def add(condition: str, **values: Any) -> None:
            conditions.append(condition)
            params.update(values)

        if self.gone is not Gone.SHOW:
            add(f"i.gone_at IS {'NULL' if self.gone is Gone.HIDE else 'NOT NULL'}")
        if self.providers:
            add("list_contains($providers, i.provider_id)", providers=list(self.providers))
        if self.group:
            add(
                "i.provider_id IN (SELECT id FROM providers WHERE lower(komet_group)"
                " = lower($komet_group))",
                komet_group=self.group,
            )
        if self.ship_from:
            add("i.ship_date >= $ship_from", ship_from=self.ship_from)
        if self.ship_to:
            add("i.ship_date <= $ship_to", ship_to=self.ship_to)
        codes = [statuses.code_of(statuses.HEADER, word) for word in self.statuses]
        self._any_of(add, "i.po_status", "statuses", codes)
        codes = [statuses.code_of(statuses.LINE, word) for word in self.line_statuses]
        self._any_of(add, "i.line_status", "line_statuses", codes)
        self._any_of(add, "i.origin", "origins", self.origins)
        self._any_of(add, "i.box_type", "box_types", self.box_types)
        self._any_of(add, "i.po_number", "po_numbers", self.po_numbers)
        for column, name in (
            ("i.vendor_name", "vendors"),
            ("i.customer_name", "customers"),
            ("i.location_name", "locations"),
            ("i.mark_code", "mark_codes"),
        ):
            self._any_part(add, column, name, getattr(self, name))
        if self.product:
            add(
                f"(contains(i.product_folded, {folded('$product')}) OR i.product_id = $product)",
                product=self.product,
            )
        if self.sku:
            add(f"contains({folded('m.code')}, {folded('$sku')})", sku=self.sku)
        if self.mapped is not Mapped.ALL:
            add(f"m.code IS {'NOT NULL' if self.mapped is Mapped.MAPPED else 'NULL'}")
        if self.changed_since:
            add("i.changed_at >= $changed_since", changed_since=self.changed_since)
        return " AND ".join(conditions) or "true", params

    @staticmethod
    def _any_of(add: Any, column: str, name: str, values: Any) -> None:
        if values:
            add(
                f"list_contains(${name}, upper({column}))",
                **{name: [value.strip().upper() for value in values]},
            )

    @staticmethod
    def _any_part(add: Any, column: str, name: str, values: tuple[str, ...]) -> None:
        wanted = {f"{name}_{n}": value for n, value in enumerate(values) if value}
        if wanted:
            parts = (f"contains({folded(column)}, {folded('$' + key)})" for key in wanted)
            add(f"({' OR '.join(parts)})", **wanted)
