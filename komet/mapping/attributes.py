"""What a product's name says: species, colours, length, grades, pack, and the variety's words.

Case, accents and the order of words do not matter. Nothing is guessed: what a name does not say,
or says twice differently, stays empty.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from komet.mapping.vocabulary import (
    ALSO_A_COLOUR,
    COLOUR_OF,
    GRADE_OF,
    JOINED,
    MODIFIED,
    NOISE,
    SPECIES_OF,
)

_SHORTEST, _LONGEST = 20, 150
_INCH = 2.54
_QUOTES = str.maketrans({"”": '"', "“": '"', "″": '"', "’": "'", "´": "'", "`": "'"})
# "50/60 cm": two lengths in one box, which is neither of the two
_RANGE = re.compile(r"(?<!\d)([3-9]0|1[0-2]0)\s*[-/]\s*([4-9]0|1[0-3]0)\s*cms?\b")
_LENGTHS = (
    (re.compile(r"(?<![\d.,])([01]?[.,]\d{1,2})\s*m(?:ts?|trs?|etros?)?\b"), 100.0),
    (re.compile(r"(?<![\d.,])(\d{2,3})\s*cms?\b"), 1.0),
    (re.compile(r"(?<![\d.,])(\d{1,2})\s*(?:inches|inch|in\b|\"|'')"), _INCH),
)
_PACKS = (
    re.compile(r"(?<![a-z])x\s*(\d{1,3})\b"),
    re.compile(r"(?<!\d)(\d{1,3})\s*(?:stems?|stms?|sts?|tallos?)\b"),
    re.compile(r"\((\d{1,2})\)"),
)
_NUMBER = re.compile(r"(?<![\d.,])\d+(?![\d.,]*\d)")
_BARE_LENGTHS = range(30, 121, 10)
_BARE_PACKS = frozenset({5, 8, 10, 12, 15, 20, 25})
_WORD = re.compile(r"[a-z]+")


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
    """Lower case, without accents, one kind of quotation mark, single spaces."""
    apart = text.translate(_QUOTES)
    for _twice in range(2):  # what is taken apart may have a case of its own: "𝐀", "｀"
        apart = unicodedata.normalize("NFKD", apart.casefold()).translate(_QUOTES)
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).split())


@lru_cache(maxsize=200_000)
def attributes(name: str) -> Attributes:
    """Read a name."""
    ranges, text = _ranges(folded(name))
    cm, text = _length(text)
    pack, text = _pack(text)
    cm, pack, others = _bare_numbers(text, cm, pack, lengths=not ranges)
    for pattern, word in JOINED:
        text = pattern.sub(f" {word} ", text)
    found = _WORD.findall(text.replace("'", ""))
    species, colours, left = _species(found)
    words = [*ranges, *others]
    grades = set()
    for word in left:
        if word in COLOUR_OF:
            colours.add(COLOUR_OF[word])
        elif word in GRADE_OF:
            grades.add(GRADE_OF[word])
        elif word not in NOISE and len(word) > 1:
            words.append(word)
    return Attributes(
        species, frozenset(colours), cm, frozenset(grades), pack, tuple(sorted(set(words)))
    )


def _ranges(text: str) -> tuple[list[str], str]:
    """Ranges of lengths, as words: a range equals only itself."""
    found = [f"{low[1]}/{low[2]}" for low in _RANGE.finditer(text) if int(low[1]) < int(low[2])]
    return found, _RANGE.sub(" ", text) if found else text


def _length(text: str) -> tuple[int | None, str]:
    """The only length that has a unit; the text without it."""
    lengths = set()
    for pattern, factor in _LENGTHS:
        for match in pattern.finditer(text):
            cm = round(float(match[1].replace(",", ".")) * factor)
            if factor == _INCH:
                cm = 5 * round(cm / 5)  # 24" is a 60 cm rose, not one of 61 cm
            if _SHORTEST <= cm <= _LONGEST:
                lengths.add(cm)
        text = pattern.sub(" ", text)
    return (lengths.pop() if len(lengths) == 1 else None), text


def _pack(text: str) -> tuple[int | None, str]:
    for pattern in _PACKS:
        if packs := {int(number) for number in pattern.findall(text)}:
            return (packs.pop() if len(packs) == 1 else None), pattern.sub(" ", text)
    return None, text


def _bare_numbers(
    text: str, cm: int | None, pack: int | None, *, lengths: bool
) -> tuple[int | None, int | None, list[str]]:
    """Numbers without a unit: long ones are centimetres, short ones stems, others name things."""
    numbers = {number: int(number) for number in _NUMBER.findall(text)}
    as_cm = {value for value in numbers.values() if value in _BARE_LENGTHS}
    as_pack = {value for value in numbers.values() if value in _BARE_PACKS}
    if cm is None and lengths and len(as_cm) == 1:
        cm = as_cm.pop()
    if pack is None and len(as_pack) == 1:
        pack = as_pack.pop()
    others = [
        number for number, value in numbers.items() if len(number) > 2 and value not in (cm, pack)
    ]
    return cm, pack, others


def _species(found: list[str]) -> tuple[str | None, set[str], list[str]]:
    """The species, whatever its place; colours that its words turn out to be; the other words."""
    named = {word: SPECIES_OF[word] for word in found if word in SPECIES_OF}
    # "clavel rosa" is a pink carnation
    pink = set(named) & ALSO_A_COLOUR
    if pink and len(set(named.values())) > 1:
        named = {word: name for word, name in named.items() if word not in ALSO_A_COLOUR}
    else:
        pink = set()
    left = [word for word in found if word not in named and word not in pink]
    # a flower's name may be a variety's too ("rose Iris"): the plainer one is the species
    order = list(dict.fromkeys(SPECIES_OF.values()))
    names = sorted(set(named.values()), key=order.index)
    species = names[0] if names else None
    left += names[1:]
    for modifier, basic, whole in MODIFIED:
        if species == basic and modifier in left:
            species = whole
            left = [word for word in left if word != modifier]
    return species, {"pink"} if pink else set(), left
