"""Order items: arithmetic by hand, filters, statuses; and what an export makes of them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from record_rows import slice_rows
from sample_accounts import ACTOR, add_client

from komet.api.client import Slice
from komet.api.models import PurchaseOrder
from komet.catalogs import table as products
from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.export.orders import export_orders
from komet.ingest import commit_clock
from komet.ingest.commit import write_slices
from komet.ingest.commit_clock import RequestMark
from komet.ingest.frames import to_frames
from komet.ingest.table import runs
from komet.mapping.history import Source
from komet.mapping.table import mappings
from komet.orders import query
from komet.orders.filters import Gone, Mapped, OrderFilter
from komet.orders.model import Totals

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDERS: list[dict[str, Any]] = [
    {
        "id": 1, "number": "P000001", "shipDate": "2026-11-20", "status": "CF", "origin": "UIO",
        "vendorName": "Finca Ñusta", "locationName": "Miami", "totalBoxes": 7,
        "totalCost": "1,023.5",
        "incoterm": "FOB",
        "details": [
            # 4 HB × 12 bunches × 25 stems = 1,200 stems at 0.26 = 312.00; FBE 4 × 0.5 = 2
            {"poItemId": 11, "productId": 77, "productDescription": "Rosa Ñandú 60 cm",
             "boxType": "HB", "totalBoxes": 4, "bunches": 12, "stemsBunch": 25,
             "unitType": "Stem", "totalUnits": 1200, "unitCost": "0.26", "totalCost": "312.00",
             "lineItemStatus": "C", "customerName": "Bloomfield", "markCode": "MK1",
             "notes": "=1+1", "quantityConfirmed": 4},
            # mixed, 3 QB: 3×10×10 = 300 and 3×5×20 = 300 stems; boxes and cost once; FBE 0.75
            {"poItemId": 12, "productId": 99, "productDescription": "Assorted", "boxType": "QB",
             "totalBoxes": 3, "bunches": 15, "stemsBunch": 10, "unitType": "Bunch",
             "totalUnits": 45, "unitCost": "15.8111", "totalCost": "711.50", "orderType": "S",
             "lineItemStatus": "S",
             "breakdowns": [
                 {"productId": "077", "productDescription": "Clavel rojo", "bunches": 10,
                  "stemsBunch": 10, "cost": "14"},
                 {"productId": 78, "productDescription": "Hydrangea azul", "bunches": 5,
                  "stemsBunch": 20, "cost": "19"}],
             "boxes": [{"boxCode": "0001", "lotNumber": "L1", "statusName": "In transit"}]},
        ],
    },
    {
        "id": 2, "number": "P000002", "shipDate": "2026-11-20", "status": "XX",
        "vendorName": "Finca Sol",
        "details": [
            # no stems per bunch, unit type Stem: the total units are the stems; no factor, no FBE
            {"poItemId": 21, "productId": 80, "productDescription": "Gypsophila", "boxType": "JB",
             "totalBoxes": 2, "bunches": 8, "unitType": "Stem", "totalUnits": 500,
             "totalCost": "50", "lineItemStatus": "Odd"},
            # no pack at all, unit type Bunch: stems stay empty
            {"poItemId": 22, "productId": 81, "productDescription": "Statice", "boxType": "FB",
             "totalBoxes": 1, "unitType": "Bunch", "totalUnits": 40, "totalCost": "60"},
        ],
    },
]  # fmt: skip


@pytest.fixture
def held(ctx: AppContext) -> AppContext:
    put(ctx, ORDERS)
    return ctx


def put(
    ctx: AppContext,
    orders: list[dict[str, Any]],
    at: datetime = AT,
    sent: RequestMark | None = None,
) -> str:
    known = list_providers(ctx)
    provider = known[0] if known else add_client(ctx, "Client")
    with ctx.db.write() as con:
        run = runs.create_run(con, [(provider.id, DAY)], source="test", workers=1, now=at)
        read = [PurchaseOrder.model_validate(order, context=[]) for order in orders]
        rows = slice_rows(provider.id, DAY, Slice(read, [], at), sent)
        write_slices(con, [to_frames(rows)], run.id)
    return provider.id


def totals(ctx: AppContext, **chosen: Any) -> Totals:
    return query.total_items(ctx, OrderFilter(**chosen))


def test_arithmetic_by_hand(held: AppContext) -> None:
    found = totals(held)
    assert (found.purchase_orders, found.lines, found.items) == (2, 4, 5)
    assert found.boxes == 4 + 3 + 2 + 1
    assert found.total_cost == Decimal("312.00") + Decimal("711.50") + 50 + 60
    assert found.stems == 1200 + 300 + 300 + 500
    assert found.fbe == 4 * Decimal("0.5") + 3 * Decimal("0.25") + 1
    # units of stems and of bunches are never added together
    assert found.stem_units == 1200 + 500
    assert found.bunch_units == 3 * 10 + 3 * 5 + 40


def test_a_mixed_line_counts_once_whichever_of_its_items_is_left(held: AppContext) -> None:
    both = totals(held, po_numbers=("P000001",))
    second = totals(held, product="hydrangea")
    assert both.boxes == 7
    assert (second.items, second.boxes, second.stems) == (1, 3, 300)
    assert second.total_cost == Decimal("711.50")
    page = query.list_items(held, OrderFilter(product="a"))
    assert page["boxes"].sum() == totals(held, product="a").boxes


def test_the_providers_factor_counts_and_an_edited_one_before_it(held: AppContext) -> None:
    provider = list_providers(held)[0]
    with held.db.write() as con:
        frame = pl.DataFrame(
            {"code": ["HB"], "fbe": [Decimal("0.48")], "extra": [None]},
            schema=products.BOX_TYPE_COLUMNS,
        )
        products.replace_box_types(con, provider.id, frame, AT)
    assert totals(held, box_types=("HB",)).fbe == 4 * Decimal("0.48")
    with held.db.write() as con:
        products.edit_fbe(con, provider.id, "hb", Decimal("0.6"), AT)
        products.replace_box_types(con, provider.id, frame, AT)  # a download keeps what is edited
    assert totals(held, box_types=("HB",)).fbe == 4 * Decimal("0.6")
    assert totals(held, box_types=("JB",)).fbe is None


@pytest.mark.parametrize(
    ("chosen", "items"),
    [
        ({"product": "ñandu"}, 1),
        ({"product": "NANDÚ"}, 1),
        ({"product": "077"}, 1),
        ({"vendors": ("finca ñusta",)}, 3),
        ({"vendors": ("finca",)}, 0),
        ({"customers": ("BLOOMFIELD",)}, 1),
        ({"statuses": ("Confirmed by Farm",)}, 3),
        ({"statuses": ("cf", "xx")}, 5),
        ({"line_statuses": ("shipped",)}, 2),
        ({"origins": ("uio",)}, 3),
        ({"box_types": ("QB", "FB")}, 3),
        ({"mark_codes": ("mk1",)}, 1),
        ({"locations": ("Miami",)}, 3),
        ({"po_numbers": ("p000002",)}, 2),
        ({"ship_from": DAY, "ship_to": DAY}, 5),
        ({"ship_from": DAY + timedelta(days=1)}, 0),
        ({"mapped": Mapped.UNMAPPED}, 5),
        ({"gone": Gone.ONLY}, 0),
        ({"changed_since": AT}, 5),
        ({"changed_since": AT + timedelta(seconds=1)}, 0),
        ({"product": "rosa", "statuses": ("CA",)}, 0),
        ({"product": "'; DROP TABLE order_items; --"}, 0),
        ({"group": "nobody"}, 0),
    ],
)
def test_filters(held: AppContext, chosen: dict[str, Any], items: int) -> None:
    found = query.total_items(held, OrderFilter(**chosen))
    page = query.list_items(held, OrderFilter(**chosen))
    assert (found.items, page.height) == (items, items)


def test_a_filter_survives_the_url(held: AppContext) -> None:
    chosen = OrderFilter(
        statuses=("CF", "A"), vendors=("Finca Ñusta, S.A.",), ship_from=DAY, changed_since=AT,
        mapped=Mapped.UNMAPPED, gone=Gone.SHOW, product="50% & más",
    )  # fmt: skip
    assert OrderFilter.from_query(chosen.to_query()) == chosen
    assert OrderFilter().to_query() == {}


def test_a_mapping_works_backwards_at_once(held: AppContext) -> None:
    provider = list_providers(held)[0]
    with held.db.write() as con:
        rows = pl.DataFrame(
            {
                "provider_id": [provider.id],
                "komet_id": ["077"],
                "sku": ["007"],
                "sku_description": ["Carnation"],
            }
        )
        mappings.write_import(con, rows, source=Source.FILE, name="f", now=AT)
    page = query.list_items(held, OrderFilter(mapped=Mapped.MAPPED))
    assert page["sku"].to_list() == ["007"]
    assert totals(held, sku="00").items == 1
    assert totals(held, mapped=Mapped.UNMAPPED).items == 4


def test_a_po_is_found_by_its_number_and_its_lines_come_to_its_sums(held: AppContext) -> None:
    [found] = query.find_orders(held, " p000001 ")
    assert (found.po_id, found.number) == ("1", "P000001")
    assert [key.number for key in query.find_orders(held, "2")] == ["P000002"]
    assert query.find_orders(held, "P9") == []
    sums = query.read_order(held, found.provider_id, "1").sum_lines()
    assert (sums.lines, sums.boxes, sums.stems) == (2, 7, 1800)  # 4 + 3; 1,200 + 300 + 300
    assert (sums.fbe, sums.total_cost) == (Decimal("2.75"), Decimal("1023.5"))
    line = {**ORDERS[0]["details"][0], "lineItemStatus": "CA"}
    put(held, [{**ORDERS[0], "details": [line, ORDERS[0]["details"][1]]}], AT + timedelta(hours=1))
    order = query.read_order(held, found.provider_id, "1")
    assert (order.sum_lines().boxes, order.sum_lines(cancelled=True).boxes) == (3, 4)
    assert order.products_without_sku == {"077": "Clavel rojo", "78": "Hydrangea azul"}


def test_what_is_not_there_any_more_is_marked_and_comes_back(held: AppContext) -> None:
    provider = put(held, ORDERS[:1], AT + timedelta(hours=1))
    assert totals(held).purchase_orders == 1
    assert totals(held, gone=Gone.ONLY).purchase_orders == 1
    put(held, ORDERS, AT + timedelta(hours=2))
    assert totals(held).purchase_orders == 2
    history = query.read_order(held, provider, "2").changes["kind"].to_list()
    assert history == ["new", "gone", "back"]


def test_a_changed_field_is_told_with_before_and_after(held: AppContext) -> None:
    line = {**ORDERS[0]["details"][0], "totalBoxes": "5", "unitCost": "0.2600"}
    changed = [{**ORDERS[0], "details": [line, ORDERS[0]["details"][1]]}, ORDERS[1]]
    provider = put(held, changed, AT + timedelta(hours=1))
    changes = query.read_order(held, provider, "1").changes.filter(pl.col("kind") == "changed")
    assert changes.select("po_item_id", "field", "before", "after").rows() == [
        ("11", "total_boxes", "4", "5")
    ]


def test_an_older_answer_does_not_overwrite_a_newer_one(held: AppContext) -> None:
    sent = commit_clock.mark_request(held.db.path)
    put(held, ORDERS)
    put(held, [], AT + timedelta(hours=1), sent)  # whatever a clock says
    assert totals(held).purchase_orders == 2
    put(held, [], AT - timedelta(hours=1))
    assert totals(held).purchase_orders == 0


def test_the_workbook(held: AppContext, tmp_path: Path) -> None:
    target = tmp_path / "orders.xlsx"
    export_orders(held, ACTOR, OrderFilter(), target)
    workbook = openpyxl.load_workbook(target, data_only=True)
    items = workbook["Items"]
    headings = [cell.value for cell in items[1]]
    assert headings == [
        "Importer", "PO number", "Ship date", "PO status", "Line status", "Vendor", "Customer",
        "Location", "Origin", "Carrier", "Mark code", "Komet product ID", "Product", "SKU",
        "SKU description", "Box type", "Boxes", "Bunches", "Stems per bunch", "Unit type",
        "Total units", "Stems", "FBE", "Unit cost", "Total cost", "Quantity confirmed",
        "Order type", "Prebook", "Truck date", "Reference", "Notes", "PO item ID", "Our box type",
        "Our carrier", "Our customer", "Our location", "Downloaded at (UTC)",
    ]  # fmt: skip
    rows = [dict(zip(headings, row, strict=True)) for row in items.iter_rows(2, values_only=True)]
    assert [row["Komet product ID"] for row in rows[:-1]] == ["77", "077", "78", "80", "81"]
    assert [row["Boxes"] for row in rows] == [4, 3, None, 2, 1, 10]
    assert rows[0]["Ship date"] == datetime(2026, 11, 20)  # noqa: DTZ001 - Excel knows no zones
    assert rows[0]["Notes"] == "=1+1"
    assert items.cell(2, headings.index("Notes") + 1).data_type == "s"
    assert (rows[0]["PO status"], rows[0]["Line status"]) == ("Confirmed by farm", "Confirmed")
    assert (rows[3]["PO status"], rows[3]["Line status"]) == ("XX", "Odd")
    assert rows[1]["Order type"] == "Standing order"
    assert rows[-1]["Importer"] == "Total"
    assert rows[-1]["Total units"] is None  # stems and bunches are not added up
    assert rows[-1]["Stems"] == 2300
    pos = list(workbook["POs"].iter_rows(values_only=True))
    assert pos[0][-1] == "incoterm"
    assert (pos[1][7:10], pos[1][-1]) == ((7, 1023.5, 2), "FOB")
    assert pos[2][7:10] == (3, 110, 2)  # no total in the header: the sum of its lines
    assert workbook["Breakdowns"].max_row == 4
    assert workbook["Boxes"].max_row == 2
    assert workbook["Unmapped"].max_row == 7  # a heading, 5 products, the total
    info = dict(workbook["Info"].iter_rows(values_only=True))
    assert info["Box types without an FBE factor"] == "Client: JB"
    assert info["Total: Total units in bunches"] == "85"
