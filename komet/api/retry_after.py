"""The `Retry-After` header: seconds, or the moment until which to wait."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_of(header: str | None, now: datetime) -> float | None:
    """Seconds to wait, never negative; None where the header is missing or cannot be read."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return _seconds_until(header, now)
    return None if math.isnan(seconds) else max(0.0, seconds)


def _seconds_until(http_date: str, now: datetime) -> float | None:
    try:
        until = parsedate_to_datetime(http_date)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
