"""`OrderFilter`: what a person looks for among order items, and the SQL that finds it.

A page fills it from widgets, the URL carries it, the command line parses into it. Every value
travels as a parameter.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from komet import time_zone
from komet.errors import InvalidInput
from komet.formulas import folded, standing, unmapped
from komet.language import _
from komet.orders import columns, search, statuses
from komet.orders.work_lists import WorkList


class Mapped(StrEnum):
    """Whether an item's product has a SKU. Unmapped items stand: see `formulas.unmapped`."""

    ALL = "all"
    MAPPED = "mapped"
    UNMAPPED = "unmapped"


class Gone(StrEnum):
    """Whether to show what Komet no longer shows."""

    HIDE = "hide"
    SHOW = "show"
    ONLY = "only"


class Cancelled(StrEnum):
    """Whether to show what was cancelled: the PO, or the line."""

    HIDE = "hide"
    SHOW = "show"
    ONLY = "only"


_OF_DAYS = {"cancelled", "providers", "group", "ship_from", "ship_to"}


class OrderFilter(BaseModel):
    """Everything combines with *and*; the values of one list with *or*. Empty means any.

    `providers` are provider IDs. `search` finds words in any order, as
    `komet.orders.search` says. `product` and `sku` find a part of the text, the rest match as a
    whole; case and accents never matter. `changed_since` is when we saw a change; without a zone
    it is read in the one in force. `work` is one of the ready-made work lists. What was cancelled
    is left out unless `cancelled` says otherwise: see `leaves_out_cancelled`. Filters of the
    registry of columns that have no field here come as extras, each a list of values.
    """

    model_config = ConfigDict(frozen=True, extra="allow", str_strip_whitespace=True)
    __pydantic_extra__: dict[str, tuple[str, ...]] = Field(init=False)

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
    search: str = ""
    product: str = ""
    sku: str = ""
    mark_codes: tuple[str, ...] = ()
    po_numbers: tuple[str, ...] = ()
    mapped: Mapped = Mapped.ALL
    changed_since: datetime | None = None
    gone: Gone = Gone.HIDE
    work: WorkList | None = None
    cancelled: Cancelled = Cancelled.HIDE

    @field_validator("changed_since")
    @classmethod
    def _is_an_instant(cls, value: datetime | None) -> datetime | None:
        # a bare day or time is one of the person who wrote it
        return time_zone.instant(value) if value else None

    @model_validator(mode="after")
    def _knows_its_extras(self) -> Self:
        unknown = sorted(set(self.__pydantic_extra__) - set(columns.filterable()))
        if unknown:
            raise ValueError(f"no column is filtered by {', '.join(unknown)}")
        return self

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Every filter: the fields, and the other filters of the registry of columns."""
        return tuple(dict.fromkeys((*cls.model_fields, *columns.filterable())))

    def to_query(self) -> dict[str, list[str]]:
        """The filter as URL parameters, without what is at its default."""
        changed = self.model_dump(mode="json", exclude_defaults=True)
        return {
            name: [str(entry) for entry in (value if isinstance(value, list) else [value])]
            for name, value in changed.items()
        }

    @classmethod
    def from_query(cls, query: Mapping[str, Sequence[str]]) -> Self:
        """From URL parameters; other parameters are ignored. Raises `InvalidInput`."""
        values: dict[str, Any] = {}
        for name in cls.names():
            if query.get(name):
                field = cls.model_fields.get(name)
                is_list = field is None or field.annotation == tuple[str, ...]
                values[name] = tuple(query[name]) if is_list else query[name][0]
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
        return bool(self.sku) or self.mapped is not Mapped.ALL or self.work is WorkList.UNMAPPED

    @property
    def by_item(self) -> bool:
        """Whether items of one mixed line may be on either side of the filter."""
        if self.search or self.product:
            return True
        return self.needs_sku or bool(self.work and self.work.of_items)

    @property
    def leaves_out_cancelled(self) -> bool:
        """Whether what was cancelled is left out: not where it is what is asked for.

        A status asks for it, and so does a list of writes to Komet, which are not undone by that.
        """
        if self.cancelled is not Cancelled.HIDE or (self.work and self.work.is_of_writes):
            return False
        found = {statuses.find_code(statuses.HEADER, value) for value in self.statuses}
        found |= {statuses.find_code(statuses.LINE, value) for value in self.line_statuses}
        return statuses.CANCELLED not in found

    @property
    def is_of_whole_days(self) -> bool:
        """Whether it leaves all that Komet shows of each day of each provider, or nothing."""
        fields = type(self).model_fields
        return all(
            name in _OF_DAYS or (name in fields and value == fields[name].default)
            for name, value in self
        )

    def where(self) -> tuple[str, dict[str, Any]]:  # noqa: PLR0912 - a branch a field
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
        for name, column in columns.filterable().items():
            values = getattr(self, name, ())
            if values:
                values = (
                    statuses.list_spellings(column.codes, values) if column.codes else list(values)
                )
                chosen = f"list_transform(${name}, lambda value: {folded('trim(value)')})"
                add(f"list_contains({chosen}, {folded(f'i.{column.name}')})", **{name: values})
        if self.po_numbers:
            # as typed or in capitals: folding a million numbers would take longer than the rest
            typed = {*self.po_numbers, *(number.upper() for number in self.po_numbers)}
            add("i.po_number IN (SELECT unnest($po_numbers))", po_numbers=sorted(typed))
        if self.search:
            words, values = search.condition(self.search)
            conditions += words
            params |= values
        if self.product:
            add(
                f"(contains(i.product_folded, {folded('$product')}) OR i.product_id = $product)",
                product=self.product,
            )
        if self.sku:
            add(f"contains({folded('m.code')}, {folded('$sku')})", sku=self.sku)
        if self.mapped is Mapped.MAPPED:
            add("m.code IS NOT NULL")
        elif self.mapped is Mapped.UNMAPPED:
            add(unmapped("i", "m"))
        if self.changed_since:
            add("i.changed_at >= $changed_since", changed_since=self.changed_since)
        if self.cancelled is Cancelled.ONLY:
            add(f"NOT ({standing('i')})")
        elif self.leaves_out_cancelled:
            add(standing("i"))
        if self.work:
            add(self.work.condition, **self.work.values)
        return " AND ".join(conditions) or "true", params
