"""A call made by hand: to whom, what came of it, and what is remembered of it."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator


@dataclass(frozen=True)
class KometAddress:
    """A Komet that no client provider stands for, and a token that it takes: the sandbox."""

    name: str
    base_url: str
    secret: SecretStr


@dataclass(frozen=True)
class CallOutcome:
    """What a call came to. `error` is a sentence, and None for an answer that is not a refusal."""

    call_id: str
    method: str
    at: datetime
    answer: dict[str, Any] | None
    error: str | None
    http_status: int | None
    milliseconds: int
    size: int
    tries: int
    headers: dict[str, str] = field(default_factory=dict)


class MethodCall(BaseModel):
    """One call. `outcome` is `ok` or the class of the failure; `name` makes it a snippet."""

    model_config = ConfigDict(frozen=True)

    id: str
    called_at: datetime
    who: str | None
    provider_id: str | None
    method: str
    params: dict[str, Any]
    outcome: str
    http_status: int | None
    milliseconds: int | None
    answer_rows: int | None
    name: str | None

    @field_validator("params", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value
