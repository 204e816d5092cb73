"""From a preview to Komet: the press that sends, its progress, and the receipt afterwards.

A batch is in the address as `?batch=`: a reload, a second tab and a link find it again.
"""

from collections.abc import Callable, Collection, Sequence

import streamlit as st

from komet import time_zone
from komet.context import AppContext
from komet.dispatch.model import STATES, Preview, Remark, Write, WriteState
from komet.dispatch.outbox import list_writes, queue_writes
from komet.dispatch.preview import leave_out_questions
from komet.dispatch.receipt import receipt_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, _n
from komet.messages import FAILURES
from komet.web.screens.previews import forget_preview, kept_preview, show_preview
from komet.web.screens.writes import ORDER, actions, writes_table
from komet.web.shell import failures, state
from komet.web.shell.preferences import with_locale
from komet.web.shell.resources import sender
from komet.web.shell.session import actor

OnSent = Callable[[Collection[tuple[str, str]]], None]
BATCH = "batch"
_MOST = 100_000
_ENDED = frozenset(WriteState) - {WriteState.PLANNED, WriteState.SENDING}


def preview_and_send(
    ctx: AppContext, preview: Preview, slot: str, on_sent: OnSent | None = None
) -> None:
    """A preview, and the button that sends it; `slot` names the place on the page.

    `on_sent` is called once it is in the outbox, before the page is drawn anew, with the lines
    (provider ID, PO item ID) that were not sent: in error, or unusual and nobody said yes.
    """
    accepted = show_preview(ctx, preview, slot)
    chosen = preview if accepted else leave_out_questions(preview)
    count = len(chosen.drafts)
    label = _("Send to Komet ({n})").format(n=count)
    if not count and chosen.by_hand:
        label = _("Put on the list to do by hand")
    elif not count and chosen.packing:
        label = _("Keep the box codes")
    bar = st.container(horizontal=True)
    if bar.button(
        label, type="primary", disabled=chosen.is_empty, icon=":material/send:", key=f"send_{slot}"
    ):
        send(ctx, preview, accepted=accepted, slot=slot, on_sent=on_sent)
    if kept_preview(slot) is preview and bar.button(_("Cancel"), key=f"cancel_{slot}"):
        forget_preview(slot)
        st.rerun()


def send(
    ctx: AppContext,
    preview: Preview,
    *,
    accepted: bool = False,
    slot: str = "",
    on_sent: OnSent | None = None,
) -> None:
    """Put a preview into the outbox, have it sent in the background, and draw the page anew."""
    with failures.shown():
        queued = queue_writes(ctx, actor(), preview, accepted=accepted)
        st.session_state[state.OVERTAKEN] = queued.overtaken
        forget_preview(slot)
        if on_sent:
            asked = () if accepted else preview.questions
            on_sent({(one.provider_id, one.po_item_id) for one in (*preview.problems, *asked)})
        if queued.batch_id:
            sender().submit(actor(), queued.batch_id)
            st.query_params[BATCH] = queued.batch_id
            if queued.writes:
                failures.notice(_("On its way: the receipt is at the top of the page."))
        elif preview.packing:
            failures.notice(_("The box codes are kept."))
        st.rerun()


def show_overtaken() -> None:
    """Name what somebody else was faster with, until it is closed or the next press of Send."""
    overtaken: Sequence[Remark] = st.session_state.get(state.OVERTAKEN) or ()
    if not overtaken:
        return
    st.warning(
        _("Not sent, because somebody else was first:")
        + "".join(f"\n- {failures.plain(f'{one.subject}: {one.reason}')}" for one in overtaken),
        icon=":material/group:",
    )
    if st.button(_("Close"), key="close_overtaken_writes"):
        del st.session_state[state.OVERTAKEN]
        st.rerun()


def batch_in_address() -> str | None:
    """The batch that the address names."""
    return st.query_params.get(BATCH)


def follow_batch(ctx: AppContext, batch_id: str | None = None) -> None:
    """The batch that the address names, or this one: its progress, then its receipt.

    Nothing is drawn where there is none.
    """
    show_overtaken()
    batch_id = batch_id or batch_in_address()
    if not batch_id:
        return
    with failures.shown():
        writes = list_writes(ctx, batch_id=batch_id, limit=_MOST)
        if not writes:
            st.info(_("The outbox has no such batch."))
        elif _is_at_work(batch_id, writes):
            _progress(ctx, batch_id)
        else:
            _receipt(ctx, batch_id, writes)


def _is_at_work(batch_id: str, writes: Sequence[Write]) -> bool:
    return sender().is_busy(batch_id) or any(w.state is WriteState.SENDING for w in writes)


@st.fragment(run_every="1s")
def _progress(ctx: AppContext, batch_id: str) -> None:
    """Read the batch every second; when it is through, draw the whole page anew."""
    try:
        writes = list_writes(ctx, batch_id=batch_id, limit=_MOST)
    except FAILURES as error:
        failures.show(error)
        return
    if not _is_at_work(batch_id, writes):
        failures.notice(_counted(writes))  # whoever has scrolled down sees it all the same
        st.rerun()
    ended = sum(write.state in _ENDED for write in writes)
    words = _("{ended} of {all} are through").format(ended=ended, all=len(writes))
    if ended == len(writes):
        words = _("All is through; the POs are being read again …")
    st.progress(ended / len(writes), text=words)
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.caption(_("It goes on when this page is closed."))
    if bar.button(_("Stop"), key="stop_batch", help=_("What has not gone out stays planned.")):
        sender().stop(batch_id)


def _counted(writes: Sequence[Write]) -> str:
    """How many writes are in each state."""
    counts = {one: sum(write.state is one for write in writes) for one in ORDER}
    return " · ".join(f"{_(STATES[one])}: {n}" for one, n in counts.items() if n)


def _receipt(ctx: AppContext, batch_id: str, writes: Sequence[Write]) -> None:
    words = _counted(writes)
    good = {WriteState.SENT, WriteState.BY_HAND, WriteState.WITHDRAWN}
    with st.container(border=True):
        head = st.container(horizontal=True, vertical_alignment="center")
        head.header(_("Receipt"))
        if head.button(_("Close"), key="close_receipt", type="tertiary"):
            st.query_params.pop(BATCH, None)
            st.rerun()
        if all(write.state in good for write in writes):
            st.success(words, icon=":material/check_circle:")
        else:
            st.warning(words, icon=":material/warning:")
        if why := sender().why_not_refreshed(batch_id):
            st.warning(failures.plain(why), icon=":material/sync_problem:")
        chosen, selected = writes_table(ctx, writes, batch_id, tallest=290)
        actions(ctx, chosen, batch_id, selected=selected)
        st.download_button(
            _("Receipt as Excel"),
            data=with_locale(receipt_bytes, ctx, actor(), batch_id),
            file_name=f"receipt-{time_zone.local(writes[0].planned_at):%Y-%m-%d-%H%M}.xlsx",
            mime=EXCEL_TYPE,
            on_click="ignore",
            icon=":material/download:",
        )
        numbers = list(dict.fromkeys(write.po_number for write in writes if write.po_number))
        if numbers:
            st.page_link(
                "pages/purchase_orders.py",
                label=_n("See its PO", "See its POs", len(numbers)),
                icon=":material/list_alt:",
                query_params={"po_numbers": ",".join(numbers[:50])},
            )
        if (again := kept_preview(batch_id)) is not None:
            preview_and_send(ctx, again, batch_id)
