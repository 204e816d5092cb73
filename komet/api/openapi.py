"""The registry as an OpenAPI 3.1 document, for code generators and for people's own tools.

What Komet sends is described as loosely as it is sent: a number may come as text, and anything may
be missing. A parameter's condition stands in its description: OpenAPI has no words for it.
"""

from typing import Any

from komet.api.base_url import DEFAULT_BASE_URL
from komet.api.methods import (
    GROUPS,
    Kind,
    Method,
    OutputField,
    Parameter,
    registry,
)

Schema = dict[str, Any]
_TOKEN = {"type": "string", "maxLength": 50, "description": "The caller's API token."}
_RESPONSE_TYPES = {
    "integer": ["integer", "string", "null"],
    "decimal": ["number", "string", "null"],
    "number": ["number", "string", "null"],
    "boolean": ["boolean", "integer", "string", "null"],
    "string": ["string", "number", "null"],
    "date": ["string", "null"],
    "datetime": ["string", "null"],
    "char": ["string", "null"],
}


def document(base_url: str = DEFAULT_BASE_URL, *, version: str = "1") -> Schema:
    """The whole document; `version` is its own, as whoever publishes it counts."""
    methods = registry().values()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Komet Sales API",
            "version": version,
            "description": (
                "Made from Komet's public pages; not by Komet. What those pages do not show is"
                " missing here."
            ),
        },
        "servers": [{"url": base_url.rstrip("/")}],
        "tags": [{"name": group.value, "description": title} for group, title in GROUPS.items()],
        "paths": {f"/{spec.path}": {spec.verb.lower(): _operation(spec)} for spec in methods},
        "components": {
            "securitySchemes": {
                "tokenInQuery": {"type": "apiKey", "in": "query", "name": "authenticationToken"},
                "tokenInHeader": {"type": "apiKey", "in": "header", "name": "authenticationToken"},
            },
            "schemas": {"Refusal": _object([
                OutputField(name="status", type="integer", description="0: it was refused."),
                OutputField(name="message", type="string", description="Why, in Komet's words."),
            ])},
        },
    }  # fmt: skip


def operation_id(spec: Method) -> str:
    """The name that generators give to the function: `purchase_order_list`."""
    return spec.name.replace(".", "_").replace("/", "_").replace("-", "_")


def _operation(spec: Method) -> Schema:
    operation: Schema = {
        "operationId": operation_id(spec),
        "tags": [spec.group.value],
        "summary": spec.title or spec.name,
        "description": "\n\n".join(filter(None, [spec.summary, _about(spec), *spec.notes])),
        "parameters": [_parameter(entry, "header") for entry in spec.headers],
        "responses": {
            "200": _answer("The answer.", _object(spec.outputs or ())),
            "default": _answer("A refusal.", {"$ref": "#/components/schemas/Refusal"}),
        },
        "security": _security(spec),
        "x-komet-writes": spec.writes,
    }
    if spec.deprecated:
        operation["deprecated"] = True
    if spec.parameters_in == "query":
        operation["parameters"] += [_parameter(entry, "query") for entry in spec.sendable]
    else:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _body(spec)}},
        }
    return operation


def _about(spec: Method) -> str:
    kinds = ", ".join(spec.token_kinds or ()) or "not seen"
    words = [f"Tokens: {kinds}.", "Changes data: sent once." if spec.writes else "Reads only."]
    if spec.unseen:
        words.append("Not seen in the documentation: " + "; ".join(spec.unseen) + ".")
    return " ".join(words)


def _security(spec: Method) -> list[Schema]:
    names = {"query": "tokenInQuery", "header": "tokenInHeader"}
    return [{names[spec.token_in]: []}] if spec.token_in in names else []


def _answer(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _parameter(entry: Parameter, place: str) -> Schema:
    described: Schema = {
        "name": entry.name,
        "in": place,
        "required": entry.required and not entry.unless,
        "schema": _request_schema(entry),
    }
    if text := _description(entry):
        described["description"] = text
    return described


def _body(spec: Method) -> Schema:
    body = _members(spec.sendable)
    name = {"body": "authenticationToken", "body:companyToken": "companyToken"}.get(spec.token_in)
    if name:
        body["properties"] = {name: _TOKEN, **body["properties"]}
        body["required"] = [name, *body.get("required", [])]
    return body


def _members(entries: tuple[Parameter, ...]) -> Schema:
    required = [entry.name for entry in entries if entry.required and not entry.unless]
    schema: Schema = {
        "type": "object",
        "properties": {entry.name: _described(entry) for entry in entries},
    }
    return schema | ({"required": required} if required else {})


def _described(entry: Parameter) -> Schema:
    text = _description(entry)
    return _request_schema(entry) | ({"description": text} if text else {})


def _description(entry: Parameter) -> str:
    parts = [entry.description or ""]
    if entry.condition:
        parts.append(f"Needed: {entry.condition}.")
    if entry.choices:
        parts.append(", ".join(f"{code}: {word}" for code, word in entry.choices.items()) + ".")
    if entry.note:
        parts.append(f"Note: {entry.note}")
    return " ".join(filter(None, parts))


def _request_schema(entry: Parameter) -> Schema:
    """What may be sent."""
    length = entry.max_length if isinstance(entry.max_length, int) else None
    schema: Schema
    match entry.kind:
        case Kind.INTEGER:
            schema = {"type": "integer"}
            if entry.largest is not None:
                schema["maximum"] = entry.largest
        case Kind.NUMBER:
            schema = {"type": "number"}
        case Kind.BOOLEAN:
            return {"type": "integer", "enum": [0, 1]}
        case Kind.DATE:
            return {"type": "string", "format": "date"}
        case Kind.BYTES:
            return {"type": "string", "contentEncoding": "base64"}
        case Kind.LIST:
            schema = {"type": "array", "items": _members(entry.items) if entry.items else {}}
            if entry.most_items:
                schema["maxItems"] = entry.most_items
            return schema
        case _:
            schema = {"type": "string"}
            if length and not entry.length_of_each:
                schema["maxLength"] = length
    if entry.choices and not entry.separator:
        numeric = entry.kind is Kind.INTEGER
        schema["enum"] = [int(code) if numeric else code for code in entry.choices]
    return schema


def _object(fields: tuple[OutputField, ...] | list[OutputField]) -> Schema:
    return {
        "type": "object",
        "properties": {entry.name: _response_schema(entry) for entry in fields},
        "additionalProperties": True,
    }


def _response_schema(entry: OutputField) -> Schema:
    """What may come."""
    word = (entry.type or "").split(" ", maxsplit=1)[0]
    schema: Schema
    if word == "array":
        schema = {"type": "array", "items": _object(entry.children) if entry.children else {}}
    elif word == "object" or entry.children:
        schema = _object(entry.children)
    else:
        schema = {"type": _RESPONSE_TYPES[word]} if word in _RESPONSE_TYPES else {}
    return schema | ({"description": entry.description} if entry.description else {})
