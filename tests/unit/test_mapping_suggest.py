"""Suggestions: what a name says, how well it fits, and what is never suggested."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.mapping.attributes import read_attributes
from komet.mapping.likeness import score_likeness
from komet.mapping.suggestions import DEFAULT_THRESHOLD, SCHEMA, rank_skus

WORDS = st.lists(
    st.sampled_from(["freedom", "mondial", "explorer", "vendela", "tibet", "hermosa", "nina"]),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
CM = st.sampled_from((40, 50, 60, 70, 80))


def asked(*names: str, code: str | None = None) -> pl.DataFrame:
    return pl.DataFrame(
        [{"provider_id": "p", "komet_id": str(n), "description": name, "legacy_code": code}
         for n, name in enumerate(names)],
        schema={"provider_id": pl.String, "komet_id": pl.String, "description": pl.String,
                "legacy_code": pl.String},
    )  # fmt: skip


def skus(*names: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"sku": [f"S{n}" for n in range(len(names))], "description": list(names)},
        schema={"sku": pl.String, "description": pl.String},
    )


def knows(*rows: tuple[str, str, str]) -> pl.DataFrame:
    schema = {"provider_name": pl.String, "description": pl.String, "sku": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rose Freedom 60 cm x25", "ROSA FREEDOM 60CM X 25 TALLOS"),
        ("Rose Freedom 60 cm", "freedom RS 0.6 m"),
        ("Clavel Nobbio rojo 70", "red NOBBIO carnation 0.70 m"),
        ("Mini carnation pink 50cm (10)", "10 st miniclavel rosado 50"),
        ("Hortensia azul select", "Blue Hydrangea SEL"),
        ("Gypso Xlence 750", "Nube Xlence 750"),
        ("Rosa Señorita", "señorita, roses"),
    ],
)
def test_the_same_said_otherwise(one: str, other: str) -> None:
    assert read_attributes(one) == read_attributes(other)


def test_what_is_not_said_stays_empty() -> None:
    read = read_attributes("Freedom")
    assert (read.species, read.cm, read.pack, read.colours) == (None, None, None, frozenset())


@given(WORDS, CM, st.randoms())
def test_order_case_and_accents_do_not_matter(words: list[str], cm: int, dice: object) -> None:
    parts = [*words, f"{cm} cm", "rosa"]
    shuffled = list(parts)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    text = " ".join(shuffled).upper().replace("O", "Ó")
    assert read_attributes(text) == read_attributes(" ".join(parts))


@given(WORDS, CM, CM)
def test_another_length_is_never_suggested(words: list[str], cm: int, other: int) -> None:
    name = " ".join(words)
    found = rank_skus(asked(f"Rose {name} {cm} cm"), skus(f"Rose {name} {other} cm"), knows())
    best = found.filter(pl.col("score") >= DEFAULT_THRESHOLD)
    assert best.height == (cm == other)


def test_the_reason_is_in_words() -> None:
    found = rank_skus(asked("ROSA FREEDOM 60CM"), skus("Rose Freedom 60 cm"), knows())
    row = found.row(0, named=True)
    assert (row["sku"], row["rank"]) == ("S0", 1)
    assert row["score"] >= 99
    assert "same variety" in row["reason"]
    assert "60 cm = 60 cm" in row["reason"]


def test_two_that_fit_alike_are_not_for_accepting_together() -> None:
    found = rank_skus(
        asked("Rose Freedom"), skus("Rose Freedom 60 cm", "Rose Freedom 70 cm"), knows()
    )
    assert found.height == 2
    assert found["score"].max() < DEFAULT_THRESHOLD
    assert "another SKU fits nearly as well" in found["reason"][0]


def test_another_clients_mapping_is_evidence() -> None:
    ours = skus("Rose Freedom 60 cm", "Rose Freedom 70 cm")
    found = rank_skus(asked("Rose Freedom"), ours, knows(("Magnolia", "ROSE FREEDOM", "S1")))
    row = found.row(0, named=True)
    assert (row["sku"], row["score"] >= DEFAULT_THRESHOLD) == ("S1", True)
    assert "mapped so for Magnolia" in row["reason"]


def test_komets_own_code_that_is_our_sku() -> None:
    found = rank_skus(asked("Something else", code="s0"), skus("Rose Freedom 60 cm"), knows())
    assert found.row(0, named=True)["score"] == 99


def test_colours_and_species_that_contradict() -> None:
    red, pink = read_attributes("Rose O'Hara white 60"), read_attributes("Rose O'Hara pink 60")
    assert score_likeness(red, pink).score <= 45
    assert (
        score_likeness(read_attributes("Rose Tibet 60"), read_attributes("Clavel Tibet 60")).score
        <= 30
    )


def test_nothing_in_nothing_out() -> None:
    for products, ours in ((asked(), skus("Rose")), (asked("Rose"), skus())):
        found = rank_skus(products, ours, knows())
        assert found.is_empty()
        assert dict(found.schema) == SCHEMA
