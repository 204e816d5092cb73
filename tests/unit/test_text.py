"""One normal form of texts, and the stricter key of columns."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.mapping.heading_words import NUMBER, find_meanings
from komet.text import comparison_key, normalize_text


@pytest.mark.parametrize(
    ("text", "normal", "solid"),
    [
        ("  Código   SKU\n", "codigo sku", "codigosku"),
        ("Ñandú", "nandu", "nandu"),
        ("PO #", "po #", "po"),
        ("O’Hara “60”", 'o\'hara "60"', "ohara60"),
        ("𝐀№", "ano", "ano"),
        ("Straße", "strasse", "strasse"),
        ("···", "···", ""),
    ],
)
def test_the_normal_form(text: str, normal: str, solid: str) -> None:
    assert normalize_text(text) == normal
    assert normalize_text(text, solid=True) == solid


@given(st.text())
def test_what_is_normal_stays_as_it_is(text: str) -> None:
    for solid in (False, True):
        normal = normalize_text(text, solid=solid)
        assert normalize_text(normal, solid=solid) == normal


def test_the_number_sign_is_the_word_number() -> None:
    assert find_meanings("№") == find_meanings("Nº") == {NUMBER}


def test_the_key_of_a_column_keeps_accents() -> None:
    texts = pl.Series(["Rosa  Niña", "ROSANIÑA", "rosa nina", "  ", None])
    keys = pl.select(comparison_key(pl.lit(texts))).to_series().to_list()
    assert keys == ["rosaniña", "rosaniña", "rosanina", None, None]
