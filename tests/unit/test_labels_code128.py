"""Code 128: what is encoded is read back by a decoder of its own, and no encoding is shorter."""

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.labels import code128
from komet.labels.code128 import FNC1

ASCII = "".join(map(chr, range(32, 127)))
TEXTS = st.one_of(
    st.text(ASCII + FNC1, min_size=1, max_size=24),
    st.text("0123456789" + FNC1, min_size=1, max_size=48),
    st.text("0123456789AB", min_size=1, max_size=24),
)


def decoded(values: tuple[int, ...]) -> str:
    """By the tables of ISO/IEC 15417: the text of a symbol whose check value is right."""
    *body, check, stop = values
    assert stop == 106
    assert (body[0] + sum(i * value for i, value in enumerate(body))) % 103 == check
    in_c = {104: False, 105: True}[body[0]]
    text = ""
    for value in body[1:]:
        if value == 102:
            text += FNC1
        elif in_c and value == 100:
            in_c = False
        elif in_c:
            assert value < 100
            text += f"{value:02d}"
        elif value == 99:
            in_c = True
        else:
            assert value < 95
            text += ASCII[value]
    return text


def fewest(text: str) -> int:
    """The least number of values, by trying every way."""

    @cache
    def rest(i: int, in_c: bool, switched: bool) -> int:
        if i == len(text):
            return 0
        ways = [] if switched else [1 + rest(i, not in_c, True)]
        if text[i] == FNC1 or not in_c:
            ways.append(1 + rest(i + 1, in_c, False))
        elif text[i].isdecimal() and text[i + 1 : i + 2].isdecimal():
            ways.append(1 + rest(i + 2, in_c, False))
        return min(ways, default=10_000)

    return 3 + min(rest(0, False, True), rest(0, True, True))


@given(TEXTS)
def test_what_is_encoded_is_read_back_and_is_as_short_as_can_be(text: str) -> None:
    values = code128.encode(text)
    assert decoded(values) == text
    assert len(values) == fewest(text)


def test_the_example_of_the_standard() -> None:
    """Start B, "Wikipedia", check value 88: worked through in Wikipedia's article on Code 128."""
    assert code128.encode("Wikipedia") == (104, 55, 73, 75, 73, 80, 69, 68, 73, 65, 88, 106)


def test_digits_take_half_the_room() -> None:
    assert code128.encode("00123456789012345678")[:-2] == (
        105,
        0,
        12,
        34,
        56,
        78,
        90,
        12,
        34,
        56,
        78,
    )
    assert len(code128.encode("12345678901234567890")) < len(code128.encode("ABCDEFGHIJKL"))


@given(TEXTS)
def test_the_bars_of_a_symbol_are_as_wide_as_it_says(text: str) -> None:
    values = code128.encode(text)
    bars = code128.bars(values)
    last, width = bars[-1]
    assert last + width == code128.modules(values) == 11 * len(values) + 2
    assert all(one + wide < other for (one, wide), (other, _w) in pairwise(bars))


@pytest.mark.parametrize("text", ["", "CAJA-Ñ1", "ñ", "a\tb", "día", "€"])
def test_what_readers_do_not_read_as_it_is_cannot_be_encoded(text: str) -> None:
    """ "ñ" is FNC1 to reportlab's own Code 128: the code would be another one."""
    assert not code128.can_encode(text)
    with pytest.raises(ValueError, match="ASCII"):
        code128.encode(text)
