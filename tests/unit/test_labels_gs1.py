"""GTIN, lot and SSCC against numbers that others have published."""

import pytest

from komet.errors import InvalidInput
from komet.labels import gs1
from komet.labels.code128 import FNC1
from komet.labels.gs1 import Element

PUBLISHED = {
    # GS1, "How to calculate a check digit manually"
    "6291041500213": "06291041500213",
    # Wikipedia: International Article Number (EAN-8), Universal Product Code, ITF-14
    "73513537": "00000073513537",
    "036000291452": "00036000291452",
    "15400141288763": "15400141288763",
    # GS1 General Specifications: the GTIN of GS1's own examples
    "9506000134352": "09506000134352",
}


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_published_gtin_is_taken_as_fourteen_digits(number: str) -> None:
    assert gs1.gtin_14(f" {number} ") == PUBLISHED[number]


@pytest.mark.parametrize("number", PUBLISHED)
def test_another_last_digit_is_refused_with_the_right_one(number: str) -> None:
    for digit in set("0123456789") - {number[-1]}:
        with pytest.raises(InvalidInput) as refused:
            gs1.gtin_14(number[:-1] + digit)
        assert number[-1] in refused.value.reason


@pytest.mark.parametrize(
    "text", ["", "RT-W-60", "12345", "629104150021", "６２９１０４１５００２１３", "1" * 15]
)
def test_what_is_no_gtin_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        gs1.gtin_14(text)


@pytest.mark.parametrize(
    ("prefix", "extension", "serial", "expected"),
    [
        # GS1, "How to calculate a check digit manually"
        ("7610425", 3, 2123456, "376104250021234569"),
        # Wikipedia, Serial shipping container code
        ("0614141", 1, 234567890, "106141412345678908"),
    ],
)
def test_a_published_sscc(prefix: str, extension: int, serial: int, expected: str) -> None:
    assert gs1.sscc(prefix, extension, serial) == expected


def test_a_company_prefix_has_only_so_many_serial_numbers() -> None:
    assert gs1.sscc("123456789012", 0, 9_999)[:17] == "01234567890129999"
    with pytest.raises(InvalidInput):
        gs1.sscc("123456789012", 0, 10_000)
    for prefix in ("", "123", "1" * 13, "12a4567"):
        with pytest.raises(InvalidInput):
            gs1.sscc(prefix, 0, 1)


def test_fnc1_stands_first_and_behind_what_has_no_fixed_length() -> None:
    gtin, lot = Element("01", "09506000134352"), Element("10", "ABC123")
    assert gs1.symbol_text([gtin, lot]) == f"{FNC1}010950600013435210ABC123"
    assert gs1.symbol_text([lot, gtin]) == f"{FNC1}10ABC123{FNC1}0109506000134352"
    assert gs1.readable_text([gtin, lot]) == "(01)09506000134352(10)ABC123"


@pytest.mark.parametrize("lot", ["", "Ñ1", "A B", "x" * 21])
def test_a_lot_that_gs1_cannot_carry_is_refused(lot: str) -> None:
    with pytest.raises(InvalidInput):
        gs1.check_lot(lot)
