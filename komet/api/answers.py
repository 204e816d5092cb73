"""What an HTTP answer of Komet means: the decoded body, or which failure."""

from typing import Any

from komet.api import reading
from komet.api.errors import (
    AuthenticationError,
    BadResponse,
    KometError,
    PermissionDenied,
    RateLimited,
    Rejected,
    Unavailable,
)
from komet.api.methods import Method
from komet.api.nothing_found import says_empty, says_not_found
from komet.api.transport import Answer
from komet.language import _


def parse_response(spec: Method, answer: Answer, *, token_has_worked: bool) -> dict[str, Any]:
    """The body of a good answer; where a list was asked for, with its array there.

    The contract: `status` 0 is a failure, unless there is no array and the message says that
    nothing of the list was found, which means an empty list whatever `status` says. That something
    else was not found (a location, the token) is a refusal, whatever `status` says. An answer that
    lacks both its array and such a message is no answer: taken for an empty day, it would mark
    every order of that day as gone.
    Raises `KometError`.
    """
    if not 200 <= answer.http_status < 300:
        raise _failure(answer, token_has_worked)
    body: Any = {} if answer.http_status == 204 else answer.json()
    if not isinstance(body, dict):
        raise BadResponse(_("Komet's answer is not what the documentation says."))
    message = _message(body)
    # the lists that a writing method answers with are outcomes, and none of them is promised
    member = None if spec.writes else spec.list_member
    rows = _rows(body.get(member)) if member else []
    if member and rows:
        return {**body, member: rows}
    lists = member is not None or (not spec.writes and spec.name.endswith("list"))
    empty = lists and says_empty(spec, message)
    missed = lists and not spec.writes and says_not_found(message)
    if (_failed(body) or missed) and not empty:
        raise Rejected(_("Komet refused the request."), komet_message=message)
    if member and member not in body and not empty:
        raise BadResponse(
            _("Komet's answer lacks “{member}”.").format(member=member),
            _("Without it, nobody can tell an empty day from a broken answer."),
        )
    return {**body, member: []} if member else body


def _rows(value: Any) -> list[Any]:
    """The rows of a list member: nothing is no row, a single object is one."""
    if reading.nothing(value) or value == {}:
        return []
    if not isinstance(value, dict | list):
        raise BadResponse(_("Komet's answer is not what the documentation says."))
    found = value if isinstance(value, list) else [value]
    rows = [row for row in found if not reading.nothing(row)]
    if rows and not any(isinstance(row, dict) for row in rows):
        raise BadResponse(_("Komet's answer is not what the documentation says."))
    return rows


def _failure(answer: Answer, token_has_worked: bool) -> KometError:
    status = answer.http_status
    try:
        body = answer.json()
    except BadResponse:
        body = None
    message = _message(body) if isinstance(body, dict) else None
    details: dict[str, Any] = {"http_status": status, "komet_message": message}
    if status == 401 and not token_has_worked:
        return AuthenticationError(
            _("Komet does not accept the token."),
            _("It is wrong, retired, or lacks the privilege for this method."),
            _("Check the token on the Tokens page, or ask Komet support to enable the method."),
            **details,
        )
    if status in {401, 403}:
        return PermissionDenied(
            _("The token may not call this method."),
            next_step=_("Ask the client, or Komet support, to enable it for the token."),
            **details,
        )
    if status == 429:
        return RateLimited(
            _("Komet asks to slow down."),
            _("Too many requests in a short time, or for this day (429)."),
            retry_after=answer.retry_after,
            **details,
        )
    if status == 408 or status >= 500:
        return Unavailable(
            _("Komet cannot answer now (HTTP {status}).").format(status=status),
            next_step=_("Try again later."),
            retry_after=answer.retry_after,
            **details,
        )
    if status < 400:
        return BadResponse(
            _("Komet's answer is not what the documentation says."),
            _("It is a redirect that leads nowhere, or no answer yet (HTTP {status}).").format(
                status=status
            ),
            **details,
        )
    return Rejected(
        _("Komet refused the request (HTTP {status}).").format(status=status), **details
    )


def _message(body: dict[str, Any]) -> str | None:
    message = body.get("message")
    return message.strip() or None if isinstance(message, str) else None


def _failed(body: dict[str, Any]) -> bool:
    try:
        return reading.flag(body.get("status")) is False
    except reading.Unreadable:
        return False
