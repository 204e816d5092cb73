"""The traps of new orders, prebooks and stock."""

from typing import Any

import pytest
from sandbox_caller import TODAY, Komet, number

from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_A_VENDOR

CREATE, MIXED = "purchase.order.create", "purchase.order.mixed.create"
OWN = IMPORTER_A_VENDOR.vendor_id
PO = "P777777"


def products(komet: Komet) -> list[Any]:
    rows = komet.get("product.list", IMPORTER_A_COMPANY).json()["products"]
    return [row for row in rows if row.get("legacyCode")]


def found(komet: Komet, wanted: str = PO) -> list[Any]:
    answer = komet.get("purchase.order.list", IMPORTER_A_COMPANY, number=wanted).json()
    orders: list[Any] = answer.get("purchaseOrders", [])
    return orders


def create(komet: Komet, *items: dict[str, Any], method: str = CREATE, **more: Any) -> Any:
    asked = {"shipDate": str(TODAY), "vendorId": OWN, "purchaseOrderNumber": PO, **more}
    return komet.ok(method, purchaseOrderItems=list(items), **asked)


# Purchase orders


def test_items_go_into_the_po_whose_number_is_given(small: Komet) -> None:
    first, second = products(small)[:2]
    create(small, {"productCode": first["legacyCode"], "boxes": 4})
    create(small, {"productDescription": second["description"], "boxes": 2, "markCode": "MK-7"})
    (order,) = found(small)
    details = [
        (line["productId"], number(line["totalBoxes"]), line.get("markCode"))
        for line in order["details"]
    ]
    assert [one[:2] for one in details] == [(first["id"], 4), (second["id"], 2)]
    assert details[1][2] == "MK-7"
    held = small.lines(IMPORTER_A_COMPANY, TODAY)[0]
    create(small, {"productId": first["id"]}, purchaseOrderNumber=held["number"],
           vendorId=held["vendorId"])  # fmt: skip
    assert len(found(small, held["number"])) == 1
    assert len(found(small, held["number"])[0]["details"]) == 3
    foreign = next(
        line for line in small.lines(IMPORTER_A_COMPANY, TODAY) if line["vendorId"] != OWN
    )
    item = {"productId": first["id"]}
    for token in (IMPORTER_A_COMPANY, IMPORTER_A_VENDOR):
        message = small.refused(
            CREATE, token, shipDate=str(TODAY), vendorId=OWN,
            purchaseOrderNumber=foreign["number"], purchaseOrderItems=[item],
        )  # fmt: skip
        assert "belongs to another vendor" in message
    assert [one["target"] for one in small.effects()] == [PO, PO, held["number"]]


def test_unknown_products_are_left_out_without_a_word(small: Komet) -> None:
    known = products(small)[0]
    unknown = {"productDescription": "Rosa que nadie conoce"}
    assert create(small, unknown).keys() == {"status", "message"}
    assert found(small) == []
    assert small.effects() == []
    create(small, unknown, {"productId": known["id"]}, {"productId": 1})
    assert [line["productId"] for line in found(small)[0]["details"]] == [known["id"]]
    # a code that is known makes an alias of a description that is not
    create(small, {**unknown, "productCode": known["legacyCode"]})
    create(small, unknown)
    assert [line["productId"] for line in found(small)[0]["details"]] == [known["id"]] * 3


@pytest.mark.parametrize("token", [IMPORTER_A_COMPANY, IMPORTER_A_VENDOR])
def test_prebook_lines_become_po_lines_of_their_own_vendor(small: Komet, token: Any) -> None:
    product, box_type = products(small)[0], small.sandbox.state.companies["magnolia"].box_types[2]
    ids = {}
    for vendor in (OWN, 3115):
        small.ok(
            "prebook.create", customerId=7001, carrierId=61, shipDate="2026-11-27",
            prebookItems=[{"vendorId": vendor, "productId": product["id"], "boxes": 6, "bunches": 8,
                           "stemsBunch": 20, "boxTypeId": box_type.id, "unitType": "Bunch",
                           "cost": 4.25, "markCode": "MK9"}],
        )  # fmt: skip
        ids[vendor] = small.effects("prebook.create")[-1]["made"]
    (item,) = ids[OWN]["prebookItemIds"]
    asked = {"shipDate": str(TODAY), "vendorId": OWN, "purchaseOrderNumber": PO}
    small.ok(CREATE, token, **asked, purchaseOrderItems=[{"prebookItemId": item, "boxes": 5}])
    (line,) = found(small)[0]["details"]
    shown = {name: line[name] for name in (
        "prebookItemId", "prebook", "productId", "boxType", "totalBoxes", "bunches", "stemsBunch",
        "unitType", "unitCost", "markCode", "prebookTruckDate", "customerId",
    )}  # fmt: skip
    assert shown == {
        "prebookItemId": item, "prebook": str(ids[OWN]["prebookNumber"]),
        "productId": product["id"], "boxType": box_type.code, "totalBoxes": 5, "bunches": 8,
        "stemsBunch": 20, "unitType": "Bunch", "unitCost": line["unitCost"], "markCode": "MK9",
        "prebookTruckDate": "2026-11-27", "customerId": 7001,
    }  # fmt: skip
    assert number(line["unitCost"]) == number("4.25")
    foreign = {"prebookItemId": ids[3115]["prebookItemIds"][0]}
    answer = small.post(CREATE, token, **asked, purchaseOrderItems=[foreign]).json()
    assert answer["status"] == ("1" if token is IMPORTER_A_COMPANY else "0")
    assert "not found" in small.refused(
        CREATE, token, **asked, purchaseOrderItems=[{"prebookItemId": 5}]
    )


