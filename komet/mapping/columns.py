"""Where the headings of a file leave its columns open, the values decide, for a column as a whole.

"Código de producto de Komet" is Komet's product ID to one person and a legacy code to the next;
"Theirs" is no word of ours; some files have no headings at all. What the values of a column are
found to be (IDs, legacy codes or descriptions of that client's products) is added to what its
heading may mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from komet.language import _
from komet.mapping.cells import clean_cell, drop_added_decimals
from komet.mapping.heading_words import OTHER, find_meanings
from komet.mapping.headings import CERTAIN, ENOUGH, resolve_headings, weigh_heading
from komet.mapping.match import make_provider_finder
from komet.mapping.model import (
    DESCRIPTION,
    FIELD_LABELS,
    KOMET_FIELDS,
    KOMET_ID,
    LEGACY_CODE,
    PROVIDER,
    SKU,
    Headings,
    Known,
)
from komet.text import comparison_key

_PROOF = 6.0
"""What a column gains whose values all match; one whose values all are something else loses it."""
_MOST = 0.5
_NEARLY_ALL = 0.8
_NUMBERS = r"^[1-9]\d*$"
_LONGEST_CODE = 40
_MOST_COMPARED = 200
"""Columns whose values are looked at: no real table has more that may be codes or names."""
Matches = Mapping[str, tuple[int, int]]
"""Field → how many different values of a column match, of how many."""


def read_columns(source: pl.DataFrame, names: Sequence[str], known: Known) -> Headings:
    """Give each field its column by headings and values.

    `source`: [row: Int64, then the cells as String]. Raises MappingFileError as
    `resolve_headings` does.
    """
    scores, found = weigh_columns(source, names, known)
    headings = resolve_headings(names, scores)
    return replace(headings, notes=_notes(headings, found))


def weigh_columns(
    source: pl.DataFrame, names: Sequence[str], known: Known
) -> tuple[list[dict[str, float]], dict[int, Matches]]:
    """What each column may be, by headings and values: its weights, and what its values match.

    Columns whose heading is surely something else are not compared, and stand in no match.
    """
    scores = [dict(weigh_heading(name)) for name in names]
    compared = [
        column
        for column, name in enumerate(names)
        if scores[column] or OTHER not in find_meanings(name)
    ][:_MOST_COMPARED]
    cells = source.columns[1:]
    texts = source.select("row", *(clean_cell(pl.col(cells[c])).alias(str(c)) for c in compared))
    _score_clients(texts, scores, compared, known)
    requested = _with_clients(texts, scores, compared, known)
    products = _product_keys(known)
    found: dict[int, Matches] = {}
    for column in compared:
        score = scores[column]
        by_values = not score
        if by_values or not score.keys().isdisjoint({*KOMET_FIELDS, SKU}):
            certain = score.get(SKU, 0) >= CERTAIN
            values = requested.select("provider_id", value=str(column)).drop_nulls("value").unique()
            if not certain and values.height:
                found[column] = _matches(values, products)
                _score(score, found[column], values["value"], known, by_values=by_values)
    return scores, found


def first_row_by_values(records: Sequence[Sequence[str]], known: Known) -> int | None:
    """The position of the headings above the first row whose cell is a product's ID or code.

    For rows of which no heading is known to us. -1 when the table has no headings: its first row
    is a mapping itself. None when no column has such values.
    """
    width = max((len(record) for record in records), default=0)
    products = _product_keys(known)
    best, first = 0.0, None
    for column in range(min(width, _LONGEST_CODE)):
        cells = [record[column].strip() if column < len(record) else "" for record in records]
        values = pl.DataFrame(
            {"value": cells, "provider_id": known.default_provider_id},
            schema={"value": pl.String, "provider_id": pl.String},
        )
        given = values.filter(pl.col("value") != "").unique()
        for matched, of in _matches(given, products).values():
            if of and matched / of > max(best, _MOST - 0.01):
                best, first = matched / of, column
    if first is None:
        return None
    for position, record in enumerate(records):
        cell = record[first].strip() if first < len(record) else ""
        if cell:
            return -1 if any(letter.isdigit() for letter in cell) else position
    return None


def column_letters(width: int) -> list[str]:
    """Names for the columns of a table without headings, as a spreadsheet names them."""
    letters = []
    for number in range(width):
        name, rest = "", number + 1
        while rest:
            rest, letter = divmod(rest - 1, 26)
            name = chr(ord("A") + letter) + name
        letters.append(_("Column {letter}").format(letter=name))
    return letters


def _score_clients(
    texts: pl.DataFrame, scores: Sequence[dict[str, float]], compared: Sequence[int], known: Known
) -> None:
    """Weigh the columns that may name the client by how many of their values are clients."""
    find = make_provider_finder(known.providers)
    shares: dict[int, float] = {}
    for column in compared:
        score = scores[column]
        by_values = not score and len(known.providers) > 1
        if PROVIDER in score or by_values:
            values = texts[str(column)].drop_nulls().unique().to_list()
            share = sum(find(value) is not None for value in values) / max(1, len(values))
            if PROVIDER in score:
                shares[column] = share
            elif share == 1:
                score[PROVIDER] = ENOUGH
    if len(shares) > 1:
        for column, share in shares.items():
            scores[column][PROVIDER] += _PROOF * share


def _with_clients(
    texts: pl.DataFrame,
    scores: Sequence[Mapping[str, float]],
    compared: Sequence[int],
    known: Known,
) -> pl.DataFrame:
    """`texts` with provider_id: the client of each row, as far as it is known."""
    claims = [column for column in compared if scores[column].get(PROVIDER, 0) >= ENOUGH]
    default = pl.lit(known.default_provider_id, dtype=pl.String)
    if not claims:
        return texts.with_columns(provider_id=default)
    best = str(max(claims, key=lambda column: scores[column][PROVIDER]))
    find = make_provider_finder(known.providers)
    names = texts[best].drop_nulls().unique().to_list()
    ids = pl.DataFrame(
        {best: names, "provider_id": [find(name) for name in names]},
        schema={best: pl.String, "provider_id": pl.String},
    )
    joined = texts.join(ids, on=best, how="left", maintain_order="left")
    named = pl.when(pl.col(best).is_null()).then(default).otherwise("provider_id")
    return joined.with_columns(provider_id=named)


def _product_keys(known: Known) -> dict[str, pl.DataFrame]:
    """Field → [provider_id, key: String] of the products that have one, each once."""
    keys = {
        KOMET_ID: _id_key(pl.col("komet_id")),
        LEGACY_CODE: comparison_key(pl.col("legacy_code")),
        DESCRIPTION: comparison_key(pl.col("description")),
    }
    found = {
        field: known.products.select("provider_id", key=key).drop_nulls().unique()
        for field, key in keys.items()
    }
    return {field: products for field, products in found.items() if products.height}


def _matches(values: pl.DataFrame, products: Mapping[str, pl.DataFrame]) -> Matches:
    """How many of [provider_id, value: String] are IDs, legacy codes, descriptions of products.

    `products` as `_product_keys` gives them. Where a row's client is not known, any client's count.
    """
    found: dict[str, tuple[int, int]] = {}
    for field, keys in products.items():
        key = _id_key if field == KOMET_ID else comparison_key
        requested = values.select("provider_id", key=key(pl.col("value")))
        one = requested.filter(pl.col("provider_id").is_not_null())
        any_client = requested.filter(pl.col("provider_id").is_null())
        matched = one.join(keys, on=["provider_id", "key"], how="semi").height
        matched += any_client.join(keys, on="key", how="semi").height
        found[field] = matched, values.height
    return found


def _id_key(text: pl.Expr) -> pl.Expr:
    return drop_added_decimals(text).str.to_uppercase()


def _score(
    score: dict[str, float], found: Matches, values: pl.Series, known: Known, *, by_values: bool
) -> None:
    """Add to the weights of a heading what the values of its column prove."""
    shares = {field: matched / of for field, (matched, of) in found.items() if of}
    claimed = {field: score[field] for field in KOMET_FIELDS if field in score}
    if by_values:
        for rank, field in enumerate(KOMET_FIELDS):
            if shares.get(field, 0) >= _MOST:
                score[field] = _PROOF * shares[field] + 2 - rank
        if not score and _like_codes(values):
            score[SKU] = ENOUGH + len(known.verbatim[SKU].intersection(values)) / len(values)
        return
    for field, weight in claimed.items():
        proven = max((shares.get(other, 0) for other in claimed if other != field), default=0)
        disproved = field in shares and not shares[field] and proven >= _NEARLY_ALL
        score[field] = weight - _PROOF if disproved else weight + _PROOF * shares.get(field, 0)
    if SKU in score:
        ours = len(known.verbatim[SKU].intersection(values)) / len(values)
        score[SKU] += 2 * ours - (0 if ours else 4 * shares.get(KOMET_ID, 0))
    if KOMET_ID in claimed and KOMET_ID not in shares:
        # nothing to compare with: a legacy code could not be looked up anyway
        numbers = values.str.contains(_NUMBERS).sum()
        score[KOMET_ID] += numbers > _NEARLY_ALL * len(values)


def _like_codes(values: pl.Series) -> bool:
    """Whether the values tell things apart, as codes do and colours do not."""
    longest = values.str.len_chars().max()
    return isinstance(longest, int) and longest <= _LONGEST_CODE


def _notes(headings: Headings, found: Mapping[int, Matches]) -> tuple[str, ...]:
    """What the values decided, in sentences."""
    notes = []
    for field in (*KOMET_FIELDS, SKU):
        column = headings.columns.get(field)
        if column is None or weigh_heading(headings.names[column]).get(field, 0) >= CERTAIN:
            continue
        by_heading = weigh_heading(headings.names[column])
        if field == SKU:
            if not by_heading:
                notes.append(
                    _("“{heading}” was read as {field}.").format(
                        heading=headings.names[column], field=_(FIELD_LABELS[field])
                    )
                )
            continue
        if field == DESCRIPTION and by_heading:
            continue
        matched, of = found.get(column, {}).get(field, (0, 0))
        text = (
            _("“{heading}” was read as {field}: {n:,} of {total:,} values match.")
            if of
            else _("“{heading}” was read as {field}: there is no product list to compare it with.")
        )
        notes.append(
            text.format(
                heading=headings.names[column], field=_(FIELD_LABELS[field]), n=matched, total=of
            )
        )
    return tuple(notes)
