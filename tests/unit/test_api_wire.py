"""How values are written: query strings, headers and JSON bodies."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from komet.api.request import serialize, serialize_json

BOGOTA = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "1"),
        (False, "0"),
        (7, "7"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.50"), "0.50"),
        (date(2026, 11, 20), "2026-11-20"),
        (datetime(2026, 11, 20, 9, 30), "2026-11-20 09:30:00"),  # noqa: DTZ001
        (datetime(2026, 11, 20, 9, 30, 1, 5, tzinfo=UTC), "2026-11-20 09:30:01"),
        (datetime(2026, 11, 20, 21, 0, tzinfo=BOGOTA), "2026-11-21 02:00:00"),
        (["P1", 2], "P1,2"),
        (SecretStr("hidden"), "hidden"),
    ],
)
def test_parameters(value: Any, expected: str) -> None:
    assert serialize(value) == expected


def test_json_members_keep_their_shape() -> None:
    assert serialize_json(
        {"on": True, "day": date(2026, 11, 20), "items": [{"cost": Decimal("0.30"), "n": 2}]}
    ) == {"on": 1, "day": "2026-11-20", "items": [{"cost": "0.30", "n": 2}]}
    assert serialize_json({"nothing": None}) == {"nothing": None}
