"""Searching by words: each is found somewhere in an item, in any order.

A word is looked for in the product, our SKU, the customer, the PO number and the mark code; a part
is enough, case and accents do not matter, and a whole Komet product ID is found, too. The trade's
words find each other, English and Spanish, singular and plural, as do the usual short forms: their
table is the one that mapping reads products by, `komet.mapping.attributes`, with what
`_SEARCHED_ALSO` adds.

A number of one or two digits is a length or a count: "60" finds "60cm", not "160cm", and of POs and
marks only those that begin with it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from komet.formulas import folded
from komet.mapping.attributes import (
    ALSO_A_COLOUR,
    COLOURS,
    GRADES,
    JOINED,
    MODIFIED,
    SPECIES,
    SPECIES_OF,
)

_SEARCHED_ALSO = {
    "gypsophila": "paniculata gipso",
    "statice": "siempreviva siemprevivas",
    "stock": "alheli alhelies",
    "sunflower": "helianthus",
    "calla": "zantedeschia",
    "lily": "lilium liliums",
    "orchid": "phalaenopsis cymbidium dendrobium",
    "limonium": "limonio limonios",
    "solidago": "goldenrod",
    "hypericum": "hipericum coffeeberry",
    "aster": "montecasino",
    "protea": "leucadendron pincushion",
    "peony": "paeonia paeonias",
    "ruscus": "rusco",
    "eryngium": "thistle thistles cardo cardos",
    "bouquet": "bonche bonches",
    "daisy": "daisy daisies margarita margaritas",
    "dahlia": "dahlia dahlias dalia dalias",
    "fern": "fern ferns helecho helechos leatherleaf",
    "greens": "greens greenery foliage follaje follajes",
    "spray": "spray sprays spr",
    "garden": "garden jardin",
    "rainbow": "rainbow arcoiris",
    "burgundy": "vino borgona",
    "champagne": "champagne champana",
}
"""Words of search alone: of a group of `komet.mapping.attributes`, or a group of their own."""
_KINDS = (*((basic, whole) for _modifier, basic, whole in MODIFIED), ("pompon", "chrysanthemum"))
"""A search for the first finds the second, too: in Spanish a pompón is a crisantemo."""
_PLURALS = tuple(
    re.compile(ending)
    # of "berries" is left what "berry" begins with, too
    for ending in (r"(?<=[a-z]{3})ies$", r"(?<=[a-z]{2}[lnrdzxh])es$", r"(?<=[a-z]{3})s$")
)
_SHORT_NUMBER = re.compile(r"[0-9]{1,2}")
_LONGEST = 20
"""Words that are looked for: nobody types more, and each costs time."""


@dataclass(frozen=True)
class Word:
    """One word of a search, without accents, in small letters.

    `text` is what has to be contained, `others` a regular expression of what may stand for it in a
    product or SKU (empty: nothing). `is_short`: it is a number of one or two digits.
    """

    text: str
    others: str = ""
    is_short: bool = False


@lru_cache(maxsize=1000)
def read_words(search: str) -> tuple[Word, ...]:
    """The words of a search."""
    text = _fold(search)
    for pattern, joined in JOINED:
        text = pattern.sub(f" {joined} ", text)
    words = list(
        dict.fromkeys(word for part in re.split(r"[\s,;]+", text) if (word := _bare(part)))
    )
    # "clavel rosa" is a pink carnation, "rosa" alone a rose
    species = {SPECIES_OF[word] for word in words if word in SPECIES_OF} - {"rose", "spray rose"}
    return tuple(_read(word, rosa_is_pink=bool(species)) for word in words[:_LONGEST])


def condition(search: str) -> tuple[list[str], dict[str, Any]]:
    """A condition on `order_items i` for each word, and their values."""
    conditions, values = [], {}
    for at, word in enumerate(read_words(search)):
        name = f"search_{at}"
        values[name] = word.text
        if word.is_short:
            values[f"{name}_number"] = _anywhere(f"(?:^|[^0-9]){word.text}")
        if word.others:
            values[f"{name}_others"] = _anywhere(word.others)
        conditions.append(f"({' OR '.join(_places(word, name))})")
    return conditions, values


def _places(word: Word, name: str) -> Iterator[str]:
    """Where a word may be found, the quickest first: what it finds is looked at no further."""

    def holds(text: str, *, others: bool = False) -> str:
        if word.is_short:
            return f"regexp_full_match({text}, ${name}_number)"
        found = f"contains({text}, ${name})"
        return f"{found} OR regexp_full_match({text}, ${name}_others)" if others else found

    others = bool(word.others)
    yield holds("i.product_folded", others=others)
    yield holds(folded("i.customer_name"))
    if word.is_short:
        yield from (f"starts_with({code}, ${name})" for code in ("i.mark_code", "i.po_number"))
    else:
        yield holds(folded("i.mark_code"))
        yield holds("lower(i.po_number)")
        yield f"i.product_id = ${name}"
    yield (
        "(i.provider_id, i.product_id) IN (SELECT k.provider_id, k.komet_id FROM mappings k"
        f" WHERE k.kind = 'product' AND ({holds(folded('k.code'), others=others)}))"
    )


def _anywhere(pattern: str) -> str:
    # regexp_matches looks at every row, regexp_full_match once at each word of a packed column
    return f"(?s).*{pattern}.*"


def _read(word: str, *, rosa_is_pink: bool) -> Word:
    if _SHORT_NUMBER.fullmatch(word):
        return Word(word, is_short=True)
    groups = set(_GROUPS_OF.get(word, ()))
    if rosa_is_pink and word in ALSO_A_COLOUR:
        groups.add("pink")
    if not groups:
        return Word(_singular(word))
    also = {basic: whole for basic, whole in _KINDS if basic in groups}
    groups |= set(also.values())
    others = sorted({other for group in groups for other in _WORDS[group]} - {word})
    if rosa_is_pink and "pink" in groups:
        others += sorted(ALSO_A_COLOUR)
    phrases = [pattern for group in sorted(groups) for pattern in _phrases(group)]
    whole = "|".join([*map(re.escape, others), *phrases])
    return Word(word, f"(?:^|[^a-z])(?:{whole})(?:$|[^a-z])")


def _phrases(group: str) -> Iterator[str]:
    """A group's names of several words: baby's breath, spray rose."""
    for pattern, word in JOINED:
        if word in _WORDS[group]:
            yield f"(?:{pattern.pattern})"
    for modifier, basic, whole in MODIFIED:
        if whole == group:
            basics = "|".join(map(re.escape, _WORDS[basic]))
            yield rf"{modifier}\W+(?:{basics})"
            yield rf"(?:{basics})\W+{modifier}"


def _singular(word: str) -> str:
    """What the singular and the plural of a word both begin with."""
    return next((p.sub("", word) for p in _PLURALS if word.isalpha() and p.search(word)), word)


def _bare(part: str) -> str:
    """A word without what surrounds it: quotation marks, brackets, a full stop."""
    return part.strip("\"'“”‘’«»().:¿?¡!*")


def _fold(text: str) -> str:
    """As `formulas.folded` folds what is stored."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _words() -> dict[str, tuple[str, ...]]:
    named = {**SPECIES, **COLOURS, **GRADES}
    return {
        group: tuple(f"{named.get(group, '')} {_SEARCHED_ALSO.get(group, '')}".split())
        for group in {**named, **_SEARCHED_ALSO}
    }


def _groups_of() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for group, words in _WORDS.items():
        for word in words:
            found.setdefault(word, set()).add(group)
    return found


_WORDS = _words()
_GROUPS_OF = _groups_of()
