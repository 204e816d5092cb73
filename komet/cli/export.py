"""`export`: order items as Excel, CSV or Parquet, with the filters of the orders screen."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from komet.cli.arguments import Names, Switch, provider_ids
from komet.cli.output import Json, figure, note, say, say_json
from komet.cli.session import actor
from komet.context import open_context
from komet.errors import InvalidInput
from komet.export.orders import export_orders
from komet.export.templates import export_by_template, find_template
from komet.export.writers import WRITERS
from komet.export.writers.writer import dialect_of
from komet.language import _, _n, current
from komet.orders.cancelled import describe_cancelled, total_cancelled
from komet.orders.filters import Cancelled, Gone, Mapped, OrderFilter
from komet.orders.work_lists import WorkList


def export(
    out: Path,
    /,
    *,
    provider: Names = None,
    group: str | None = None,
    from_: Annotated[date | None, Parameter(name="--from")] = None,
    to: date | None = None,
    status: Names = None,
    line_status: Names = None,
    vendor: Names = None,
    customer: Names = None,
    location: Names = None,
    origin: Names = None,
    box_type: Names = None,
    search: str = "",
    product: str = "",
    sku: str = "",
    mark_code: Names = None,
    number: Names = None,
    mapped: Switch = False,
    unmapped: Switch = False,
    changed_since: datetime | None = None,
    gone: Gone = Gone.HIDE,
    cancelled: Switch = False,
    standing: Annotated[bool, Parameter(negative="", show=False)] = False,
    work: WorkList | None = None,
    template: str | None = None,
    separator: Literal["comma", "semicolon", "tab"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    json: Json = False,
) -> int:
    """Export order items to OUT: .xlsx with all sheets, .csv or .parquet with the items.

    Filters combine; without any, all that Komet still shows is exported. Statuses are codes or
    words (CF or "Confirmed by farm"); texts find a part, without regard to case and accents.
    --search finds words in any order over product, SKU, customer, PO number and mark code, in
    English and Spanish ("rose 60"). What was cancelled is left out, unless --cancelled or a status
    asks for it. With --template the file has that layout, and OUT may be a folder.

    A .csv file has the --separator (comma, semicolon, tab) and the --decimal (point, comma) that
    Excel reads in your language, unless you say others; its texts stay as they are.
    """
    if mapped and unmapped:
        raise InvalidInput(_("Choose --mapped or --unmapped, not both."))
    writer = WRITERS.get(out.suffix.lower())
    if (separator or decimal) and (template or not (writer and writer.has_dialect)):
        raise InvalidInput(
            _("--separator and --decimal are for a .csv file without a template."),
            _("A template says itself how its file is written."),
        )
    ctx = open_context()
    ids = provider_ids(ctx, provider)
    only = Mapped.MAPPED if mapped else Mapped.UNMAPPED if unmapped else Mapped.ALL
    chosen = OrderFilter(
        providers=ids,
        group=group,
        ship_from=from_,
        ship_to=to,
        statuses=tuple(status or ()),
        line_statuses=tuple(line_status or ()),
        vendors=tuple(vendor or ()),
        customers=tuple(customer or ()),
        locations=tuple(location or ()),
        origins=tuple(origin or ()),
        box_types=tuple(box_type or ()),
        search=search,
        product=product,
        sku=sku,
        mark_codes=tuple(mark_code or ()),
        po_numbers=tuple(number or ()),
        mapped=only,
        changed_since=changed_since,
        gone=gone,
        cancelled=Cancelled.SHOW if cancelled and not standing else Cancelled.HIDE,
        work=work,
    )
    if not json:
        note(describe_cancelled(chosen, total_cancelled(ctx, chosen)).capitalize())
    if template:
        path, rows = export_by_template(ctx, actor(), find_template(ctx, template), chosen, out)
        if json:
            say_json({"file": str(path), "rows": rows})
        else:
            say(
                _n("Wrote {path}: {n:,} row.", "Wrote {path}: {n:,} rows.", rows).format(
                    path=path, n=rows
                )
            )
        return 0
    signs = {"comma": ",", "semicolon": ";", "tab": "\t"}
    dialect = dialect_of(
        current(), signs[separator] if separator else None, decimal == "comma" if decimal else None
    )
    totals = export_orders(ctx, actor(), chosen, out, dialect)
    if json:
        say_json({"file": str(out), **totals.__dict__})
    else:
        say(
            _("Wrote {path}: {items:,} items of {pos:,} purchase orders, {boxes} boxes.").format(
                path=out,
                items=totals.items,
                pos=totals.purchase_orders,
                boxes=figure(totals.boxes),
            )
        )
    return 0
