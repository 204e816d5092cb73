"""From a stored token or provider to a client that can call Komet.

What is written here and in the ledger is the program's own bookkeeping. The operation that needs a
client asks whether the actor may call Komet.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from komet.api.base_url import DEFAULT_BASE_URL, normalize_base_url
from komet.api.client import KometClient, RetryPolicy
from komet.api.network import MB
from komet.api.transport import Timeouts
from komet.clients.allowance import Gate, Ledger
from komet.clients.model import Provider
from komet.clients.table import tokens as token_table
from komet.clients.tokens import get_token
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.language import _
from komet.permissions import SYSTEM, Permission

_MASK = "••••"
_INTERACTIVE_RETRY = RetryPolicy(tries=2, longest_retry_after=3)


def _interactive_timeouts(ctx: AppContext) -> Timeouts:
    full = _timeouts(ctx)
    return Timeouts(full.connect, min(30, full.read), min(90, full.deadline))


def _timeouts(ctx: AppContext) -> Timeouts:
    chosen = ctx.settings
    return Timeouts(chosen.connect_timeout, chosen.read_timeout, chosen.answer_timeout)


def address_of(ctx: AppContext, provider: Provider) -> str:
    """Where a provider is asked: its own base URL, else its token's, else Komet's."""
    token = get_token(ctx, provider.token_id) if provider.token_id else None
    return provider.base_url or (token.address if token else DEFAULT_BASE_URL)


def client_for(
    ctx: AppContext,
    provider: Provider,
    ledger: Ledger,
    *,
    gate: Gate | None = None,
    expected: int = 1,
    sleep: Callable[[float], None] = time.sleep,
    check: Callable[[], None] | None = None,
    unattended: bool = False,
) -> KometClient:
    """A client with the provider's token, within the day's allowance. `ledger.save` ends it.

    `check` may end a request under way by raising. Not `unattended`: for a person who waits, two
    tries and a short time-out. `expected` requests are likely to be sent. Raises `InvalidInput`
    (no token, or one that belongs to another address), `NotFound` or `WrongKey`.
    """
    if not provider.token_id:
        raise InvalidInput(
            _("{provider} has no token.").format(provider=provider.name),
            next_step=_("Choose one on the Client providers page."),
        )
    address = address_of(ctx, provider)
    with ctx.write(SYSTEM, Permission.READ_KOMET) as con:
        token = token_table.token_by_id(con, provider.token_id)
        token_table.update_address(con, token, token.bind(address, sent=True))
        secret = token_table.secret_of(con, ctx.vault, token.id)
    ledger.gate = gate or Gate(ctx, provider.token_id, expected)
    return KometClient(
        address,
        secret.get_secret_value(),
        provider=provider.name,
        timeouts=_timeouts(ctx) if unattended else _interactive_timeouts(ctx),
        retry=None if unattended else _INTERACTIVE_RETRY,
        on_call=ledger.record,
        before_call=ledger.gate.spend,
        sleep=sleep,
        largest_answer=ctx.settings.max_answer_mb * MB,
        check=check,
        now=ctx.now,
    )


def load_secret(ctx: AppContext, token_id: str) -> SecretStr:
    """The secret of a token, for masking it in what is shown. Never show it.

    Raises `NotFound` (retired) or `WrongKey`.
    """
    with ctx.read() as con:
        return token_table.secret_of(con, ctx.vault, token_id)


def mask_secret(secret: SecretStr, value: Any) -> Any:
    """A JSON value with the secret masked, in case somebody pasted it or Komet echoed it."""
    text = json.dumps(value, ensure_ascii=False, default=_serialize)
    plain = json.dumps(secret.get_secret_value(), ensure_ascii=False)[1:-1]
    return json.loads(text.replace(plain, _MASK))


def _serialize(value: Any) -> Any:
    """A decimal as a number, because the client reads numbers with a point as `Decimal`."""
    return float(value) if isinstance(value, Decimal) else str(value)


@contextmanager
def token_client(
    ctx: AppContext, token_id: str, base_url: str | None = None, *, expected: int = 1
) -> Iterator[KometClient]:
    """A client with a token alone, for a person who waits: two tries, short time-outs.

    Its calls are in the ledger when the block ends. Raises as `client_for` does, and `InvalidCall`
    for what is no base URL.
    """
    ledger = Ledger(token_id)
    base_url = normalize_base_url(base_url) if base_url else None
    with ctx.write(SYSTEM, Permission.READ_KOMET) as con:
        token = token_table.token_by_id(con, token_id)
        address = base_url or token.address
        # an address that a person gives here is as good as one that a provider is saved with
        bound = token.bind(address, sent=False).bind(address, sent=True)
        token_table.update_address(con, token, bound)
        secret = token_table.secret_of(con, ctx.vault, token_id)
    ledger.gate = Gate(ctx, token_id, expected)
    try:
        with KometClient(
            address,
            secret.get_secret_value(),
            timeouts=_interactive_timeouts(ctx),
            largest_answer=ctx.settings.max_answer_mb * MB,
            retry=_INTERACTIVE_RETRY,
            on_call=ledger.record,
            before_call=ledger.gate.spend,
            now=ctx.now,
        ) as client:
            yield client
    finally:
        ledger.save(ctx)
