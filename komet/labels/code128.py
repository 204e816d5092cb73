"""Code 128: a text as the symbol values of ISO/IEC 15417, in as few of them as can be.

Written here because PDF and ZPL both need the values, and reportlab's own Code 128, besides a few
longer symbols, loses digits behind an FNC1 inside a text: of FNC1 847 FNC1 83957 it drops the 8.
"""

from collections.abc import Sequence
from functools import cache

FNC1 = "\x1d"
"""How texts hold the function character FNC1: as the group separator that readers give for it."""

START_B, START_C, STOP = 104, 105, 106
CODE_C, CODE_B, FNC1_VALUE = 99, 100, 102
MODULES = 11
"""Of one value; the stop has two more."""
QUIET = 10
"""Modules that stay white on either side."""

_WIDTHS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232
122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122
321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311
211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113
213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422
121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111
241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121
412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412
211214 211232 2331112
""".split()  # noqa: SIM905 - nine lines, not a hundred


def can_encode(text: str) -> bool:
    """Whether every character is printable ASCII or FNC1: what every reader reads as it is."""
    return bool(text) and all(" " <= char <= "~" or char == FNC1 for char in text)


@cache
def encode(text: str) -> tuple[int, ...]:
    """The values from start to stop, check value included. Raises `ValueError`.

    Of all ways in code sets B (letters, digits) and C (pairs of digits), one of the shortest.
    """
    if not can_encode(text):
        raise ValueError(f"{text!r} is not printable ASCII")
    costs = _costs(text)
    in_c = costs[0][1] < costs[0][0]
    values = [START_C if in_c else START_B]
    i = 0
    while i < len(text):
        if 1 + costs[i][not in_c] < costs[i][in_c]:
            values.append(CODE_B if in_c else CODE_C)
            in_c = not in_c
        if text[i] == FNC1:
            values.append(FNC1_VALUE)
            i += 1
        elif in_c:
            values.append(int(text[i : i + 2]))
            i += 2
        else:
            values.append(ord(text[i]) - 32)
            i += 1
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    return (*values, check, STOP)


def modules(values: Sequence[int]) -> int:
    """The width of a symbol in modules, without its quiet zones."""
    return len(values) * MODULES + 2


def bars(values: Sequence[int]) -> list[tuple[int, int]]:
    """(start, width) of each black bar, in modules from the left edge of the symbol."""
    found, at = [], 0
    for value in values:
        for place, width in enumerate(map(int, _WIDTHS[value])):
            if place % 2 == 0:
                found.append((at, width))
            at += width
    return found


def _is_pair(text: str, i: int) -> bool:
    return len(text) >= i + 2 and text[i].isdecimal() and text[i + 1].isdecimal()


def _costs(text: str) -> list[tuple[int, int]]:
    """For each place, how many values the rest takes where its first is of set B, and of set C."""
    impossible = 10 * len(text) + 10
    costs = [(0, 0)] * (len(text) + 2)
    for i in reversed(range(len(text))):
        in_b, in_c = costs[i + 1]
        of_b = 1 + min(in_b, 1 + in_c)
        if text[i] == FNC1:
            of_c = 1 + min(in_c, 1 + in_b)
        elif _is_pair(text, i):
            in_b, in_c = costs[i + 2]
            of_c = 1 + min(in_c, 1 + in_b)
        else:
            of_c = impossible
        costs[i] = (of_b, of_c)
    return costs
