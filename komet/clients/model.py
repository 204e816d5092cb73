"""Tokens and client providers: what is stored of them, and what a person enters.

Also the addresses of Komet systems, and which of them are one origin for a secret.
"""

import ipaddress
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from komet.api.base_url import DEFAULT_BASE_URL
from komet.errors import InvalidInput
from komet.language import _, _later, _n
from komet.messages import Stored, stored_label

DEFAULT_ADDRESS = DEFAULT_BASE_URL
"""Where a token is sent that has no address of its own."""
KINDS = (_later("Company"), _later("Vendor"), _later("Customer"))
SYSTEM = "Komet Sales (USA)"
DAYS_BACK = 3
DAYS_AHEAD = 21
_PORTS = {"http": 80, "https": 443}
_THIS_MACHINE = "this machine"


class TokenFields(BaseModel):
    """What a person enters of a token, beside its secret.

    `owner`: the vendor or customer that it was made for. `users`: its company's paid users (1,000
    requests a day each). `base_url`: where it is sent; None leaves it to its first use.
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    label: str
    kind: str
    owner: str | None = None
    users: int = 1
    base_url: str | None = None


class DuplicateOwner(InvalidInput):
    """The owner has a token of that kind in use. Another may be added all the same."""

    code = "duplicate_owner"


class Token(BaseModel):
    """A token without its secret. `users`: its company's paid users (1,000 requests a day each).

    `base_url` is the one place that it is sent to; None until it is known. It `may_move` as long as
    its secret has not been sent since it was entered: saving a provider may still change it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    label: str
    kind: str
    owner: str | None = None
    users: int = 1
    base_url: str | None = None
    may_move: bool = False
    last_four: str
    created_at: datetime
    updated_at: datetime
    retired_at: datetime | None = None
    checked_at: datetime | None = None
    check_result: dict[str, str] = {}
    """Method → `ok`, or why not, as the last check found it."""

    @field_validator("check_result", mode="before")
    @classmethod
    def _from_json(cls, value: Any) -> Any:
        found = json.loads(value) if isinstance(value, str) else value or {}
        return {
            name: stored_label(**result) if isinstance(result, dict) else result
            for name, result in found.items()
        }

    @property
    def masked(self) -> str:
        """What a person may see of the secret."""
        return f"••••{self.last_four}"

    @property
    def address(self) -> str:
        """Where it is sent, unless a provider names another path at the same origin."""
        return self.base_url or DEFAULT_ADDRESS

    def bind(self, base_url: str, *, sent: bool) -> Self:
        """The token, bound to the one origin that it is sent to; the path may differ.

        `sent`: its secret is about to go there. Raises `InvalidInput` where the token belongs to
        another origin and its secret has not been entered again.
        """
        if self.base_url and same_origin(self.base_url, base_url):
            return self.model_copy(update={"may_move": self.may_move and not sent})
        if not self.may_move or (self.base_url and sent):
            raise InvalidInput(
                _("The token {label} is for {known} and is not sent to {other}.").format(
                    label=self.label, known=host_of(self.address), other=host_of(base_url)
                ),
                _("Whoever is given another address would receive the importer's token."),
                _("If the address is right, enter the token's secret again (Tokens, Replace"
                  " secret)."),
            )  # fmt: skip
        return self.model_copy(update={"base_url": base_url, "may_move": False})

    def moved(self, base_url: str) -> Self:
        """The token at another address, as a person corrects it; nothing has been sent there.

        Raises `InvalidInput` as `bind` does: beyond its host only with its secret entered again.
        """
        if same_origin(self.address, base_url):
            return self.model_copy(update={"base_url": base_url})
        return self.bind(base_url, sent=False)


class Outcome(StrEnum):
    """What a check says of a token or a provider. `unreachable`: nothing, Komet did not answer."""

    WORKS = "works"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class ProviderCheck:
    """What a check of a provider found: how many POs ship that day, or why it cannot be said."""

    provider_id: str
    checked_at: datetime
    outcome: Outcome
    orders: int | None = None
    failure: Stored | None = None

    @property
    def message(self) -> str:
        """The outcome as a message, in the language in force."""
        if self.outcome is Outcome.WORKS:
            return _n(
                "Komet answers: {orders} purchase order ships that day.",
                "Komet answers: {orders} purchase orders ship that day.",
                self.orders or 0,
            ).format(orders=self.orders or 0)
        why = self.failure.text if self.failure else ""
        if self.outcome is Outcome.UNREACHABLE:
            return (_("This says nothing about the token.") + " " + why).strip()
        return why


class Overlap(InvalidInput):
    """The provider would get orders that another one gets. It may be saved all the same."""

    code = "overlap"


class ProviderFields(BaseModel):
    """What a person enters of a provider. An empty `base_url` means Komet's own.

    A refresh downloads from `days_back` days before today to `days_ahead` days after it.
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    name: str
    token_id: str | None = None
    system: str = SYSTEM
    location_id: str | None = None
    location_name: str | None = None
    komet_group: str | None = None
    company_id: str | None = None
    base_url: str | None = None
    active: bool = True
    days_back: int = Field(default=DAYS_BACK, ge=0, le=60)
    days_ahead: int = Field(default=DAYS_AHEAD, ge=0, le=180)


class Provider(ProviderFields):
    """A stored provider. Times are in UTC.

    `colour`: the number of its colour in charts, from 0, which it keeps.
    """

    id: str
    colour: int | None = None
    created_at: datetime
    updated_at: datetime


def same_origin(one: str, other: str) -> bool:
    """Whether what was sent to one address may be sent to the other.

    Scheme, host and port count; the path does not. All ports of this machine's loopback are one
    origin: what goes there does not leave the machine, and the sandbox has a new port each time.
    """
    return _origin(one) == _origin(other)


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    return _origin(url) == _THIS_MACHINE


def host_of(url: str) -> str:
    """The host of an address as a message shows it, with its port where one is given."""
    return urlsplit(url).netloc.rsplit("@", 1)[-1]


def _origin(url: str) -> str:
    parts = urlsplit(url.strip())
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower().rstrip(".")
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return _THIS_MACHINE if loopback else f"{scheme}://{host}:{parts.port or _PORTS.get(scheme)}"
