"""What a product's name says, however it is written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.mapping.attributes import read_attributes
from komet.text import normalize_text

VARIETIES = st.lists(
    st.sampled_from(["freedom", "señorita", "mondial", "ocean", "song", "niña", "quicksand"]),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
OTHERS = st.lists(
    st.sampled_from(["rosa spray", "60 cm", "x25", "rojo", "select"]), unique=True, max_size=5
)


@pytest.mark.parametrize(
    "text", ["60cm", "60 cm", "60 CM.", "60", "0.6 m", "0,60 mts", '24"', "24 in", "24in", "24”"]
)
def test_lengths(text: str) -> None:
    assert read_attributes(f"Rose Freedom {text}").cm == 60


@pytest.mark.parametrize(
    ("text", "cm"), [("1.00 m", 100), ("1 00", None), ('39"', 100), ("16 in", 40), ("2000", None)]
)
def test_more_lengths(text: str, cm: int | None) -> None:
    assert read_attributes(f"Freedom {text}").cm == cm


@pytest.mark.parametrize(
    "text", ["x25", "x 25", "25st", "25 stm", "25 stems", "25 tallos", "(25)", "12x25", "25"]
)
def test_packs(text: str) -> None:
    assert read_attributes(f"Rose Freedom {text} 60 cm").pack == 25


def test_two_lengths_are_not_one_of_the_two() -> None:
    assert read_attributes("Rose Freedom 60 cm 70 cm").cm is None
    assert read_attributes("Rose Freedom 50/60 cm").cm is None
    assert read_attributes("Rose Freedom 50/60 cm").words != read_attributes("Rose Freedom").words


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("rosa spray Jana", "spray rose"),
        ("Spray Rose Jana", "spray rose"),
        ("JANA SPR ROSE", "spray rose"),
        ("SPR CARN", "mini carnation"),
        ("miniclavel", "mini carnation"),
        ("clavel mini", "mini carnation"),
        ("Baby's Breath", "gypsophila"),
        ("Nube Xlence", "gypsophila"),
        ("HORTENSIA azul", "hydrangea"),
        ("Girasol", "sunflower"),
        ("Azucena", "lily"),
        ("astromelia", "alstroemeria"),
        ("LIM", "limonium"),
        ("Boca de Dragón", "snapdragon"),
        ("Freedom", None),
    ],
)
def test_species(name: str, species: str | None) -> None:
    assert read_attributes(name).species == species


def test_rosa_is_a_colour_beside_another_flower() -> None:
    for name in ("Clavel rosa", "rosa clavel", "Pink carnation"):
        assert read_attributes(name) == read_attributes("carnation pink"), name
    assert read_attributes("Rosa roja").colours == {"red"}


def test_a_number_that_is_no_measure_belongs_to_the_name() -> None:
    assert read_attributes("Gypso Xlence 750").words == ("750", "xlence")
    assert read_attributes("Star 2000").words == ("2000", "star")


def test_a_code_is_read_like_a_name() -> None:
    read = read_attributes("ROSE-FREE-60CM")
    assert (read.species, read.words, read.cm) == ("rose", ("free",), 60)


@given(VARIETIES, OTHERS, st.randoms(use_true_random=False))
def test_order_case_and_accents_do_not_matter(words, others, dice) -> None:  # type: ignore[no-untyped-def]
    parts = [*words, *others]
    text = " ".join(parts)
    dice.shuffle(parts)
    shuffled = unicodedata.normalize("NFD", " ".join(parts).upper())
    bare = "".join(sign for sign in shuffled if not unicodedata.combining(sign))
    assert read_attributes(text) == read_attributes(shuffled) == read_attributes(bare)


@given(st.text())
def test_anything_can_be_read(text: str) -> None:
    assert read_attributes(text) == read_attributes(normalize_text(text))
