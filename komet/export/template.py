"""Export templates: named layouts, made in the browser, used there and by the command line.

Some are there from the beginning; they can be copied, not changed.
"""

import re
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from komet.errors import InvalidInput
from komet.export import layout
from komet.export.layout import Layout, layout_of
from komet.export.sheet import ColumnKind
from komet.export.writers import WRITERS
from komet.export.writers.writer import SEPARATORS
from komet.language import _, _later, languages, using
from komet.orders.column import Grain
from komet.orders.filters import OrderFilter

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_PLACEHOLDERS = {"name", "date", "time", "provider", "from", "to"}


class Level(StrEnum):
    """What one row is."""

    ITEM = "item"
    LINE = "line"
    PO = "po"


LEVEL_LABELS = {
    Level.ITEM: _later("Items (each product of a mixed box)"),
    Level.LINE: _later("Lines"),
    Level.PO: _later("Purchase orders"),
}


def list_columns(level: Level) -> Layout:
    """The columns that can be chosen at a level: (name, usual heading in English, kind)."""
    return layout.layout_of(Grain(level.value))


class Format(StrEnum):
    """How a column is written; `auto` keeps the real type, dates in the others become text."""

    AUTO = "auto"
    TEXT = "text"
    WHOLE = "whole"
    TWO = "two"
    FOUR = "four"
    ISO = "iso"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


FORMAT_LABELS = {
    Format.AUTO: _later("as it is"),
    Format.TEXT: _later("text"),
    Format.WHOLE: _later("whole number"),
    Format.TWO: _later("2 decimals"),
    Format.FOUR: _later("4 decimals"),
    Format.ISO: _later("text 2026-11-20"),
    Format.DAY_FIRST: _later("text 20/11/2026"),
    Format.MONTH_FIRST: _later("text 11/20/2026"),
}
DECIMALS = {Format.WHOLE: 0, Format.TWO: 2, Format.FOUR: 4}
DAYS = {Format.ISO: "%Y-%m-%d", Format.DAY_FIRST: "%d/%m/%Y", Format.MONTH_FIRST: "%m/%d/%Y"}


class TemplateColumn(BaseModel):
    """One column: of the orders (`source`), or with the same `fixed` value in every row."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    source: str = ""
    heading: str = ""
    fixed: str = ""
    format: Format = Format.AUTO


class ExportTemplate(BaseModel):
    """A layout. An empty heading takes the usual one, in the template's language.

    `delimiter`, `decimal_comma` and `guard_formulas` are of a CSV file; the last puts an apostrophe
    before texts that Excel would run. `totals` adds a row of sums where the file type has sheets.
    `file_name` may hold {name}, {date}, {time}, {provider}, {from} and {to}.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=60)
    level: Level = Level.ITEM
    columns: tuple[TemplateColumn, ...] = Field(min_length=1)
    language: str = "en"
    file_type: str = ".xlsx"
    delimiter: str = ","
    decimal_comma: bool = False
    guard_formulas: bool = True
    totals: bool = False
    file_name: str = "{name}-{date}"

    @model_validator(mode="after")
    def _fits(self) -> "ExportTemplate":
        known = {name for name, _heading, _kind in list_columns(self.level)}
        unknown = sorted({c.source for c in self.columns if c.source} - known)
        if unknown:
            raise ValueError(
                _("There is no column {names} at this level.").format(names=", ".join(unknown))
            )
        if any(not column.source and not column.heading for column in self.columns):
            raise ValueError(_("A column with a fixed value needs a heading."))
        self._check_formats()
        for value, allowed in (
            (self.language, languages()),
            (self.file_type, WRITERS),
            (self.delimiter, SEPARATORS),
        ):
            if value not in allowed:
                raise ValueError(_("“{value}” cannot be chosen.").format(value=value))
        has_dialect = WRITERS[self.file_type].has_dialect
        if self.delimiter == "," and self.decimal_comma and has_dialect:
            raise ValueError(_("A comma cannot part both the columns and the decimals."))
        wrong = set(re.findall(r"\{([^{}]*)\}", self.file_name)) - _PLACEHOLDERS
        if wrong or not self.file_name:
            raise ValueError(
                _("The file name may hold {names} only.").format(
                    names=", ".join(f"{{{name}}}" for name in sorted(_PLACEHOLDERS))
                )
            )
        with using(self.language):
            headings = [heading.casefold() for heading in self.headings()]
        twice = sorted({h for h in headings if headings.count(h) > 1})
        if twice:
            raise ValueError(
                _("Two columns have the heading {names}.").format(names=", ".join(twice))
            )
        return self

    def _check_formats(self) -> None:
        kinds = {name: kind for name, _heading, kind in list_columns(self.level)}
        usual = {name: heading for name, heading, _kind in list_columns(self.level)}
        for column in self.columns:
            kind = kinds.get(column.source, ColumnKind.TEXT)
            fits = (
                kind.is_number
                if column.format in DECIMALS
                else kind in {ColumnKind.DATE, ColumnKind.TIME} or column.format not in DAYS
            )
            if not fits:
                raise ValueError(
                    _("“{column}” cannot be written as “{format}”: it holds {kind}.").format(
                        column=column.heading or _(usual[column.source]),
                        format=_(FORMAT_LABELS[column.format]),
                        kind=_kind_word(kind),
                    )
                )

    def headings(self) -> list[str]:
        """The heading of each column, in the language in force where none is given."""
        usual = {name: (heading, kind) for name, heading, kind in list_columns(self.level)}
        return [
            column.heading or layout.heading_of(*usual[column.source]) for column in self.columns
        ]

    def target_name(self, now: datetime, chosen: OrderFilter, provider: str) -> str:
        """The name of a file of now, safe for every file system."""
        values = {
            "name": self.name,
            "date": f"{now:%Y-%m-%d}",
            "time": f"{now:%H%M}",
            "provider": provider,
            "from": str(chosen.ship_from or ""),
            "to": str(chosen.ship_to or ""),
        }
        text = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], self.file_name)
        return (_UNSAFE.sub("-", text).strip(" .-") or "export")[:120] + self.file_type


