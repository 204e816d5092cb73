"""The registry as a Postman collection v2.1, with variables for base URL and token."""

import json
from datetime import date
from typing import Any

from komet.api.client import DEFAULT_BASE_URL
from komet.api.methods import GROUPS, Method, Parameter, registry
from komet.api.sample_call import sample_parameters
from komet.api.wire import wire, wire_json

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_TOKEN = "{{token}}"


def collection(day: date, base_url: str = DEFAULT_BASE_URL) -> dict[str, Any]:
    """The whole collection, a folder a group. `day` stands where a date is needed."""
    folders = [
        {
            "name": title,
            "item": [_item(spec, day) for spec in registry().values() if spec.group is group],
        }
        for group, title in GROUPS.items()
    ]
    return {
        "info": {"name": "Komet Sales API", "schema": _SCHEMA},
        "item": folders,
        "variable": [
            {"key": "baseUrl", "value": base_url.rstrip("/"), "type": "string"},
            {"key": "token", "value": "", "type": "string"},
        ],
    }


def _item(spec: Method, day: date) -> dict[str, Any]:
    sample = sample_parameters(spec, day)
    headers = [_pair(entry, sample) for entry in spec.headers]
    query: list[dict[str, Any]] = []
    request: dict[str, Any] = {"method": spec.verb, "header": headers}
    if spec.token_in == "query":
        query.append({"key": "authenticationToken", "value": _TOKEN})
    if spec.token_in == "header":
        headers.append({"key": "authenticationToken", "value": _TOKEN})
    if spec.parameters_in == "query":
        query += [_pair(entry, sample) for entry in spec.sendable]
    else:
        names = {entry.name for entry in spec.headers}
        body = {name: wire_json(value) for name, value in sample.items() if name not in names}
        if spec.token_in.startswith("body"):
            name = spec.token_in.partition(":")[2] or "authenticationToken"
            body = {name: _TOKEN, **body}
        headers.append({"key": "Content-Type", "value": "application/json"})
        request["body"] = {
            "mode": "raw",
            "raw": json.dumps(body, indent=2, ensure_ascii=False),
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
    return {"name": spec.name, "request": request, "response": []}


def _pair(entry: Parameter, sample: dict[str, Any]) -> dict[str, Any]:
    pair: dict[str, Any] = {
        "key": entry.name,
        "value": wire(sample[entry.name]) if entry.name in sample else "",
        "description": entry.description or "",
    }
    return pair if entry.name in sample else pair | {"disabled": True}
