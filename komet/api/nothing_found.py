"""Which of Komet's messages say that a list is empty: those about the list's own noun, no others.

The contract shows `Orders not found.` (also with `OK` behind it), `Products not found.`,
`Boxtype not found.` and `credits not found.`, beside status 1 or 0. `Location not found.` or
`API key not found.` on a list of orders speaks of the request, and says nothing about the orders:
taken for an empty day, it would mark every order of that day as gone.
"""

import re
import unicodedata
from functools import cache

from komet.api.methods import Method

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
