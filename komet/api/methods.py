"""The registry of Komet's methods: verb, path, where the token goes, what a call may carry.

The data lies in `methods.json` beside this file; client and sandbox both read it, so that they
agree on the wire without knowing each other.
"""

import json
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class TokenKind(StrEnum):
    """The kinds of token that Komet's token screen offers, and `User`, which `login` returns."""

    COMPANY = "Company"
    CUSTOMER = "Customer"
    VENDOR = "Vendor"
    USER = "User"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Parameter(_Frozen):
    """One input of a method. `condition` says when a parameter that is not `required` is needed."""

    name: str
    required: bool = False
    condition: str | None = None
    type: str | None = None
    max_length: int | str | None = None
    description: str | None = None
    note: Any = None
    usable: bool = True
    """False where the contract shows only a part of the name."""
    items: Any = None


class OutputField(_Frozen):
    """One member of an answer, as far as the contract shows it."""

    name: str
    type: str | None = None
    description: str | None = None
    children: tuple["OutputField", ...] = ()


class Method(_Frozen):
    """One method of the Komet API. `None` for parameters or outputs means *not seen*."""

    name: str
    title: str | None = None
    summary: str | None = None
    verb: Literal["GET", "POST"]
    path: str
    parameters_in: Literal["query", "json"]
    token_in: Literal["query", "body", "body:companyToken", "header", "none"]
    token_kinds: tuple[TokenKind, ...] | None = None
    writes: bool
    deprecated: bool = False
    uncertain: bool = False
    headers: tuple[Parameter, ...] = ()
    parameters: tuple[Parameter, ...] | None = None
    outputs: tuple[OutputField, ...] | None = None
    notes: tuple[str, ...] = ()
    confidence: str | None = None

    @property
    def list_member(self) -> str | None:
        """The answer's array member that holds the rows, such as `purchaseOrders`."""
        for output in self.outputs or ():
            if output.type == "array":
                return output.name
        return None


@cache
def registry() -> dict[str, Method]:
    """Every known method by its name."""
    data = json.loads(files(__package__).joinpath("methods.json").read_text(encoding="utf-8"))
    return {entry["name"]: Method.model_validate(entry) for entry in data["methods"]}


def method(name: str) -> Method:
    """The method of that name. Raises `KeyError` with the name where there is none."""
    return registry()[name]
