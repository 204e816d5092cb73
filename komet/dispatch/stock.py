"""From a file to an importer's stock: boxes to add, lines to update, lines to delete.

inventory.add, inventory.update and inventory.delete take at most 100 boxes and one line a request:
a row of 250 boxes becomes three writes.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from komet import time_zone
from komet.api.reading import text
from komet.catalogs import table as catalogs
from komet.context import AppContext
from komet.dispatch.awb import parse_awb
from komet.dispatch.kinds.stock import LINE_ID, MOST_BOXES
from komet.dispatch.known import unit_type
from komet.dispatch.model import Draft, Preview, WriteKind
from komet.dispatch.row_check import RowChecker, needed
from komet.dispatch.row_file import Row, id_in, read_rows
from komet.errors import InvalidInput
from komet.language import _, zoned_moment

INVENTORY = "inventory"
"""The list of `komet.catalogs` that holds the stock."""
KINDS = (WriteKind.ADD_STOCK, WriteKind.UPDATE_STOCK, WriteKind.DELETE_STOCK)
_LONGEST = 20
"""Characters of an AWB or a reference."""


def check_stock_file(
    ctx: AppContext,
    provider_id: str,
    data: bytes,
    file_name: str,
    kind: WriteKind,
    *,
    again: bool = False,
) -> Preview:
    """What sending a file would do to a client's stock; nothing is written.

    What was sent from an equal row is left out, unless `again`. Raises `TableError` and
    `InvalidInput` where the file as a whole cannot be used, `NotFound` for a client that is none.
    """
    checker = RowChecker(ctx, provider_id, read_rows(data, file_name, kind), kind)
    stock = Stock.of(ctx, provider_id)
    if kind is WriteKind.ADD_STOCK:
        checker.each(checker.file.rows, lambda row: _add(checker, row))
    else:
        lines: dict[str, Row] = {}
        checker.each(checker.file.rows, lambda row: _of_line(checker, stock, lines, row))
        _forget_quantities(checker)
    return checker.preview(again=again)


@dataclass(frozen=True)
class Stock:
    """The stock of a client as Komet last listed it. `listed_at` is None where it never did."""

    lines: Mapping[str, Mapping[str, Any]]
    listed_at: datetime | None

    @classmethod
    def of(cls, ctx: AppContext, provider_id: str) -> "Stock":
        """What is stored of it."""
        with ctx.read() as con:
            rows = catalogs.load_rows(con, provider_id, INVENTORY)
            outcome, tried_at = catalogs.load_last_try(con, provider_id, INVENTORY)
        lines = {id_: row for row in rows if (id_ := text(row.get(LINE_ID)))}
        return cls(lines, tried_at if outcome == "ok" else None)

    def found(self, inventory_id: str) -> dict[str, Any]:
        """What is known of a line. Raises `InvalidInput` for one that was not listed."""
        if self.listed_at is None:
            return {}
        row = self.lines.get(inventory_id)
        if row is None:
            raise InvalidInput(
                _("The stock has no line {id}, as Komet listed it at {when}.").format(
                    id=inventory_id, when=zoned_moment(self.listed_at)
                ),
                next_step=_("List the stock anew."),
            )
        return {
            "product": row.get("productDescription"),
            "quantity": row.get("quantity"),
            "read_at": self.listed_at.isoformat(),
        }


def _add(checker: RowChecker, row: Row) -> None:
    needed(row, "ship_date", "boxes", "bunches", "stems_bunch", "unit_cost")
    product = checker.known.product(row)
    vendor = checker.known.party(row, "vendor")
    customer = checker.known.party(row, "customer", needed=False)
    if customer and customer.id is None:
        raise InvalidInput(_("The customer's ID is not known: write it in a column of its own."))
    assert vendor is not None  # noqa: S101
    awb = _awb(row)
    content = {
        "ship_date": row.text("ship_date"),
        "arrival_date": row.text("arrival_date") or None,
        "awb": awb,
        "temporary": True if row.values.get("temporary") else None,
        "reference": _short(row, "reference"),
        "vendor_id": vendor.id,
        "vendor_code": None if vendor.id else vendor.code,
        "customer_id": customer.id if customer else None,
        "product_id": product.id,
        "box_type": checker.known.box_type(row),
        "unit_type": unit_type(row),
        "bunches": row.values["bunches"],
        "stems_bunch": row.values["stems_bunch"],
        "unit_cost": row.text("unit_cost"),
    }
    content = {name: value for name, value in content.items() if value is not None}
    boxes = int(row.text("boxes"))
    if not product.listed:
        checker.ask_about_unlisted(row, product.id)
    same = {name: content[name] for name in ("awb", "product_id", "box_type", "unit_type")}
    target = checker.target(awb, [row], **same)
    alike = f"{content['ship_date']} {awb} {product.id}"
    checker.found.drafts += _parts(
        checker, row, target, content, boxes, product.description, alike=alike
    )


def _parts(  # noqa: PLR0917
    checker: RowChecker,
    row: Row,
    target: str,
    content: Mapping[str, Any],
    boxes: int,
    product: str,
    **found: Any,
) -> Iterator[Draft]:
    """The writes of a row: at most 100 boxes each, and each a target of its own."""
    sizes = [MOST_BOXES] * (boxes // MOST_BOXES)
    if rest := boxes % MOST_BOXES:
        sizes.append(rest)
    several = len(sizes) > 1
    for part, size in enumerate(sizes or [0], start=1):
        more = {"part": part, "parts": len(sizes)} if several else {}
        yield Draft(
            provider_id=checker.provider_id,
            kind=checker.kind,
            target=f"{target} {part}/{len(sizes)}" if several else target,
            content={**content, "boxes": size} if size else dict(content),
            found={"product": product, **found, **more},
            row=row.number,
        )


def _of_line(checker: RowChecker, stock: Stock, lines: dict[str, Row], row: Row) -> None:
    filled = [name for name in row.values if name not in {"inventory_id", "product"}]
    if checker.kind is WriteKind.UPDATE_STOCK and not filled:
        return  # a line of the template that nobody has filled in
    inventory_id = id_in(row, "inventory_id")
    if inventory_id is None:
        needed(row, "inventory_id")
    assert inventory_id is not None  # noqa: S101
    found = stock.found(inventory_id)
    product = str(found.pop("product", None) or row.text("product") or "")
    first = lines.setdefault(inventory_id, row)
    if checker.kind is WriteKind.DELETE_STOCK:
        if first is not row:
            raise InvalidInput(_("Row {row} is about the same.").format(row=first.number))
        checker.found.drafts.append(
            Draft(
                provider_id=checker.provider_id,
                kind=checker.kind,
                target=inventory_id,
                content={"inventory_id": inventory_id},
                found={"product": product, **found},
                row=row.number,
            )
        )
        return
    needed(row, "unit_cost")
    prices = ("unit_cost", "price_a", "price_b")
    for name in prices:
        if row.values.get(name) != first.values.get(name):
            raise InvalidInput(
                _("Row {row} gives the same stock line another cost or price.").format(
                    row=first.number
                )
            )
    content = {"inventory_id": inventory_id} | {
        name: row.text(name) for name in prices if name in row.values
    }
    boxes = int(row.text("boxes_to_add") or 0)
    target = checker.target(inventory_id, [row])
    if boxes:  # that the same boxes come again on one day is likelier a slip than wanted
        today = time_zone.today(checker.ctx.now())
        found["alike"] = f"{inventory_id} {boxes} {today}"
    checker.found.drafts += _parts(checker, row, target, content, boxes, product, **found)


def _forget_quantities(checker: RowChecker) -> None:
    """What a line had says nothing of one of several updates: none of them can be told by it."""
    if checker.kind is not WriteKind.UPDATE_STOCK:
        return
    drafts = checker.found.drafts
    count = Counter(draft.content["inventory_id"] for draft in drafts)
    checker.found.drafts = [
        replace(draft, found={k: v for k, v in draft.found.items() if k != "read_at"})
        if count[draft.content["inventory_id"]] > 1
        else draft
        for draft in drafts
    ]


def _awb(row: Row) -> str:
    """The AWB as Komet has it; a temporary one is free text."""
    given = row.text("awb")
    if not given:
        needed(row, "awb")
    return _short(row, "awb") or "" if row.values.get("temporary") else parse_awb(given)


def _short(row: Row, name: str) -> str | None:
    given = row.text(name)
    if len(given) > _LONGEST:
        raise InvalidInput(
            _("“{text}” has {n} characters; at most {most} are allowed.").format(
                text=given, n=len(given), most=_LONGEST
            )
        )
    return given or None
