"""The pieces of the Invoices screen: files to send, and the shipped POs that have an invoice or
lack one."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import polars as pl
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from komet.api.request import MAX_FILE
from komet.clients.model import Provider
from komet.context import AppContext
from komet.dispatch.invoice_files import FileMatch
from komet.dispatch.invoices import InvoiceEntry, InvoiceFilter, check_invoices
from komet.dispatch.outbox import list_writes
from komet.language import _, _n, day_pattern, number
from komet.orders.work_lists import LOOKS_BACK
from komet.web.screens.previews import checked
from komet.web.screens.sending import batch_in_address, preview_and_send
from komet.web.shell import address, failures, reads, state
from komet.web.shell.figures import figure_column
from komet.web.shell.moments import moment_column

_AHEAD = 1
"""Days: what leaves today is often of orders that ship tomorrow."""
_SHOWN = ("lacking", "have", "all")
_MOST_FILES = 20
_MB = 1024 * 1024
Row = Mapping[str, Any]


def send_files(ctx: AppContext, every: Sequence[Provider]) -> None:
    """Files in; for each its PO, number and total; what would be sent, and the press that sends."""
    files = _uploaded(ctx)
    if not files:
        st.info(
            _("The number of a PO in a file's name (P053455.pdf) is recognised. Komet takes PDFs"
              " and pictures of up to 20 MB.")
        )  # fmt: skip
        return
    if len(files) > _MOST_FILES:
        st.error(_("Send at most {n} files at once.").format(n=_MOST_FILES))
        return
    matches = reads.invoice_matches(tuple(file.name for file in files))
    rows = _file_grid(files, matches, {provider.id: provider.name for provider in every})
    sent = st.session_state.get(state.INVOICES_SENT, set())
    left = [row for row in rows.iter_rows(named=True) if _file(row, files).file_id not in sent]
    ready = [row for row in left if all(_given(row))]
    if gone := len(files) - len(left):
        st.caption(
            _n("{n} of these files was sent.", "{n} of these files were sent.", gone)
            .format(n=gone)
        )  # fmt: skip
    if waiting := len(left) - len(ready):
        st.caption(
            _n("{n} file lacks its PO, number or total yet.",
               "{n} files lack their PO, number or total yet.", waiting).format(n=waiting)
        )  # fmt: skip
    if not ready:
        return
    ids = {provider.name: provider.id for provider in every}

    def entry(row: Row) -> InvoiceEntry:
        file = _file(row, files)
        po, invoice, total = _given(row)
        client = ids.get(row["client"] or "", "")
        return InvoiceEntry(int(row["row"]), client, po, file.name, file.getvalue(), invoice, total)

    made_of = [(_file(row, files).file_id, row["client"], *_given(row)) for row in ready]
    with failures.shown(), st.container(border=True):
        st.header(_("Preview"))
        preview = checked(
            "invoices",
            made_of,
            lambda: check_invoices(ctx, _("Invoices"), [entry(row) for row in ready]),
        )
        preview_and_send(ctx, preview, "invoices")


def _uploaded(ctx: AppContext) -> list[UploadedFile]:
    """The files on the screen; none any more once all of them were sent."""
    turn = st.session_state.get(state.INVOICE_UPLOADS, 0)
    found = st.file_uploader(
        _("Invoices: PDF or pictures"),
        accept_multiple_files=True,
        key=f"invoice_files_{turn}",
        max_upload_size=MAX_FILE // _MB,
    )
    files = list(found) if isinstance(found, list) else []
    batch = batch_in_address()
    if files and batch and batch != st.session_state.get(state.INVOICE_BATCH):
        # what is uploaded afterwards is a new file, whatever its content; and one document may
        # be the invoice of two POs, under a name for each
        went = {
            (one.found.get("file_name"), one.content.get("file_digest"))
            for one in list_writes(ctx, batch_id=batch)
        }
        sent = {f.file_id for f in files if (f.name, sha256(f.getbuffer()).hexdigest()) in went}
        st.session_state[state.INVOICES_SENT] = (
            st.session_state.get(state.INVOICES_SENT, set()) | sent
        )
    st.session_state[state.INVOICE_BATCH] = batch or st.session_state.get(state.INVOICE_BATCH)
    if files and all(f.file_id in st.session_state.get(state.INVOICES_SENT, ()) for f in files):
        st.session_state[state.INVOICE_UPLOADS] = turn + 1
        st.rerun()
    return files


def _file(row: Row, files: Sequence[UploadedFile]) -> UploadedFile:
    return files[int(row["row"]) - 1]


def _given(row: Row) -> tuple[str, str, str]:
    po, invoice, total = (str(row[name] or "").strip() for name in ("po", "number", "total"))
    return po, invoice, total


def _file_grid(
    files: Sequence[UploadedFile], matches: Sequence[FileMatch], names: dict[str, str]
) -> pl.DataFrame:
    """row, file, po, client, number, total (String but for row), as they were filled in."""
    frame = pl.DataFrame(
        {
            "row": range(1, len(files) + 1),
            "file": [file.name for file in files],
            "po": [match.po_number or None for match in matches],
            "client": [names.get(match.provider_id) for match in matches],
            "number": [None] * len(files),
            "total": [None] * len(files),
            "remark": [_unsure(match, names) for match in matches],
        },
        schema_overrides=dict.fromkeys(("po", "client", "number", "total", "remark"), pl.String),
    )
    if frame["remark"].null_count() == frame.height:
        frame = frame.drop("remark")
    key = "-".join(file.file_id for file in files)
    edited: pl.DataFrame = st.data_editor(
        frame,
        key=f"invoice_grid_{key}",
        hide_index=True,
        placeholder="",
        disabled=("row", "file", "remark"),
        column_config={
            "row": None,
            "file": st.column_config.TextColumn(_("File"), pinned=True, width="medium"),
            "po": st.column_config.TextColumn(_("PO"), width="small"),
            "client": st.column_config.SelectboxColumn(
                _("Importer"),
                width="medium",
                options=list(names.values()),
                help=_("Needed only where two importers have a PO of the same number."),
            ),
            "number": st.column_config.TextColumn(_("Invoice number")),
            "total": st.column_config.TextColumn(
                _("Total"), help=_("As it is written on the invoice; it is held against the PO's.")
            ),
            "remark": st.column_config.TextColumn(_("Remark"), width="large"),
        },
    )
    return edited


def _unsure(match: FileMatch, names: dict[str, str]) -> str | None:
    """What the name of a file leaves open."""
    if len(match.numbers) > 1:
        told = _("Its name speaks of several: {numbers}")
        return told.format(numbers=", ".join(match.numbers))
    if len(match.clients) > 1:
        clients = ", ".join(names.get(id_, "") for id_ in match.clients)
        return _("Choose the importer: {clients}").format(clients=clients)
    return None


def shipped_orders(every: Sequence[Provider], today: date) -> None:
    """The POs that have left; at first those that lack an invoice. The address keeps the choice."""
    names = {provider.id: provider.name for provider in every}
    address.bind(
        "invoices",
        address.choices("invoices_providers", "client", list(names)),
        address.day("invoices_from", "from", today - LOOKS_BACK),
        address.day("invoices_to", "to", today + timedelta(_AHEAD)),
        address.choice("invoices_shown", "shown", _SHOWN, _SHOWN[0]),
    )
    left, start, end = st.columns([2, 1, 1])
    ids = left.multiselect(
        _("Importer"), list(names), format_func=lambda id_: names[id_],
        placeholder=_("Any"), select_all=False, key="invoices_providers", persist_state="session",
    )  # fmt: skip
    begin = start.date_input(
        _("Ships from"), format=day_pattern(), key="invoices_from", persist_state="session"
    )
    until = end.date_input(
        _("Ships to"), format=day_pattern(), key="invoices_to", persist_state="session"
    )
    with failures.shown():
        frame = reads.invoice_states(InvoiceFilter(begin, until, tuple(ids)))
        if frame.is_empty():
            st.info(_("No PO of these days has left yet."))
            return
        lacking = frame["invoices"] == 0
        counts = {"lacking": int(lacking.sum()), "have": int((~lacking).sum())}
        words = {
            "lacking": _("Without an invoice {n}").format(n=number(counts["lacking"])),
            "have": _("With one {n}").format(n=number(counts["have"])),
            "all": _("All {n}").format(n=number(frame.height)),
        }
        shown = st.segmented_control(
            _("Shipped POs"), _SHOWN, format_func=words.__getitem__, required=True,
            key="invoices_shown", persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        if shown != "all":
            frame = frame.filter(lacking if shown == "lacking" else ~lacking)
        if frame.is_empty():
            st.info(
                _("Every shipped PO of these days has an invoice.")
                if shown == "lacking"
                else _("No invoice was sent for the POs of these days.")
            )
            return
        _order_table(frame)
        st.caption(
            _("Invoices that were sent from here. What reached Komet by mail or in its portal"
              " cannot be seen.")
        )  # fmt: skip


def _order_table(frame: pl.DataFrame) -> None:
    st.dataframe(
        frame.with_columns(
            pl.selectors.decimal().cast(pl.Float64),
            pl.when(pl.col("shipped") < pl.col("lines"))
            .then(pl.format("{} / {}", "shipped", "lines"))
            .otherwise(pl.col("lines").cast(pl.String))
            .alias("lines"),
            pl.when(pl.col("under_way") > 0).then(pl.col("under_way")).alias("under_way"),
        ).select(
            "po_number", "provider", "ship_date", "vendor", "lines", "boxes", "total", "numbers",
            "invoiced", "under_way", "sent_at",
        ),
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * frame.height, 560),
        column_config={
            "po_number": st.column_config.TextColumn(_("PO"), pinned=True, width="small"),
            "provider": st.column_config.TextColumn(_("Importer")),
            "ship_date": st.column_config.DateColumn(_("Ship date"), format=day_pattern()),
            "vendor": st.column_config.TextColumn(_("Vendor")),
            "lines": st.column_config.TextColumn(
                _("Lines"), help=_("Where some are not shipped yet: shipped / all."), width="small"
            ),
            "boxes": figure_column(_("Boxes")),
            "total": figure_column(_("Total of the PO")),
            "numbers": st.column_config.TextColumn(_("Invoices")),
            "invoiced": figure_column(_("Invoiced")),
            "under_way": st.column_config.NumberColumn(
                _("Under way"), help=_("Planned, being sent or unknown.")
            ),
            "sent_at": moment_column(_("Sent")),
        },
    )  # fmt: skip