def test_mixed_boxes_have_breakdowns(small: Komet) -> None:
    box, first, second = products(small)[:3]
    parts = [
        {"productId": first["id"], "bunches": 3, "stemsBunch": 25, "cost": 4.5},
        {"productDescription": "Nobody knows", "bunches": 9, "stemsBunch": 25, "cost": 1},
        {"productCode": second["legacyCode"], "bunches": 5, "stemsBunch": 10, "cost": 3},
    ]
    create(small, {"productId": box["id"], "boxes": 2, "breakdowns": parts}, method=MIXED)
    (line,) = found(small)[0]["details"]
    assert (number(line["bunches"]), number(line["totalBoxes"])) == (8, 2)
    shown = [
        (part["productId"], number(part["bunches"]), number(part["cost"]))
        for part in line["breakdowns"]
    ]
    assert shown == [(first["id"], 3, number("4.5")), (second["id"], 5, 3)]
    create(small, {"productId": box["id"], "breakdowns": parts[1:2]}, method=MIXED)
    assert len(found(small)[0]["details"]) == 1


def test_a_vendor_is_named_one_way_and_a_location_where_there_are_several(strict: Komet) -> None:
    item = {"productId": products(strict)[0]["id"]}
    asked = {"shipDate": str(TODAY), "vendorId": OWN, "purchaseOrderItems": [item]}
    assert "not both" in strict.refused(CREATE, **asked, vendorCode="FVA")
    assert "companyLocationCode" in strict.refused(CREATE, **asked)
    assert "Location not found" in strict.refused(CREATE, **asked, companyLocationCode="XX")
    strict.ok(CREATE, **asked, companyLocationCode="BOS", purchaseOrderNumber=PO)
    assert found(strict)[0]["locationName"] == "Magnolia Boston"


# Prebooks


def test_a_prebook_is_added_to_where_that_is_asked(small: Komet) -> None:
    asked = {"customerId": 7001, "carrierId": 61, "shipDate": "2026-11-27", "customerPO": "C-1",
             "prebookItems": [{"vendorId": OWN, "productId": 1, "boxes": 2}]}  # fmt: skip
    first = small.ok("prebook.create", **asked)
    assert small.ok("prebook.create", **asked, useExisting=1) == first
    assert small.ok("prebook.create", **asked)["prebookId"] != first["prebookId"]
    days = {"dateFrom": "2026-11-27", "dateTo": "2026-11-27"}
    listed = small.get("prebook.list", IMPORTER_A_COMPANY, **days).json()["prebooks"]
    assert first["prebookId"] in {row["id"] for row in listed}
    later = {"dateFrom": "2027-01-01", "dateTo": "2027-01-02"}
    assert "prebooks" not in small.get("prebook.list", IMPORTER_A_COMPANY, **later).json()
    query = {"date": "2026-11-27", "prebook": str(first["prebookNumber"])}
    (row,) = small.get("prebook.details.list", IMPORTER_A_COMPANY, **query).json()["prebooks"]
    assert [item["totalBoxes"] for item in row["details"]] == [2, 2]
    assert len(small.effects("prebook.create")) == 3


def test_orders_come_of_a_prebook_at_once(small: Komet) -> None:
    item = {"productId": products(small)[0]["id"], "boxes": 3}
    asked = {"customerId": 7001, "carrierId": 61, "shipDate": "2026-11-27",
             "autoGeneratePOsfromPrebooks": 1}  # fmt: skip
    assert "vendorId and cost" in small.refused("prebook.create", **asked, prebookItems=[item])
    items = [{**item, "vendorId": vendor, "cost": "0.35"} for vendor in (OWN, OWN, 3108)]
    small.ok("prebook.create", **asked, prebookItems=items)
    (effect,) = small.effects()
    orders = found(small, ",".join(effect["made"]["purchaseOrders"]))
    assert [(row["vendorId"], row["status"], len(row["details"])) for row in orders] == [
        (OWN, "A", 2), (3108, "A", 1)
    ]  # fmt: skip


