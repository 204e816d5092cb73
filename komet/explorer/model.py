"""A call made by hand: its target, its outcome, and what is recorded of it."""

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
    """What came of a call. `error` is a message, and None for an answer that is not a refusal.

    `milliseconds` and `size` (bytes) are summed over its `tries`; `http_status` and `headers` are
    those of the last.
    """

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
    """One recorded call. `outcome` is `ok` or the class of the failure.

    `name` is what it is kept under; None for one that is merely recent.
    """

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
