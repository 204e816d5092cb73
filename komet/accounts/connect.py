"""From a stored token or provider to a client that can call Komet."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from komet.accounts.ledger import Ledger
from komet.api.client import DEFAULT_BASE_URL, KometClient, RetryPolicy
from komet.api.patience import MB
from komet.api.transport import Timeouts
from komet.desk import Desk
from komet.errors import InvalidInput
from komet.language import _
from komet.store import providers, tokens
from komet.store.providers import Provider

_HURRIED = RetryPolicy(tries=2, longest_retry_after=3)


def _hurried(desk: Desk) -> Timeouts:
    patient = _patient(desk)
    return Timeouts(patient.connect, min(30, patient.read), min(90, patient.deadline))


def _patient(desk: Desk) -> Timeouts:
    chosen = desk.settings
    return Timeouts(chosen.connect_timeout, chosen.read_timeout, chosen.answer_timeout)


def base_url_of(desk: Desk, token_id: str) -> str:
    """Where a token is used: its own base URL, else that of a provider with it, else Komet's."""
    with desk.db.read() as con:
        token = tokens.token_by_id(con, token_id)
        used = [p.base_url for p in providers.all_providers(con) if p.token_id == token_id]
    return token.base_url or next((url for url in used if url), None) or DEFAULT_BASE_URL


def client_for(
    desk: Desk,
    provider: Provider,
    ledger: Ledger,
    *,
    before_call: Callable[[], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    check: Callable[[], None] | None = None,
    patient: bool = True,
) -> KometClient:
    """A client with the provider's token. Raises `InvalidInput`, `NotFound` or `WrongKey`.

    `check` may end a request under way by raising. Not `patient`: for a person who waits, two
    tries and a short time-out.
    """
    if not provider.token_id:
        raise InvalidInput(
            _("{provider} has no token.").format(provider=provider.name),
            next_step=_("Choose one on the Client providers page."),
        )
    with desk.db.read() as con:
        secret = tokens.secret_of(con, desk.box, provider.token_id)
    return KometClient(
        provider.base_url or base_url_of(desk, provider.token_id),
        secret.get_secret_value(),
        provider=provider.name,
        timeouts=_patient(desk) if patient else _hurried(desk),
        retry=None if patient else _HURRIED,
        on_call=ledger.note,
        before_call=before_call,
        sleep=sleep,
        largest_answer=desk.settings.max_answer_mb * MB,
        check=check,
    )


@contextmanager
def token_client(desk: Desk, token_id: str, base_url: str | None = None) -> Iterator[KometClient]:
    """A client with a token alone, for a person who waits: two tries, short time-outs.

    Its calls are in the ledger when the block ends.
    """
    ledger = Ledger(token_id)
    with desk.db.read() as con:
        secret = tokens.secret_of(con, desk.box, token_id)
    try:
        with KometClient(
            base_url or base_url_of(desk, token_id),
            secret.get_secret_value(),
            timeouts=_hurried(desk),
            largest_answer=desk.settings.max_answer_mb * MB,
            retry=_HURRIED,
            on_call=ledger.note,
        ) as client:
            yield client
    finally:
        ledger.save(desk)
