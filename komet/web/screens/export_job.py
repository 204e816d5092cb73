"""A file that an export makes: at once where it is small, else in the background, watched.

A large one has a bar, can be stopped, and is fetched when it is there.
"""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from komet.export.estimate import Estimate, describe_size
from komet.export.jobs import ExportJob, JobState, Write
from komet.export.watch import ExportWatch
from komet.language import _, number
from komet.web.shell import state
from komet.web.shell.failures import plain
from komet.web.shell.preferences import with_locale


def export_button(  # noqa: PLR0917
    label: str,
    name: str,
    media_type: str,
    estimate: Estimate,
    content: Callable[[], bytes],
    write: Write,
    *,
    width: Literal["stretch", "content"] = "stretch",
) -> None:
    """A button for a file of that name: `content` gives a small one, `write` makes a large one."""
    key, label = f"export_{label}", f"{label} · {estimate.size_label}"
    if estimate.is_small:
        st.download_button(
            label, data=with_locale(content), file_name=name, mime=media_type, on_click="ignore",
            width=width,
        )  # fmt: skip
        return
    job = _job()
    if st.button(
        label, key=key, width=width,
        disabled=job is not None and job.state is JobState.RUNNING,
    ):  # fmt: skip
        if job:
            job.discard()
        watch = ExportWatch(estimate.all_rows)
        st.session_state[state.EXPORT_JOB] = ExportJob(name, write, watch)
        st.rerun()


def export_state() -> None:
    """The large export that was asked for last: how far it is, the file, or why there is none."""
    job = _job()
    if job is None:
        return
    with st.container(border=True):
        st.markdown(plain(job.name))
        if job.state is JobState.RUNNING:
            _watch(job)
            return
        if job.state is JobState.DONE:
            st.download_button(
                _("Save the file ({size})").format(size=describe_size(job.size)),
                data=job.read_bytes, file_name=job.name, on_click="ignore", type="primary",
                icon=":material/download:", width="stretch",
            )  # fmt: skip
        elif job.state is JobState.CANCELLED:
            st.info(_("The export was cancelled. There is no file of it."))
        else:
            st.error(plain(job.reason), icon=":material/error:")
        if st.button(_("Close"), key="export_close", width="stretch"):
            job.discard()
            del st.session_state[state.EXPORT_JOB]
            st.rerun()


@st.fragment(run_every="0.5s")
def _watch(job: ExportJob) -> None:
    if job.state is not JobState.RUNNING:
        st.rerun()
    watch = job.watch
    text = _("{rows} rows read").format(rows=number(watch.rows_read))
    st.progress(watch.progress, text=_("Cancelling …") if watch.is_cancelled else text)
    if st.button(_("Cancel"), key="export_cancel", disabled=watch.is_cancelled, width="stretch"):
        job.cancel()
        job.wait(5)
        st.rerun()


def _job() -> ExportJob | None:
    found: ExportJob | None = st.session_state.get(state.EXPORT_JOB)
    return found
