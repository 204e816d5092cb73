"""What a product's name says: species, colours, length, grade, pack, and the variety's words.

Case, accents and the order of words do not matter. Nothing is guessed: what a name does not say
stays empty.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from komet.mapping.vocabulary import COLOUR_OF, GRADE_OF, NOISE, SPECIES_OF

_SHORTEST, _LONGEST = 20, 150
_INCH = 2.54
_LENGTHS = (
    (re.compile(r"(?<!\d)0[.,](\d{1,2})\s*m(?:ts?|etros?)?\b"), lambda m: int(m[1].ljust(2, "0"))),
    (re.compile(r"(?<!\d)(\d{2,3})\s*cms?\b"), lambda m: int(m[1])),
    (re.compile(r"(?<!\d)(\d{1,2})\s*(?:inches|inch|in\b|\"|'')"), lambda m: int(m[1]) * _INCH),
)
_PACK = (
    re.compile(r"\bx\s*(\d{1,3})\b"),
    re.compile(r"(?<!\d)(\d{1,3})\s*(?:stems?|sts?|tallos?)\b"),
    re.compile(r"\((\d{1,2})\)"),
)
_NUMBER = re.compile(r"(?<![\d.,])\d+(?![\d.,]*\d)")
_WORD = re.compile(r"[a-z]+")
_COMPOUND = re.compile(
    r"\b(?:(spray|spr)\W*(?:roses?|rosas?|rs)|(mini)\W*(?:carnations?|carns?|clavel(?:es)?)"
    r"|(hot|dark|light)\W*(pink|pnk)|(baby)\W*s?\W*(breath)|(boca)\W*de\W*(dragon))\b"
)
_JOINED = {"spray": "sprayrose", "spr": "sprayrose", "mini": "minicarnation", "hot": "hotpink",
           "baby": "babysbreath", "boca": "bocadragon"}  # fmt: skip


@dataclass(frozen=True)
class Attributes:
    """`cm` is the stem length, `pack` stems per bunch; `words` name the variety, sorted."""

    species: str | None
    colours: frozenset[str]
    cm: int | None
    grades: frozenset[str]
    pack: int | None
    words: tuple[str, ...]

    @property
    def variety(self) -> str:
        """The variety's words as one text."""
        return " ".join(self.words)


def folded(text: str) -> str:
    """Lower case, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


@lru_cache(maxsize=200_000)
def attributes(name: str) -> Attributes:
    """Read a name."""
    text = folded(name)
    cm, text = _length(text)
    pack, text = _pack(text)
    numbers = [int(found) for found in _NUMBER.findall(text)]
    for number in numbers:
        # a bare number: long ones are lengths in cm, short ones stems per bunch
        if cm is None and 30 <= number <= 120 and number % 5 == 0:
            cm = number
        elif pack is None and number in {5, 8, 10, 12, 15, 20, 25}:
            pack = number
    species: str | None = None
    colours, grades, words = set(), set(), []
    for word in _WORD.findall(_compounds(text.replace("'", ""))):
        if word in SPECIES_OF:
            species = species or SPECIES_OF[word]
        elif word in COLOUR_OF:
            colours.add(COLOUR_OF[word])
        elif word in GRADE_OF:
            grades.add(GRADE_OF[word])
        elif word not in NOISE and len(word) > 1:
            words.append(word)
    return Attributes(
        species, frozenset(colours), cm, frozenset(grades), pack, tuple(sorted(set(words)))
    )


def _length(text: str) -> tuple[int | None, str]:
    for pattern, centimetres in _LENGTHS:
        for found in pattern.finditer(text):
            cm = round(centimetres(found))
            if _SHORTEST <= cm <= _LONGEST:
                return cm, text[: found.start()] + " " + text[found.end() :]
    return None, text


def _pack(text: str) -> tuple[int | None, str]:
    for pattern in _PACK:
        if found := pattern.search(text):
            return int(found[1]), text[: found.start()] + " " + text[found.end() :]
    return None, text


def _compounds(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        first = next(part for part in found.groups() if part)
        return _JOINED.get(first, found[0])

    return _COMPOUND.sub(one, text)
