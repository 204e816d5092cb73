"""What a writing method does shows in what the reading ones answer."""

from collections.abc import Iterator
from typing import Any

import pytest
from failure_messages import raises
from sandbox_caller import TODAY, number

from komet.api import KometClient
from komet.api.errors import Rejected
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_A_VENDOR, USER


@pytest.fixture
def client() -> Iterator[KometClient]:
    with (
        Sandbox(today=TODAY, evolve=False) as sandbox,
        KometClient(sandbox.base_url, IMPORTER_A_COMPANY.secret) as client,
    ):
        yield client


def lines(client: KometClient, **params: Any) -> list[dict[str, Any]]:
    answer = client.call("purchase.order.list", **params or {"date": TODAY})
    return [line for order in answer["purchaseOrders"] for line in order["details"]]


def open_line(client: KometClient, least: int = 2) -> dict[str, Any]:
    return next(
        line
        for line in lines(client)
        if line["lineItemStatus"] not in {"Shipped", "Cancelled"}
        and number(line["totalBoxes"]) >= least
    )


def again(client: KometClient, item_id: Any) -> dict[str, Any]:
    return next(line for line in lines(client) if line["poItemId"] == item_id)


def test_a_confirmed_line_is_confirmed_in_the_next_list(client: KometClient) -> None:
    line = open_line(client)
    boxes = int(number(line["totalBoxes"]))
    client.call("purchase.order.item.confirm", poItemId=line["poItemId"], quantityConfirmed=boxes)
    after = again(client, line["poItemId"])
    assert (after["lineItemStatus"], number(after["quantityConfirmed"])) == ("Confirmed", boxes)
    client.call("purchase.order.item.confirm", poItemId=line["poItemId"], quantityConfirmed=1)
    assert again(client, line["poItemId"])["lineItemStatus"] == "Partially Confirmed"
    with raises(Rejected, match=f"between 0 and {boxes}"):
        client.call(
            "purchase.order.item.confirm", poItemId=line["poItemId"], quantityConfirmed=boxes + 1
        )
    with raises(Rejected, match="PO item not found"):
        client.call("purchase.order.item.confirm", poItemId=1, quantityConfirmed=1)


def test_shipping_gives_box_codes_and_fewer_boxes_split_the_line(client: KometClient) -> None:
    line = open_line(client, least=3)
    item, boxes = line["poItemId"], int(number(line["totalBoxes"]))
    shipped = client.call(
        "purchase.order.item.awb.add", poItemId=item, awb="729-11112222", shipDate=TODAY,
        boxCodes=["BX1", "BX2"],
    )  # fmt: skip
    assert shipped["boxCodes"] == ["BX1", "BX2"]
    first, rest = again(client, item), again(client, shipped["newPOItemId"])
    assert (first["lineItemStatus"], number(first["totalBoxes"])) == ("Shipped", 2)
    assert [box["boxCode"] for box in first["boxes"]] == ["BX1", "BX2"]
    assert number(rest["totalBoxes"]) == boxes - 2
    assert rest["productId"] == line["productId"]
    whole = client.call(
        "purchase.order.items.awb.add",
        poItems=[
            {"poItemId": shipped["newPOItemId"], "awb": "729-11112222", "shipDate": str(TODAY)},
            {"poItemId": 1, "awb": "729-11112222", "shipDate": str(TODAY)},
        ],
    )["purchaseOrderItemDetailsAWBAddAPIResultList"]
    assert [(one["status"], len(one.get("boxCodes", []))) for one in whole] == [
        ("1", boxes - 2),
        ("0", 0),
    ]
    awb = client.call("awb.list", awb="2222", shipDate=TODAY)["awbs"]
    assert [(row["awb"], row["pieces"]) for row in awb] == [("729-11112222", boxes)]
    details = client.call("awb.details.list", awb="2222")["awbs"][0]["boxes"]
    assert {"BX1", "BX2"} <= {box["code"] for box in details}
    with raises(Rejected, match="shipped already"):
        client.call("purchase.order.item.awb.add", poItemId=item, awb="1", shipDate=TODAY)


def test_price_reference_and_delete(client: KometClient) -> None:
    line = open_line(client)
    item = line["poItemId"]
    client.call("purchase.order.item.price.update", purchaseOrderItemId=item, price="0.77")
    client.call("purchase.order.item.reference.update", purchaseOrderItemId=item, reference="R-1")
    after = again(client, item)
    assert number(after["unitCost"]) == number("0.77")
    assert after["referenceNumber"] == "R-1"
    client.call("purchase.order.item.delete", poItemId=item)
    assert item not in {line["poItemId"] for line in lines(client)}


def test_a_created_order_is_listed(client: KometClient) -> None:
    product = client.call("product.list")["products"][0]
    vendor = client.call("vendor.list")["vendors"][0]
    client.call(
        "purchase.order.create", shipDate=TODAY, vendorId=vendor["id"],
        purchaseOrderNumber="P777777",
        purchaseOrderItems=[{"productDescription": product["description"], "boxes": 4}],
    )  # fmt: skip
    found = client.call("purchase.order.list", number=["P777777"])["purchaseOrders"]
    assert [(order["vendorId"], order["status"]) for order in found] == [(vendor["id"], "PA")]
    assert number(found[0]["details"][0]["totalBoxes"]) == 4


