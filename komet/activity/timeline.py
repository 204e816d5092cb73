"""One time line of runs, mapping imports and the audit, in words, newest first."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from komet.activity import model, table
from komet.activity.model import ActivityFilter, Kind
from komet.api.redaction import redact
from komet.clients.table import providers
from komet.context import AppContext
from komet.ingest.model import RunState
from komet.ingest.wording import describe_changes, label_state
from komet.language import _, _later, _n, day, number, zoned_moment
from komet.mapping.history import name_import
from komet.messages import code_message, stored_message

PAGE_ROWS = 50
_NAMED = 3
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "happened_at": pl.Datetime("us", "UTC"),
    "who": pl.String,
    "kind": pl.String,
    "event": pl.String,
    "result": pl.String,
    "details": pl.String,
}
_SIGNS = {
    RunState.DONE: "✓",
    RunState.FAILED: "✗",
    RunState.INTERRUPTED: "✗",
    RunState.CANCELLED: "–",
    RunState.PAUSED: "–",
}
_SOURCES = {
    "app": _later("started in the app"),
    "command line": _later("started on the command line"),
    "sample data": _later("sample data"),
    "demo": _later("sample data"),
    "schedule": _later("started by a schedule"),
}

_HIDDEN = ("token", "secret", "password", "authorization", "apikey", "api_key", "ciphertext")
_ANOTHER_TOKEN = "token_id"
_INTERNAL = ("batch", "ids")
"""Fields that only programs read."""
_LABELS = {
    "active": _later("in use"),
    "base_url": _later("base URL"),
    "by_hand": _later("to do by hand"),
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
    "not_sent": _later("not sent"),
    "orders": _later("POs"),
    "packed": _later("lines packed"),
    "planned": _later("still planned"),
    "provider": _later("importer"),
    "providers": _later("importers"),
    "refused": _later("refused"),
    "rows": _later("rows"),
    "sending": _later("being sent"),
    "sent": _later("sent"),
    "shared": _later("shared"),
    "system": _later("system"),
    "times": _later("times"),
    "time_zone": _later("time zone"),
    "unknown": _later("unknown"),
    "withdrawn": _later("withdrawn"),
    "writes": _later("to send"),
}


def list_people(ctx: AppContext) -> list[str]:
    """Every name that something is recorded under."""
    with ctx.read() as con:
        return table.people(con)


def count_entries(ctx: AppContext, chosen: ActivityFilter) -> int:
    """How many entries the filter finds."""
    with ctx.read() as con:
        return table.count(con, chosen)


def list_entries(
    ctx: AppContext, chosen: ActivityFilter, *, offset: int = 0, limit: int | None = None
) -> pl.DataFrame:
    """happened_at (Datetime UTC), who, kind, event, result, details (String), newest first.

    The entries of one page, or all, in the language in force. No secret is in any of them.
    """
    with ctx.read() as con:
        frame = table.entries(con, chosen, ctx.now(), offset=offset, limit=limit)
        names = {provider.id: provider.name for provider in providers.all_providers(con)}
    rows = [
        (
            row["happened_at"],
            row["who"],
            Kind(row["kind"]).label,
            _event(row),
            _result(row),
            _details(row, names),
        )
        for row in frame.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _event(row: Mapping[str, Any]) -> str:
    if row["what"] in model.OF_A_MAPPING:
        source = json.loads(row["detail"] or "{}").get("source")
        return redact(model.describe_event(row["what"], name_import(source, row["subject"])))
    if row["what"] != model.DOWNLOADED:
        return redact(model.describe_event(row["what"], row["subject"]))
    found = [name for name in row["providers"] or [] if name]
    named = ", ".join(found[:_NAMED]) or _("importers that are not there any more")
    if len(found) > _NAMED:
        named = _("{names} and {n} more").format(names=named, n=len(found) - _NAMED)
    return model.describe_event(model.DOWNLOADED, f"{named}, {_days(row)}")


def _days(row: Mapping[str, Any]) -> str:
    start, end = row["date_from"], row["date_to"]
    return day(start) if start == end else _("{start} to {end}").format(start=start, end=end)


def _result(row: Mapping[str, Any]) -> str:
    if row["state"] is None:
        done = f"{_SIGNS[RunState.DONE]} {label_state(RunState.DONE)}"
        facts = _mapping_facts(row)
    else:
        state = RunState(row["state"])
        done = f"{_SIGNS.get(state, '…')} {label_state(state)}"
        facts = _run_facts(row)
    return f"{done}: {', '.join(facts)}" if facts else done


def _mapping_facts(row: Mapping[str, Any]) -> list[str]:
    counts = {_("{n} new"): row["new_rows"], _("{n} changed"): row["changed_rows"]}
    facts = [words.format(n=n) for words, n in counts.items() if n]
    if row["undone_at"]:
        facts.append(_("undone at {when}").format(when=zoned_moment(row["undone_at"])))
    return facts


def _run_facts(row: Mapping[str, Any]) -> list[str]:
    facts = [_n("{n:,} PO", "{n:,} POs", row["orders"] or 0).format(n=row["orders"] or 0)]
    facts += describe_changes(row)
    if row["failed"]:
        facts.append(
            _("{failed} of {all} days failed").format(failed=row["failed"], all=row["days"])
        )
    if row["waiting"]:
        facts.append(
            _("{waiting} of {all} days still to be fetched").format(
                waiting=row["waiting"], all=row["days"]
            )
        )
    return facts


def _details(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if row["what"] == model.DOWNLOADED:
        source = row["source"] or ""
        known = _(_SOURCES[source]) if source in _SOURCES else source
        why = stored_message(row["message_code"], row["message_data"], row["message"])
        return redact(" · ".join(part for part in (known, why) if part))
    if row["what"] in model.OF_A_MAPPING:
        return ""
    return _readable(row["detail"], row["before"], names)


def _readable(detail: str | None, before: str | None, names: Mapping[str, str]) -> str:
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
    return name in _INTERNAL or any(part in name.casefold() for part in _HIDDEN)


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
        return code_message(**value) if failed else f"({_listed(value, names)})"
    return names.get(str(value), str(value))
