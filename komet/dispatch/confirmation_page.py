"""The list of what is done by hand as a page to print: one file, no scripts, A4 or Letter.

A page begins for each importer; a PO's lines stand under its number, in the order of Komet's
portal.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import polars as pl

from komet.context import AppContext
from komet.dispatch.confirmation_sheet import parts_by_hand, record_export
from komet.language import _, _n, current, day, number, zoned_moment
from komet.permissions import Actor

FILE_NAME = "confirm.html"
_STYLE = """
@page { margin: 12mm 10mm 14mm; }
* { box-sizing: border-box; }
body { font: 9.5pt/1.35 "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; color: #111;
  margin: 0 auto; max-width: 190mm; }
section + section { break-before: page; }
h1 { font-size: 9.5pt; margin: 0; color: #444; }
p { margin: 0 0 4mm; color: #444; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
th { text-align: left; font-size: 8pt; color: #444; border-bottom: 1.2pt solid #111;
  padding: 1mm 1.5mm; vertical-align: bottom; }
td { padding: 1.3mm 1.5mm; border-bottom: .4pt solid #bbb; vertical-align: top; }
tbody, tr { break-inside: avoid; }
tr.po { break-after: avoid; }
.code { white-space: nowrap; }
.name th { border: 0; padding: 0 0 2mm; font-size: 13pt; color: #111; }
tr.po td { font-weight: bold; background: #eee; border-bottom: .8pt solid #777;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.todo { font-weight: bold; }
.tick i { display: block; width: 4.2mm; height: 4.2mm; border: 1pt solid #111; margin-top: .2mm; }
.differs { border-bottom: 1.2pt solid #111; }
tfoot { display: table-row-group; }
tfoot td { font-weight: bold; border-bottom: 0; border-top: 1.2pt solid #111; }
@media screen { body { padding: 8mm; } section + section { margin-top: 12mm; } }
"""


def confirmation_page(ctx: AppContext, actor: Actor, provider_ids: Sequence[str] = ()) -> str:
    """What is to be done by hand, as a page of HTML in the language in force.

    Without provider IDs: of all clients. Raises `InvalidInput` where there is nothing to do, and
    `NotPermitted`.
    """
    parts = parts_by_hand(ctx, actor, provider_ids)
    made = zoned_moment(ctx.now())
    title = _("Confirmation sheet")
    body = "\n".join(_section(name, rows, made) for name, rows in parts)
    record_export(ctx, actor, FILE_NAME, sum(rows.height for _name, rows in parts))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(current())}"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n{body}\n"
        "</body></html>\n"
    )


def _section(name: str, rows: pl.DataFrame, made: str) -> str:
    lines = _n("{n} line to do in Komet's portal", "{n} lines to do in Komet's portal", rows.height)
    said = " · ".join([lines.format(n=rows.height), made])
    headings = [
        ("", ""), ("", _("Product")), ("", _("Customer")), ("", _("Mark code")),
        ("", _("Box type")), ("n", _("Ordered")), ("n", _("To confirm")),
    ]  # fmt: skip
    with_reference = rows["reference_by_hand"].count() > 0
    if with_reference:
        headings.append(("", _("Reference")))
    head = "".join(f'<th class="{kind}">{escape(word)}</th>' for kind, word in headings)
    boxes, wanted = rows["boxes"].sum(), rows["boxes_by_hand"].sum()
    body = "".join(_orders(rows, with_reference=with_reference))
    return (
        f"<section><h1>{escape(_('Confirmation sheet'))}</h1><p>{escape(said)}</p>\n<table><thead>"
        # a heading of a table stands on each of its pages
        f'<tr class="name"><th colspan="{len(headings)}">{escape(name)}</th></tr>'
        f"<tr>{head}</tr></thead>\n{body}<tfoot><tr><td></td>"
        f'<td colspan="4">{escape(_("Total"))}</td><td class="n">{escape(number(boxes))}</td>'
        f'<td class="n">{escape(number(wanted))}</td>{"<td></td>" if with_reference else ""}'
        "</tr></tfoot></table></section>"
    )


def _orders(rows: pl.DataFrame, *, with_reference: bool) -> Iterator[str]:
    """A body of the table for each PO, which a page does not break if it can."""
    for order in rows.partition_by("ship_date", "po_id", maintain_order=True):
        said = _("{number}, ships {day}").format(
            number=order["po_number"][0], day=day(order["ship_date"][0])
        )
        span = 8 if with_reference else 7
        lines = "".join(
            _line(row, with_reference=with_reference) for row in order.iter_rows(named=True)
        )
        yield (
            f'<tbody><tr class="po"><td colspan="{span}">{escape(said)}</td></tr>\n{lines}'
            "</tbody>\n"
        )


def _line(row: dict[str, Any], *, with_reference: bool) -> str:
    texts = "".join(
        f'<td class="{kind}">{escape(row[name] or "")}</td>'
        for name, kind in (("product", ""), ("customer", ""), ("mark_code", "code"),
                           ("box_type", "code"))
    )  # fmt: skip
    wanted = row["boxes_by_hand"]
    # a number that is not the ordered one is what a tired eye passes over
    differs = ' class="differs"' if wanted not in {None, row["boxes"]} else ""
    reference = f"<td>{escape(row['reference_by_hand'] or '')}</td>" if with_reference else ""
    return (
        f'<tr><td class="tick"><i></i></td>{texts}<td class="n">{escape(number(row["boxes"]))}'
        f'</td><td class="n todo"><span{differs}>{escape(number(wanted))}</span></td>'
        f"{reference}</tr>\n"
    )
