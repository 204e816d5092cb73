"""Suggestions: what is known from elsewhere, what is open, and what is never suggested."""

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from komet.mapping.suggestions import DEFAULT_THRESHOLD, SCHEMA, rank_skus

COLUMNS = ["provider_id", "komet_id", "description", "category", "variety", "color", "grade",
           "legacy_code"]  # fmt: skip


def best(product: dict[str, Any], skus: dict[str, str | None],
         *evidence: tuple[str, str, str]) -> dict[str, Any]:  # fmt: skip
    """The first candidate; an empty dict when there is none."""
    products = pl.DataFrame(
        [{"provider_id": "p", "komet_id": "1", **product}], schema=dict.fromkeys(COLUMNS, pl.String)
    )
    ours = pl.DataFrame(
        {"sku": list(skus), "description": list(skus.values())},
        schema={"sku": pl.String, "description": pl.String},
    )
    schema = {"provider_name": pl.String, "description": pl.String, "sku": pl.String}
    found = rank_skus(products, ours, pl.DataFrame(evidence, schema=schema, orient="row"))
    assert dict(found.schema) == SCHEMA
    return found.row(0, named=True) if found.height else {}


def reaches(candidate: dict[str, Any]) -> str | None:
    """The SKU, if it is at or above the threshold."""
    return candidate["sku"] if candidate and candidate["score"] >= DEFAULT_THRESHOLD else None


def test_short_forms_and_typing_errors_of_varieties_it_has_never_heard_of() -> None:
    skus = {"A": "Rose Zorbalina 60 cm x25", "B": "Rose Malvestor 60 cm x25"}
    for name in ("RS ZRBLN 60CM", "zorbal 60 rosa", "Rosa Zorbelina 24in", "ZORBALIAN rose 60"):
        assert reaches(best({"description": name}, skus)) == "A", name


def test_the_code_decides_between_skus_that_fit_alike() -> None:
    skus = {"FRE-10": "Rose Freedom 60 cm x10", "FRE-25": "Rose Freedom 60 cm x25"}
    name = "Rosa Freedom 60"
    assert reaches(best({"description": name}, skus)) is None
    assert reaches(best({"description": name, "legacy_code": "fre-25"}, skus)) == "FRE-25"


def test_a_product_with_nothing_but_its_code() -> None:
    assert reaches(best({"legacy_code": "FRE-25"}, {"FRE-25": "Rose Freedom 60 cm"})) == "FRE-25"


def test_neither_code_nor_evidence_outweighs_a_contradiction() -> None:
    skus = {"70": "Rose Freedom 70 cm"}
    assert reaches(best({"description": "Rose Freedom 60 cm", "legacy_code": "70"}, skus)) is None
    known = ("Magnolia", "Rose Freedom 60 cm", "70")
    assert reaches(best({"description": "Rose Freedom 60 cm"}, skus, known)) is None


def test_clients_that_disagree_prove_nothing() -> None:
    skus: dict[str, str | None] = {"A": None, "B": None}
    one, other = ("Magnolia", "Zorba special", "A"), ("Orchard", "ZORBA SPECIAL", "B")
    assert reaches(best({"description": "Zorba special"}, skus, one)) == "A"
    assert reaches(best({"description": "Zorba special"}, skus, one, other)) is None


def test_the_same_attributes_are_evidence_too() -> None:
    found = best(
        {"description": "FREEDOM RS 24in"}, {"X1": None}, ("Magnolia", "Rosa Freedom 60 cm", "X1")
    )
    assert reaches(found) == "X1"
    assert "Magnolia" in found["reason"]


def test_the_other_columns_say_what_the_description_does_not() -> None:
    skus = {"R": "Rose Tibet 60 cm", "C": "Carnation Tibet 60 cm"}
    product = {"category": "Roses", "variety": "Tibet", "grade": "60"}
    assert reaches(best(product, skus)) == "R"
    assert reaches(best({"description": "Tibet 60"}, skus)) is None


def test_a_name_without_a_variety_is_not_enough() -> None:
    assert reaches(best({"description": "Rose 60 cm"}, {"A": "Rose Red 60 cm"})) is None
    assert reaches(best({"description": "60 cm x25"}, {"A": "60 cm x25"})) is None
    blue = {"A": "Hydrangea Blue Select"}
    assert reaches(best({"description": "HORTENSIA AZUL SEL"}, blue)) == "A"


def test_a_part_of_a_name_is_another_variety() -> None:
    skus = {"A": "Rose Akito 60 cm x25", "F": "Rose Freedom 60 cm x25"}
    assert reaches(best({"description": "Rose Bridal Akito 60 cm x25"}, skus)) is None
    assert reaches(best({"description": "Rose Free Spirit 60 cm x25"}, skus)) is None


def test_other_colours_packs_and_weights() -> None:
    assert reaches(best({"description": "Rose Tibet red 60"}, {"A": "Rose Tibet white 60"})) is None
    assert reaches(best({"description": "Rose Tibet hot pink"}, {"A": "Rose Tibet pink"})) is None
    assert reaches(best({"description": "Rose Tibet 60 x10"}, {"A": "Rose Tibet 60 x25"})) is None
    assert reaches(best({"description": "Gypso Xlence 750"}, {"A": "Gypso Xlence 1000"})) is None


def test_sorted_ranked_and_the_same_every_time() -> None:
    products = pl.DataFrame(
        [
            {"provider_id": p, "komet_id": k, "description": "Rose Freedom"}
            for p in "ba"
            for k in "21"
        ],
        schema=dict.fromkeys(COLUMNS, pl.String),
    )
    lengths = (70, 50, 60, 40)
    skus = pl.DataFrame(
        {
            "sku": [f"S{cm}" for cm in lengths],
            "description": [f"Rose Freedom {cm} cm" for cm in lengths],
        }
    )
    nothing = pl.DataFrame(
        schema={"provider_name": pl.String, "description": pl.String, "sku": pl.String}
    )
    found = rank_skus(products, skus, nothing)
    assert found.equals(found.sort("provider_id", "komet_id", "rank"))
    assert found["rank"].to_list() == [1, 2, 3] * 4
    assert found.equals(rank_skus(products.reverse(), skus.reverse(), nothing))
    assert rank_skus(products, skus, nothing, limit=1).height == 4


CM = st.sampled_from((40, 50, 60, 70, 80))
WORDS = st.sampled_from(["freedom", "frdm", "mondial", "tibet", "vendela", "blue", "red", ""])
FORMS = st.sampled_from(["{} cm", "{}cm", "0.{} m", "{}"])


@given(WORDS, WORDS, CM, st.lists(CM, unique=True, min_size=1), FORMS, st.booleans(), st.booleans())
def test_another_length_is_never_suggested(
    word: str, other: str, cm: int, held: list[int], form: str, coded: bool, known: bool
) -> None:
    name = f"Rosa {word} {other} " + form.format(cm)
    skus = {f"S{length}": f"Rose {word} {other} {length} cm" for length in held}
    evidence = [("Magnolia", name, f"S{held[0]}")] if known else []
    code = f"S{held[0]}" if coded else None
    sku = reaches(best({"description": name, "legacy_code": code}, skus, *evidence))
    assert sku in {None, f"S{cm}"}
