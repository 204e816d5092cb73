"""Suggestions for unmapped products: candidates among our SKUs, with a score and the reason.

Only a list: nothing is ever accepted on its own. What another provider's mapping already knows
counts as evidence. Where two SKUs fit nearly alike, neither reaches the threshold.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import polars as pl

from komet.context import AppContext
from komet.language import _
from komet.mapping import imports
from komet.mapping.attributes import Attributes, read_attributes
from komet.mapping.history import Source
from komet.mapping.likeness import NearVarieties, contradicts, score_likeness
from komet.mapping.model import Written
from komet.mapping.products import list_known
from komet.mapping.table import products as table
from komet.permissions import Actor
from komet.text import normalize_text


def suggest_skus(ctx: AppContext, provider_id: str) -> pl.DataFrame:
    """The best candidate for each unmapped product, those with most boxes at stake first.

    komet_id, description, sku, sku_description, score (Float64, 0 to 100), reason, second (the
    next SKU, with its score, in words), boxes (Decimal, in downloaded orders).
    """
    products = list_known(ctx, provider_id, only="unmapped").with_columns(
        provider_id=pl.lit(provider_id)
    )
    with ctx.read() as con:
        skus = table.load_described_skus(con)
        evidence = table.load_evidence(con)
    found = rank_skus(products, skus, evidence, limit=2)
    second = found.filter(rank=2).select(
        "komet_id", second=pl.format("{} ({})", "sku", pl.col("score").round(0).cast(pl.Int64))
    )
    return (
        found.filter(rank=1)
        .join(second, on="komet_id", how="left")
        .join(products.select("komet_id", "boxes"), on="komet_id", how="left")
        .sort(["boxes", "score", "komet_id"], descending=[True, True, False], nulls_last=True)
        .select("komet_id", "description", "sku", "sku_description", "score", "reason", "second",
                "boxes")
    )  # fmt: skip


def accept_suggestions(
    ctx: AppContext, actor: Actor, provider_id: str, skus: Mapping[str, str]
) -> Written:
    """Map these products (Komet ID → SKU) as a person has accepted them.

    One that somebody has mapped meanwhile is left alone, and named.
    """
    return imports.edit_cells(
        ctx, actor, provider_id, dict(skus), shown=dict.fromkeys(skus), source=Source.SUGGESTIONS
    )


DEFAULT_THRESHOLD = 85.0
LOWEST = 50.0

SCHEMA = {
    "provider_id": pl.String,
    "komet_id": pl.String,
    "description": pl.String,
    "sku": pl.String,
    "sku_description": pl.String,
    "score": pl.Float64,
    "reason": pl.String,
    "rank": pl.Int64,
}

_VARIETIES = 8
"""How many varieties of the SKU list are looked at closely for one product."""
_CLOSE = 4.0
"""Points between the best and the next SKU, below which it is open which one is right."""
_CLOSE_TO_EXACT = 0.5
"""The same where only the best one's variety has the very same words."""
_CONTRADICTED = 80.0
"""The most for what is known from elsewhere and yet contradicts the product's name."""
_BY_CODE, _BY_TEXT, _BY_ATTRIBUTES = 99.0, 97.0, 95.0


class _Candidate(NamedTuple):
    """`like` is the score by the names alone; `known`: from elsewhere too."""

    position: int
    score: float
    like: float
    exact: bool
    known: bool
    reasons: list[str]


def rank_skus(
    products: pl.DataFrame, skus: pl.DataFrame, evidence: pl.DataFrame, *, limit: int = 3
) -> pl.DataFrame:
    """The best SKUs for each product, a row a candidate, by product and rank (1 is the best).

    `products`: [provider_id, komet_id: String], and where they are there [description, category,
    variety, color, grade, legacy_code: String]; the description goes first, the other columns
    fill in what it does not say. `skus`: [sku, description: String]; without a description the
    code itself is read. `evidence`: [provider_name, description, sku: String], the mappings of
    other providers. Result: the columns of `SCHEMA`; scores from 0 to 100, those below 50 are
    left out.
    """
    ours = _Ours(skus, evidence)
    rows = products.sort("provider_id", "komet_id", maintain_order=True).rows(named=True)
    found: list[dict[str, Any]] = []
    for row in rows:
        for rank, candidate in enumerate(ours.candidates(row)[:limit], start=1):
            sku = ours.rows[candidate.position]
            found.append(
                {
                    "provider_id": row["provider_id"],
                    "komet_id": row["komet_id"],
                    "description": row.get("description"),
                    "sku": sku["sku"],
                    "sku_description": sku["description"],
                    "score": round(candidate.score, 1),
                    "reason": ", ".join(candidate.reasons),
                    "rank": rank,
                }
            )
    return pl.DataFrame(found, schema=SCHEMA)


