"""What an HTTP answer of Komet means: the decoded body, an empty list, or which failure.

A list is empty where a message about its own noun says so, and no other. The contract shows
`Orders not found.` (also with `OK` behind it), `Products not found.`, `Boxtype not found.` and
`credits not found.`, beside status 1 or 0. `Location not found.` or `API key not found.` on a list
of orders speaks of the request, and says nothing about the orders: taken for an empty day, it would
mark every order of that day as gone.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from komet.api import decoding, reading
from komet.api.errors import (
    AuthenticationError,
    BadResponse,
    KometError,
    PermissionDenied,
    RateLimited,
    Rejected,
    Unavailable,
)
from komet.api.methods import Method
from komet.api.transport import Answer

_ORDERS = frozenset(
    {"order", "purchase order", "po", "orden", "orden de compra", "pedido", "pedido de compra"}
)
_NOUNS: dict[str, frozenset[str]] = {
    "purchase.order.list": _ORDERS,
    "purchase.order.va.details.list": _ORDERS,
    "boxtype.list": frozenset({"boxtype", "box type"}),
    "company.list": frozenset({"company"}),
    "customer.by.company.list": frozenset({"customer"}),
    "customer.by.user.list": frozenset({"customer"}),
    "invoice.list": frozenset({"invoice", "order"}),
    "invoice.details.list": frozenset({"invoice", "order"}),
    "invoice.accounting.details.list": frozenset({"invoice", "order"}),
    "pickticket.details.list": frozenset({"pick ticket", "invoice", "order"}),
    "ecommerce/inventory.list": frozenset({"inventory item", "item"}),
}
"""What messages call the rows of a list, singular, besides the words of method and list member."""

_LISTS = {"list", "details", "get"}
_FOR_A_DAY = (
    r"(?: (?:for|on|in|with|matching|para|en|con) (?:the |this |that |la |el |esta |este |los )?"
    r"(?:given |selected |specified |requested )?"
    r"(?:(?:vendor )?ship(?:ping)? date|date|day|criteria|parameters|filters?|range|fecha|dia"
    r"|criterios|filtros)(?: (?:given|selected|specified|requested|indicada|dada))?"
    r"(?: ?\d{4} \d\d \d\d)?| (?:for |on )?\d{4} \d\d \d\d)?"
)
_SAYINGS = tuple(
    re.compile(saying + _FOR_A_DAY + r"(?: ok)?")
    for saying in (
        r"(?:no )?(?P<noun>[a-z ]+?)(?: (?:was|were|is|are))? not found",
        r"no (?P<noun>[a-z ]+?)(?: (?:was|were))? found",
        r"(?P<noun>[a-z ]+?) no (?:fue(?:ron)? )?encontrad[oa]s?",
        r"no se (?:encontro|encontraron|hallo|hallaron)(?: (?:la|el|las|los))? (?P<noun>[a-z ]+?)",
    )
)
_ABOUT_NOTHING_FOUND = re.compile(
    r"\bnot found\b|\bno [a-z ]+ found\b|\bno (?:fue(?:ron)? )?encontrad|\bno se encontr"
)


def parse_response(spec: Method, answer: Answer, *, token_has_worked: bool) -> dict[str, Any]:
    """The body of a good answer; where a list was asked for, with its array there.

    The contract: `status` 0 is a failure, unless there is no array and the message says that
    nothing of the list was found, which means an empty list whatever `status` says. That something
    else was not found (a location, the token) is a refusal, whatever `status` says. An answer that
    lacks both its array and such a message is no answer: taken for an empty day, it would mark
    every order of that day as gone.
    Raises `KometError`.
    """
    _check_status(spec, answer, token_has_worked)
    return _judged(spec, {} if answer.http_status == 204 else answer.json())


@dataclass(frozen=True)
class RowsAnswer:
    """The rows of a list as they came: their members, and the text that each was written as.

    `digest`: of the whole answer. `same`: it is the one that was known, and was not read.
    """

    digest: str
    rows: Sequence[dict[str, Any]] = ()
    texts: Sequence[str] = ()
    problems: Sequence[reading.DataProblem] = ()
    same: bool = False


def parse_rows(
    spec: Method, answer: Answer, *, token_has_worked: bool, known: str | None = None
) -> RowsAnswer:
    """The rows of a list, by the rules of `parse_response`; what is no object is in `problems`.

    `known`: the digest of an answer that was taken for good. One that is the same to the byte is
    good as well, and is not decoded. Raises `KometError`.
    """
    _check_status(spec, answer, token_has_worked)
    digest = _digest(answer)
    if digest == known:
        return RowsAnswer(digest, same=True)
    member = spec.list_member or ""
    body: Any = {}
    texts: list[str] = []
    if answer.http_status != 204:
        body, texts = decoding.parse_rows(answer.content, answer.charset, member)
    rows = _judged(spec, body)[member]
    problems: list[reading.DataProblem] = []
    objects = reading.objects(rows, member, problems)
    if not rows:
        texts = []
    elif isinstance(body[member], list):
        pairs = zip(body[member], texts, strict=True)
        texts = [text for value, text in pairs if isinstance(value, dict)]
    return RowsAnswer(digest, objects, texts, problems)


def _digest(answer: Answer) -> str:
    found = hashlib.blake2b(f"{answer.http_status} {answer.charset}\n".encode(), digest_size=16)
    found.update(answer.content)
    return found.hexdigest()


def _check_status(spec: Method, answer: Answer, token_has_worked: bool) -> None:
    if not 200 <= answer.http_status < 300:
        raise _failure(spec, answer, token_has_worked)


def _judged(spec: Method, body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise BadResponse("malformed_answer")
    message = _message(body)
    # the lists that a writing method answers with are outcomes, and none of them is promised
    member = None if spec.writes else spec.list_member
    rows = _rows(body.get(member)) if member else []
    if member and rows:
        return {**body, member: rows}
    lists = member is not None or (not spec.writes and spec.name.endswith("list"))
    empty = lists and says_empty(spec, message)
    missed = lists and not spec.writes and says_not_found(message)
    if (_failed(body) or missed) and not empty:
        refusal = Rejected("refused", komet_message=message)
        refusal.answer = body if spec.writes else None
        raise refusal
    if member and member not in body and not empty:
        raise BadResponse("list_missing", member=member)
    return {**body, member: []} if member else body


def _rows(value: Any) -> list[Any]:
    """The rows of a list member: nothing is no row, a single object is one."""
    if reading.nothing(value) or value == {}:
        return []
    if not isinstance(value, dict | list):
        raise BadResponse("malformed_answer")
    found = value if isinstance(value, list) else [value]
    rows = [row for row in found if not reading.nothing(row)]
    if rows and not any(isinstance(row, dict) for row in rows):
        raise BadResponse("malformed_answer")
    return rows


def _failure(spec: Method, answer: Answer, token_has_worked: bool) -> KometError:
    status = answer.http_status
    try:
        body = answer.json()
    except BadResponse:
        body = None
    message = _message(body) if isinstance(body, dict) else None
    details: dict[str, Any] = {"http_status": status, "komet_message": message}
    if status == 401 and not token_has_worked:
        return AuthenticationError("token_not_accepted", **details)
    if status in {401, 403}:
        return PermissionDenied("method_not_allowed", **details)
    if status == 429:
        return RateLimited("too_many_requests", retry_after=answer.retry_after, **details)
    if status == 408 or status >= 500:
        return Unavailable("cannot_answer_now", retry_after=answer.retry_after, **details)
    if status < 400:
        return BadResponse("unfinished_answer", **details)
    refusal = Rejected("refused", **details)
    refusal.answer = body if spec.writes and _names_rows(body) else None
    return refusal


def _names_rows(body: Any) -> bool:
    return isinstance(body, dict) and any(isinstance(value, list) for value in body.values())


def _message(body: dict[str, Any]) -> str | None:
    message = body.get("message")
    return message.strip() or None if isinstance(message, str) else None


def _failed(body: dict[str, Any]) -> bool:
    try:
        return reading.flag(body.get("status")) is False
    except reading.Unreadable:
        return False


def says_empty(spec: Method, message: str | None) -> bool:
    """Whether the message plainly says that this list has no rows."""
    text = _plain(message or "")
    for saying in _SAYINGS:
        found = saying.fullmatch(text)
        if found and _one_word(found["noun"]) in _nouns(spec.name, spec.list_member):
            return True
    return False


def says_not_found(message: str | None) -> bool:
    """Whether the message says of anything that it was not found."""
    return _ABOUT_NOTHING_FOUND.search(_plain(message or "")) is not None


@cache
def _nouns(name: str, member: str | None) -> frozenset[str]:
    """What the rows of a list are called, each singular and in one word."""
    words = re.split(r"[._/ -]", name)
    if "by" in words:
        words = words[: words.index("by")]
    words = [word for word in words if word not in _LISTS and not re.fullmatch(r"v\d", word)]
    found = {" ".join(words), *words[-1:], *_NOUNS.get(name, ())}
    if member:
        parts = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", member).lower()
        found |= {parts, parts.split()[-1]}
    return frozenset(map(_one_word, found))


def _plain(message: str) -> str:
    """Small letters and digits without accents, single blanks between."""
    letters = unicodedata.normalize("NFKD", message.casefold())
    kept = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z]+|\d+", kept))


def _one_word(noun: str) -> str:
    # the plural of "orden de compra" is in its first word, that of "purchase orders" in its last
    return "".join(_singular(word) for word in noun.split())


def _singular(word: str) -> str:
    if word.endswith("ordenes"):
        return word.removesuffix("es")
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    return word if word.endswith("ss") else word.removesuffix("s")
