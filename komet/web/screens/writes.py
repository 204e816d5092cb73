"""Writes of the outbox on the screen: a table of them, and what can be done with those chosen."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.dispatch.model import STATES, Write, WriteState
from komet.dispatch.outbox import AGAIN, settle_by_person, withdraw_writes
from komet.dispatch.planning_again import plan_again
from komet.dispatch.preview import describe, subject_of
from komet.dispatch.resolve import resolve_unknown
from komet.language import _
from komet.web.screens.previews import forget_preview, keep_preview
from komet.web.shell import failures, state
from komet.web.shell.moments import moment_column
from komet.web.shell.resources import sender
from komet.web.shell.session import actor

COLORS = {
    WriteState.PLANNED: "gray",
    WriteState.SENDING: "blue",
    WriteState.SENT: "green",
    WriteState.REFUSED: "red",
    WriteState.UNKNOWN: "orange",
    WriteState.NOT_SENT: "yellow",
    WriteState.BY_HAND: "violet",
    WriteState.WITHDRAWN: "gray",
}
ORDER = (
    WriteState.UNKNOWN,
    WriteState.REFUSED,
    WriteState.NOT_SENT,
    WriteState.SENDING,
    WriteState.PLANNED,
    WriteState.BY_HAND,
    WriteState.SENT,
    WriteState.WITHDRAWN,
)
"""What needs somebody first."""
_SCHEMA: dict[str, Any] = {
    "state": pl.List(pl.String),
    "po_number": pl.String,
    "product": pl.String,
    "what": pl.String,
    "reason": pl.String,
    "provider": pl.String,
    "row": pl.Int64,
    "person": pl.String,
    "at": pl.Datetime("us", "UTC"),
}
_MAY_BE_EMPTY = {"row", "reason", "po_number"}
_CANNOT_BE_READ = {"cannot_tell", "not_readable", "line_is_gone"}
"""Outcome codes that `komet.dispatch.resolve` leaves on writes that stay unknown."""


def writes_table(
    ctx: AppContext, writes: Sequence[Write], slot: str, tallest: int = 460
) -> tuple[list[Write], bool]:
    """The writes, those that need somebody first.

    Returns the ones that are chosen, or all, and whether any are chosen.
    """
    writes = sorted(writes, key=lambda write: ORDER.index(write.state))
    names = {provider.id: provider.name for provider in list_providers(ctx)}
    rows = [
        {
            "state": [_(STATES[write.state])],
            "po_number": subject_of(write) or None,
            "product": str(write.found.get("product") or ""),
            "what": describe(write),
            "reason": write.reason,
            "provider": names.get(write.provider_id, ""),
            "row": write.file_row,
            "person": write.settled_by or write.planned_by,
            "at": write.settled_at or write.sending_at or write.planned_at,
        }
        for write in writes
    ]
    frame = pl.DataFrame(rows, schema=_SCHEMA)
    full = [name for name in frame.columns if name not in _MAY_BE_EMPTY or frame[name].count()]
    picked = st.dataframe(
        frame.select(full),
        key=f"writes_{slot}_{len(writes)}_{st.session_state.get(state.WRITES_TABLE, 0)}",
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * frame.height, tallest),
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "state": st.column_config.MultiselectColumn(
                _("State"),
                options=[_(STATES[one]) for one in WriteState],
                color=[COLORS[one] for one in WriteState],
                width=135,
                pinned=True,
            ),
            "po_number": st.column_config.TextColumn(_("PO"), width="small"),
            "what": st.column_config.TextColumn(_("What"), width=270),
            "reason": st.column_config.TextColumn(_("Reason"), width="large"),
            "product": st.column_config.TextColumn(_("Product"), width="medium"),
            "provider": _("Importer"),
            "row": st.column_config.NumberColumn(_("Row"), format="%d"),
            "person": _("By"),
            "at": moment_column(_("When")),
        },
    )
    chosen = [writes[row] for row in picked.selection.rows if row < len(writes)]
    return chosen or list(writes), bool(chosen)


def actions(ctx: AppContext, writes: Sequence[Write], slot: str, *, selected: bool) -> None:
    """Buttons for what can be done with these writes; nothing where nothing can.

    What cannot be taken back is only done with several where they were `selected`.
    """
    by_state = {one: [write for write in writes if write.state is one] for one in WriteState}
    bar = st.container(horizontal=True)
    if (unknown := by_state[WriteState.UNKNOWN]) and bar.button(
        _("Find out ({n})").format(n=len(unknown)),
        type="primary",
        icon=":material/search:",
        key=f"resolve_{slot}",
        help=_("Reads the POs in Komet again and compares them with what was planned."),
    ):
        _find_out(ctx, unknown)
    anew = [w for one in AGAIN for w in by_state[one] if w.resent_as is None]
    if anew:
        label = _("Send anew ({n}) …").format(n=len(anew))
        if bar.button(label, icon=":material/replay:", key=f"anew_{slot}"):
            with failures.shown():
                keep_preview(slot, plan_again(ctx, [write.id for write in anew]))
                st.rerun()
    planned = [w for w in by_state[WriteState.PLANNED] if not sender().is_busy(w.batch_id)]
    if planned:
        batches = list(dict.fromkeys(write.batch_id for write in planned))
        label = _("Send what is planned ({n})").format(n=len(planned))
        if bar.button(label, icon=":material/send:", key=f"go_{slot}"):
            for batch_id in batches:
                sender().submit(actor(), batch_id)
            if len(batches) == 1:
                st.query_params["batch"] = batches[0]
            st.rerun()
    told = [*_untold(by_state[WriteState.UNKNOWN]), *by_state[WriteState.BY_HAND]]
    if told:
        unchosen = not selected and len(told) > 1
        hint = _("Select the rows first: it cannot be taken back.") if unchosen else None
        label = _("It was done ({n})").format(n=len(told))
        if bar.button(
            label, disabled=unchosen, help=hint, icon=":material/check:", key=f"done_{slot}"
        ):
            _settle(ctx, told, sent=True)
        label = _("It was not done ({n})").format(n=len(told))
        if bar.button(
            label, disabled=unchosen, help=hint, icon=":material/close:", key=f"undone_{slot}"
        ):
            _settle(ctx, told, sent=False)
    waiting = [*planned, *by_state[WriteState.BY_HAND]]
    label = _("Withdraw ({n})").format(n=len(waiting))
    if waiting and bar.button(label, icon=":material/undo:", key=f"withdraw_{slot}"):
        with failures.shown():
            done = withdraw_writes(ctx, actor(), [write.id for write in waiting])
            _after(_("Withdrawn: {n}.").format(n=done), slot)


def forget_selection() -> None:
    """Choose no rows any more."""
    st.session_state[state.WRITES_TABLE] = st.session_state.get(state.WRITES_TABLE, 0) + 1


def _untold(unknown: Sequence[Write]) -> list[Write]:
    """Those of which reading Komet could not tell what became of them: a person has to say."""
    return [w for w in unknown if w.outcome_code in _CANNOT_BE_READ]


def _find_out(ctx: AppContext, unknown: Sequence[Write]) -> None:
    with failures.shown(), st.spinner(_("Asking Komet for these POs …")):
        found = resolve_unknown(ctx, actor(), [write.id for write in unknown])
        known = len(found.writes) - len(found.unknown)
        said = _("Known now: {known}. Still unknown: {left}.").format(
            known=known, left=len(found.unknown)
        )
        if found.not_refreshed:
            said += f" {found.not_refreshed}"
        _after(said)


def _settle(ctx: AppContext, writes: Sequence[Write], *, sent: bool) -> None:
    with failures.shown():
        done = settle_by_person(ctx, actor(), [write.id for write in writes], sent=sent)
        _after(_("Noted: {n}.").format(n=done))


def _after(said: str, slot: str = "") -> None:
    forget_preview(slot)
    forget_selection()
    failures.notice(said)
    st.rerun()
