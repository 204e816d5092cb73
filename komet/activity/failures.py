"""What went wrong lately, grouped by reason, in words, and what a person does about it.

The ledger keeps the class of the failure, see `komet.api.errors`. `komet.activity` speaks no HTTP:
a test sees to it that every class has its words.
"""

from dataclasses import dataclass

import polars as pl

from komet.activity import table
from komet.activity.model import NOT_ASKED, QUOTA
from komet.activity.requests import since
from komet.api.redaction import redact
from komet.context import AppContext
from komet.language import _, _later
from komet.messages import stored_message


@dataclass(frozen=True)
class Outcome:
    """What went wrong, what to do next, and the screen where that is done; texts in English."""

    title: str
    next_step: str
    screen: str | None = None

    @property
    def label(self) -> str:
        """What went wrong, in words."""
        return _(self.title)

    @property
    def advice(self) -> str:
        """What to do next, in one or two sentences."""
        return _(self.next_step)


OUTCOMES = {
    "AuthenticationError": Outcome(
        _later("Wrong token"),
        _later("Check the token on the Tokens page. If it is wrong or was withdrawn, replace its"
               " secret; if it is right, ask Komet support to enable the method for it."),
        "tokens",
    ),
    "PermissionDenied": Outcome(
        _later("Method not allowed"),
        _later("Ask the importer, or Komet support, to enable the method for the token. Orders come"
               " without the lists of products and box types."),
        "tokens",
    ),
    "RateLimited": Outcome(
        _later("Too many requests at once"),
        _later("Nothing, where it passed: Komet asked to slow down, and the request was tried"
               " again. Where days failed, retry them; with fewer requests under way at once if it"
               " comes often (KOMET_WORKERS)."),
        "po_download",
    ),
    QUOTA: Outcome(
        _later("Today's requests used up"),
        _later("Go on with the download after 00:00 UTC. Until then refresh only the POs you need,"
               " or correct the number of paid Komet users of the token."),
        "po_download",
    ),
    "Unavailable": Outcome(
        _later("Komet unavailable"),
        _later("Nothing, where it passed: the request was tried again. Where days failed, retry"
               " them later; if no importer answers, look at your own connection."),
        "po_download",
    ),
    "BadResponse": Outcome(
        _later("Answer unreadable"),
        _later("Nothing, where it passed: the request was tried again. Where the same day fails"
               " each time, tell Komet support the importer, the day and the time."),
        "po_download",
    ),
    "Rejected": Outcome(
        _later("Rejected by Komet"),
        _later("Read what Komet says, then check location ID and company ID of the client"
               " provider, and retry the days."),
        "client_providers",
    ),
    "InvalidCall": Outcome(
        _later("Request refused here"),
        _later("Correct the base URL of the client provider or of its token: nothing was sent."),
        "client_providers",
    ),
    NOT_ASKED: Outcome(
        _later("Komet was not asked"),
        _later("The reason says what is missing: choose a token for the client provider, or enter"
               " its secret again, and retry the days."),
        "client_providers",
    ),
}  # fmt: skip

_OTHER = Outcome(
    _later("Broke off"),
    _later("Retry it. If it comes again, the program's log says more: tell whoever looks after"
           " Komet Desk."),
)  # fmt: skip


def outcome_of(name: str) -> Outcome:
    """The words for an outcome of the ledger."""
    return OUTCOMES.get(name, _OTHER)


def list_failures(ctx: AppContext) -> pl.DataFrame:
    """Failures of the last `DAYS` days, the latest first.

    outcome (String: class of the failure, "" where Komet was not asked), source (String: `day`,
    `request` or `pause`), reason, method, client (String), times, open (Int64), last_seen
    (Datetime UTC). Days have a reason, requests a method; `open` are days not fetched since.
    """
    with ctx.read() as con:
        found = table.failures(con, since(ctx.now()))
    messages = [stored_message(*row) for row in found.select("code", "data", "reason").iter_rows()]
    reasons = pl.Series([text and redact(text) for text in messages], dtype=pl.String)
    return (
        found.drop("code", "data")
        .with_columns(reason=reasons)
        .sort("last_seen", "outcome", "client", "reason", "method", descending=[True] + [False] * 4)
    )
