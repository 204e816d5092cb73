"""From a call to what is sent: how values are written, what goes where, what must be masked.

Booleans are written as 1/0, dates as YYYY-MM-DD, times in UTC. Encode bytes as Base64, because JSON
has no binary type. A request has up to 64 kB, and a file in it up to 20 MB, as the contract says;
a reading call whose list is too long for one request becomes several, and one answer.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from komet.api.errors import InvalidCall
from komet.api.methods import Kind, Method, Parameter
from komet.api.reading import Unreadable, day
from komet.api.secret_transport import Secrets

MAX_REQUEST = 64 * 1024
"""Bytes of a JSON body, or of a query string."""

MAX_FILE = 20 * 1024 * 1024
"""Bytes of one file."""

MAX_FILE_REQUEST = MAX_REQUEST + MAX_FILE * 4 // 3 + 4
"""Bytes of a body with one file in Base64."""

TOKEN_NAMES = ("authenticationToken", "companyToken")


def serialize(value: Any) -> str:
    """The value as a parameter of a query string, or as a header; lists with commas."""
    if isinstance(value, list | tuple):
        return ",".join(serialize(item) for item in value)
    match value:
        case SecretStr():
            text = value.get_secret_value()
        case bool():
            text = "1" if value else "0"
        case datetime():
            in_utc = value.astimezone(UTC) if value.tzinfo else value
            text = in_utc.isoformat(" ", "seconds").removesuffix("+00:00")
        case date():
            text = value.isoformat()
        case bytes():
            text = base64.b64encode(value).decode()
        case Decimal():
            text = format(value, "f")
        case _:
            text = str(value)
    return text


def serialize_json(value: Any) -> Any:
    """The value as a member of a JSON body; lists and objects are written through."""
    if isinstance(value, list | tuple):
        return [serialize_json(item) for item in value]
    if isinstance(value, dict):
        return {key: serialize_json(item) for key, item in value.items()}
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int | float | str) else serialize(value)


def file_parameters(spec: Method) -> frozenset[str]:
    """The parameters of a method that take the bytes of a file."""
    return frozenset(entry.name for entry in spec.sendable if entry.kind is Kind.BYTES)


def largest_body(spec: Method) -> int:
    """Bytes that the body of a method may have."""
    return MAX_FILE_REQUEST if file_parameters(spec) else MAX_REQUEST


def file_size(encoded: Any) -> int:
    """Bytes of a file, from its Base64 text."""
    text = str(encoded)
    return len(text) * 3 // 4 - text[-2:].count("=")


def oversize(
    spec: Method, members: Mapping[str, Any], *, length: int
) -> tuple[str | None, int] | None:
    """What is too large in a body: the file parameter (None: the request itself) and its bytes.

    `length` is that of the whole body on the wire, in bytes.
    """
    files = {name: members[name] for name in file_parameters(spec) if name in members}
    for name, encoded in files.items():
        if (size := file_size(encoded)) > MAX_FILE:
            return name, size
    rest = length - sum(len(str(encoded)) for encoded in files.values())
    return (None, rest) if rest > MAX_REQUEST else None


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


def mask_parameters(spec: Method, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters that were given, those of a login wrapped so that no traceback shows them.

    Raises `InvalidCall` for a token among them: the client adds its own, where nobody sees it.
    """
    given = {name: value for name, value in params.items() if value is not None}
    if any(name in given for name in TOKEN_NAMES):
        raise InvalidCall("token_as_parameter")
    if spec.token_in != "none":
        return given
    return {name: SecretStr(serialize(value)) for name, value in given.items()}


def day_of(params: dict[str, Any]) -> date | None:
    """The day that a call asks for, given as a date or as its text."""
    value = params.get("date")
    try:
        return day(value.isoformat() if isinstance(value, date) else value)
    except Unreadable:
        return None


def build_request(spec: Method, params: dict[str, Any], token: str) -> Request:
    """What to send for a call with these parameters, masked already."""
    request = Request(spec.verb, spec.path, _secrets(spec, params, token), spec.writes)
    if spec.token_in == "none":
        return request
    names = {header.name for header in spec.headers}
    known = {entry.name: entry for entry in spec.sendable}
    headers = {name: serialize(value) for name, value in params.items() if name in names}
    rest = {
        name: _written(known.get(name), value)
        for name, value in params.items()
        if name not in names
    }
    if spec.parameters_in == "json":
        body = {name: serialize_json(value) for name, value in rest.items()}
        return replace(request, headers=headers, body=body)
    query = {name: serialize(value) for name, value in rest.items()}
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
    if name is None:
        raise InvalidCall("request_too_large", method=spec.name, size=size, limit=MAX_REQUEST)
    raise InvalidCall("file_too_large", method=spec.name, name=name, size=size, limit=MAX_FILE)


def _written(entry: Parameter | None, value: Any) -> Any:
    """The value as this parameter wants it, before it is put on the wire."""
    if entry is None:
        return value
    if entry.separator and isinstance(value, list | tuple):
        return entry.separator.join(serialize(item) for item in value)
    if entry.kind is Kind.BOOLEAN and serialize(value).lower() in {"true", "false"}:
        return serialize(value).lower() == "true"
    if (
        entry.kind is Kind.MOMENT
        and isinstance(value, datetime)
        and "'T'" in (entry.description or "")
    ):
        return serialize(value).replace(" ", "T")
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
            return Secrets(query={name: serialize(value) for name, value in params.items()})


def split_call(spec: Method, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The calls to make instead: one, unless a list is too long. A writing call is never split."""
    if spec.writes or spec.list_member is None:
        return [dict(params)]
    for entry in spec.sendable:
        value = params.get(entry.name)
        if isinstance(value, list | tuple) and len(chunks := _chunks(entry, value)) > 1:
            return [{**params, entry.name: chunk} for chunk in chunks]
    return [dict(params)]


def merge_answers(spec: Method, answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The first answer, with the rows of all. Members that are no rows are those of the first."""
    whole = dict(answers[0])
    if len(answers) > 1 and spec.list_member:
        lists = [answer.get(spec.list_member) or [] for answer in answers]
        whole[spec.list_member] = [row for rows in lists for row in rows]
    return whole


def _chunks(entry: Parameter, values: Sequence[Any]) -> list[list[Any]]:
    longest = entry.max_length if isinstance(entry.max_length, int) else None
    if entry.length_of_each or not entry.separator:
        longest = None
    chunks: list[list[Any]] = [[]]
    length = 0
    for value in values:
        more = len(serialize(value)) + bool(chunks[-1])
        full = entry.most_items is not None and len(chunks[-1]) >= entry.most_items
        if chunks[-1] and (full or (longest is not None and length + more > longest)):
            chunks.append([])
            length, more = 0, len(serialize(value))
        chunks[-1].append(value)
        length += more
    return chunks
