"""How well a product fits a SKU: a score from 0 to 100, and why, in words.

A contradiction (another species, length, colour or grade) weighs more than any likeness of the
variety's name: a wrong suggestion is worse than none.
"""

from dataclasses import dataclass, field

from komet.language import _
from komet.mapping.attributes import Attributes
from komet.mapping.vocabulary import KIN_COLOURS
from komet.mapping.word_likeness import variety_likeness

_UNSURE = 80.0
"""The most for a pair that cannot be told right from wrong: below the default threshold."""
_OTHER_SPECIES, _OTHER_LENGTH, _OTHER_COLOUR, _OTHER_GRADE, _KIN_COLOUR = (
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


def contradict(product: Attributes, sku: Attributes) -> bool:
    """Whether both state a species, length or colour, and not the same."""
    return bool(
        (product.species and sku.species and product.species != sku.species)
        or (product.cm and sku.cm and product.cm != sku.cm)
        or (product.colours and sku.colours and not _kin(product.colours, sku.colours))
    )


def likeness(product: Attributes, sku: Attributes) -> Likeness:
    """The score of one pair, without what other providers' mappings know."""
    same = variety_likeness(product.words, sku.words)
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
    if not (_told_by_words(product, sku, same) if product.words else _told_without(product, sku)):
        pair.limit(_UNSURE)
    return Likeness(max(0.0, min(pair.score, pair.cap)), tuple(pair.reasons), same == 1)


def _told_by_words(product: Attributes, sku: Attributes, same: float) -> bool:
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


def _told_without(product: Attributes, sku: Attributes) -> bool:
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
            pair.limit(_KIN_COLOUR if _kin(one, other) else _OTHER_COLOUR)
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
        sign = "=" if one == other else "≠"
        pair.reasons.append(f"{one} cm {sign} {other} cm")
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


def _kin(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) or any(pair & one and pair & other for pair in KIN_COLOURS)