def test_boxes_are_scanned_and_moved(client: KometClient) -> None:
    past = TODAY.replace(day=10)
    awb = client.call("awb.list", shipDate=past)["awbs"][0]
    code = awb["boxesCodes"].split(",")[0]
    client.call("box.code.change", boxes=[{"currentBoxCode": code, "newBoxCode": "NEW1"}])
    client.call("box.warehouse.receive", boxCode="NEW1", position="A-01")
    assert client.call("box.position.change", boxCode="NEW1", position="B-02")[
        "boxOldPosition"
    ] == "A-01"  # fmt: skip
    box = next(
        box
        for line in lines(client, date=past)
        for box in line.get("boxes") or []
        if box["boxCode"] == "NEW1"
    )
    assert (box["position"], box["statusName"]) == ("B-02", "Received")
    moved = client.call("box.move.awb", awb="729-99990000", shipDate=past, boxCodes=["NEW1", "X"])
    assert moved["failedBoxes"] == ["X"]
    assert client.call("awb.list", awb="0000")["awbs"][0]["boxesCodes"] == "NEW1"
    assert client.call("box.invoice.shipment.confirm", orderNumber=1, boxCodes=["NEW1"])[
        "updatedBoxes"
    ] == "1"  # fmt: skip
    with raises(Rejected, match="Box code does not exist"):
        client.call("box.warehouse.ship", boxCode="gone")


def test_a_vendor_sees_and_changes_its_own_orders_only() -> None:
    with (
        Sandbox(today=TODAY, evolve=False) as sandbox,
        KometClient(sandbox.base_url, IMPORTER_A_COMPANY.secret) as company,
        KometClient(sandbox.base_url, IMPORTER_A_VENDOR.secret) as vendor,
    ):
        own = {line["poItemId"] for line in lines(vendor)}
        other = next(line for line in lines(company) if line["poItemId"] not in own)
        with raises(Rejected, match="PO item not found"):
            vendor.call("purchase.order.item.delete", poItemId=other["poItemId"])


def test_masters_that_are_added_are_listed(client: KometClient) -> None:
    carrier = client.call("carrier.add", name="Night Trucks", code="NTX")["carrierId"]
    client.call("carrier.update", carrierId=carrier, name="Night Trucks LLC", code="NTX", active=0)
    rows = client.call("carrier.list", name="Night Trucks")["carriers"]
    assert [(row["name"], str(row["active"])) for row in rows] in (
        [("Night Trucks LLC", "0")],
        [("Night Trucks LLC", "False")],
    )
    vendor = client.call("vendor.add", name="Rosas Nuevas", portOrigin="UIO", vendorType=1)
    assert client.call("vendor.list", name="Rosas Nuevas")["vendors"][0]["id"] == vendor["vendorId"]
    product = client.call("product.add", category="Roses", variety="Nueva", grade="60 cm")
    found = client.call("product.list", id=product["productId"])["products"]
    assert found[0]["description"] == "Roses Nueva 60 cm"
    client.call("customer.add", name="Brand New Florist")
    assert client.call("customer.list", name="Brand New Florist")["customers"]


def test_prebooks_invoices_and_web_orders_keep_what_they_are_told(client: KometClient) -> None:
    customer = client.call("customer.list")["customers"][0]["id"]
    prebook = client.call(
        "prebook.create", customerId=customer, carrierId=61, shipDate=TODAY,
        prebookItems=[{"boxes": 3, "productId": 1}],
    )  # fmt: skip
    held = client.call("prebook.details.list", date=TODAY, prebook=prebook["prebookNumber"])
    (item,) = held["prebooks"][0]["details"]
    assert item["totalBoxes"] == 3
    future = client.call("future.inventory.openmarket.list", dateFrom=TODAY, dateTo=TODAY)
    stock = future["inventoryItems"][0]
    add = {"prebookId": prebook["prebookId"], "inventoryId": stock["inventoryId"], "price": "0.5"}
    client.call("prebook.future.item.add", boxes=1, **add)
    left = client.call("future.inventory.openmarket.list", dateFrom=TODAY, dateTo=TODAY)
    assert left["inventoryItems"][0]["quantity"] == stock["quantity"] - 1
    with raises(Rejected, match="boxes are available"):
        client.call("prebook.future.item.add", boxes=1_000, **add)
    client.call("prebook.item.delete", prebookId=prebook["prebookId"],
                prebookItemId=item["prebookItemId"])  # fmt: skip

    invoice = client.call(
        "invoice.create", customerId=customer, carrierId=61, shipDate=TODAY, statusDraft=1
    )
    client.call("invoice.checkout", invoiceNumber=invoice["invoiceNumber"])
    client.call("invoice.confirm", invoiceNumber=invoice["invoiceNumber"])
    listed = client.call("invoice.list", orderId=invoice["invoiceId"])["invoices"]
    assert [row["status"] for row in listed] == [1]
    client.call("invoice.void", invoiceNumber=invoice["invoiceNumber"], reason="wrong")
    with raises(Rejected, match="voided already"):
        client.call("invoice.void", invoiceNumber=invoice["invoiceNumber"], reason="wrong")


def test_a_web_order_is_made_placed_and_deleted(client: KometClient) -> None:
    customer = client.call("customer.list")["customers"][0]["id"]
    whose = {"customerId": customer, "X-ACCOUNT": 501, "X-SALES-CHANNEL": "WEB_APP"}
    with KometClient(client._transport.base_url, USER.secret) as user:
        order = user.call("web-order.create", companyId=501, **whose)["webOrderId"]
        user.call("web-order.checkout", webOrderId=order, **whose)
        shown = user.call("web-order-details.list", webOrderId=order, **whose)
        assert shown["webOrders"][0]["statusId"] == 2
        with raises(Rejected, match="checked out already"):
            user.call("web-order.checkout", webOrderId=order, **whose)
        user.call("web-order.delete", webOrderId=order, **whose)
        left = user.call("web-order-details.list", webOrderId=order, **whose)
        assert not left["webOrders"]
