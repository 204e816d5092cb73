"""Air waybills, box codes, boxes and lots as people and spreadsheets write them."""

from datetime import date, datetime

import pytest

from komet.dispatch.awb import format_awb, parse_awb
from komet.dispatch.box_codes import Pattern, parse_box_codes
from komet.dispatch.values import read_boxes, read_day, read_lot
from komet.errors import InvalidInput


@pytest.mark.parametrize(
    ("written", "awb"),
    [
        # the examples of the Australian Border Force, of jetcurrent.com and of freight.domains
        ("176-12345675", "176-12345675"), ("020-81140743", "020-81140743"),
        ("589 8114074 3", "589-81140743"), ("176 1234567 5", "176-12345675"),
        ("176-1234 5675", "176-12345675"), ("176-1234-5675", "176-12345675"),
        ("17612345675", "176-12345675"), (" 17612345675 ", "176-12345675"),
        ("17612345675.0", "176-12345675"), ("176/12345675", "176-12345675"),
        ("176–1234–5675", "176-12345675"), ("176\u00a01234\u00a05675", "176-12345675"),
        ("000-00000000", "000-00000000"),
    ],
)  # fmt: skip
def test_an_awb_is_read_in_any_usual_spelling(written: str, awb: str) -> None:
    assert parse_awb(written) == awb
    assert parse_awb(format_awb(awb)) == awb


@pytest.mark.parametrize("digit", "012346789")
def test_another_check_digit_is_wrong(digit: str) -> None:
    with pytest.raises(InvalidInput, match="wrong check digit"):
        parse_awb(f"176-1234567{digit}")


@pytest.mark.parametrize(
    "written",
    ["", "176-1234567", "176-123456755", "7.2912345675E10", "AWB 176-12345675", "176-1234567O",
     "١٧٦١٢٣٤٥٦٧٥", "2081140743"],
)  # fmt: skip
def test_what_is_no_awb_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="eleven digits"):
        parse_awb(written)


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("A1", ("A1",)), ("A1, A2;A3\nA4\tA5 A6", ("A1", "A2", "A3", "A4", "A5", "A6")),
        ("R-0008…R-0011", ("R-0008", "R-0009", "R-0010", "R-0011")),
        ("R-0008…11", ("R-0008", "R-0009", "R-0010", "R-0011")),
        ("R-0008..0010", ("R-0008", "R-0009", "R-0010")),
        ("R-0008...0010", ("R-0008", "R-0009", "R-0010")),
        ("R-08 to R-10", ("R-08", "R-09", "R-10")),
        ("R-08 A R-10", ("R-08", "R-09", "R-10")), ("R-08 a 10", ("R-08", "R-09", "R-10")),
        ("98–99", ("98", "99")), ("R2-01…R2-02, X", ("R2-01", "R2-02", "X")),
        ("12345678901234567890", ("12345678901234567890",)), ("", ()), (" , ;", ()),
    ],
)  # fmt: skip
def test_box_codes_are_read_as_lists_and_ranges(written: str, codes: tuple[str, ...]) -> None:
    assert parse_box_codes(written) == codes


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("123456789012345678901", "too long"), ("A1, A2, A1", "A1 is there twice"),
        ("A1…A3, A2", "A2 is there twice"), ("R-10…R-08", "not a range"),
        ("R-8…S-9", "not a range"), ("R-98…R-102", "not a range"),
        ("R-000001…R-900000", "not a range"), ("A\x001", "no label carries"),
        ("CAJA-Ñ1", "no label carries"),
    ],
)  # fmt: skip
def test_box_codes_that_komet_does_not_take_are_named(written: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        parse_box_codes(written)


def test_a_pattern_ends_where_its_length_does() -> None:
    pattern = Pattern("VIF-", 9_999, 8)
    assert pattern.code(9_999) == "VIF-9999"
    with pytest.raises(InvalidInput, match="no numbers left"):
        pattern.code(10_000)


@pytest.mark.parametrize(
    ("written", "boxes"),
    [("8", 8), ("8.0", 8), (" 8 ", 8), ("8,0", 8), ("8.00", 8), ("0", 0), ("", None), (None, None)],
)
def test_boxes_are_whole_numbers(written: str | None, boxes: int | None) -> None:
    assert read_boxes(written) == boxes


@pytest.mark.parametrize(
    "written", ["-1", "1.5", "1,5", "eight", "100000", "NaN", "Infinity", "1,000", "1.000", "8 9"]
)
def test_what_is_no_number_of_boxes_or_may_be_two_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="not a number of boxes"):
        read_boxes(written)


@pytest.mark.parametrize("lot", ["1000", "99999", "01000", "5000", "5000.0", "5000.00"])
def test_lots_that_komet_keeps_for_itself_are_refused(lot: str) -> None:
    with pytest.raises(InvalidInput, match="1000 to 99999"):
        read_lot(lot)


@pytest.mark.parametrize(
    ("written", "lot"),
    [("999", "999"), ("100000", "100000"), ("100000.0", "100000"), ("L-5", "L-5")],
)  # fmt: skip
def test_other_lots_are_taken(written: str, lot: str) -> None:
    assert read_lot(written) == lot


def test_the_time_of_a_day_is_left_out() -> None:
    assert read_day(datetime(2026, 11, 28, 7, 30)) == date(2026, 11, 28)  # noqa: DTZ001
