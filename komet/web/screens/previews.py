"""A preview on the screen: what would be sent in words, what not and why, how it can be undone."""

from collections.abc import Callable, Sequence

import polars as pl
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.dispatch.kinds import KINDS
from komet.dispatch.model import Draft, Preview, Remark
from komet.dispatch.preview import describe, subject_of, undo_words
from komet.language import _, _n, current, number
from komet.web.shell import failures, state
from komet.web.shell.figures import figure_column

_SHOWN = 500
_OF_TABLES = {"dispatch", "ship"}
"""Places whose rows are those of a table on the screen, which has no numbers."""


def checked(
    slot: str, made_of: object, check: Callable[[], Preview], ctx: AppContext | None = None
) -> Preview:
    """The preview of a place, made anew only where `made_of` has changed: what is sent was seen.

    With a context, also where a table of its data file that it was made from has changed.
    """
    kept = st.session_state.setdefault(state.PREVIEWS, {})
    wanted = (made_of, current())
    read = f"{slot} read"
    if slot not in kept or kept[slot][0] != wanted or (ctx and not kept[read].is_current()):
        if ctx:
            with ctx.db.following() as kept[read]:
                kept[slot] = (wanted, check())
        else:
            kept[slot] = (wanted, check())
    found: Preview = kept[slot][1]
    return found


def keep_preview(slot: str, preview: Preview) -> None:
    """Show this preview at a place from now on."""
    st.session_state.setdefault(state.PREVIEWS, {})[slot] = (None, preview)


def kept_preview(slot: str) -> Preview | None:
    """The preview that was kept for a place."""
    made_of, found = st.session_state.get(state.PREVIEWS, {}).get(slot, (None, None))
    return found if made_of is None else None


def forget_preview(slot: str) -> None:
    """Show no preview at a place any more."""
    st.session_state.get(state.PREVIEWS, {}).pop(slot, None)


def show_preview(ctx: AppContext, preview: Preview, slot: str) -> bool:
    """What a press of Send would do; returns whether a person has said yes to the questions."""
    names = {provider.id: provider.name for provider in list_providers(ctx)}
    numbered = slot not in _OF_TABLES
    st.markdown(_headline(preview))
    _counts(preview)
    _line_by_line(preview, names, numbered=numbered)
    if preview.by_hand:
        st.info(
            _("To do by hand: {n}. The importer's token may not do it, so a person does it in"
              " Komet's portal; until then it waits in the outbox.").format(n=len(preview.by_hand)),
            icon=":material/back_hand:",
        )  # fmt: skip
    if preview.problems:
        count = len(preview.problems)
        st.error(
            _n("{n} row is in error and is not sent:", "{n} rows are in error and are not sent:",
               count).format(n=count),
            icon=":material/error:",
        )  # fmt: skip
        _remarks(preview.problems, names, numbered=numbered)
    if preview.left_out:
        count = len(preview.left_out)
        label = _n("{n} row need not be sent", "{n} rows need not be sent", count)
        with st.expander(label.format(n=count)):
            _remarks(preview.left_out, names, numbered=numbered)
    return bool(preview.questions) and _questions(preview, names, slot)


def _headline(preview: Preview) -> str:
    parts = []
    if writes := len(preview.drafts):
        parts.append(_("**{n} to send**").format(n=number(writes)))
        parts.append(
            _n("{n} request", "{n} requests", preview.requests)
            .format(n=number(preview.requests))
        )  # fmt: skip
    if preview.by_hand:
        parts.append(_("{n} by hand").format(n=len(preview.by_hand)))
    if packed := sum(len(packing.codes) for packing in preview.packing):
        parts.append(
            _n("{n} box code is kept here", "{n} box codes are kept here", packed).format(n=packed)
        )
    if not parts:
        return _("There is nothing to send.")
    return " · ".join(parts) + " — " + _("nothing has been sent yet.")


def _counts(preview: Preview) -> None:
    if not preview.counts:
        return
    undo = undo_words(list({count.kind for count in preview.counts}))
    st.dataframe(
        [
            {
                "provider": count.provider,
                "what": _(KINDS[count.kind].label),
                "writes": count.writes,
                "requests": count.requests,
                "left": preview.left_today.get(count.provider_id),
                "undo": undo[count.kind],
                "method": count.method,
            }
            for count in preview.counts
        ],
        hide_index=True,
        placeholder="",
        column_config={
            "provider": st.column_config.TextColumn(_("Importer"), pinned=True),
            "what": _("What"),
            "writes": figure_column(_("To send")),
            "requests": figure_column(_("Requests")),
            "left": figure_column(_("Left today")),
            "undo": st.column_config.TextColumn(_("Undoing it"), width=330),
            "method": st.column_config.TextColumn(_("Komet method")),
        },
    )
    spent: dict[str, int] = {}
    for count in preview.counts:
        spent[count.provider_id] = spent.get(count.provider_id, 0) + count.requests
    for provider_id, requests in spent.items():
        left = preview.left_today.get(provider_id)
        if left is not None and requests > left:
            name = next(c.provider for c in preview.counts if c.provider_id == provider_id)
            st.warning(
                _("{client}: {requests} requests, and {left} are left today. What does not go out"
                  " stays planned in the outbox.").format(
                    client=failures.plain(name), requests=requests, left=left),
                icon=":material/warning:",
            )  # fmt: skip


def _line_by_line(preview: Preview, names: dict[str, str], *, numbered: bool) -> None:
    every: list[tuple[Draft, bool]] = [(draft, False) for draft in preview.drafts]
    every += [(draft, True) for draft in preview.by_hand]
    if not every:
        return
    with st.expander(_("Line by line"), expanded=len(every) <= 10):
        rows = [
            {
                "row": draft.row,
                "po_number": subject_of(draft),
                "product": str(draft.found.get("product") or ""),
                "what": _("by hand: {what}").format(what=describe(draft))
                if by_hand
                else describe(draft),
                "provider": names.get(draft.provider_id, ""),
            }
            for draft, by_hand in every[:_SHOWN]
        ]
        frame = pl.DataFrame(rows, infer_schema_length=None)
        if not any(row["po_number"] for row in rows):
            frame = frame.drop("po_number")
        st.dataframe(
            frame,
            hide_index=True,
            placeholder="",
            height=min(38 + 35 * len(rows), 360),
            column_config={
                "row": _row_column() if numbered else None,
                "po_number": st.column_config.TextColumn(_("PO"), width="small"),
                "product": st.column_config.TextColumn(_("Product"), width="medium"),
                "what": st.column_config.TextColumn(_("What"), width="large"),
                "provider": _("Importer"),
            },
        )
        if len(every) > _SHOWN:
            st.caption(_("The first {n} rows are shown.").format(n=_SHOWN))


def _questions(preview: Preview, names: dict[str, str], slot: str) -> bool:
    # a row may have more than one question
    count = len({(question.provider_id, question.row) for question in preview.questions})
    st.warning(
        _n("{n} row is unusual, and is sent only if you say yes:",
           "{n} rows are unusual, and are sent only if you say yes:", count).format(n=count),
        icon=":material/help:",
    )  # fmt: skip
    _remarks(preview.questions, names, numbered=slot not in _OF_TABLES)
    label = _n("Yes, send this row too", "Yes, send these {n} rows too", count)
    # other questions are another box: a yes is to those that were read
    asked = hash(tuple(preview.questions))
    return st.checkbox(label.format(n=count), key=f"accepted_{slot}_{asked}")


def _row_column() -> ColumnConfig:
    return st.column_config.NumberColumn(_("Row"), format="%d", width=50)


def _remarks(remarks: Sequence[Remark], names: dict[str, str], *, numbered: bool) -> None:
    rows = [
        {
            "row": remark.row,
            "subject": remark.subject,
            "reason": remark.reason,
            "provider": names.get(remark.provider_id, ""),
        }
        for remark in remarks[:_SHOWN]
    ]
    st.dataframe(
        pl.DataFrame(rows, infer_schema_length=None),
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * len(rows), 290),
        column_config={
            "row": _row_column() if numbered else None,
            "subject": st.column_config.TextColumn(_("Of"), width=230),
            "reason": st.column_config.TextColumn(_("Reason"), width=560),
            "provider": st.column_config.TextColumn(_("Importer"), width=115),
        },
    )
    if len(remarks) > _SHOWN:
        st.caption(_("The first {n} rows are shown.").format(n=_SHOWN))