def test_a_vendors_prebook_is_its_own_and_its_item_stays_with_no_boxes(small: Komet) -> None:
    product = products(small)[0]["id"]
    asked = {"customerId": 7001, "carrierId": 61, "shipDate": "2026-11-27", "prebookItems": [
        {"vendorId": 3108, "productId": product, "boxes": 2, "price": 9, "vendorName": "Others"}
    ]}  # fmt: skip
    own = small.ok("prebook.create", IMPORTER_A_VENDOR, **asked)
    query = {"date": "2026-11-27", "prebook": str(own["prebookNumber"])}

    def seen(token: Any) -> list[Any]:
        rows: list[Any] = small.get("prebook.details.list", token, **query).json()["prebooks"]
        return rows

    (row,) = seen(IMPORTER_A_COMPANY)
    (item,) = row["details"]
    assert (item["vendorId"], item["totalBoxes"], "unitPrice" in item) == (OWN, 2, False)
    (by_vendor,) = seen(IMPORTER_A_VENDOR)
    assert "customerId" in row
    assert not {name for name in by_vendor if name.startswith("customer")}
    gone = {"prebookId": own["prebookId"], "prebookItemId": str(item["prebookItemId"])}
    small.ok("prebook.item.delete", IMPORTER_A_VENDOR, **gone)
    assert [one["totalBoxes"] for one in seen(IMPORTER_A_COMPANY)[0]["details"]] == [0]
    small.ok("prebook.item.delete", **gone)
    assert seen(IMPORTER_A_COMPANY)[0]["details"] == []
    company = small.ok("prebook.create", **asked)
    (foreign,) = small.effects("prebook.create")[-1]["made"]["prebookItemIds"]
    other = {"prebookId": company["prebookId"], "prebookItemId": foreign}
    assert "another vendor" in small.refused("prebook.item.delete", IMPORTER_A_VENDOR, **other)


def test_several_prebooks_by_carrier_and_day(small: Komet) -> None:
    address = {
        f"customer{kind}{part}": "x"
        for kind in ("Billing", "Shipping")
        for part in ("Street", "City", "State", "Zipcode", "Country")
    }
    items = [
        {"carrierCode": carrier, "carrierName": "x", "shipDate": day, "productId": 1, "boxes": 1}
        for carrier, day in (
            ("ARM", "2026-11-27"), ("FLT", "2026-11-27"), ("ARM", "2026-11-28"),
            ("ARM", "2026-11-27"),
        )
    ]  # fmt: skip
    small.ok(
        "multiple.prebooks.create", customerCode="x", customerName="x", customerPhone="1",
        **address, prebookItems=items,
    )  # fmt: skip
    effects = small.effects("multiple.prebooks.create")
    assert [len(one["made"]["prebookItemIds"]) for one in effects] == [2, 1, 1]
    assert len({one["target"] for one in effects}) == 3


# Stock


def test_stock_is_added_counted_up_and_taken_out(strict: Komet) -> None:
    product = products(strict)[0]
    boxes = {"growerId": OWN, "awb": "729-11112222", "shipDate": str(TODAY), "quantity": 60,
             "boxTypeCode": "QB", "unitType": "Stem", "stemsBunch": 25, "bunches": 10,
             "unitCost": "0.31"}  # fmt: skip
    new = strict.ok("inventory.add", **boxes, productCode=product["legacyCode"])["inventoryId"]

    def held() -> list[Any]:
        rows = strict.get("inventory.list", IMPORTER_A_COMPANY).json()["inventoryItems"]
        return [row for row in rows if row["orderItemId"] == new]

    (row,) = held()
    assert (row["companyProductId"], row["quantity"], row["totalUnits"], row["boxTypeCode"]) == (
        product["id"], 60, 15_000, "QB"
    )  # fmt: skip
    done = strict.ok("inventory.update", inventoryId=new, quantity=100, unitCost="0.33")
    assert done == {"status": 1, "message": "The inventory Item has been updated successfully"}
    strict.ok("inventory.update", inventoryId=new, unitCost="0.34", priceA="0.5")
    assert held()[0]["quantity"] == 160
    for wrong in (101, -1):
        answer = strict.post("inventory.update", inventoryId=new, quantity=wrong, unitCost=1)
        assert answer.status_code == 400
        answer = strict.post("inventory.add", **{**boxes, "quantity": wrong}, productId=1)
        assert answer.status_code == 400
    skipped = strict.ok("inventory.add", **boxes, productDescription="Nobody knows")
    assert skipped.keys() == {"status", "message"}
    assert "Vendor not found" in strict.refused(
        "inventory.add", **{**boxes, "growerId": 1}, productId=product["id"]
    )
    strict.ok("inventory.delete", inventoryId=new)
    assert held() == []
    assert [(one["method"], one["target"]) for one in strict.effects()] == [
        ("inventory.add", str(new)), ("inventory.update", str(new)),
        ("inventory.update", str(new)), ("inventory.delete", str(new)),
    ]  # fmt: skip
