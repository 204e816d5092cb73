"""Suggestions for unmapped products: candidates among our SKUs, with a score and the reason.

Only a list: nothing is ever accepted on its own. What another provider's mapping already knows
counts as evidence. Where two SKUs fit nearly alike, neither reaches the threshold.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from komet.language import _
from komet.mapping.attributes import Attributes, attributes, folded
from komet.mapping.likeness import likeness

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
_VARIETIES = 12
"""How many varieties of the SKU list are looked at closely for one product."""
_CLOSE = 6.0
"""Points between the best and the next SKU, below which a variety that is not the same is open."""
_VOWELS = str.maketrans("", "", "aeiouy ")


def suggest(
    products: pl.DataFrame, skus: pl.DataFrame, evidence: pl.DataFrame, *, limit: int = 3
) -> pl.DataFrame:
    """The best SKUs for each product, a row a candidate, by product and rank (1 is the best).

    `products`: [provider_id, komet_id, description, legacy_code: String]. `skus`: [sku,
    description: String]; without a description the code itself is read. `evidence`:
    [provider_name, description, sku: String], the mappings of other providers. Result: columns
    of `SCHEMA`; scores from 0 to 100, those below 50 are left out.
    """
    ours = _Ours(skus, evidence)
    wanted = products.filter(pl.col("description").is_not_null()).rows(named=True)
    near = ours.near([attributes(row["description"]) for row in wanted])
    found: list[dict[str, Any]] = []
    for row, places in zip(wanted, near, strict=True):
        found += [
            {
                "provider_id": row["provider_id"],
                "komet_id": row["komet_id"],
                "description": row["description"],
                **candidate,
                "rank": rank,
            }
            for rank, candidate in enumerate(ours.candidates(row, places)[:limit], start=1)
        ]
    return pl.DataFrame(found, schema=SCHEMA)


class _Ours:
    """Our SKUs, by their code and by the words of their variety."""

    def __init__(self, skus: pl.DataFrame, evidence: pl.DataFrame) -> None:
        self.rows = skus.unique("sku", keep="last", maintain_order=True).rows(named=True)
        self.read = [attributes(row["description"] or row["sku"]) for row in self.rows]
        self.by_code = {folded(row["sku"]): n for n, row in enumerate(self.rows)}
        self.by_variety: dict[str, list[int]] = defaultdict(list)
        for position, read in enumerate(self.read):
            self.by_variety[read.variety].append(position)
        self.varieties = sorted(self.by_variety)
        self.known: dict[str, dict[int, str]] = defaultdict(dict)
        self.known_alike: dict[Attributes, dict[int, str]] = defaultdict(dict)
        for row in evidence.rows(named=True):
            place = self.by_code.get(folded(row["sku"]))
            if place is not None and row["description"]:
                self.known[folded(row["description"])][place] = row["provider_name"]
                self.known_alike[attributes(row["description"])][place] = row["provider_name"]

    def near(self, wanted: list[Attributes]) -> list[set[int]]:
        """For each product the SKUs of the most similar varieties."""
        names = sorted({read.variety for read in wanted})
        if not names or not self.varieties:
            return [set() for _read in wanted]
        whole = _alike(names, self.varieties)
        bare = _alike([_bare(n) for n in names], [_bare(v) for v in self.varieties])
        alike = np.maximum(whole, bare)
        count = min(_VARIETIES, len(self.varieties))
        best = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        places = {
            name: {p for column in best[row] for p in self.by_variety[self.varieties[column]]}
            for row, name in enumerate(names)
        }
        return [places[read.variety] for read in wanted]

    def candidates(self, product: dict[str, Any], places: Iterable[int]) -> list[dict[str, Any]]:
        """The SKUs of these places that fit, the best first."""
        read = attributes(product["description"])
        same_text = self.known.get(folded(product["description"]), {})
        same_attributes = self.known_alike.get(read, {})
        code = self.by_code.get(folded(product.get("legacy_code") or "\0"))
        scored: list[tuple[float, bool, int, str]] = []
        looked_at = {*places, *same_text, *same_attributes, *([] if code is None else [code])}
        for place in looked_at:
            like = likeness(read, self.read[place])
            score, reasons, sure = like.score, list(like.reasons), False
            if place == code:
                score, sure = 99.0, True
                reasons.insert(0, _("Komet's own code is this SKU"))
            elif place in same_text or place in same_attributes:
                by = same_text.get(place) or same_attributes[place]
                score, sure = max(score, 97.0 if place in same_text else 95.0), True
                reasons.insert(0, _("mapped so for {provider}").format(provider=by))
            if score >= LOWEST:
                scored.append((score, sure or like.exact, place, ", ".join(reasons)))
        scored.sort(key=lambda one: (-one[0], self.rows[one[2]]["sku"]))
        return [
            {
                "sku": self.rows[found]["sku"],
                "sku_description": self.rows[found]["description"],
                "score": round(score, 1),
                "reason": reason,
            }
            for score, _sure, found, reason in _without_doubt(scored)
        ]


def _without_doubt(
    scored: list[tuple[float, bool, int, str]],
) -> list[tuple[float, bool, int, str]]:
    """The same, but a best one with a rival close behind falls below the threshold."""
    if len(scored) < 2:
        return scored
    (score, sure, place, reason), rival = scored[0], scored[1]
    margin = 0.5 if sure else _CLOSE
    if score - rival[0] >= margin or score < DEFAULT_THRESHOLD:
        return scored
    doubt = _("another SKU fits nearly as well")
    best = (DEFAULT_THRESHOLD - 1, sure, place, f"{reason}, {doubt}")
    rest = [(min(s, DEFAULT_THRESHOLD - 1), u, p, r) for s, u, p, r in scored[1:]]
    return [best, *rest]


def _alike(left: list[str], right: list[str]) -> Any:
    return process.cdist(
        left, right, scorer=JaroWinkler.normalized_similarity, workers=-1, dtype=np.float32
    )


def _bare(text: str) -> str:
    return text.translate(_VOWELS)
