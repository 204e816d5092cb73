"""The Retry-After header in its two forms, and in those that nobody promised."""

from datetime import UTC, datetime

import pytest

from komet.api.transport import parse_retry_after

NOW = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3),
        (" 2.5 ", 2.5),
        ("0", 0),
        ("-5", 0),
        ("inf", float("inf")),
        ("Fri, 20 Nov 2026 10:00:30 GMT", 30),
        ("Fri, 20 Nov 2026 05:00:30 -0500", 30),
        ("Fri, 20 Nov 2026 10:00:30 -0000", 30),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0),
        (None, None),
        ("", None),
        ("nan", None),
        ("soon", None),
        ("3, 5", None),
        ("Fri, 20 Nov 99999 10:00:30 GMT", None),
        ("Fri, 20 Nov 99999999999999999999 10:00:30 GMT", None),
    ],
)
def test_seconds(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds
