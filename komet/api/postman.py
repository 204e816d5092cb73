"""The registry as a Postman collection v2.1, with variables for base URL, tokens and IDs."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from komet.api import postman_variables as variables
from komet.api.client import DEFAULT_BASE_URL
from komet.api.methods import GROUPS, Group, Method, Parameter, registry
from komet.api.sample_call import sample_parameters
from komet.api.wire import wire, wire_json

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_QUOTED_NUMBER = re.compile(r'"(\{\{(?:' + "|".join(variables.NUMBERS) + r')\}\})"')
_ABOUT = """\
Made from Komet's public pages; not by Komet.

Run it from top to bottom: lists put their first ID into variables that later requests use. `token`
is a company token; methods for other kinds use `vendorToken`, `customerToken` and `userToken`.
Requests that change data are skipped until the variable `allowWrites` says `yes`: on a company of
yours they change, ship and delete what the lists have found first."""


def collection(
    day: date, base_url: str = DEFAULT_BASE_URL, values: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The whole collection, a folder a group. `day` stands where a date is needed.

    `values` fills variables, such as the tokens of a sandbox; without it, they hold no secret.
    """
    folders = [
        {
            "name": GROUPS[Group(group)],
            "item": [
                _item(spec, day)
                for spec in sorted(registry().values(), key=variables.rank)
                if spec.group == group
            ],
        }
        for group in variables.FOLDERS
    ]
    held = {
        "baseUrl": base_url.rstrip("/"),
        **dict.fromkeys(variables.TOKENS.values(), ""),
        "allowWrites": "no",
        **dict.fromkeys(variables.NUMBERS, "1"),
        **variables.TEXTS,
        "awbDigits": "1234",
        **(values or {}),
    }
    return {
        "info": {"name": "Komet Sales API", "description": _ABOUT, "schema": _SCHEMA},
        "item": folders,
        "variable": [
            {"key": name, "value": value, "type": "string"} for name, value in held.items()
        ],
    }


def _item(spec: Method, day: date) -> dict[str, Any]:
    sample = variables.with_variables(spec, sample_parameters(spec, day))
    token = f"{{{{{variables.token_variable(spec)}}}}}"
    headers = [_pair(entry, sample) for entry in spec.headers]
    query: list[dict[str, Any]] = []
    request: dict[str, Any] = {"method": spec.verb, "header": headers}
    if spec.token_in == "query":
        query.append({"key": "authenticationToken", "value": token})
    if spec.token_in == "header":
        headers.append({"key": "authenticationToken", "value": token})
    if spec.parameters_in == "query":
        query += [_pair(entry, sample) for entry in spec.sendable]
    else:
        names = {entry.name for entry in spec.headers}
        body = {name: wire_json(value) for name, value in sample.items() if name not in names}
        if spec.token_in.startswith("body"):
            name = spec.token_in.partition(":")[2] or "authenticationToken"
            body = {name: token, **body}
        headers.append({"key": "Content-Type", "value": "application/json"})
        request["body"] = {
            "mode": "raw",
            "raw": _QUOTED_NUMBER.sub(r"\1", json.dumps(body, indent=2, ensure_ascii=False)),
            "options": {"raw": {"language": "json"}},
        }
    shown = [f"{entry['key']}={entry['value']}" for entry in query if not entry.get("disabled")]
    request["url"] = {
        "raw": "{{baseUrl}}/" + spec.path + ("?" + "&".join(shown) if shown else ""),
        "host": ["{{baseUrl}}"],
        "path": spec.path.split("/"),
        "query": query,
    }
    request["description"] = "\n\n".join(filter(None, [spec.summary, *spec.notes]))
    events = [_event("test", variables.test_script(spec))]
    if spec.writes:
        events.append(_event("prerequest", variables.GUARD))
    return {"name": spec.name, "event": events, "request": request, "response": []}


def _event(listen: str, lines: list[str]) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": lines}}


def _pair(entry: Parameter, sample: dict[str, Any]) -> dict[str, Any]:
    pair: dict[str, Any] = {
        "key": entry.name,
        "value": wire(sample[entry.name]) if entry.name in sample else "",
        "description": entry.description or "",
    }
    return pair if entry.name in sample else pair | {"disabled": True}
