"""The audit's `detail` for a person to read: never a secret, and of a change only what changed."""

import json
from collections.abc import Mapping
from typing import Any

from komet.language import _, _later, number
from komet.logs import redact
from komet.sentences import told

_HIDDEN = ("token", "secret", "password", "authorization", "apikey", "api_key", "ciphertext")
_ANOTHER_TOKEN = "token_id"
_LABELS = {
    "active": _later("in use"),
    "base_url": _later("base URL"),
    "changed": _later("changed"),
    "columns": _later("columns"),
    "company_id": _later("company ID"),
    "days_ahead": _later("days ahead"),
    "days_back": _later("days back"),
    "file": _later("file"),
    "filter": _later("filter"),
    "format": _later("format"),
    "komet_group": _later("Komet group"),
    "label": _later("label"),
    "lines": _later("lines"),
    "location_id": _later("location ID"),
    "location_name": _later("location"),
    "name": _later("name"),
    "new": _later("new"),
    "orders": _later("POs"),
    "provider": _later("client provider"),
    "providers": _later("client providers"),
    "rows": _later("rows"),
    "shared": _later("shared"),
    "system": _later("system"),
    "times": _later("times"),
    "time_zone": _later("time zone"),
}


def readable(detail: str | None, before: str | None, names: Mapping[str, str]) -> str:
    """The fields of a detail (JSON) in words; with `before`, only those that differ from it.

    `names`: provider ID → name, for IDs among the values. Fields of tokens are left out, save that
    another token was chosen.
    """
    fields = _fields(detail)
    earlier = _fields(before)
    if not earlier:
        return _listed(fields, names)
    parts = []
    for name, value in fields.items():
        if name not in earlier or earlier[name] == value:
            continue
        if name == _ANOTHER_TOKEN:
            parts.append(_("another token"))
        elif not _hidden(name):
            was, now = (_value(v, names) or "–" for v in (earlier[name], value))
            parts.append(f"{_label(name)}: {was} → {now}")
    return redact(", ".join(parts))


def _fields(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _listed(fields: Mapping[str, Any], names: Mapping[str, str]) -> str:
    shown = {
        _label(name): _value(value, names) for name, value in fields.items() if not _hidden(name)
    }
    return redact(", ".join(f"{label}: {value}" for label, value in shown.items() if value))


def _hidden(name: str) -> bool:
    return any(part in name.casefold() for part in _HIDDEN)


def _label(name: str) -> str:
    return _(_LABELS[name]) if name in _LABELS else name.replace("_", " ")


def _value(value: Any, names: Mapping[str, str]) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list):
        return ", ".join(_value(entry, names) for entry in value)
    if isinstance(value, dict):
        failed = value.keys() == {"code", "data"}
        return told(**value) if failed else f"({_listed(value, names)})"
    return names.get(str(value), str(value))
