"""Invoices that vendors send in, a file each: `v2/vendor/invoice`. A PO may have several."""

import base64
import binascii
from hashlib import sha256

from komet.sandbox.call import Act, Answer, Parameters, RefusalError, same
from komet.sandbox.held_orders import HeldOrders
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_BEGINNINGS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
"""Of a PDF, and of the kinds of picture."""


class VendorInvoices:
    """The upload on a state. Its effect names size and SHA-256 of the file, not its bytes.

    The contract does not say how the bytes are written: Base64 is taken.
    """

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._orders = HeldOrders(state)
        self.methods: dict[str, Act] = {"v2/vendor/invoice": self.receive}

    def receive(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Keep an invoice. A strict sandbox refuses one without its PO, PDF or picture."""
        number = parameters["poNumber"]
        file = _file(parameters["attachment"])
        location = parameters.get("locationId")
        if self._state.strict:
            if not any(
                same(number, order.number) and same(location, order.location_id)
                for order in self._orders.all(token)
            ):
                raise RefusalError(404, f"The PO {number} does not exist.")
            if not file.startswith(_BEGINNINGS):
                raise RefusalError(400, "The file is neither a PDF nor a picture.")
        told: dict[str, object] = {
            **parameters,
            "attachment": {"size": len(file), "sha256": sha256(file).hexdigest()},
        }
        self._state.books[token.company].add("documents", told)
        self._state.effects.note("v2/vendor/invoice", token.company, number, told)
        return {"status": "1", "message": "The invoice was successfully uploaded."}


def _file(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise RefusalError(400, "The attachment is not a file in Base64.") from None
