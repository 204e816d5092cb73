"""The registry equals the contract of November 2026: every method, its verb, whether it writes.

Frozen by hand from the contract. A method that turns up here by another verb, or that reads where
it wrote, is a change of what may be sent twice: it needs a look at Komet's page, not at this list.
"""

import pytest

from komet.api.methods import Method, registry

READ_BY_GET = """
    additional.charge.list awb.details.list awb.future.list awb.list boxtype.list carrier.list
    carriers.by.customer.ship.date.list category.list company.list company.location.list
    customer.by.company.list customer.by.user.list customer.contact.list customer.details.get
    customer.list customer.shipto.list ecommerce-lite/settings ecommerce/customer-carriers.list
    ecommerce/inventory-available-dates.list ecommerce/inventory.get ecommerce/inventory.list
    future.inventory.openmarket.list grower.report.get inventory.consolidated.openmarket.list
    inventory.list inventory.openmarket.list invoice.accounting.details.list
    invoice.details.list invoice.list location.list payment.list payment.method.list
    pick.ticket.scanning.status.list pickticket.details.list prebook.details.list prebook.list
    product.list purchase.order.list purchase.order.va.details.list standing.order.list
    vendor.list web-order-details.list
"""
READ_BY_POST = """
    credit.details.list invoice.pdf.get login vendor.availability.items.list
"""
WRITE_BY_GET = """
    box.move.awb login.forgot.password
"""
WRITE_BY_POST = """
    additional.charge.add additional.charge.update awb.future.save box.code.change
    box.externalcode.update box.invoice.shipment.confirm box.position.change
    box.warehouse.receive box.warehouse.ship carrier.add carrier.update credit.mark.sync
    customer.add customer.additional.charge.update customer.contact.add customer.contact.delete
    customer.contact.update customer.day.service.update customer.reward.set customer.shipto.add
    customer.shipto.delete customer.shipto.update customer.update inventory.add inventory.delete
    inventory.update invoice.checkout invoice.confirm invoice.create invoice.item.add
    invoice.item.delete invoice.item.update invoice.mark.sync.status.error
    invoice.mark.sync.status.ok invoice.pod.receive invoice.update invoice.void
    multiple.prebooks.create open.credit.balance.create payment.mark.sync payment.receive
    prebook.create prebook.future.item.add prebook.item.delete prebook.update
    prebook.vendor.availability.item.add product.add product.update purchase.order.create
    purchase.order.item.awb.add purchase.order.item.confirm purchase.order.item.delete
    purchase.order.item.price.update purchase.order.item.reference.update
    purchase.order.items.awb.add purchase.order.mixed.create v2/vendor/invoice vendor.add
    vendor.invoice.mail.receive vendor.update web-order-item.add web-order-item.delete
    web-order.checkout web-order.create web-order.delete
"""
TOKEN_IN_HEADER = """
    company.location.list ecommerce-lite/settings ecommerce/customer-carriers.list
    ecommerce/inventory-available-dates.list ecommerce/inventory.get ecommerce/inventory.list
    v2/vendor/invoice web-order-details.list web-order-item.add web-order-item.delete
    web-order.checkout web-order.create web-order.delete
"""


def _names(wanted: object) -> set[str]:
    return {method.name for method in registry().values() if _kind(method) == wanted}


def _kind(method: Method) -> tuple[str, bool]:
    return method.verb, method.writes


@pytest.mark.parametrize(
    ("verb", "writes", "frozen"),
    [
        ("GET", False, READ_BY_GET),
        ("POST", False, READ_BY_POST),
        ("GET", True, WRITE_BY_GET),
        ("POST", True, WRITE_BY_POST),
    ],
)
def test_every_method_reads_or_writes_by_the_verb_of_the_contract(
    verb: str, writes: bool, frozen: str
) -> None:
    assert _names((verb, writes)) == set(frozen.split())


def test_there_are_113_methods() -> None:
    assert len(registry()) == 113


def test_the_token_goes_where_the_contract_says() -> None:
    by_place: dict[str, set[str]] = {}
    for method in registry().values():
        by_place.setdefault(method.token_in, set()).add(method.name)
    assert by_place.pop("header") == set(TOKEN_IN_HEADER.split())
    assert by_place.pop("none") == {"login"}
    assert by_place.pop("body:companyToken") == {"vendor.invoice.mail.receive"}
    verbs = {place: {registry()[n].verb for n in names} for place, names in by_place.items()}
    assert verbs == {"query": {"GET"}, "body": {"POST"}}


def test_paths_are_the_names_but_for_one() -> None:
    odd = {m.name: m.path for m in registry().values() if m.path != m.name}
    assert odd == {"grower.report.get": "custom/ff/grower.report.get"}


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("purchase.order.list", "purchaseOrders"),
        ("product.list", "products"),
        ("location.list", "locations"),
        ("boxtype.list", "boxtypes"),
        ("carrier.list", "carriers"),
        ("vendor.list", "vendors"),
        ("customer.list", "customers"),
    ],
)
def test_the_lists_that_we_read_have_their_member(name: str, member: str) -> None:
    assert registry()[name].list_member == member
