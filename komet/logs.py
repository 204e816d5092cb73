"""Logging to standard error, with every secret that could travel in a URL redacted."""

import logging

from komet.api.redaction import redact


class RedactingFormatter(logging.Formatter):
    """Redacts the whole line, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(level: str) -> None:
    """Send our log to standard error. Libraries that log URLs are kept at WARNING."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("komet")
    root.handlers = [handler]
    root.setLevel(level)
    root.propagate = False
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
