"""How alike two words of a variety's name are, and two names: from 0 to 1.

No list of varieties is behind it: short forms are recognised by how people make them, the end cut
off or the vowels left out, and typing errors by their distance.
"""

from functools import lru_cache
from itertools import permutations

from rapidfuzz.distance import OSA

_VOWELS = str.maketrans("", "", "aeiou")
_VOWELS_AND_Y = str.maketrans("", "", "aeiouy")
_EMPTY = 0.4
"""Likeness of a name with words to one without."""


def skeleton(word: str) -> str:
    """The first letter and the consonants after it; y counts as a vowel."""
    return word[0] + word[1:].translate(_VOWELS_AND_Y)


@lru_cache(maxsize=500_000)
def word_likeness(one: str, other: str) -> float:
    """0 to 1; a short form of four letters or more is nearly as good as the word itself."""
    if one == other:
        return 1.0
    if not (one.isalpha() and other.isalpha()):
        return 0.0  # "Xlence 750" is not "Xlence 1000"
    short, long = sorted((one, other), key=lambda word: (len(word), word))
    ratio = float(OSA.normalized_similarity(one, other))
    if len(short) >= 5 and OSA.distance(one, other) == 1:
        return 0.92 if len(short) >= 6 else 0.9
    return max(_short_form(short, long), ratio if len(short) >= 4 else ratio * 0.8)


def _short_form(short: str, long: str) -> float:
    """How surely `short` stands for `long`; 0 when it is not made from it."""
    if len(short) >= 4 and long[1:] == short and long[0] in "od":
        return 0.95  # O Hara, O'Hara
    if long.startswith(short):
        whole = 0.95 if 2 * len(short) >= len(long) else 0.9
        return {1: 0.3, 2: 0.6, 3: 0.85}.get(len(short), whole)
    if short[1:].translate(_VOWELS) != short[1:]:
        return 0.0
    bones, bare = skeleton(short), skeleton(long)
    if bones == bare or short == long.translate(_VOWELS):
        return {1: 0.3, 2: 0.8}.get(len(short), 0.95)
    return 0.9 if len(bones) >= 4 and bare.startswith(bones) else 0.0


def variety_likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """0 to 1: each word with its best partner, the long words counting more."""
    if one == other:
        return 1.0
    if not one or not other:
        return _EMPTY

    def covered(left: tuple[str, ...], right: tuple[str, ...]) -> float:
        weight = sum(len(word) for word in left)
        best = (len(word) * max(word_likeness(word, partner) for partner in right) for word in left)
        return sum(best) / weight

    return max(_written_together(one, other), min(covered(one, other), covered(other, one)))


def _written_together(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """ "Snow Flake" is "Snowflake"; the words are sorted, so any order may be the right one."""
    few, many = sorted((one, other), key=len)
    if len(few) != 1 or not 2 <= len(many) <= 3:
        return 0.0
    return 0.98 if any("".join(order) == few[0] for order in permutations(many)) else 0.0
