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

Each carries method, provider, day and Komet's message; none carries the token.
"""

from datetime import date, datetime

from komet.errors import AppError
from komet.language import _


class KometError(AppError):
    """The base of the tree. `retryable` says whether a reading method may be tried again."""

    retryable = False

    def __init__(
        self,
        title: str,
        reason: str = "",
        next_step: str = "",
        *,
        method: str | None = None,
        provider: str | None = None,
        day: date | None = None,
        komet_message: str | None = None,
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(title, reason, next_step)
        self.method = method
        self.provider = provider
        self.day = day
        self.komet_message = komet_message
        self.http_status = http_status
        self.retry_after = retry_after

    def __str__(self) -> str:
        where = [part for part in (self.provider, self.day and self.day.isoformat()) if part]
        prefix = f"{', '.join(where)}: " if where else ""
        said = (
            _("Komet says: “{message}”.").format(message=self.komet_message)
            if self.komet_message
            else ""
        )
        parts = (self.title, said or self.reason, self.next_step)
        return prefix + " ".join(part for part in parts if part)


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
        super().__init__(
            _("Today's requests to Komet are used up."),
            _("1,000 requests per paid Komet user and day, counted in UTC."),
            _("It can go on at {when} UTC.").format(when=resumes_at.strftime("%Y-%m-%d %H:%M")),
            provider=provider,
        )
        self.resumes_at = resumes_at


class AuthenticationError(KometError):
    """Komet does not accept the token."""


class PermissionDenied(KometError):
    """The token works, but not for this method."""


class Rejected(KometError):
    """Komet understood the request and refused it."""
