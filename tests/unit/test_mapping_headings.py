"""Headings in two languages, and what happens when they compete."""

import time

import pytest

from komet.mapping.heading_words import WORDS
from komet.mapping.headings import resolve_headings
from komet.mapping.model import FIELDS
from komet.mapping.problems import MappingFileError


def fields(*names: str) -> dict[str, str]:
    headings = resolve_headings(names)
    return {field: names[position] for field, position in headings.columns.items()}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["SKU", "Product ID"], ["sku", "komet_product_id"]),
        (["Código SKU", "ID de producto Komet"], ["sku", "komet_product_id"]),
        (["CODIGO  INTERNO", "codigo_legado"], ["sku", "komet_legacy_code"]),
        (["Item code", "Legacy-Code"], ["sku", "komet_legacy_code"]),
        (
            ["sku propio", "Código Komet", "Producto"],
            ["sku", "komet_legacy_code", "komet_description"],
        ),
        (["código", "descripción"], ["sku", "komet_description"]),
        (["item", "code"], ["sku", "komet_legacy_code"]),
        (["Cliente", "sku", "id"], ["provider", "sku", "komet_product_id"]),
        (["Comprador", "SKU", "ID de producto de Komet"], ["provider", "sku", "komet_product_id"]),
        (["Importer", "SKU", "Komet product ID"], ["provider", "sku", "komet_product_id"]),
        (["Proveedor", "SKU", "ID de producto de Komet"], ["provider", "sku", "komet_product_id"]),
        (["Importador", "sku", "Komet Id"], ["provider", "sku", "komet_product_id"]),
        (["sku", "id", "Nombre SKU"], ["sku", "komet_product_id", "sku_description"]),
        (["sku", "id", "Descripción propia"], ["sku", "komet_product_id", "sku_description"]),
    ],
)
def test_synonyms(names: list[str], found: list[str]) -> None:
    assert fields(*names) == dict(zip(found, names, strict=True))


def test_our_own_headings() -> None:
    assert fields(*FIELDS) == {field: field for field in FIELDS}


def test_sku_wins_over_an_everyday_word() -> None:
    assert fields("Código", "SKU") == {"sku": "SKU", "komet_legacy_code": "Código"}


def test_an_everyday_word_with_nothing_left_is_ignored() -> None:
    headings = resolve_headings(["sku", "item", "komet_product_id", "id", "colour", ""])
    assert headings.ignored == ("item", "id", "colour")


@pytest.mark.parametrize(
    "names",
    [
        ("SKU", "Our SKU", "id"),
        ("código", "item", "komet id"),
        ("sku", "description", "producto"),
        ("sku", "sku", "id"),
    ],
)
def test_two_columns_for_one_field(names: tuple[str, ...]) -> None:
    with pytest.raises(MappingFileError, match="Two columns") as caught:
        resolve_headings(names)
    assert sum(f"“{name}”" in caught.value.reason for name in names) >= 2


def test_missing_headings_are_named_with_those_found() -> None:
    with pytest.raises(MappingFileError) as caught:
        resolve_headings(["SKU", "Colour"])
    assert "“Colour”" in caught.value.reason
    assert "komet_legacy_code" in caught.value.next_step


def test_next_to_a_legacy_code_the_komet_code_is_the_id() -> None:
    found = {"sku": "SKU", "komet_product_id": "Komet code", "komet_legacy_code": "Legacy code"}
    assert fields("SKU", "Komet code", "Legacy code") == found


def test_no_word_means_two_things() -> None:
    words = [word for group in WORDS.values() for word in group.split()]
    assert sorted(words) == sorted(set(words))


def test_thousands_of_equal_headings_take_no_time() -> None:
    began = time.perf_counter()
    with pytest.raises(MappingFileError):
        resolve_headings(["Komet code"] * 8_000)
    assert time.perf_counter() - began < 2
