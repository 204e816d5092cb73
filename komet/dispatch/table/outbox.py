"""The SQL of the outbox: writes, the presses that planned them, the files that go with them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import polars as pl

from komet.db.database import TIME, Connection, Schema
from komet.dispatch.model import OPEN, Draft, Outcome, Write, WriteKind, WriteState
from komet.messages import outcome_to_store

WRITES: Schema = {
    "id": pl.String, "batch_id": pl.String, "position": pl.Int64, "provider_id": pl.String,
    "token_id": pl.String, "kind": pl.String, "target": pl.String, "po_id": pl.String,
    "po_number": pl.String, "po_item_id": pl.String, "ship_date": pl.Date, "file_row": pl.Int64,
    "content": pl.String, "found": pl.String, "digest": pl.String, "state": pl.String,
    "planned_at": TIME, "planned_by": pl.String,
}  # fmt: skip
"""The columns that a write is planned with."""
_OUTCOMES: Schema = {
    "id": pl.String, "state": pl.String, "code": pl.String, "data": pl.String, "answer": pl.String,
}  # fmt: skip


SPLIT, UNCLEAR = "line_split", "line_split_unclear"
"""Outcome codes of a shipment that left boxes behind: their line is known, or may be several."""


def insert_batch(
    con: Connection,
    name: str,
    drafts: Sequence[tuple[Draft, str | None, WriteState]],
    now: datetime,
) -> str:
    """Store drafts, each with its token's ID and first state, as one batch; returns its ID."""
    batch_id = str(uuid4())
    con.run(
        "INSERT INTO outbox_batches VALUES ($id, $name, $now, $who)",
        {"id": batch_id, "name": name, "now": now, "who": con.actor},
    )
    rows = [
        {
            "id": str(uuid4()),
            "batch_id": batch_id,
            "position": position,
            "provider_id": draft.provider_id,
            "token_id": token_id,
            "kind": draft.kind.value,
            "target": draft.target,
            "po_id": draft.po_id,
            "po_number": draft.po_number,
            "po_item_id": draft.po_item_id,
            "ship_date": draft.ship_date,
            "file_row": draft.row,
            "content": json.dumps(draft.content, default=str),
            "found": json.dumps(draft.found, default=str),
            "digest": draft.digest,
            "state": state.value,
            "planned_at": now,
            "planned_by": con.actor,
        }
        for position, (draft, token_id, state) in enumerate(drafts)
    ]
    con.insert("outbox", pl.DataFrame(rows, schema=WRITES))
    for draft, _token, _state in drafts:
        for digest, (file_name, content) in draft.files.items():
            _keep_file(con, digest, file_name, content)
    return batch_id


def _keep_file(con: Connection, digest: str, name: str, content: bytes) -> None:
    if con.value("SELECT count(*) FROM outbox_files WHERE digest = $d", {"d": digest}):
        return
    con.run(
        "INSERT INTO outbox_files VALUES ($digest, $name, $size, $content)",
        {"digest": digest, "name": name, "size": len(content), "content": content},
    )


def batch_name(con: Connection, batch_id: str) -> str:
    """What a batch came from: a file, or a screen."""
    name = con.value("SELECT name FROM outbox_batches WHERE id = $id", {"id": batch_id})
    return str(name or "")


def file_by_digest(con: Connection, digest: str) -> bytes:
    """The bytes of a file that goes with a write. Raises `LookupError`."""
    content = con.blob("SELECT content FROM outbox_files WHERE digest = $d", {"d": digest})
    if content is None:
        raise LookupError(digest)
    return content


def earlier_writes(
    con: Connection,
    drafts: Sequence[Draft],
    states: Sequence[WriteState] = (*OPEN, WriteState.SENT, WriteState.BY_HAND),
) -> list[Write]:
    """Writes of the same kinds to the same targets that are in one of these states.

    Without: that are open, by hand, or were sent. The newest last.
    """
    if not drafts:
        return []
    wanted = pl.DataFrame(
        [{"provider_id": d.provider_id, "kind": d.kind.value, "target": d.target} for d in drafts],
        schema={"provider_id": pl.String, "kind": pl.String, "target": pl.String},
    ).unique()
    with con.tables(wanted=wanted):
        rows = con.rows(
            "SELECT o.* FROM outbox o SEMI JOIN wanted USING (provider_id, kind, target)"
            " WHERE list_contains($states, o.state) ORDER BY o.planned_at, o.position",
            {"states": [state.value for state in states]},
        )
    return [Write.model_validate(row) for row in rows]


def writes_alike(
    con: Connection, provider_id: str, kind: WriteKind, keys: Sequence[str]
) -> list[Write]:
    """Writes that are open or were sent, whose `found` calls them by one of these keys."""
    if not keys:
        return []
    rows = con.rows(
        "SELECT * FROM outbox WHERE provider_id = $provider AND kind = $kind"
        " AND list_contains($states, state) AND list_contains($keys, found ->> 'alike')"
        " ORDER BY planned_at, position",
        {
            "provider": provider_id,
            "kind": kind.value,
            "states": [state.value for state in (*OPEN, WriteState.SENT)],
            "keys": list(keys),
        },
    )
    return [Write.model_validate(row) for row in rows]


def writes_by(
    con: Connection,
    *,
    batch_id: str | None = None,
    ids: Sequence[str] | None = None,
    states: Sequence[WriteState] | None = None,
    provider_id: str | None = None,
    limit: int = 100_000,
) -> list[Write]:
    """The writes that meet all that is given, in the order in which they were planned."""
    where, params = ["true"], dict[str, Any](limit=limit)
    for column, value in (("batch_id", batch_id), ("provider_id", provider_id)):
        if value is not None:
            where.append(f"{column} = ${column}")
            params[column] = value
    if ids is not None:
        where.append("list_contains($ids, id)")
        params["ids"] = list(ids)
    if states is not None:
        where.append("list_contains($states, state)")
        params["states"] = [state.value for state in states]
    rows = con.rows(
        "SELECT * FROM (SELECT * FROM outbox WHERE "
        + " AND ".join(where)
        + " ORDER BY planned_at DESC, position DESC LIMIT $limit) ORDER BY planned_at, position",
        params,
    )
    return [Write.model_validate(row) for row in rows]


def failed_confirmations(con: Connection, ids: Sequence[str]) -> set[str]:
    """PO item IDs of these shipments whose confirmation, planned with them, was not done."""
    return _confirmed_as(
        con,
        ids,
        "c.state IN ('unknown', 'refused', 'not_sent') AND NOT EXISTS ("
        " SELECT 1 FROM outbox n WHERE n.provider_id = c.provider_id AND n.target = c.target"
        " AND n.kind = 'confirm' AND n.state = 'sent' AND n.planned_at > c.planned_at)",
    )


def confirmations_under_way(con: Connection, ids: Sequence[str]) -> set[str]:
    """PO item IDs of these shipments whose confirmation, planned with them, is being sent."""
    return _confirmed_as(con, ids, "c.state = 'sending'")


def _confirmed_as(con: Connection, ids: Sequence[str], condition: str) -> set[str]:
    """PO item IDs of these shipments whose confirmation `c`, planned with them, meets it."""
    rows = con.rows(
        "SELECT DISTINCT s.po_item_id FROM outbox s JOIN outbox c"
        " USING (batch_id, provider_id, target)"
        " WHERE s.kind = 'ship' AND c.kind = 'confirm' AND list_contains($ids, s.id)"
        f" AND {condition}",
        {"ids": list(ids)},
    )
    return {row["po_item_id"] for row in rows}


def claim(
    con: Connection,
    ids: Sequence[str],
    *,
    request_id: str,
    process: str,
    token_id: str,
    now: datetime,
) -> list[Write]:
    """Of these writes, those that were still planned: from now on they are being sent."""
    rows = con.rows(
        "SELECT * FROM outbox WHERE list_contains($ids, id) AND state = $planned ORDER BY position",
        {"ids": list(ids), "planned": WriteState.PLANNED.value},
    )
    con.run(
        "UPDATE outbox SET state = $sending, request_id = $request, process = $process,"
        " token_id = $token, sending_at = $now WHERE list_contains($ids, id) AND state = $planned",
        {
            "ids": list(ids),
            "planned": WriteState.PLANNED.value,
            "sending": WriteState.SENDING.value,
            "request": request_id,
            "process": process,
            "token": token_id,
            "now": now,
        },
    )
    return [Write.model_validate(row) for row in rows]


def settle(
    con: Connection,
    outcomes: Sequence[tuple[str, Outcome]],
    now: datetime,
    who: str | None = None,
    *,
    among: Sequence[WriteState] | None = None,
) -> None:
    """Store how writes (ID, outcome) ended; those that wait again keep no time of an end.

    `among`: those that are in none of these states any more keep what another has stored, unless
    they were sent. A write that stays unknown keeps the time at which it became so.
    """
    if not outcomes:
        return
    rows = [
        {
            "id": write_id,
            "state": outcome.state.value,
            "code": outcome.code,
            "data": json.dumps(dict(outcome.data), default=str) if outcome.code else None,
            "answer": None
            if outcome.answer is None
            else json.dumps(outcome.answer, ensure_ascii=False, default=str),
        }
        for write_id, outcome in outcomes
    ]
    con.run(
        "UPDATE outbox SET state = s.state, outcome_code = s.code, outcome_data = s.data,"
        " answer = coalesce(s.answer, outbox.answer), settled_by = $who,"
        " settled_at = CASE WHEN s.state = $planned THEN NULL"
        "   WHEN s.state = $unknown AND outbox.state = $unknown"
        "   THEN least(outbox.settled_at, $now) ELSE $now END"
        " FROM settled s WHERE s.id = outbox.id"
        " AND (len($among) = 0 OR list_contains($among, outbox.state) OR s.state = $sent)",
        {
            "now": now,
            "who": who or con.actor,
            "planned": WriteState.PLANNED.value,
            "unknown": WriteState.UNKNOWN.value,
            "sent": WriteState.SENT.value,
            "among": [state.value for state in among or ()],
        },
        settled=pl.DataFrame(rows, schema=_OUTCOMES),
    )


def split_shipments(con: Connection, provider_ids: Sequence[str]) -> list[Write]:
    """Shipments to these providers that were sent, and have left boxes behind."""
    rows = con.rows(
        "SELECT * FROM outbox WHERE kind = 'ship' AND state = 'sent'"
        " AND list_contains($providers, provider_id) AND (found -> 'line_ids') IS NOT NULL"
        " ORDER BY planned_at, position",
        {"providers": list(provider_ids)},
    )
    return [Write.model_validate(row) for row in rows]


def note_new_lines(con: Connection, found: Sequence[tuple[str, str | None]]) -> None:
    """Note for shipments (write ID) the line ID that Komet gave to the boxes left behind.

    None: there are several that it may be.
    """
    for write_id, po_item_id in found:
        # codes in full: a test looks for each of them in the source
        why = (
            outcome_to_store("line_split", po_item_id=po_item_id)
            if po_item_id
            else outcome_to_store("line_split_unclear")
        )
        con.run(
            "UPDATE outbox SET outcome_code = $code, outcome_data = $data WHERE id = $id",
            {"id": write_id, "code": why.code, "data": why.data},
        )


def mark_resent(con: Connection, write_ids: Sequence[str], batch_id: str) -> None:
    """Note that these were planned anew."""
    con.run(
        "UPDATE outbox SET resent_as = $batch WHERE list_contains($ids, id)",
        {"batch": batch_id, "ids": list(write_ids)},
    )


def counts(con: Connection) -> dict[str, int]:
    """State → how many writes are in it; those that were planned anew are left out."""
    rows = con.rows(
        "SELECT state, count(*)::BIGINT AS n FROM outbox WHERE resent_as IS NULL GROUP BY state"
    )
    return {row["state"]: row["n"] for row in rows}


def refused_methods(con: Connection) -> set[tuple[str, str]]:
    """(Token ID, kind of write) that Komet last refused because the token may not call it.

    A token that was changed or checked since may have got the right.
    """
    rows = con.rows(
        "SELECT o.token_id, o.kind, arg_max(coalesce(o.outcome_code, ''), o.settled_at) AS code"
        " FROM outbox o JOIN tokens t ON t.id = o.token_id"
        " WHERE o.settled_at > greatest(t.updated_at, coalesce(t.checked_at, t.updated_at))"
        " AND o.state IN ('sent', 'refused') GROUP BY ALL"
    )
    return {(row["token_id"], row["kind"]) for row in rows if row["code"] == "method_not_allowed"}
