"""`call`, `openapi` and `postman`: any method of the Komet API, and documents for developers."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from komet import __version__, time_zone
from komet.api.methods import Kind, Method
from komet.api.openapi import document
from komet.api.postman import collection
from komet.catalogs.rows import table_of
from komet.cli import session
from komet.cli.output import say_json, table, warn
from komet.clients.providers import find_provider
from komet.context import open_context
from komet.errors import InvalidInput
from komet.explorer.calls import call_method, find_method
from komet.language import _
from komet.sandbox.tokens import postman_values


def call(
    method: str,
    /,
    *values: str,
    provider: str,
    json_: Annotated[str, Parameter(name="--json")] = "",
    write: Annotated[bool, Parameter(negative="")] = False,
    out: Literal["table", "json"] = "table",
) -> int:
    """Call any METHOD of the Komet API with a client provider's token.

    Exit 1 when Komet refuses. `komet openapi` lists all methods with their parameters.

    Parameters
    ----------
    values
        Parameters as name=value; a list as name=a,b or as JSON.
    provider
        The client provider whose token is used, by name.
    json_
        The parameters as one JSON object; name=value adds to it.
    write
        Allow a method that changes data in Komet.
    out
        table, or json for the whole answer.
    """
    spec = find_method(method)
    params = _object(json_) | dict(_pair(spec, text) for text in values)
    ctx = open_context()
    chosen = find_provider(ctx, provider)
    outcome = call_method(ctx, session.actor(), chosen, method, params, writes_allowed=write)
    if outcome.error is not None or outcome.answer is None:
        warn(outcome.error or "")
        return 1
    if out == "json":
        say_json(outcome.answer)
        return 0
    found = table_of(spec, outcome.answer)
    table(found.columns, found.rows(), _("The answer is empty."))
    return 0


def openapi() -> int:
    """Write the Komet API as an OpenAPI 3.1 document to standard output."""
    say_json(document(version=__version__))
    return 0


def postman(*, sandbox: Annotated[bool, Parameter(negative="")] = False, port: int = 8600) -> int:
    """Write the Komet API as a Postman collection v2.1 to standard output.

    Parameters
    ----------
    sandbox
        Fill in address, tokens and login of `komet sandbox`, and allow what changes data.
    port
        The port of that sandbox.
    """
    today = time_zone.today(datetime.now(UTC))
    if sandbox:
        say_json(collection(today, f"http://127.0.0.1:{port}/api", postman_values()))
    else:
        say_json(collection(today))
    return 0


def _object(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidInput(_("--json is not JSON: {reason}.").format(reason=error)) from error
    if not isinstance(value, dict):
        raise InvalidInput(_("--json must be one object: {example}.").format(example='{"a": 1}'))
    return value


def _pair(spec: Method, text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InvalidInput(_("“{text}” is not name=value.").format(text=text))
    entry = next((entry for entry in spec.sendable if entry.name == name), None)
    if value[:1] in {"[", "{"}:
        try:
            return name, json.loads(value)
        except ValueError:
            pass
    if entry and (entry.kind is Kind.LIST or entry.separator):
        return name, [part.strip() for part in value.split(entry.separator or ",")]
    return name, value