def _kind_word(kind: ColumnKind) -> str:
    if kind.is_number:
        return _("numbers")
    return {ColumnKind.DATE: _("days"), ColumnKind.TIME: _("times")}.get(kind, _("text"))


def parse_template(definition: object) -> ExportTemplate:
    """A template from what was entered or stored. Raises `InvalidInput` with the first reason."""
    try:
        return ExportTemplate.model_validate(definition)
    except ValidationError as error:
        first = error.errors()[0]
        reason = str(first["msg"]).removeprefix("Value error, ")
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            _("The template cannot be used."), f"{place}: {reason}" if place else reason
        ) from error


def _columns(*pairs: tuple[str, str]) -> tuple[TemplateColumn, ...]:
    return tuple(TemplateColumn(source=source, heading=heading) for source, heading in pairs)


KOMET_DESK = ExportTemplate(
    name="Komet Desk",
    columns=tuple(TemplateColumn(source=name) for name, _heading, _kind in layout_of(Grain.ITEM)),
    totals=True,
)
AS_KOMET = ExportTemplate(
    name="As Komet",
    level=Level.LINE,
    columns=_columns(
        ("po_number", "PO #"),
        ("vendor_name", "Vendor"),
        ("ship_date", "Ship Date"),
        ("origin", "Origin"),
        ("line_status", "Status"),
        ("customer_name", "Customer"),
        ("mark_code", "Mark Code"),
        ("product", "Product"),
        ("box_type", "B/T"),
        ("boxes", "Qty PO"),
        ("total_units", "Total U"),
        ("unit_cost", "Cost"),
        ("notes", "Notes for the vendor"),
    ),
)
UNOSOF_LIKE = ExportTemplate(
    name="UNOSOF-like",
    columns=_columns(
        ("provider", "Cliente"),
        ("po_number", "Orden"),
        ("ship_date", "Fecha"),
        ("customer_name", "Cliente final"),
        ("mark_code", "Marcación"),
        ("carrier_name", "Carguera"),
        ("sku", "SKU"),
        ("sku_description", "Variedad"),
        ("product", "Producto Komet"),
        ("box_type", "Tipo de caja"),
        ("boxes", "Cajas"),
        ("bunches", "Ramos por caja"),
        ("stems_bunch", "Tallos por ramo"),
        ("stems", "Tallos"),
        ("unit_cost", "Precio"),
        ("total_cost", "Total"),
        ("order_type", "Tipo de orden"),
        ("line_status", "Estado"),
        ("notes", "Notas"),
    ),
    language="es",
)
PLAIN_ERP = ExportTemplate(
    name="Plain ERP import",
    columns=(
        TemplateColumn(heading="source", fixed="komet"),
        *_columns(
            ("provider", "client"),
            ("po_number", "po_number"),
            ("po_item_id", "line_id"),
        ),
        TemplateColumn(source="ship_date", heading="ship_date", format=Format.ISO),
        *_columns(
            ("customer_code", "customer_code"),
            ("customer_name", "customer"),
            ("carrier_code", "carrier_code"),
            ("location_code", "location_code"),
            ("mark_code", "mark_code"),
            ("sku", "sku"),
            ("product_id", "komet_product_id"),
            ("box_type_code", "box_type_code"),
            ("box_type", "box_type"),
            ("boxes", "boxes"),
            ("bunches", "bunches_per_box"),
            ("stems_bunch", "stems_per_bunch"),
            ("stems", "stems"),
            ("unit_type", "unit_type"),
            ("unit_cost", "unit_cost"),
            ("total_cost", "total_cost"),
        ),
    ),
    file_type=".csv",
    # for a program, which would read an apostrophe as part of the text
    guard_formulas=False,
)
READY_MADE = {t.name: t for t in (KOMET_DESK, AS_KOMET, UNOSOF_LIKE, PLAIN_ERP)}
_TITLES = {
    AS_KOMET.name: _later("As Komet"),
    UNOSOF_LIKE.name: _later("UNOSOF-like"),
    PLAIN_ERP.name: _later("Plain ERP import"),
}


def title_of(name: str) -> str:
    """What a template is called on screen: a ready-made one in the language in force."""
    if name not in READY_MADE:
        return name
    return _("{name} (ready-made)").format(name=_(_TITLES.get(name, name)))


def is_called(template: str, asked: str) -> bool:
    """Whether a template is meant by a name, in any case, as it is stored or as it is shown."""
    known = {template.casefold(), _(_TITLES.get(template, template)).casefold()}
    return asked.strip().casefold() in known
