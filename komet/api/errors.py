"""Everything that a call to Komet can end with, other than an answer.

    KometError
    ├── InvalidCall           the call was wrong before it was sent (unknown method, http:// URL)
    ├── Unavailable           no connection, a time-out, 408 or 5xx          · tried again
    ├── RateLimited           429                                            · tried again
    ├── BadResponse           not JSON, cut off, or not what the page says   · tried again
    ├── QuotaExhausted        our own ledger says that today's requests are used up
    ├── AuthenticationError   401 from a token that has not worked yet
    ├── PermissionDenied      401 or 403 for this method from a token that works
    └── Rejected              400, 404 or `status` 0, with Komet's own message

Each carries a code and data (method, provider, day, HTTP status, Komet's message …), never a token,
and no sentence: `komet.messages` makes those, in the language of whoever reads.
"""

from datetime import date, datetime
from typing import Any


class KometError(Exception):
    """The base of the tree. `retryable` says whether a reading method may be tried again.

    `code` names what happened, for good; `details` are what its sentences name besides, as JSON has
    them (texts, numbers, lists and objects). `maybe_done`: the call writes, and may have reached
    Komet all the same; `never_left`: nobody was reached that could have been told of it. `answer`:
    the body of a refusal to write, which may name single rows that were done.
    """

    retryable = False

    def __init__(
        self,
        code: str,
        *,
        method: str | None = None,
        provider: str | None = None,
        day: date | None = None,
        komet_message: str | None = None,
        http_status: int | None = None,
        retry_after: float | None = None,
        **details: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.method = method
        self.provider = provider
        self.day = day
        self.komet_message = komet_message
        self.http_status = http_status
        self.retry_after = retry_after
        self.maybe_done = False
        self.never_left = False
        self.answer: dict[str, Any] | None = None
        self.details = details

    @property
    def data(self) -> dict[str, Any]:
        """All that is known of it, as JSON has it; what is not known is left out."""
        known = {
            "method": self.method,
            "provider": self.provider,
            "day": self.day.isoformat() if self.day else None,
            "komet_message": self.komet_message,
            "http_status": self.http_status,
            "maybe_done": self.maybe_done or None,
            **self.details,
        }
        return {name: value for name, value in known.items() if value is not None}

    def __str__(self) -> str:
        facts = ", ".join(f"{name}: {value}" for name, value in self.data.items())
        return f"{self.code} ({facts})" if facts else self.code


class InvalidCall(KometError):
    """The call was refused here, before anything was sent."""


class Unavailable(KometError):
    """Komet could not be reached, or says that it cannot answer now."""

    retryable = True


class RateLimited(KometError):
    """Komet asks to slow down (429)."""

    retryable = True


class BadResponse(KometError):
    """An answer came, but it is not the JSON that it should be."""

    retryable = True


class QuotaExhausted(KometError):
    """Today's requests are used up. `resumes_at` is when the count starts anew (UTC)."""

    def __init__(self, resumes_at: datetime, *, provider: str | None = None) -> None:
        super().__init__("allowance_spent", provider=provider, resumes_at=resumes_at.isoformat())
        self.resumes_at = resumes_at


class AuthenticationError(KometError):
    """Komet does not accept the token."""


class PermissionDenied(KometError):
    """The token works, but not for this method."""


class Rejected(KometError):
    """Komet understood the request and refused it."""