class _Ours:
    """Our SKUs, by their code and by the words of their variety."""

    def __init__(self, skus: pl.DataFrame, evidence: pl.DataFrame) -> None:
        listed = skus.filter(pl.col("sku").is_not_null())
        self.rows = listed.unique("sku", keep="last", maintain_order=True).rows(named=True)
        self.read = [
            read_attributes((row["description"] or "").strip() or row["sku"]) for row in self.rows
        ]
        self.by_code: dict[str, list[int]] = defaultdict(list)
        self.by_variety: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for position, read in enumerate(self.read):
            self.by_code[normalize_text(self.rows[position]["sku"])].append(position)
            self.by_variety[read.words].append(position)
        self.near = NearVarieties(words for words in self.by_variety if words)
        self.known: dict[str, dict[int, str]] = defaultdict(dict)
        self.known_alike: dict[Attributes, dict[int, str]] = defaultdict(dict)
        order = ["provider_name", "description", "sku"]
        for row in evidence.drop_nulls(order).sort(order).rows(named=True):
            for position in self.by_code.get(normalize_text(row["sku"]), ()):
                text = row["description"]
                self.known[normalize_text(text)].setdefault(position, row["provider_name"])
                self.known_alike[read_attributes(text)].setdefault(position, row["provider_name"])

    def candidates(self, product: dict[str, Any]) -> list[_Candidate]:
        """The SKUs that fit, the best first."""
        text = product.get("description") or ""
        read = _read(product)
        code = normalize_text(product.get("legacy_code") or "")
        by_code = self.by_code.get(code, []) if code else []
        same_text = self.known.get(normalize_text(text), {}) if text.strip() else {}
        same_attributes = self.known_alike.get(read, {}) if read.words else {}
        scored = []
        for position in {*self._fitting(read), *same_text, *same_attributes, *by_code}:
            like = score_likeness(read, self.read[position])
            known, reasons = 0.0, list(like.reasons)
            if position in by_code:
                known = _BY_CODE
                reasons.insert(0, _("Komet's own code is this SKU"))
            elif by := same_text.get(position) or same_attributes.get(position):
                known = _BY_TEXT if position in same_text else _BY_ATTRIBUTES
                reasons.insert(0, _("mapped so for {provider}").format(provider=by))
            if contradicts(read, self.read[position]):
                known = min(known, _CONTRADICTED)
            score = max(like.score, known)
            if score >= LOWEST:
                scored.append(
                    _Candidate(position, score, like.score, like.exact, known > 0, reasons)
                )
        scored.sort(key=lambda one: (-one.score, not one.known, self.rows[one.position]["sku"]))
        return _without_doubt(scored)

    def _fitting(self, read: Attributes) -> list[int]:
        """The SKUs of the most similar varieties that nothing contradicts."""
        found: list[int] = []
        varieties = 0
        for words in self.near.of(read.words) if read.words else [()]:
            fitting = [
                position
                for position in self.by_variety.get(words, [])
                if not contradicts(read, self.read[position])
            ]
            found += fitting
            varieties += bool(fitting)
            if varieties == _VARIETIES:
                break
        return found


def _read(product: dict[str, Any]) -> Attributes:
    """What the description says, and where it is silent, what the product's other columns say."""
    read = read_attributes(product.get("description") or "")
    category, variety, colour, grade = (
        read_attributes(product.get(name) or "")
        for name in ("category", "variety", "color", "grade")
    )
    return replace(
        read,
        species=read.species or category.species,
        colours=read.colours or colour.colours,
        words=read.words or variety.words,
        cm=read.cm or grade.cm,
        grades=read.grades or grade.grades,
    )


def _without_doubt(scored: list[_Candidate]) -> list[_Candidate]:
    """The same, but a best one with a rival close behind falls below the threshold."""
    if len(scored) < 2 or scored[0].score < DEFAULT_THRESHOLD:
        return scored
    best, rival = scored[0], scored[1]
    if best.known and not rival.known and best.like >= rival.like:
        return scored
    if best.score - rival.score >= (_CLOSE_TO_EXACT if best.exact > rival.exact else _CLOSE):
        return scored
    best.reasons.append(_("another SKU fits nearly as well"))
    return [one._replace(score=min(one.score, DEFAULT_THRESHOLD - 1)) for one in scored]
