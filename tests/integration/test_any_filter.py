"""Random filters over random order items: totals and pages are what plain Python says."""

import os
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import hypothesis
import polars as pl
import pytest
from hypothesis import strategies as st

from komet.context import AppContext
from komet.orders import query
from komet.orders.filters import Cancelled, Gone, Mapped, OrderFilter
from komet.orders.table import day_sums, order, pages
from komet.orders.table.items import order_items
from komet.orders.table.reading import SORTS

Item = dict[str, Any]

_EXAMPLES = int(os.environ.get("KOMET_EXAMPLES", "12"))
GROUPS = {"a": "Fleurs", "b": "fleurs", "c": "Bloemen"}
FACTORS = {("a", "HB"): Decimal("0.48"), ("b", "JB"): Decimal("0.7")}
USUAL = {"FB": Decimal(1), "HB": Decimal("0.5"), "QB": Decimal("0.25"), "EB": Decimal("0.125")}
SKUS = {("a", "1"): "RÑ-60", ("a", "2"): "CL-40", ("b", "1"): "rñ-50"}
WORDS = {"CA": "Cancelled"}
PRODUCTS = ("Rosa Ñandú 60", "Clavel señorita", "Hydrangea AZUL", "rosa blanca", None)
SEARCHES = ("60 rosa", "rose ÑANDÚ", "carnations", "hortensia blue", "bloom", "p3 roses",
            "petal mk1", "white rose", "RÑ", "40", "1", "P1", "clavel señorita cl-40",
            "nobody")  # fmt: skip
SAME = (
    {"rosa", "rose", "roses"}, {"clavel", "carnation", "carnations"}, {"hydrangea", "hortensia"},
    {"azul", "blue"}, {"blanca", "white"},
)  # fmt: skip
DAY = date(2026, 11, 16)
SEEN = datetime(2026, 11, 16, 6, tzinfo=UTC)


