"""The receipt of a batch as Excel: what became of each write, in words."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.db import audit
from komet.db.database import TIME, Schema
from komet.dispatch.kinds import KINDS
from komet.dispatch.model import STATES, Write
from komet.dispatch.outbox import list_writes
from komet.dispatch.preview import describe
from komet.dispatch.table import outbox
from komet.errors import NotFound
from komet.export.layout import INFO, Layout, sheet_of
from komet.export.sheet import ColumnKind as Kind
from komet.export.writers.writer import explain_write_errors, written_bytes
from komet.export.writers.xlsx import write_workbook
from komet.language import _, _later, exact_moment
from komet.permissions import Actor, Permission

RECEIPT: Layout = (
    ("file_row", _later("Row"), Kind.INTEGER),
    ("provider", _later("Importer"), Kind.TEXT),
    ("po_number", _later("PO number"), Kind.TEXT),
    ("ship_date", _later("Ship date"), Kind.DATE),
    ("po_item_id", _later("Line ID"), Kind.TEXT),
    ("product", _later("Product"), Kind.TEXT),
    ("kind", _later("Kind"), Kind.TEXT),
    ("words", _later("What was to be done"), Kind.TEXT),
    ("state", _later("State"), Kind.TEXT),
    ("reason", _later("Reason"), Kind.TEXT),
    ("settled_at", _later("At"), Kind.TIME),
    ("planned_by", _later("By"), Kind.TEXT),
    ("said", _later("Komet's words"), Kind.TEXT),
    ("new_line", _later("New line ID"), Kind.TEXT),
    ("codes", _later("Box codes"), Kind.TEXT),
)
_DTYPES: Schema = {Kind.INTEGER: pl.Int64, Kind.DATE: pl.Date, Kind.TIME: TIME}
_SCHEMA: Schema = {name: _DTYPES.get(kind, pl.String) for name, _heading, kind in RECEIPT}
_MOST = 100_000


def export_receipt(
    ctx: AppContext, actor: Actor, batch_id: str, target: Path, *, also: Sequence[str] = ()
) -> int:
    """Write the sheets Receipt, a row a write, and Info to an .xlsx file; returns how many rows.

    `also`: other batches that stand in the same receipt. Raises `NotFound` for batches without
    writes, `InvalidInput` where the file cannot be written, `NotPermitted` before anything is read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    batches = [batch_id, *also]
    writes = [w for one in batches for w in list_writes(ctx, batch_id=one, limit=_MOST)]
    if not writes:
        raise NotFound(_("There is no dispatch with this ID."))
    with ctx.read() as con:
        names = dict.fromkeys(outbox.batch_name(con, one) for one in batches)
    receipt = sheet_of(_("Receipt"), RECEIPT, receipt_frame(ctx, by_row(writes)))
    info = sheet_of(_("Info"), INFO, _info(ctx, ", ".join(names), writes))
    with explain_write_errors(target):
        write_workbook(target, [receipt, info])
    with ctx.write(actor, Permission.EXPORT) as con:
        detail = {"batch": batch_id, "rows": len(writes)}
        audit.record(con, "receipt exported", target.name, ctx.now(), detail)
    return len(writes)


def receipt_bytes(ctx: AppContext, actor: Actor, batch_id: str) -> bytes:
    """The same file as bytes, for a browser to download."""
    return written_bytes("receipt.xlsx", partial(export_receipt, ctx, actor, batch_id))


def receipt_frame(ctx: AppContext, writes: Sequence[Write]) -> pl.DataFrame:
    """One row a write, with the columns of `RECEIPT`; sentences in the language in force."""
    clients = {client.id: client.name for client in list_providers(ctx)}
    rows = [receipt_row(write, clients) for write in writes]
    return pl.DataFrame(rows, schema=_SCHEMA)


def by_row(writes: Sequence[Write]) -> list[Write]:
    """The writes by their row in the file, those without one last."""
    return sorted(writes, key=lambda write: (write.file_row is None, write.file_row or 0))


def receipt_row(write: Write, clients: Mapping[str, str]) -> dict[str, Any]:
    """One write in words; `clients`: provider ID → name."""
    answer = write.answer if isinstance(write.answer, dict) else {}
    data = json.loads(write.outcome_data or "{}")
    codes = answer.get("boxCodes")
    return {
        "file_row": write.file_row,
        "provider": clients.get(write.provider_id, write.provider_id),
        "po_number": write.po_number,
        "ship_date": write.ship_date,
        "po_item_id": write.po_item_id,
        "product": str(write.found.get("product") or ""),
        "kind": str(_(KINDS[write.kind].label)),
        "words": str(describe(write)),
        "state": str(_(STATES[write.state])),
        "reason": str(write.reason or ""),
        "settled_at": write.settled_at,
        "planned_by": write.planned_by,
        "said": str(data.get("komet_message") or answer.get("message") or ""),
        "new_line": str(data.get("po_item_id") or "") if write.outcome_code == outbox.SPLIT else "",
        "codes": ", ".join(map(str, codes)) if isinstance(codes, list) else "",
    }


def _info(ctx: AppContext, name: str, writes: Sequence[Write]) -> pl.DataFrame:
    counts = Counter(write.state for write in writes)
    rows = [
        (_("Dispatch"), name),
        (_("Planned at"), exact_moment(writes[0].planned_at)),
        (_("By"), writes[0].planned_by),
        (_("Exported at"), exact_moment(ctx.now())),
        *((_(STATES[state]), str(counts[state])) for state in STATES if counts[state]),
    ]
    told = [(str(what), str(value)) for what, value in rows]
    return pl.DataFrame(told, schema={"what": pl.String, "value": pl.String}, orient="row")
