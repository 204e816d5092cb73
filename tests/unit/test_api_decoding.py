"""From bytes to values: what is not quite JSON, and what no file could hold afterwards."""

import json
import time
import tracemalloc
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from failure_messages import raises
from hypothesis import given, settings
from hypothesis import strategies as st

from komet.api.decoding import DEEPEST, parse_json
from komet.api.errors import BadResponse


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ('{"a": "Ñandú"}'.encode(), None),
        ('{"a": "Ñandú"}'.encode(), "utf-8"),
        ('{"a": "Ñandú"}'.encode("utf-8-sig"), None),
        ('{"a": "Ñandú"}'.encode("utf-8-sig"), "utf-8"),
        ('{"a": "Ñandú"}'.encode("latin-1"), "ISO-8859-1"),
        ('{"a": "Ñandú"}'.encode(), "ISO-8859-1"),  # declared wrongly, as servers do
        ('{"a": "Ñandú"}'.encode(), "no-such-charset"),
        ('{"a": "Ñandú"}'.encode(), "base64"),
        (b'{"a": "\\u00d1and\\u00fa"}', None),
    ],
)
def test_the_charset_is_found(body: bytes, charset: str | None) -> None:
    assert parse_json(body, charset) == {"a": "Ñandú"}


def test_a_byte_that_is_no_utf8_costs_one_character() -> None:
    body = '{"a": "Ñandú", "b": 1}'.encode("latin-1")
    assert parse_json(body) == {"a": "\ufffdand\ufffd", "b": 1}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r'"\ud83c\udf39"', "🌹"),
        (r'"x\ud83cx"', "x\ufffdx"),
        (r'"x\uDF39"', "x\ufffd"),
        (r'"\ud83c\ud83c\udf39"', "\ufffd🌹"),
        (r'"\\ud83c"', r"\ud83c"),
        (r'"\\\ud83c"', "\\\ufffd"),
        (r'"a\u0000b"', "a\ufffdb"),
        ('"a\0b"', "a\ufffdb"),
        ('"a\tb\nc"', "a\tb\nc"),
        (r'{"\ud83c": 1}', {"\ufffd": 1}),
    ],
)
def test_texts_can_be_written_to_any_file(body: str, expected: Any) -> None:
    assert parse_json(body.encode()) == expected
    json.dumps(parse_json(body.encode()), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1.50", Decimal("1.50")),
        ("9223372036854775808", 9223372036854775808),
        ("9" * 5_000, "9" * 5_000),
        ("-" + "9" * 5_000, "-" + "9" * 5_000),
        ("1e400", "1e400"),
        ("1E+9999999999999999999", "1E+9999999999999999999"),
        ("0e999999", "0e999999"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
    ],
)
def test_numbers_of_any_size(body: str, expected: Any) -> None:
    assert parse_json(body.encode()) == expected


def test_the_last_of_two_members_of_one_name_counts() -> None:
    assert parse_json(b'{"a": 1, "a": 2}') == {"a": 2}


def test_what_lies_too_deep_stays_as_text() -> None:
    levels = 500
    value = parse_json(b'{"id": 1, "x":' + b"[" * levels + b"1.5" + b"]" * levels + b"}")
    assert value["id"] == 1
    depth, inner = 0, value["x"]
    while isinstance(inner, list):
        depth, (inner,) = depth + 1, inner
    assert depth < DEEPEST
    assert isinstance(inner, str)
    assert inner.count("[") + depth == levels


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a": 1', b"<html>", b"\xff\xfe", b'{"a": 01}', b"[" * 200_000, b"{}x"]
)
def test_what_is_no_json_is_a_bad_response_that_holds_none_of_it(body: bytes) -> None:
    with pytest.raises(BadResponse) as failure:
        parse_json(body)
    assert failure.value.retryable
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None


@settings(deadline=None)
@given(st.binary() | st.text().map(str.encode), st.none() | st.text(max_size=8))
def test_any_bytes_give_a_value_or_a_bad_response(body: bytes, charset: str | None) -> None:
    with suppress(BadResponse):
        parse_json(body, charset)


@pytest.mark.parametrize("part", [b"{},", b"[],", b"[[]],", b'{"id":1},', b"0,"])
def test_crowds_are_refused_before_they_fill_the_memory(part: bytes) -> None:
    body = b"[" + part * (20_000_000 // len(part)) + b"0]"
    tracemalloc.start()
    try:
        with raises(BadResponse, match="memory") as failure:
            parse_json(body)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert not failure.value.retryable


@pytest.mark.parametrize(
    ("part", "read"),
    [
        (r"\ud83c\udf39", "🌹"),
        (r"\ud83c", "\ufffd"),
        (r"\udf39", "\ufffd"),
        (r"\u0000", "\ufffd"),
        (r"\u00f1", "ñ"),
        (r"\\ud83c", "\\ud83c"),
        (r"\n\ud83c\ud83c\udf39\u0000", "\n\ufffd🌹\ufffd"),
    ],
)
def test_millions_of_escapes_are_read_in_one_go(part: str, read: str) -> None:
    times = 3_000_000 // len(part)
    started = time.process_time()
    assert parse_json(f'["{part * times}"]'.encode()) == [read * times]
    assert time.process_time() - started < 5


def test_many_small_objects_are_no_answer_of_komets() -> None:
    assert len(parse_json(b"[" + b'{"id":1},' * 40_000 + b"0]")) == 40_001
    with raises(BadResponse, match=r"300,001 objects.*at most 117,500"):
        parse_json(b"[" + b'{"id":1},' * 300_000 + b"0]")


def test_digits_without_end_stay_text() -> None:
    pi = "3." + "14159" * 2_000
    assert parse_json(f'{{"a": {pi}, "b": 0.1}}'.encode()) == {"a": pi, "b": Decimal("0.1")}
