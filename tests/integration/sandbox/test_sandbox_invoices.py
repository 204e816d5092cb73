"""The traps of invoices: files that vendors send in, and orders that another system locks."""

import base64
import hashlib
from typing import Any

import httpx
import pytest
from sandbox_caller import TODAY, Komet

from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_A_VENDOR, SampleToken

UPLOAD = "v2/vendor/invoice"
OK, ERROR = "invoice.mark.sync.status.ok", "invoice.mark.sync.status.error"
PDF = b"%PDF-1.4 " + bytes(range(256))


def upload(
    komet: Komet, token: SampleToken, number: str, file: bytes | str = PDF, **more: Any
) -> httpx.Response:
    encoded = file if isinstance(file, str) else base64.b64encode(file).decode()
    return komet.http.post(
        f"{komet.sandbox.base_url}/{UPLOAD}",
        json={"poNumber": number, "attachment": encoded, **more},
        headers={"authenticationToken": token.secret},
    )


def test_an_invoice_is_kept_by_size_and_hash_and_a_po_may_have_several(strict: Komet) -> None:
    own = strict.orders(IMPORTER_A_VENDOR, "2026-11-24")[0]
    for number, token in (("F-1", IMPORTER_A_VENDOR), ("F-2", IMPORTER_A_COMPANY)):
        answer = upload(
            strict, token, own["number"], invoiceNumber=number, invoiceTotal="30.78",
            locationId=own["locationId"],
        )  # fmt: skip
        assert answer.json() == {
            "status": "1", "message": "The invoice was successfully uploaded."
        }  # fmt: skip
    effects = strict.effects(UPLOAD)
    assert {one["target"] for one in effects} == {own["number"]}
    assert [one["parameters"]["invoiceNumber"] for one in effects] == ["F-1", "F-2"]
    assert effects[0]["parameters"]["attachment"] == {
        "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest()
    }  # fmt: skip
    held = strict.sandbox.state.books["magnolia"].rows("documents")
    assert [row["attachment"]["size"] for row in held] == [len(PDF)] * 2


def test_an_invoice_needs_its_po_and_a_file(strict: Komet) -> None:
    own = strict.orders(IMPORTER_A_VENDOR, "2026-11-24")[0]
    other = next(
        order
        for order in strict.orders(IMPORTER_A_COMPANY, TODAY)
        if order["vendorId"] != IMPORTER_A_VENDOR.vendor_id
    )
    elsewhere = 11 if own["locationId"] != 11 else 12
    for answer in (
        upload(strict, IMPORTER_A_COMPANY, "P99999999"),
        upload(strict, IMPORTER_A_VENDOR, other["number"]),
        upload(strict, IMPORTER_A_VENDOR, own["number"], locationId=elsewhere),
    ):
        assert answer.status_code == 404
        assert "does not exist" in answer.json()["message"]
    for file in (b"PK\x03\x04 a workbook", "no Base64!"):
        assert upload(strict, IMPORTER_A_VENDOR, own["number"], file).status_code == 400
    assert upload(strict, IMPORTER_A_VENDOR, own["number"], b"\xff\xd8\xff picture").is_success
    assert len(strict.effects()) == 1


def invoice(komet: Komet, number: Any) -> Any:
    (row,) = komet.get(
        "invoice.list", IMPORTER_A_COMPANY, orderId=str(number), orderDateFrom="2026-11-01",
        orderDateTo="2026-12-31",
    ).json()["invoices"]  # fmt: skip
    return row


@pytest.mark.parametrize(("unconfirm", "after"), [(None, 0), (1, 0), (0, 1)])
def test_an_invoice_that_was_synchronized_is_locked_until_it_is_not(
    strict: Komet, unconfirm: int | None, after: int
) -> None:
    state = strict.sandbox.state
    row = next(row for row in state.books["magnolia"].rows("invoices") if row["status"] == 0)
    this = {"invoiceId": row["id"]}
    strict.ok(OK, **this)
    assert invoice(strict, row["id"])["status"] == 1
    for method, more in (
        ("invoice.update", this | {"comments": "x"}),
        ("invoice.void", {"invoiceNumber": row["number"], "reason": "x"}),
    ):
        assert "locked" in strict.refused(method, **more)
    strict.ok(OK, **this)  # once more
    given = {} if unconfirm is None else {"unconfirm": unconfirm}
    strict.ok(ERROR, **this, message="No such customer", **given)
    assert invoice(strict, row["id"])["status"] == after
    strict.ok("invoice.update", **this, comments="x")
    assert [one["method"] for one in strict.effects()] == [OK, OK, ERROR, "invoice.update"]
