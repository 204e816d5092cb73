"""Tokens and client providers: what is stored of them, and what a person enters."""

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from komet.clients.addresses import KOMETS_OWN
from komet.errors import InvalidInput
from komet.language import _later
from komet.sentences import stored_label

KINDS = (_later("Company"), _later("Vendor"), _later("Customer"))
SYSTEM = "Komet Sales (USA)"
DAYS_BACK = 3
DAYS_AHEAD = 21


class Token(BaseModel):
    """A token without its secret. `users`: its company's paid users (1,000 requests a day each).

    `base_url` is the one place that it is sent to; None until it is known. While it `may_move`, its
    secret was entered and has not been sent since: a provider may still lead it elsewhere.
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
        """Where it is sent, unless a provider leads it to another path there."""
        return self.base_url or KOMETS_OWN


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
    """A stored provider."""

    id: str
    created_at: datetime
    updated_at: datetime
