"""How well a product fits a SKU: a score from 0 to 100, and why, in words.

A contradiction (another species, length, colour or grade) weighs more than any likeness of the
variety's name: a wrong suggestion is worse than none. No list of varieties is behind it: short
forms are recognised by how people make them, the end cut off or the vowels left out, and typing
errors by their distance.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from komet.language import _
from komet.mapping.attributes import RELATED_COLOURS, Attributes

_UNSURE = 80.0
"""The most for a pair that may be right or wrong: below the default threshold."""

_OTHER_SPECIES, _OTHER_LENGTH, _OTHER_COLOUR, _OTHER_GRADE, _RELATED_COLOUR = (
    30.0,
    40.0,
    45.0,
    60.0,
    75.0,
)


@dataclass(frozen=True)
class Likeness:
    """`exact`: the variety's words are the same on both sides."""

    score: float
    reasons: tuple[str, ...]
    exact: bool


@dataclass
class _Weighing:
    """A pair while it is judged; `cap` is the most that it can still score."""

    score: float
    cap: float = 100.0
    reasons: list[str] = field(default_factory=list)

    def limit(self, most: float) -> None:
        self.cap = min(self.cap, most)


def contradicts(product: Attributes, sku: Attributes) -> bool:
    """Whether both state a species, length or colour, and not the same."""
    return bool(
        (product.species and sku.species and product.species != sku.species)
        or (product.cm and sku.cm and product.cm != sku.cm)
        or (product.colours and sku.colours and not _related(product.colours, sku.colours))
    )


def score_likeness(product: Attributes, sku: Attributes) -> Likeness:
    """The score of one pair, without what other providers' mappings know."""
    same = compare_varieties(product.words, sku.words)
    pair = _Weighing(100.0 * same)
    if product.words and sku.words:
        if same == 1:
            pair.reasons.append(_("same variety"))
        else:
            text = _("similar variety: {one} ~ {other}")
            pair.reasons.append(text.format(one=product.variety, other=sku.variety))
    _weigh_species(pair, product.species, sku.species)
    _weigh_colours(pair, product.colours, sku.colours)
    _weigh_grades(pair, product.grades, sku.grades)
    _weigh_length(pair, product.cm, sku.cm)
    _weigh_pack(pair, product.pack, sku.pack)
    if not (
        _identified_by_words(product, sku, same)
        if product.words
        else _identified_without_words(product, sku)
    ):
        pair.limit(_UNSURE)
    return Likeness(max(0.0, min(pair.score, pair.cap)), tuple(pair.reasons), same == 1)


def _identified_by_words(product: Attributes, sku: Attributes, same: float) -> bool:
    """A variety that is only similar needs its species, a second witness, and no open question."""
    if same == 1:
        return True
    witnesses = [
        product.cm and product.cm == sku.cm,
        product.pack and product.pack == sku.pack,
        product.colours & sku.colours,
    ]
    asked_colour = product.colours and not sku.colours
    return bool(product.species and product.species == sku.species and any(witnesses)
                and not asked_colour)  # fmt: skip


def _identified_without_words(product: Attributes, sku: Attributes) -> bool:
    """ "Blue hydrangea select" says enough without a variety, "rose 60 cm" does not."""
    return bool(
        not sku.words
        and product.species
        and product.species == sku.species
        and (product.colours or product.grades)
        and product.colours == sku.colours
        and product.grades == sku.grades
    )


def _weigh_species(pair: _Weighing, one: str | None, other: str | None) -> None:
    if one and other:
        pair.reasons.append(_("same species") if one == other else _("another species"))
        if one != other:
            pair.limit(_OTHER_SPECIES)
    elif one or other:
        pair.score -= 3.0


def _weigh_colours(pair: _Weighing, one: frozenset[str], other: frozenset[str]) -> None:
    if one and other:
        fits = bool(one & other)
        pair.reasons.append(_("same colour") if fits else _("another colour"))
        if not fits:
            pair.limit(_RELATED_COLOUR if _related(one, other) else _OTHER_COLOUR)
        elif one != other:
            pair.score -= 2.0
    elif one or other:
        pair.score -= 3.0 if one else 2.0


def _weigh_grades(pair: _Weighing, one: frozenset[str], other: frozenset[str]) -> None:
    if one and other:
        fits = bool(one & other)
        pair.reasons.append(_("same grade") if fits else _("another grade"))
        if not fits:
            pair.limit(_OTHER_GRADE)
        elif one != other:
            pair.score -= 2.0
    elif one or other:
        pair.score -= 3.0


