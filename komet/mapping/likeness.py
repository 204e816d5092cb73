"""How well a product fits a SKU: a score from 0 to 100, and why, in words.

A contradiction (another species, length, colour or grade) weighs more than any likeness of the
variety's name: a wrong suggestion is worse than none.
"""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from komet.language import _
from komet.mapping.attributes import Attributes

_VOWELS = str.maketrans("", "", "aeiouy")
_SAME_LENGTH = 1
"""Centimetres that a length given in inches may be off by rounding."""


@dataclass(frozen=True)
class Likeness:
    """`exact`: the variety's words are the same on both sides."""

    score: float
    reasons: tuple[str, ...]
    exact: bool


@lru_cache(maxsize=500_000)
def word_likeness(one: str, other: str) -> float:
    """0 to 1; short forms (cut off, or without vowels) are nearly as good as the word itself."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.97 if len(short) >= 4 or len(long) <= 5 else 0.93
    skeleton = long[0] + long[1:].translate(_VOWELS)
    if len(short) >= 3 and short in {skeleton, long.translate(_VOWELS)}:
        return 0.95
    if len(short) >= 4 and skeleton.startswith(short):
        return 0.9
    ratio = float(OSA.normalized_similarity(one, other))
    return ratio if len(short) >= 4 else ratio * 0.8


def variety_likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """0 to 1: each word with its best partner, the long words counting more."""
    if not one or not other:
        return 1.0 if one == other else 0.4
    if one == other:
        return 1.0
    joined = word_likeness("".join(one), "".join(other))

    def covered(left: tuple[str, ...], right: tuple[str, ...]) -> float:
        weights = [len(word) for word in left]
        best = [max(word_likeness(word, partner) for partner in right) for word in left]
        return sum(w * b for w, b in zip(weights, best, strict=True)) / sum(weights)

    return max(joined, min(covered(one, other), covered(other, one)))


def likeness(product: Attributes, sku: Attributes) -> Likeness:
    """The score of one pair, without what other providers' mappings know."""
    same = variety_likeness(product.words, sku.words)
    score, reasons, cap = 100.0 * same, [], 100.0
    if product.words and sku.words:
        if same == 1:
            reasons.append(_("same variety"))
        else:
            text = _("similar variety: {one} ~ {other}")
            reasons.append(text.format(one=product.variety, other=sku.variety))
    for one, other, alike, unlike, limit, silent in (
        (
            _one(product.species),
            _one(sku.species),
            _("same species"),
            _("another species"),
            30.0,
            3.0,
        ),
        (product.colours, sku.colours, _("same colour"), _("another colour"), 45.0, 3.0),
        (product.grades, sku.grades, _("same grade"), _("another grade"), 60.0, 3.0),
    ):
        if one and other:
            fits = bool(one & other)
            reasons.append(alike if fits else unlike)
            cap = cap if fits else min(cap, limit)
            score -= 0.0 if one == other or not fits else 2.0
        elif one or other:
            score -= silent
    if product.cm and sku.cm:
        fits = abs(product.cm - sku.cm) <= _SAME_LENGTH
        sign = "=" if fits else "≠"
        reasons.append(f"{product.cm} cm {sign} {sku.cm} cm")
        cap = cap if fits else min(cap, 40.0)
    elif product.cm or sku.cm:
        score -= 6.0
    if product.pack and sku.pack:
        if product.pack == sku.pack:
            reasons.append(_("same pack, {n}").format(n=product.pack))
        else:
            reasons.append(_("another pack, {n} and {m}").format(n=product.pack, m=sku.pack))
            score -= 12.0
    elif product.pack or sku.pack:
        score -= 1.0
    return Likeness(max(0.0, min(score, cap)), tuple(reasons), same == 1)


def _one(word: str | None) -> frozenset[str]:
    return frozenset({word}) if word else frozenset()
