"""What all sessions of the app share: the context, the background workers, the sandbox."""

import logging
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from komet import demo, logs, time_zone
from komet.backup.archive import keep_daily_backup
from komet.context import AppContext, open_context
from komet.dispatch.worker import SendWorker
from komet.ingest.schedules import Scheduler
from komet.ingest.worker import Worker

if TYPE_CHECKING:
    from komet.sandbox.server import Sandbox


@st.cache_resource(show_spinner=False)
def context() -> AppContext:
    """The installation that the environment names."""
    opened = open_context().for_screens()
    # for a browser that names no zone
    time_zone.use_by_default(opened.settings.time_zone or time_zone.of_computer())
    logs.configure(opened.settings.log_level)
    for name in [n for n in logging.root.manager.loggerDict if n.startswith("streamlit")]:
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(logs.RedactingFormatter("%(asctime)s %(message)s"))
    return opened


@st.cache_resource(show_spinner=False)
def worker() -> Worker:
    """The one thread that downloads, whatever the pages do."""
    return Worker(context())


@st.cache_resource(show_spinner=False)
def sender() -> SendWorker:
    """The one thread that sends what is planned, whatever the pages do."""
    return SendWorker(context())


@st.cache_resource(show_spinner=False)
def sandbox() -> "Sandbox":
    """The sample importers' Komet, started on first use; the sample providers then point at it."""
    return demo.start_sandbox(context())


@st.cache_resource(show_spinner=False)
def scheduler() -> Scheduler:
    """The clock that starts scheduled refreshes and the daily backup while the app runs."""
    return Scheduler(context(), worker(), hourly=partial(keep_daily_backup, context()))


def start_services() -> None:
    """Start with the app what works in its background: the clock, and the sample importers' Komet.

    The sandbox is started where sample providers are stored, so that they answer.
    """
    scheduler()
    if demo.has_samples(context()):
        sandbox()
