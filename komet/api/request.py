"""From a call to what is sent: what goes where, as the registry says, and what must be hidden."""

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from komet.api.errors import InvalidCall
from komet.api.limits import MAX_FILE, MAX_REQUEST, oversize
from komet.api.methods import Kind, Method, Parameter
from komet.api.reading import Unreadable, day
from komet.api.secret_transport import Secrets
from komet.api.wire import wire, wire_json
from komet.language import _

TOKEN_NAMES = ("authenticationToken", "companyToken")


@dataclass(frozen=True)
class Request:
    """What to send. The secrets are apart from all that may be seen.

    What goes out `once` follows no redirect either: that would be a second request.
    """

    verb: str
    path: str
    secrets: Secrets
    once: bool = True
    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


def hidden(spec: Method, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters that were given, those of a login wrapped so that no traceback shows them.

    Raises `InvalidCall` for a token among them: the client adds its own, where nobody sees it.
    """
    given = {name: value for name, value in params.items() if value is not None}
    if any(name in given for name in TOKEN_NAMES):
        raise InvalidCall(_("The token is not a parameter: the client adds it by itself."))
    if spec.token_in != "none":
        return given
    return {name: SecretStr(wire(value)) for name, value in given.items()}


def day_of(params: dict[str, Any]) -> date | None:
    """The day that a call asks for, given as a date or as its text."""
    value = params.get("date")
    try:
        return day(value.isoformat() if isinstance(value, date) else value)
    except Unreadable:
        return None


def request_of(spec: Method, params: dict[str, Any], token: str) -> Request:
    """What to send for a call with these parameters, `hidden` already."""
    request = Request(spec.verb, spec.path, _secrets(spec, params, token), spec.writes)
    if spec.token_in == "none":
        return request
    names = {header.name for header in spec.headers}
    known = {entry.name: entry for entry in spec.sendable}
    headers = {name: wire(value) for name, value in params.items() if name in names}
    rest = {
        name: _written(known.get(name), value)
        for name, value in params.items()
        if name not in names
    }
    if spec.parameters_in == "json":
        body = {name: wire_json(value) for name, value in rest.items()}
        return replace(request, headers=headers, body=body)
    query = {name: wire(value) for name, value in rest.items()}
    return replace(request, headers=headers, query=query)


def check_size(spec: Method, request: Request) -> None:
    """Raise `InvalidCall` for a request that is larger than Komet takes."""
    if request.body is None:
        # what no server could read is told when it is sent, not while it is measured
        length = len(urlencode(request.query | request.secrets.query, errors="surrogatepass"))
        found: tuple[str | None, int] | None = (None, length) if length > MAX_REQUEST else None
    else:
        body = request.body | request.secrets.body
        found = oversize(spec, body, length=len(json.dumps(body).encode()))
    if found is None:
        return
    name, size = found
    reason = (
        _("It has {size:,} bytes; Komet takes requests of up to {limit:,}.").format(
            size=size, limit=MAX_REQUEST
        )
        if name is None
        else _(
            "The file in {name} has {size:,} bytes; Komet takes files of up to {limit:,}."
        ).format(name=name, size=size, limit=MAX_FILE)
    )
    raise InvalidCall(
        _("{method} was not sent.").format(method=spec.name),
        reason,
        _("Send it in parts.") if name is None else _("Send a smaller file."),
    )


def _written(entry: Parameter | None, value: Any) -> Any:
    """The value as this parameter wants it, before it is put on the wire."""
    if entry is None:
        return value
    if entry.separator and isinstance(value, list | tuple):
        return entry.separator.join(wire(item) for item in value)
    if entry.kind is Kind.BOOLEAN and wire(value).lower() in {"true", "false"}:
        return wire(value).lower() == "true"
    if (
        entry.kind is Kind.MOMENT
        and isinstance(value, datetime)
        and "'T'" in (entry.description or "")
    ):
        return wire(value).replace(" ", "T")
    if entry.items and isinstance(value, list | tuple):
        inner = {item.name: item for item in entry.items}
        return [
            {name: _written(inner.get(name), part) for name, part in item.items()}
            if isinstance(item, dict)
            else item
            for item in value
        ]
    return value


def _secrets(spec: Method, params: dict[str, Any], token: str) -> Secrets:
    match spec.token_in:
        case "query":
            return Secrets(query={"authenticationToken": token})
        case "header":
            return Secrets(headers={"authenticationToken": token})
        case "body":
            return Secrets(body={"authenticationToken": token})
        case "body:companyToken":
            return Secrets(body={"companyToken": token})
        case "none":
            return Secrets(query={name: wire(value) for name, value in params.items()})
