"""One call as it came in: which method, with which token and parameters, read and checked."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from starlette.requests import Request

from komet.api.methods import Method, registry
from komet.api.request import largest_body, oversize
from komet.sandbox.tokens import SampleToken, token_by_secret

Parameters = Mapping[str, str]
Answer = dict[str, object]
Act = Callable[[SampleToken, Parameters], Answer]
"""What a method does with a call that was checked."""
OK: Answer = {"status": "1", "message": "OK"}

_TOKEN = "authenticationToken"
BAD_TOKEN = "Invalid Security Token"
TOO_LARGE = "The request is larger than 64 kB."
FILE_TOO_LARGE = "The file is larger than 20 MB."
_GIVE_UP = 4
"""Times the largest body: a client that sends more is cut off."""


class RefusalError(Exception):
    """An answer other than success: an HTTP status and Komet's message beside `status` 0."""

    def __init__(self, http_status: int, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.message = message


def check(method: Method, parameters: Parameters) -> None:
    """Refuse a call (400) that lacks a required parameter or carries an unreadable date."""
    for parameter in method.sendable:
        value = parameters.get(parameter.name, "")
        others = any(all(parameters.get(name) for name in names) for names in parameter.unless)
        needed = not others if parameter.unless else parameter.required
        if needed and not value:
            raise RefusalError(400, f"The parameter {parameter.name} is required.")
        if value and (parameter.type or "").startswith("date"):
            day(parameter.name, value)


def day(name: str, value: str) -> date:
    """The date in a parameter, YYYY-MM-DD. Refuses anything else with 400."""
    try:
        read = date.fromisoformat(value)
    except ValueError:
        read = None
    if read is None or read.isoformat() != value:
        raise RefusalError(400, f"The parameter {name} is not a date: expected YYYY-MM-DD.")
    return read


def whole(name: str, value: str) -> int:
    """The whole number in a parameter. Refuses anything else with 400."""
    if not re.fullmatch(r"-?\d{1,12}", value, re.ASCII):
        raise RefusalError(400, f"The parameter {name} is not a whole number.")
    return int(value)


def members(name: str, text: str | None) -> list[dict[str, str]]:
    """The objects of a list parameter, each with its members as text."""
    try:
        value = json.loads(text or "[]")
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RefusalError(400, f"The parameter {name} is not a list of objects.")
    return [
        {
            key: part if isinstance(part, str) else json.dumps(part)
            for key, part in item.items()
            if part is not None
        }
        for item in value
    ]


def texts(value: str | None) -> list[str]:
    """The entries of a list parameter, sent as JSON or separated by commas; no empty ones."""
    try:
        parts = json.loads(value or "")
    except ValueError:
        parts = None
    if not isinstance(parts, list):
        parts = [part.strip().strip('"') for part in (value or "").strip("[]").split(",")]
    return [text for part in parts if (text := str(part).strip())]


def same(wanted: str | None, *values: object) -> bool:
    """Exact match, upper and lower case alike; no filter matches everything."""
    if not wanted:
        return True
    return wanted.casefold() in {str(value).casefold() for value in values}


def like(wanted: str | None, *values: str) -> bool:
    """Whether one of the values contains the text; `%` at its ends is allowed and means nothing."""
    if not wanted:
        return True
    text = wanted.strip("%").casefold()
    return any(text in value.casefold() for value in values)


def yes(value: str | None) -> bool:
    """Whether a boolean parameter says yes."""
    return (value or "").casefold() in {"1", "true"}


@dataclass(frozen=True)
class Call:
    """A call whose method and verb are known to be right. `secret` is not checked yet."""

    method: Method
    secret: str
    parameters: Parameters

    @property
    def date(self) -> str | None:
        """The `date` parameter as sent."""
        return self.parameters.get("date") or None

    def token(self) -> SampleToken:
        """The token, if it exists and may call the method; otherwise refuses with 401."""
        token = token_by_secret(self.secret)
        if token is None:
            raise RefusalError(401, BAD_TOKEN)
        if not token.may_call(self.method):
            raise RefusalError(
                401, f"This security token has no privilege to call {self.method.name}."
            )
        return token


async def read_call(request: Request) -> Call:
    """The call in a request.

    Refuses an unknown method (404), the wrong verb (405), a body that is no JSON object (400) and
    one that is larger than the contract allows (413).
    """
    path = request.path_params["path"].removesuffix(".action")
    method = _by_path().get(path)
    if method is None:
        raise RefusalError(404, f"The method {path} does not exist.")
    if request.method != method.verb:
        raise RefusalError(405, f"The method {method.name} takes {method.verb} only.")
    parameters = dict(request.query_params)
    if method.verb == "POST" and method.parameters_in == "json":
        body = await _body(request, largest_body(method))
        parameters = _body_members(body)
        _refuse_oversize(method, parameters, len(body))
    match method.token_in:
        case "header":
            # The page of category.list shows the header in its text and the query in its sample.
            secret = request.headers.get(_TOKEN) or parameters.pop(_TOKEN, "")
        case "body:companyToken":
            secret = parameters.pop("companyToken", "")
        case _:
            secret = parameters.pop(_TOKEN, "")
    return Call(method, secret, parameters)


async def _body(request: Request, most: int) -> bytes:
    """The body, read to its end so that the client hears the refusal; the excess is not kept."""
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length <= most:
            parts.append(part)
        elif length > _GIVE_UP * most:
            break
    if length > most:
        raise RefusalError(413, TOO_LARGE)
    return b"".join(parts)


def _refuse_oversize(method: Method, parameters: Parameters, length: int) -> None:
    found = oversize(method, parameters, length=length)
    if found is not None:
        raise RefusalError(413, TOO_LARGE if found[0] is None else FILE_TOO_LARGE)


@cache
def _by_path() -> dict[str, Method]:
    return {method.path: method for method in registry().values()}


def _body_members(body: bytes) -> dict[str, str]:
    try:
        members = json.loads(body or b"{}")
    except ValueError:
        raise RefusalError(400, "The request body is not JSON.") from None
    if not isinstance(members, dict):
        raise RefusalError(400, "The request body is not a JSON object.")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in members.items()
        if value is not None
    }
