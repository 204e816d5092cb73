"""64 kB a request and 20 MB a file: told before anything is sent, and refused by the sandbox."""

import base64
import json

import httpx
import pytest
from failure_messages import raises

from komet.api import KometClient
from komet.api.errors import InvalidCall
from komet.api.methods import registry
from komet.clients.check import VENDOR_PRESET
from komet.messages import message
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_A_VENDOR, IMPORTER_B_VENDOR

KB, MB = 1024, 1024 * 1024
SECRET = IMPORTER_A_COMPANY.secret


def _post(sandbox: Sandbox, method: str, body: bytes, **headers: str) -> httpx.Response:
    url = f"{sandbox.base_url}/{registry()[method].path}"
    return httpx.post(url, content=body, headers=headers, timeout=60)


def _padded(length: int, **members: str) -> bytes:
    """A JSON body of exactly that many bytes."""
    empty = json.dumps({**members, "comments": ""}).encode()
    return json.dumps({**members, "comments": "x" * (length - len(empty))}).encode()


def test_the_sandbox_takes_64_kb_and_refuses_one_byte_more(sandbox: Sandbox) -> None:
    fits = _padded(64 * KB, authenticationToken=SECRET, name="A", type="Billing")
    assert len(fits) == 65_536
    assert _post(sandbox, "customer.contact.add", fits).status_code != 413
    larger = _padded(64 * KB + 1, authenticationToken=SECRET, name="A", type="Billing")
    for body in (larger, _padded(3 * MB, authenticationToken=SECRET)):
        answer = _post(sandbox, "customer.contact.add", body)
        assert answer.status_code == 413
        assert answer.json() == {"status": "0", "message": "The request is larger than 64 kB."}


def test_files_of_up_to_20_mb_are_taken(sandbox: Sandbox) -> None:
    def send(size: int, **more: str) -> httpx.Response:
        file = base64.b64encode(b"x" * size).decode()
        body = {"poNumber": "1", "fileName": "a.pdf", "attachment": file, **more}
        return _post(
            sandbox, "v2/vendor/invoice", json.dumps(body).encode(), authenticationToken=SECRET
        )

    needed = {p.name: "1" for p in registry()["v2/vendor/invoice"].sendable if p.required}
    needed.pop("attachment")
    assert send(20 * MB, **needed).json()["status"] == "1"
    assert "20 MB" in send(20 * MB + 1, **needed).json()["message"]
    assert "64 kB" in send(10, **needed, comments="y" * 70_000).json()["message"]


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("product.list", {"unknownMember": "P" * 70_000}, "65,536"),
        ("customer.update", {"id": 1, "name": "A", "unknownMember": "é" * 12_000}, "65,536"),
        ("v2/vendor/invoice", {"attachment": b"x" * (20 * MB + 1)}, "20,971,520"),
    ],
)
def test_the_client_says_so_before_it_sends(
    sandbox: Sandbox, method: str, params: dict[str, object], words: str
) -> None:
    needed = {entry.name: 1 for entry in registry()[method].sendable if entry.required} | params
    with KometClient(sandbox.base_url, SECRET) as client:
        asked = sandbox.state.requests.total()
        with raises(InvalidCall, match="was not sent") as refused:
            client.call(method, **needed)
        assert words in message(refused.value)
        assert SECRET not in message(refused.value)
        assert sandbox.state.requests.total() == asked


def test_what_is_asked_for_a_vendor_may_be_called_by_the_sandboxs_vendors(
    sandbox: Sandbox,
) -> None:
    asked_for = {
        "product.list", "boxtype.list", "carrier.list", "customer.list", "purchase.order.list",
        "purchase.order.items.awb.add", "purchase.order.item.awb.add", "v2/vendor/invoice",
    }  # fmt: skip
    assert asked_for <= set(VENDOR_PRESET)
    for token in (IMPORTER_A_VENDOR, IMPORTER_B_VENDOR):
        for name in VENDOR_PRESET:
            spec = registry()[name]
            call = httpx.request(
                spec.verb,
                f"{sandbox.base_url}/{spec.path}",
                headers={"authenticationToken": token.secret},
                params={"authenticationToken": token.secret} if spec.verb == "GET" else None,
                json={"authenticationToken": token.secret} if spec.verb == "POST" else None,
            )
            assert "privilege" not in call.text, (token.label, name)
            assert call.status_code != 401, (token.label, name)
