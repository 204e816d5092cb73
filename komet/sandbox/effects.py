"""The log of effects: every change that a call has made, in the order in which they were made."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from komet.api.request import TOKEN_NAMES

ITEMISED = frozenset(
    {
        "box.code.change",
        "box.move.awb",
        "inventory.add",
        "inventory.delete",
        "inventory.update",
        "multiple.prebooks.create",
        "prebook.create",
        "prebook.item.delete",
        "purchase.order.create",
        "purchase.order.item.awb.add",
        "purchase.order.item.confirm",
        "purchase.order.items.awb.add",
        "purchase.order.mixed.create",
        "v2/vendor/invoice",
    }
)
"""Methods that note their effects themselves: one for each line, box or order, none for none."""

_TARGETS = (
    "poItemId", "purchaseOrderItemId", "poNumber", "purchaseOrderNumber", "boxCode",
    "prebookItemId", "prebookId", "invoiceItemId", "invoiceId", "invoiceNumber", "inventoryId",
    "productId", "webOrderItemId", "webOrderId", "contactId", "shipToId", "additionalChargeId",
    "customerId", "customerCode", "carrierId", "vendorId", "awb",
)  # fmt: skip
"""Members that name what was changed, the most exact one first."""


@dataclass(frozen=True)
class Effect:
    """One change. `company` is the importer's key, `parameters` what asked for it, no token.

    `target` is what was changed: the ID of a PO line, a box code, the number of a PO, the ID of a
    prebook, an invoice, an inventory line. `made` is what came of it: codes, new IDs, numbers.
    """

    number: int
    method: str
    company: str
    target: str
    parameters: Mapping[str, object]
    made: Mapping[str, object] = field(default_factory=dict)


def target_of(parameters: Mapping[str, object], made: Mapping[str, object]) -> str:
    """What a call was about, by its parameters, else by the IDs in its answer; may be empty."""
    for members in (parameters, made):
        for name in _TARGETS:
            if members.get(name):
                return str(members[name])
    return ""


class InterruptedCallError(Exception):
    """A call ends after a change, as if its process had died: it makes no more of them."""


class EffectLog:
    """The effects of all importers; may be read from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: int | None = None
        self._effects: list[Effect] = []

    def note(
        self,
        method: str,
        company: str,
        target: object,
        parameters: Mapping[str, object],
        made: Mapping[str, object] | None = None,
    ) -> None:
        """Append one effect, without a token.

        Raises `InterruptedCallError` where it was the last one that may be made.
        """
        asked = {key: value for key, value in parameters.items() if key not in TOKEN_NAMES}
        with self._lock:
            number = len(self._effects) + 1
            self._effects.append(
                Effect(number, method, company, str(target), asked, dict(made or {}))
            )
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                raise InterruptedCallError

    @contextmanager
    def at_most(self, changes: int | None) -> Iterator[None]:
        """Interrupt what is called within after so many changes; `None` lets all of them be."""
        self._left = changes
        try:
            yield
        finally:
            self._left = None

    def all(self, method: str | None = None, target: object = None) -> tuple[Effect, ...]:
        """The effects in their order; those of one method, or on one target, where it is given."""
        with self._lock:
            return tuple(
                effect
                for effect in self._effects
                if method in {None, effect.method} and target in {None, effect.target}
            )

    def clear(self) -> None:
        """Forget every effect; what they have changed stays."""
        with self._lock:
            self._effects.clear()
