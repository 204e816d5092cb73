"""Which column of a file may be which field, by the words of its heading.

Each heading weighs for the fields that it may mean: 10 is beyond doubt, below `ENOUGH` it takes
the values of the column to prove it (`komet.mapping.columns`).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product
from types import MappingProxyType

from komet.language import _
from komet.mapping import heading_words as w
from komet.mapping.heading_words import find_meanings
from komet.mapping.model import (
    DESCRIPTION,
    FIELDS,
    KOMET_FIELDS,
    KOMET_ID,
    LEGACY_CODE,
    PROVIDER,
    SKU,
    SKU_DESCRIPTION,
    Headings,
)
from komet.mapping.problems import MappingFileError

# How far down the headings may be: reports carry a title, a date and a blank line above them.
HEADING_DEPTH = 25
ENOUGH = 4.0
"""The least weight of a heading that is believed without proof by the values."""
CERTAIN = 9.0
_MARGIN = 1.0
"""How much better one reading must be than another that takes other columns."""
_MOST_CLAIMS = 5
_BESIDE_AN_ID = 0.1
"""A legacy code beside an ID decides nothing."""
Weights = Mapping[str, float]


@lru_cache(maxsize=20_000)
def weigh_heading(heading: str) -> Weights:
    """What a heading may mean: field → 0 to 10. Empty: it means none of them, or nothing."""
    words = find_meanings(heading)
    if w.OTHER in words:
        return MappingProxyType({})
    found = _weights(words)
    if w.UNKNOWN in words:
        # "Código Rosaprima": a name that only its owner knows may turn the meaning round
        found = {field: weight if weight >= CERTAIN else 0.8 * weight
                 for field, weight in found.items()}  # fmt: skip
    return MappingProxyType(found)


def _weights(words: frozenset[str]) -> dict[str, float]:
    own, komet = bool(words & {w.OWN, w.PART}), w.KOMET in words
    if w.CLIENT in words:
        return _of_a_client(words, own=own)
    if w.NAME in words:
        return _named(words, own=own or w.SKU in words, komet=komet)
    if w.SKU in words:
        return {SKU: 5, KOMET_ID: 5, LEGACY_CODE: 5} if komet else {SKU: 10}
    if own:
        return {SKU: 4, KOMET_ID: 4, LEGACY_CODE: 4} if komet else _of_our_own(words)
    return _of_a_product(words, komet=komet)


def _of_a_client(words: frozenset[str], *, own: bool) -> dict[str, float]:
    """The client itself, or what the client calls the product ("código del cliente")."""
    if words & {w.ID, w.NUMBER, w.CODE, w.REFERENCE, w.SKU}:
        return {KOMET_ID: 3, LEGACY_CODE: 3, SKU: 2}
    if words & {w.PRODUCT, w.ITEM}:
        return {DESCRIPTION: 3}
    return {PROVIDER: 6 if own else 10}


def _of_our_own(words: frozenset[str]) -> dict[str, float]:
    if words & {w.ID, w.NUMBER, w.CODE, w.REFERENCE, w.PART, w.ITEM}:
        return {SKU: 9}
    return {SKU: 6, SKU_DESCRIPTION: 3} if w.PRODUCT in words else {SKU: 3.5}


def _named(words: frozenset[str], *, own: bool, komet: bool) -> dict[str, float]:
    if komet or w.LEGACY in words:
        return {DESCRIPTION: 6, SKU_DESCRIPTION: 5} if own else {DESCRIPTION: 10}
    if own:
        return {SKU_DESCRIPTION: 10}
    if w.PRODUCT in words:
        return {DESCRIPTION: 9}
    return {SKU_DESCRIPTION: 8} if w.ITEM in words else {DESCRIPTION: 5}


def _of_a_product(words: frozenset[str], *, komet: bool) -> dict[str, float]:
    """Komet's product or nobody's: the order of the fields is that in which they are tried."""
    number, code = w.NUMBER in words, bool(words & {w.CODE, w.REFERENCE})
    # a code that the values leave open is the legacy code, a number the ID
    legacy = 0.1 if code else -0.1
    table: tuple[tuple[bool, dict[str, float]], ...] = (
        (w.LEGACY in words, {LEGACY_CODE: 10, KOMET_ID: 1}),
        (komet and w.ID in words, {KOMET_ID: 10, LEGACY_CODE: 1}),
        (komet and (number or code), {KOMET_ID: 8, LEGACY_CODE: 8 + legacy}),
        (komet and w.PRODUCT in words, {DESCRIPTION: 8, KOMET_ID: 6, LEGACY_CODE: 6}),
        (komet, {KOMET_ID: 8, LEGACY_CODE: 7, DESCRIPTION: 5}),
        (w.PRODUCT in words and w.ID in words, {KOMET_ID: 9, LEGACY_CODE: 1}),
        (
            w.PRODUCT in words and (number or code),
            {KOMET_ID: 7, LEGACY_CODE: 7 + legacy, SKU: 4},
        ),
        (w.PRODUCT in words, {DESCRIPTION: 5, KOMET_ID: 3, LEGACY_CODE: 3, SKU: 2}),
        (w.ITEM in words and w.ID in words, {KOMET_ID: 6, SKU: 5, LEGACY_CODE: 3}),
        (w.ITEM in words and (number or code), {SKU: 7, KOMET_ID: 4, LEGACY_CODE: 4}),
        (w.ITEM in words, {SKU: 5, KOMET_ID: 2, LEGACY_CODE: 2, DESCRIPTION: 2}),
        (w.VARIETY in words, {DESCRIPTION: 4}),
        (w.REFERENCE in words, {SKU: 6, KOMET_ID: 2, LEGACY_CODE: 2}),
        (code, {SKU: 4.5, LEGACY_CODE: 4, KOMET_ID: 3.9}),
        (w.ID in words, {KOMET_ID: 5, LEGACY_CODE: 1}),
        (number, {KOMET_ID: 1, LEGACY_CODE: 1, SKU: 1}),
    )
    return next((found for condition, found in table if condition), {})


def score_headings(names: Sequence[str]) -> tuple[bool, int]:
    """How much a row looks like the headings: (is it enough to import?, fields recognised)."""
    ours, theirs, found = set[int](), set[int](), set[str]()
    for position, name in enumerate(names):
        believed = {
            field: weight for field, weight in weigh_heading(name).items() if weight >= ENOUGH
        }
        if SKU in believed:
            ours.add(position)
        if not believed.keys().isdisjoint(KOMET_FIELDS):
            theirs.add(position)
        if believed:
            found.add(max(believed, key=lambda field: believed[field]))
    enough = bool(ours and theirs) and len(ours | theirs) > 1
    return enough, len(found)


def find_headings(records: Sequence[Sequence[str]]) -> int | None:
    """The position of the row of headings: the first that suffices, else the likeliest.

    None when every row looked at is blank.
    """
    likeliest: int | None = None
    best = (False, -1)
    for position, record in enumerate(records[:HEADING_DEPTH]):
        if any(cell.strip() for cell in record) and (score := score_headings(record)) > best:
            likeliest, best = position, score
            if best[0]:
                break
    return likeliest


def resolve_headings(
    names: Sequence[str], scores: Sequence[Weights] | None = None, notes: Sequence[str] = ()
) -> Headings:
    """Give each field its column, by the weights of the headings or by better `scores`.

    Raises MappingFileError when two columns may equally be one field, when there is no SKU column,
    or when no column tells which Komet product a row is about.
    """
    scored = scores if scores is not None else [weigh_heading(name) for name in names]
    claims = {field: _claims(scored, field) for field in FIELDS}
    ranked = _assignments(scored, claims)
    if not ranked:
        raise _missing(names, claims)
    best = ranked[0]
    for total, columns in ranked[1:]:
        if best[0] - total >= _MARGIN:
            break
        sku, field, komet = _identity(columns)
        if sku != best[1][SKU]:
            raise _ambiguous(names, [best[1][SKU], sku], SKU)
        if komet != _identity(best[1])[2]:
            raise _ambiguous(names, [_identity(best[1])[2], komet], field)
    chosen = dict(best[1])
    for field in (PROVIDER, DESCRIPTION, SKU_DESCRIPTION):
        rivals = [c for c in claims[field] if c == chosen.get(field) or c not in chosen.values()]
        if field == PROVIDER and rivals:
            chosen[field] = rivals[0]
        if len(rivals) > 1 and _tied(scored, rivals, field):
            if field != DESCRIPTION or _identity(chosen)[1] == DESCRIPTION:
                raise _ambiguous(names, rivals, field)
            chosen.pop(field, None)  # it would only be compared with Komet's
    used = set(chosen.values())
    ignored = tuple(
        name for position, name in enumerate(names) if position not in used and name.strip()
    )
    return Headings(tuple(names), chosen, ignored, tuple(notes))


def choose_columns(names: Sequence[str], columns: Mapping[str, int]) -> Headings:
    """The columns as a person gave them: field → position.

    Raises MappingFileError where an import could not use them, or one is given twice.
    """
    if len(set(columns.values())) < len(columns) or not all(
        position < len(names) for position in columns.values()
    ):
        raise MappingFileError(
            _("The columns do not fit the file"),
            _("A column is taken for two things, or the file does not have it."),
            _("Say of each column of the file what it is."),
        )
    if SKU not in columns or columns.keys().isdisjoint(KOMET_FIELDS):
        raise MappingFileError(
            _("A column is missing"),
            _("No column is taken for your SKU.")
            if SKU not in columns
            else _("No column tells which of Komet's products a row is about."),
            _("Say which column holds it: SKU, and one of Komet's product ID, legacy code or"
              " description."),
        )  # fmt: skip
    used = set(columns.values())
    ignored = tuple(name for at, name in enumerate(names) if at not in used and name.strip())
    return Headings(tuple(names), dict(columns), ignored)


def guess_columns(scored: Sequence[Weights]) -> dict[str, int]:
    """The likeliest column of each field, though an import could not use them all."""
    ranked = _assignments(scored, {field: _claims(scored, field) for field in FIELDS})
    chosen = dict(ranked[0][1]) if ranked else {}
    for field in FIELDS:
        free = [column for column in _claims(scored, field) if column not in chosen.values()]
        if field not in chosen and free:
            chosen[field] = free[0]
    return chosen


def _claims(scored: Sequence[Weights], field: str) -> list[int]:
    """The columns that may be a field, the likeliest first."""
    found = [c for c, score in enumerate(scored) if score.get(field, 0) >= ENOUGH]
    return sorted(found, key=lambda column: -scored[column][field])[:_MOST_CLAIMS]


def _assignments(
    scored: Sequence[Weights], claims: Mapping[str, list[int]]
) -> list[tuple[float, dict[str, int]]]:
    """Every way to give the fields columns of their own that an import can use, best first."""
    fields = (SKU, *KOMET_FIELDS, SKU_DESCRIPTION)
    found: list[tuple[float, dict[str, int]]] = []
    for choice in product(*([None, *claims[field]] for field in fields)):
        columns = {f: c for f, c in zip(fields, choice, strict=True) if c is not None}
        if SKU not in columns or columns.keys().isdisjoint(KOMET_FIELDS):
            continue
        if len(set(columns.values())) == len(columns):
            points = {field: scored[column][field] for field, column in columns.items()}
            if KOMET_ID in points and points.get(LEGACY_CODE, CERTAIN) < CERTAIN:
                points[LEGACY_CODE] = _BESIDE_AN_ID
            found.append((sum(points.values()), columns))
    return sorted(found, key=lambda entry: -entry[0])


def _identity(columns: Mapping[str, int]) -> tuple[int, str, int]:
    """The SKU's column, and the field and column that tell the product."""
    field = next(field for field in KOMET_FIELDS if field in columns)
    return columns[SKU], field, columns[field]


def _tied(scored: Sequence[Weights], columns: Sequence[int], field: str) -> bool:
    return scored[columns[0]][field] - scored[columns[1]][field] < _MARGIN


def _ambiguous(names: Sequence[str], columns: Sequence[int], field: str) -> MappingFileError:
    return MappingFileError(
        _("Two columns mean the same"),
        _("The columns {columns} would all be read as {field}.").format(
            columns=", ".join(f"“{names[column][:40]}”" for column in columns), field=field
        ),
        _("Keep one of them, or rename the others, and upload the file again."),
    )


def _missing(names: Sequence[str], claims: Mapping[str, list[int]]) -> MappingFileError:
    found = ", ".join(f"“{name.strip()[:40]}”" for name in names[:20] if name.strip())
    reason = _("The file has the headings {found}.").format(found=found)
    if not claims[SKU]:
        reason += " " + _("None of them is recognised as your SKU.")
    if not any(claims[field] for field in KOMET_FIELDS):
        reason += " " + _("None of them is recognised as the Komet product.")
    return MappingFileError(
        _("Headings are missing"),
        reason,
        _(
            "It needs a column “sku” and at least one of “komet_product_id”, "
            "“komet_legacy_code” and “komet_description”. The template has them all."
        ),
    )
