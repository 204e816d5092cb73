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


def _later(text: str) -> str:
    """Mark a text that whoever shows it translates: the catalogs are made from such marks."""
    return text


class TokenKind(StrEnum):
    """The kinds of token that Komet's token screen offers, and `User`, which `login` returns."""

    COMPANY = "Company"
    CUSTOMER = "Customer"
    VENDOR = "Vendor"
    USER = "User"


class Group(StrEnum):
    """What a method is about, in the order in which people look for it."""

    ORDERS = "orders"
    PREBOOKS = "prebooks"
    INVENTORY = "inventory"
    AWBS = "awbs"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    CUSTOMERS = "customers"
    CATALOGS = "catalogs"
    ECOMMERCE = "ecommerce"
    LOGIN = "login"


GROUPS = {
    Group.ORDERS: _later("Purchase orders"),
    Group.PREBOOKS: _later("Prebooks and standing orders"),
    Group.INVENTORY: _later("Inventory and availability"),
    Group.AWBS: _later("Boxes and AWBs"),
    Group.INVOICES: _later("Invoices"),
    Group.PAYMENTS: _later("Credits, payments, charges"),
    Group.CUSTOMERS: _later("Customers"),
    Group.CATALOGS: _later("Products, vendors, carriers, locations"),
    Group.ECOMMERCE: _later("E-commerce and web orders"),
    Group.LOGIN: _later("Login"),
}


class Kind(StrEnum):
    """How the value of a parameter is written, whatever words the contract has for it."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    LIST = "list"
    BYTES = "bytes"


_KINDS = {
    "integer": Kind.INTEGER, "decimal": Kind.NUMBER, "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN, "date": Kind.DATE, "datetime": Kind.MOMENT, "array": Kind.LIST,
    "bytes": Kind.BYTES,
}  # fmt: skip


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Parameter(_Frozen):
    """One input of a method. `condition` says when a parameter that is not `required` is needed.

    What of the condition a client can decide by itself stands in `unless` (not needed beside all
    names of any of these) and `needed_with` (needed beside that one). `separator`: several values
    go out as one text; `length_of_each`: then `max_length` is that of each.
    """

    name: str
    required: bool = False
    condition: str | None = None
    type: str | None = None
    max_length: int | str | None = None
    description: str | None = None
    note: Any = None
    usable: bool = True
    """False where the contract shows only a part of the name."""
    items: tuple["Parameter", ...] = ()
    unless: tuple[tuple[str, ...], ...] = ()
    needed_with: str | None = None
    separator: str | None = None
    length_of_each: bool = False
    most_items: int | None = None
    largest: int | None = None
    choices: dict[str, str] = {}

    @property
    def kind(self) -> Kind:
        """The kind of its value; text where the contract does not say.

        Numbers of POs and invoices are typed as integers in places, but printed as P053455.
        """
        if self.name.lower().endswith("number"):
            return Kind.TEXT
        word = (self.type or "").split(" ", maxsplit=1)[0]
        return _KINDS.get(word, Kind.TEXT)


class Range(_Frozen):
    """Two parameters that name the first and the last day, at most so many days apart."""

    start: str
    end: str
    days: int


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
    group: Group
    ranges: tuple[Range, ...] = ()
    unseen: tuple[str, ...] = ()
    documented_errors: tuple[str, ...] = ()

    @property
    def repeatable(self) -> bool:
        """Whether a try that failed may be sent again: nothing that writes may."""
        return not self.writes

    @property
    def sendable(self) -> tuple[Parameter, ...]:
        """The parameters whose whole name is known."""
        return tuple(entry for entry in self.parameters or () if entry.usable)

    @property
    def list_fields(self) -> tuple[OutputField, ...]:
        """The members of one row of its list; none where it answers no list, or they are unseen."""
        for output in self.outputs or ():
            if output.name == self.list_member:
                return output.children
        return ()

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