def _weigh_length(pair: _Weighing, one: int | None, other: int | None) -> None:
    if one and other:
        relation = "=" if one == other else "≠"
        pair.reasons.append(f"{one} cm {relation} {other} cm")
        if one != other:
            pair.limit(_OTHER_LENGTH)
    elif one or other:
        pair.score -= 6.0


def _weigh_pack(pair: _Weighing, one: int | None, other: int | None) -> None:
    if one and other:
        if one == other:
            pair.reasons.append(_("same pack, {n}").format(n=one))
        else:
            pair.reasons.append(_("another pack, {n} and {m}").format(n=one, m=other))
            pair.score -= 12.0
            pair.limit(_UNSURE)
    elif one or other:
        pair.score -= 1.0


def _related(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) or any(pair & one and pair & other for pair in RELATED_COLOURS)


_VOWELS = str.maketrans("", "", "aeiou")
_VOWELS_AND_Y = str.maketrans("", "", "aeiouy")
_EMPTY = 0.4
"""Likeness of a name with words to one without."""


def skeleton(word: str) -> str:
    """The first letter and the consonants after it; y counts as a vowel."""
    return word[0] + word[1:].translate(_VOWELS_AND_Y)


@lru_cache(maxsize=500_000)
def compare_words(one: str, other: str) -> float:
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


def compare_varieties(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """0 to 1: each word with its best partner, the long words counting more."""
    if one == other:
        return 1.0
    if not one or not other:
        return _EMPTY

    def covered(left: tuple[str, ...], right: tuple[str, ...]) -> float:
        weight = sum(len(word) for word in left)
        best = (len(word) * max(compare_words(word, partner) for partner in right) for word in left)
        return sum(best) / weight

    return max(_written_together(one, other), min(covered(one, other), covered(other, one)))


def _written_together(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """ "Snow Flake" is "Snowflake"; the words are sorted, so any order may be the right one."""
    few, many = sorted((one, other), key=len)
    if len(few) != 1 or not 2 <= len(many) <= 3:
        return 0.0
    return 0.98 if any("".join(order) == few[0] for order in permutations(many)) else 0.0


_ALIKE = 0.6
"""The least likeness of two words at which one finds the other's varieties."""
_MOST = 60
"""Varieties that are compared as a whole."""


class NearVarieties:
    """The varieties of a SKU list, each a tuple of words, by their words."""

    def __init__(self, varieties: Iterable[tuple[str, ...]]) -> None:
        self.by_word: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for variety in sorted(varieties):
            for word in {*variety, *_together(variety)}:
                self.by_word[word].append(variety)
        self.words = sorted(self.by_word)
        self.of = lru_cache(maxsize=None)(self._of)
        self._alike = lru_cache(maxsize=None)(self._alike_words)
        self.by_initial: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for word in self.words:
            self.by_initial[word[0]].append((word, skeleton(word)))

    def _of(self, words: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Varieties, the most similar first."""
        evidence: dict[tuple[str, ...], float] = defaultdict(float)
        for word in sorted({*words, *_together(words)}):
            best: dict[tuple[str, ...], float] = {}
            for other, alike in self._alike(word):
                for variety in self.by_word[other]:
                    best[variety] = max(best.get(variety, 0.0), alike * len(word))
            for variety, weight in best.items():
                evidence[variety] += weight
        closest = sorted(evidence, key=lambda variety: (-evidence[variety], variety))[:_MOST]
        return sorted(closest, key=lambda v: (-compare_varieties(words, v), v))

    def _alike_words(self, word: str) -> list[tuple[str, float]]:
        found = process.extract(
            word, self.words, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=None
        )
        near = {other for other, _ratio, _index in found}
        bare = skeleton(word)
        near |= {
            other
            for other, bones in self.by_initial[word[0]]
            if bones.startswith(bare) or bare.startswith(bones)
        }
        scored = ((other, compare_words(word, other)) for other in sorted(near))
        return [(other, alike) for other, alike in scored if alike >= _ALIKE]


def _together(words: tuple[str, ...]) -> set[str]:
    """Words written as one, in any order: they come sorted."""
    return {"".join(order) for order in permutations(words)} if 2 <= len(words) <= 3 else set()