def make_items(dice: Random) -> list[Item]:
    """Solid lines and mixed ones, gone and cancelled ones; IDs repeat at another provider."""
    items = []
    for number in range(dice.randint(0, 25)):
        provider = dice.choice("abc")
        day = DAY + timedelta(days=dice.randint(0, 4))
        head = {
            "provider_id": provider, "po_id": str(number // 2), "slice_date": day,
            "ship_date": day + timedelta(days=dice.choice((0, 0, 0, 1))),
            "po_number": dice.choice((f"P{number}", "P3", None)),
            "po_status": dice.choice(("CF", "A", "SC", "CA", "Cancelled", None)),
            "vendor_name": dice.choice(("Finca Ñusta", "FINCA ÑUSTA", "Finca Sol", None)),
            "origin": dice.choice(("UIO", "BOG")),
        }  # fmt: skip
        if any(i["provider_id"] == provider and i["po_id"] == head["po_id"] for i in items):
            continue
        for line in range(dice.randint(1, 4)):
            items += _line(dice, head, str(number * 10 + line))
    dice.shuffle(items)
    return items


def _line(dice: Random, head: Item, po_item_id: str) -> list[Item]:
    seen = SEEN + timedelta(hours=dice.randint(0, 90))
    mixed = dice.random() < 0.4
    line = head | {
        "po_item_id": po_item_id, "mixed": mixed, "first_seen_at": SEEN, "changed_at": seen,
        "gone_at": seen if dice.random() < 0.15 else None,
        "line_status": dice.choice(("C", "P", "CA", "CANCELLED", None)),
        "customer_name": dice.choice(("Bloom É", "bloom e", "Petal")),
        "mark_code": dice.choice(("MK1", "MK2")),
        "box_type": dice.choice(("FB", "HB", "hb", "QB", "JB", None)),
        "boxes": dice.choice((None, Decimal(3), Decimal("2.5"), Decimal(7))),
        "total_cost": dice.choice((None, Decimal("93.125"), Decimal("0.333333"))),
        "quantity_confirmed": dice.choice((None, Decimal(1), Decimal(2))),
        "unit_type": dice.choice(("Stem", "STEMS", "Bunch", "bunches", "Kilo", None)),
    }  # fmt: skip
    return [
        line | {
            "item_no": item_no, "product": (product := dice.choice(PRODUCTS)),
            "product_folded": fold(product), "product_id": dice.choice(("1", "2", "3", None)),
            "stems": dice.choice((None, Decimal(300), Decimal(25))),
            "total_units": dice.choice((None, Decimal(12), Decimal(300))),
        }
        for item_no in (range(1, dice.randint(2, 4)) if mixed else (0,))
    ]  # fmt: skip


def make_filter(dice: Random, *, of_days: bool) -> OrderFilter:
    def maybe(share: float, *values: Any) -> Any:
        return dice.choice(values) if dice.random() < share else None

    given = {
        "providers": maybe(0.3, ("a",), ("b", "c"), ("nobody",)),
        "group": maybe(0.2, "FLEURS", "bloemen"),
        "ship_from": maybe(0.3, DAY, DAY + timedelta(days=2)),
        "ship_to": maybe(0.3, DAY + timedelta(days=2), DAY + timedelta(days=4)),
        "statuses": maybe(0.1, ("CF", "A"), ("CA",)),  # a code finds its word, too
        "vendors": maybe(0.2, ("finca nusta",), ("Finca Sol", "nobody")),
        "customers": maybe(0.2, ("BLOOM E",), ("petal",)),
        "origins": maybe(0.1, ("uio",)),
        "box_types": maybe(0.1, ("hb", "QB")),
        "mark_codes": maybe(0.1, ("mk1",)),
        "po_numbers": maybe(0.1, ("p3", "P5")),
        "search": maybe(0.3, *SEARCHES),
        "product": maybe(0.3, "nandu", "ROSA", "1", "señorita"),
        "sku": maybe(0.1, "rn", "40"),
        "mapped": maybe(0.3, Mapped.MAPPED, Mapped.UNMAPPED),
        "changed_since": maybe(0.2, SEEN + timedelta(hours=45)),
        "gone": maybe(0.3, Gone.SHOW, Gone.ONLY),
        "cancelled": maybe(0.4, Cancelled.SHOW, Cancelled.ONLY),
    }
    if of_days:  # whose sums are kept
        given = {
            n: v for n, v in given.items() if n in {"providers", "group", "ship_from", "cancelled"}
        }
    return OrderFilter(**{name: value for name, value in given.items() if value is not None})


def fold(text: str | None) -> str | None:
    if text is None:
        return None
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def has_word(item: Item, sku: str | None, word: str) -> bool:
    """Whether a word of a search is somewhere in an item."""
    product, customer, mark, number, code = (
        fold(text) or ""
        for text in (
            item["product"],
            item["customer_name"],
            item["mark_code"],
            item["po_number"],
            sku,
        )
    )
    if word.isdigit() and len(word) < 3:
        inside = any(re.search(rf"(?<!\d){word}", text) for text in (product, customer, code))
        return inside or mark.startswith(word) or number.startswith(word)
    others = next((same for same in SAME if word in same), {word})
    named = others & {*product.split(), *code.split("-")}
    inside = any(word in text for text in (product, customer, mark, number, code))
    return bool(named) or inside or item["product_id"] == word


def find(items: list[Item], chosen: OrderFilter) -> list[Item]:
    """What a filter means, read item by item."""

    def fits(item: Item) -> bool:
        sku = SKUS.get((item["provider_id"], item["product_id"]))
        cancelled = {"CA", "CANCELLED"} & {
            (item[name] or "").upper() for name in ("po_status", "line_status")
        }
        rules = [
            chosen.gone is Gone.SHOW or (item["gone_at"] is None) == (chosen.gone is Gone.HIDE)
        ]
        if chosen.providers:
            rules.append(item["provider_id"] in chosen.providers)
        if chosen.group:
            rules.append(GROUPS[item["provider_id"]].lower() == chosen.group.lower())
        if chosen.ship_from:
            rules.append(item["ship_date"] >= chosen.ship_from)
        if chosen.ship_to:
            rules.append(item["ship_date"] <= chosen.ship_to)
        for values, name in (
            (chosen.statuses, "po_status"), (chosen.vendors, "vendor_name"),
            (chosen.customers, "customer_name"), (chosen.origins, "origin"),
            (chosen.box_types, "box_type"), (chosen.mark_codes, "mark_code"),
        ):  # fmt: skip
            if values:
                wanted = {fold(value) for value in (*values, *(WORDS.get(v, v) for v in values))}
                rules.append(fold(item[name]) in wanted)
        if chosen.po_numbers:
            rules.append(item["po_number"] in {number.upper() for number in chosen.po_numbers})
        if chosen.search:
            words = (fold(chosen.search) or "").split()
            rules.append(all(has_word(item, sku, word) for word in words))
        if chosen.product:
            inside = (fold(chosen.product) or "") in (fold(item["product"]) or "")
            rules.append(inside or item["product_id"] == chosen.product)
        if chosen.sku:
            rules.append((fold(chosen.sku) or "") in (fold(sku) or ""))
        if chosen.mapped is Mapped.MAPPED:
            rules.append(sku is not None)
        if chosen.mapped is Mapped.UNMAPPED:
            known = item["product_id"] is not None and item["gone_at"] is None
            rules.append(sku is None and known and not cancelled)
        if chosen.changed_since:
            rules.append(item["changed_at"] >= chosen.changed_since)
        if chosen.cancelled is Cancelled.ONLY:
            rules.append(bool(cancelled))
        if chosen.cancelled is Cancelled.HIDE and "CA" not in chosen.statuses:
            rules.append(not cancelled)
        return all(rules)

    return [item for item in items if fits(item)]


def key_of(item: Item) -> tuple[Any, ...]:
    return item["provider_id"], item["po_id"], item["po_item_id"]


def leads(found: list[Item]) -> dict[tuple[Any, ...], int]:
    """Line → which of its items carries boxes and cost: the first that the filter left."""
    first: dict[tuple[Any, ...], int] = {}
    for item in found:
        first[key_of(item)] = min(item["item_no"], first.get(key_of(item), item["item_no"]))
    return first


def factor(item: Item) -> Decimal | None:
    code = (item["box_type"] or "").upper()
    return FACTORS.get((item["provider_id"], code), USUAL.get(code))


def fbe(item: Item) -> Decimal | None:
    by = factor(item)
    return None if by is None or item["boxes"] is None else item["boxes"] * by


def total(values: list[Decimal | None]) -> Decimal | None:
    there = [value for value in values if value is not None]
    return sum(there, Decimal(0)) if there else None


def expected_totals(found: list[Item]) -> dict[str, Any]:
    first = leads(found)
    lines = [item for item in found if first[key_of(item)] == item["item_no"]]

    def units(word: str) -> Decimal | None:
        of_type = [i for i in found if (i["unit_type"] or "").lower().startswith(word)]
        return total([item["total_units"] for item in of_type])

    return {
        "items": len(found),
        "lines": len(lines),
        "purchase_orders": len({key_of(item)[:2] for item in found}),
        "boxes": total([item["boxes"] for item in lines]),
        "fbe": total([fbe(item) for item in lines]),
        "stems": total([item["stems"] for item in found]),
        "total_cost": total([item["total_cost"] for item in lines]),
        "stem_units": units("stem"),
        "bunch_units": units("bunch"),
        "quantity_confirmed": total([item["quantity_confirmed"] for item in lines]),
    }


def _last(value: Any) -> tuple[bool, Any]:
    """Nothing stands behind everything."""
    return (True, 0) if value is None else (False, value)


def _natural(item: Item) -> tuple[Any, ...]:
    ids = item["po_id"], item["po_item_id"], item["item_no"]
    return item["ship_date"], item["provider_id"], _last(item["po_number"]), *ids


def _down(name: str) -> Callable[[Item], Any]:
    return lambda item: _last(None if item[name] is None else -item[name])


ORDERS: dict[str, Callable[[Item], Any]] = {
    "ship_date": lambda _item: 0,
    "newest": lambda item: -item["ship_date"].toordinal(),
    "changed": lambda item: -item["changed_at"].timestamp(),
    "waiting": lambda item: item["first_seen_at"],
    "boxes": _down("boxes"),
    "cost": _down("total_cost"),
    "product": lambda item: _last(item["product_folded"]),
}


def store(ctx: AppContext, items: list[Item]) -> None:
    with ctx.db.write() as con:
        for table in ("providers", "mappings", "box_types", "order_items"):
            con.run(f"DELETE FROM {table}")
        for provider, group in GROUPS.items():
            con.run(
                "INSERT INTO providers (id, name, komet_group) VALUES ($id, $name, $group)",
                {"id": provider, "name": provider.upper(), "group": group},
            )
        for (provider, product), code in SKUS.items():
            con.run(
                "INSERT INTO mappings (provider_id, kind, komet_id, code)"
                " VALUES ($provider, 'product', $product, $code)",
                {"provider": provider, "product": product, "code": code},
            )
        for (provider, code), by in FACTORS.items():
            con.run(
                "INSERT INTO box_types (provider_id, code, fbe, fbe_edited)"
                " VALUES ($provider, $code, 0.9, $by)",
                {"provider": provider, "code": code, "by": by},
            )
        frame = pl.DataFrame(items, schema=order_items())
        con.insert("order_items", frame)
        con.run("DELETE FROM day_orders")
        con.run("DELETE FROM day_sums")
        day_sums.refresh(con, frame)


def check_totals(ctx: AppContext, chosen: OrderFilter, found: list[Item]) -> None:
    totals = query.total_items(ctx, chosen)
    assert {name: getattr(totals, name) for name in expected_totals(found)} == (
        expected_totals(found)
    )
    boxes = {(row["ship_date"], row["provider"]): row["boxes"] for row in
             query.sum_boxes_by_day(ctx, chosen).iter_rows(named=True)}  # fmt: skip
    first = leads(found)
    expected: dict[tuple[date, str], float | None] = {}
    for item in found:
        key = item["ship_date"], item["provider_id"].upper()
        expected.setdefault(key, None)
        if first[key_of(item)] == item["item_no"] and item["boxes"] is not None:
            expected[key] = (expected[key] or 0) + float(item["boxes"])
    led = {(i["ship_date"], i["provider_id"].upper()) for i in found
           if first[key_of(i)] == i["item_no"]}  # fmt: skip
    assert boxes == {key: value for key, value in expected.items() if key in led}


def check_pages(ctx: AppContext, chosen: OrderFilter, found: list[Item], dice: Random) -> None:
    first = leads(found)
    sort, rows = dice.choice(list(SORTS)), dice.choice((1, 3, 200))
    ordered = sorted(found, key=lambda item: (ORDERS[sort](item), _natural(item)))
    read = [
        query.list_items(ctx, chosen, sort=sort, offset=offset, limit=rows)
        for offset in range(0, len(ordered) + 1, rows)
    ]
    assert read[-1].height == len(ordered) % rows
    shown = [row for page in read for row in page.iter_rows(named=True)]
    assert len(shown) == len(ordered)
    for row, item in zip(shown, ordered, strict=True):
        assert (key_of(row), row["item_no"]) == (key_of(item), item["item_no"])
        for name in ("po_number", "ship_date", "vendor_name", "product", "stems", "box_type"):
            assert row[name] == item[name], name
        assert row["provider"] == item["provider_id"].upper()
        assert row["sku"] == SKUS.get((item["provider_id"], item["product_id"]))
        carries = first[key_of(item)] == item["item_no"]
        of_line = {name: item[name] for name in ("boxes", "total_cost", "quantity_confirmed")}
        for name, value in (of_line | {"fbe": fbe(item)}).items():
            assert row[name] == (value if carries else None), name


def check_beside(ctx: AppContext, chosen: OrderFilter, found: list[Item], dice: Random) -> None:
    """Whoever goes from PO to PO sees each one that the filter finds once, as the pages do."""
    sort = dice.choice(list(SORTS))
    ordered = sorted(found, key=lambda item: (ORDERS[sort](item), _natural(item)))
    keys = list(dict.fromkeys(key_of(item)[:2] for item in ordered))
    for at, key in enumerate(keys):
        around = keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None
        told = query.find_beside(ctx, chosen, sort, *key)
        assert tuple(one and (one.provider_id, one.po_id) for one in told) == around
    assert query.find_beside(ctx, chosen, sort, "a", "none such") == (None, None)


@pytest.mark.parametrize("examples", [_EXAMPLES])
def test_totals_and_pages_are_what_plain_python_says(
    ctx: AppContext, monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    # so few items stand on all days of the first look
    monkeypatch.setattr(pages, "_AHEAD", 1)
    monkeypatch.setattr(order, "_NEAR", timedelta(0))

    @hypothesis.settings(max_examples=examples, database=None, deadline=None)
    @hypothesis.given(seed=st.integers(0, 2**32))
    def look_up(seed: int) -> None:
        dice = Random(seed)
        items = make_items(dice)
        store(ctx, items)
        for number in range(10):
            chosen = make_filter(dice, of_days=number < 3)
            found = find(items, chosen)
            check_totals(ctx, chosen, found)
            check_pages(ctx, chosen, found, dice)
            if number % 5 == 0:
                check_beside(ctx, chosen, found, dice)

    look_up()
