"""Which varieties of a list have words like those of a product: the shortlist, nothing more.

Comparing every product with every SKU word by word would take minutes. Words are compared once
each, by the thousand; a variety is then found through its words, in whatever order they stand.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations

from rapidfuzz import process
from rapidfuzz.distance import OSA

from komet.mapping.word_likeness import skeleton, variety_likeness, word_likeness

_ALIKE = 0.6
"""The least likeness of two words for the one to lead to the other's varieties."""
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
        return sorted(closest, key=lambda v: (-variety_likeness(words, v), v))

    def _alike_words(self, word: str) -> list[tuple[str, float]]:
        found = process.extract(
            word, self.words, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=None
        )
        near = {other for other, _ratio, _place in found}
        bare = skeleton(word)
        near |= {
            other
            for other, bones in self.by_initial[word[0]]
            if bones.startswith(bare) or bare.startswith(bones)
        }
        scored = ((other, word_likeness(word, other)) for other in sorted(near))
        return [(other, alike) for other, alike in scored if alike >= _ALIKE]


def _together(words: tuple[str, ...]) -> set[str]:
    """Words written as one, in any order: they come sorted."""
    return {"".join(order) for order in permutations(words)} if 2 <= len(words) <= 3 else set()
