"""The entries of the time line in words: what happened, how it ended, and what else is known."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from komet.activity import kinds
from komet.activity.details import readable
from komet.activity.kinds import Kind
from komet.clients.table import providers
from komet.db.database import Connection
from komet.ingest.model import RunState
from komet.language import _, _later, _n, day, zoned_moment
from komet.logs import redact
from komet.mapping.history import name_import
from komet.sentences import stored_message

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
_STATES = {
    RunState.QUEUED: _later("waiting"),
    RunState.RUNNING: _later("at work"),
    RunState.DONE: _later("done"),
    RunState.FAILED: _later("some days failed"),
    RunState.CANCELLED: _later("cancelled"),
    RunState.PAUSED: _later("paused"),
    RunState.INTERRUPTED: _later("interrupted"),
}
_SOURCES = {
    "app": _later("started in the app"),
    "command line": _later("started on the command line"),
    "sample data": _later("sample data"),
    "demo": _later("sample data"),
    "schedule": _later("started by a schedule"),
}


def provider_names(con: Connection) -> dict[str, str]:
    """Provider ID → name, for `described`."""
    return {provider.id: provider.name for provider in providers.all_providers(con)}


def described(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """happened_at (Datetime UTC), who, kind, event, result, details (String), from `entries`.

    In the language in force. No secret is in any of them.
    """
    rows = [
        (
            row["happened_at"],
            row["who"],
            Kind(row["kind"]).word,
            _event(row),
            _result(row),
            _details(row, names),
        )
        for row in frame.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _event(row: Mapping[str, Any]) -> str:
    if row["what"] in kinds.OF_A_MAPPING:
        source = json.loads(row["detail"] or "{}").get("source")
        return redact(kinds.sentence(row["what"], name_import(source, row["subject"])))
    if row["what"] != kinds.DOWNLOADED:
        return redact(kinds.sentence(row["what"], row["subject"]))
    found = [name for name in row["providers"] or [] if name]
    named = ", ".join(found[:_NAMED]) or _("clients that are not there any more")
    if len(found) > _NAMED:
        named = _("{names} and {n} more").format(names=named, n=len(found) - _NAMED)
    return kinds.sentence(kinds.DOWNLOADED, f"{named}, {_days(row)}")


def _days(row: Mapping[str, Any]) -> str:
    start, end = row["date_from"], row["date_to"]
    return day(start) if start == end else _("{start} to {end}").format(start=start, end=end)


def _result(row: Mapping[str, Any]) -> str:
    if row["state"] is None:
        done = f"{_SIGNS[RunState.DONE]} {_(_STATES[RunState.DONE])}"
        facts = _mapping_facts(row)
    else:
        state = RunState(row["state"])
        done = f"{_SIGNS.get(state, '…')} {_(_STATES[state])}"
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
    words = {
        "new": _("{n} new"),
        "first": _("{n} on days downloaded for the first time"),
        "changed": _("{n} changed"),
        "moved": _("{n} moved to another day"),
        "gone": _("{n} gone"),
        "back": _("{n} back again"),
    }
    facts += [text.format(n=row[name]) for name, text in words.items() if row[name]]
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
    if row["what"] == kinds.DOWNLOADED:
        source = row["source"] or ""
        known = _(_SOURCES[source]) if source in _SOURCES else source
        why = stored_message(row["message_code"], row["message_data"], row["message"])
        return redact(" · ".join(part for part in (known, why) if part))
    if row["what"] in kinds.OF_A_MAPPING:
        return ""
    return readable(row["detail"], row["before"], names)
