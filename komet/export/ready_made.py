"""Templates that are there from the beginning; they can be copied, not changed."""

from komet.export.layout import layout_of
from komet.export.template import ExportTemplate, Format, Level, TemplateColumn
from komet.orders.columns import Grain


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
