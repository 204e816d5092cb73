"""One call as it came in: which method, with which token and parameters."""

import json
from dataclasses import dataclass
from functools import cache

from starlette.requests import Request

from komet.api.methods import Method, registry
from komet.api.request import largest_body, oversize
from komet.sandbox.parameters import Parameters, RefusalError
from komet.sandbox.tokens import SampleToken, token_by_secret

_TOKEN = "authenticationToken"
BAD_TOKEN = "Invalid Security Token"
TOO_LARGE = "The request is larger than 64 kB."
FILE_TOO_LARGE = "The file is larger than 20 MB."
_GIVE_UP = 4
"""Times the largest body: a client that sends more is cut off."""


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
