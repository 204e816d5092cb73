"""One call of any method with a provider's token: checked, sent, recorded."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from rapidfuzz import process

from komet.api.client import ApiCall, KometClient
from komet.api.errors import InvalidCall, KometError
from komet.api.methods import Method, registry
from komet.api.request import wire_json
from komet.catalogs.rows import rows_in
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import tokens
from komet.context import AppContext
from komet.db import audit
from komet.errors import InvalidInput
from komet.explorer import table as method_calls
from komet.language import _
from komet.sandbox.tokens import token_for
from komet.sentences import message

_BLOT = "••••"
_LONGEST_KEPT, _SHOWN = 4_000, 40
SANDBOX = "Sandbox"
"""Where a call goes that has no provider."""


@dataclass(frozen=True)
class Outcome:
    """What a call came to. `error` is a sentence, and None for an answer that is not a refusal."""

    call_id: str
    method: str
    at: datetime
    answer: dict[str, Any] | None
    error: str | None
    http_status: int | None
    milliseconds: int
    size: int
    tries: int
    headers: dict[str, str] = field(default_factory=dict)


def method_named(name: str) -> Method:
    """The method. Raises `InvalidCall`, with the names that are like it."""
    spec = registry().get(name)
    if spec is None:
        near = [found for found, _score, _place in process.extract(name, list(registry()), limit=3)]
        raise InvalidCall("unknown_method", method=name, near=near)
    return spec


def call_method(
    ctx: AppContext,
    provider: Provider | None,
    name: str,
    params: dict[str, Any],
    *,
    writes_allowed: bool,
    sandbox_url: str = "",
) -> Outcome:
    """Send it once checked; a refusal of Komet's is an outcome, with its words.

    Without a provider it goes to the sandbox at that URL, with a sample token that may call it.
    Raises `InvalidCall` for what cannot be sent, `InvalidInput` for a method that writes where
    that is not allowed, or a provider without a token.
    """
    spec = method_named(name)
    if spec.token_in == "none":
        raise InvalidInput(
            _("{method} takes a user name and a password.").format(method=name),
            next_step=_("A token by login is made on the Tokens page."),
        )
    if spec.writes and not writes_allowed:
        raise InvalidInput(
            _("{method} changes data in Komet, and that is not switched on.").format(method=name),
            next_step=_("Switch on methods that write, and send it again."),
        )
    ledger = _Listener(provider)
    answer: dict[str, Any] | None = None
    failure: KometError | None = None
    at = ctx.now()
    sample = token_for(spec).secret
    try:
        with _client(ctx, provider, ledger, sandbox_url, sample) as client:
            answer = client.call(name, **params)
    except InvalidCall:
        raise
    except KometError as error:
        failure = error
    finally:
        if provider:
            ledger.save(ctx)
    heard = _Heard(at, answer, failure, ledger.tried, sample)
    return _recorded(ctx, provider, spec, params, heard)


def _client(
    ctx: AppContext, provider: Provider | None, ledger: Ledger, sandbox_url: str, sample: str
) -> KometClient:
    if provider is None:
        return KometClient(sandbox_url, sample, provider=SANDBOX, on_call=ledger.note)
    return client_for(ctx, provider, ledger)


class _Listener(Ledger):
    """The ledger, and the tries themselves: what a person wants to see of them."""

    def __init__(self, provider: Provider | None) -> None:
        token_id = provider.token_id if provider else None
        super().__init__(token_id or "", provider.id if provider else None)
        self.tried: list[ApiCall] = []

    def note(self, call: ApiCall) -> None:
        self.tried.append(call)
        super().note(call)


@dataclass(frozen=True)
class _Heard:
    at: datetime
    answer: dict[str, Any] | None
    failure: KometError | None
    tried: list[ApiCall]
    sample: str


def _recorded(
    ctx: AppContext, provider: Provider | None, spec: Method, params: dict[str, Any], heard: _Heard
) -> Outcome:
    last = heard.tried[-1] if heard.tried else None
    milliseconds = sum(call.milliseconds for call in heard.tried)
    secret = heard.sample
    if provider:
        with ctx.db.read() as con:
            secret = tokens.secret_of(con, ctx.vault, provider.token_id or "").get_secret_value()
    shown = _shortened(_without(secret, wire_json(params)))
    answer = _without(secret, heard.answer)
    with ctx.db.write() as con:
        call_id = method_calls.record(
            con,
            provider_id=provider.id if provider else None,
            method=spec.name,
            params=shown,
            outcome=type(heard.failure).__name__ if heard.failure else "ok",
            http_status=last.http_status if last else None,
            milliseconds=milliseconds,
            answer_rows=len(rows_in(spec, answer)) if answer else None,
            now=heard.at,
        )
        if spec.writes:
            audit.record(
                con,
                "method called",
                spec.name,
                heard.at,
                {
                    "provider": provider.name if provider else SANDBOX,
                    "result": _result(heard.failure),
                    "parameters": shown,
                },
            )
    return Outcome(
        call_id=call_id,
        method=spec.name,
        at=heard.at,
        answer=answer,
        error=message(heard.failure) if heard.failure else None,
        http_status=last.http_status if last else None,
        milliseconds=milliseconds,
        size=sum(call.size for call in heard.tried),
        tries=len(heard.tried),
        headers=dict(last.headers) if last else {},
    )


def _result(failure: KometError | None) -> Any:
    return {"code": failure.code, "data": failure.data} if failure else "ok"


def _without(secret: str, value: Any) -> Any:
    """A JSON value without the token, should somebody have pasted it, or Komet have echoed it."""
    text = json.dumps(value, ensure_ascii=False, default=_as_sent)
    masked = json.dumps(secret, ensure_ascii=False)[1:-1]
    return json.loads(text.replace(masked, _BLOT))


def _as_sent(value: Any) -> Any:
    """Numbers as numbers: the client reads those with a point as `Decimal`."""
    return float(value) if isinstance(value, Decimal) else str(value)


def _shortened(value: Any) -> Any:
    """Parameters for the history and the audit: files and other long texts are not kept there."""
    if isinstance(value, dict):
        return {name: _shortened(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_shortened(part) for part in value]
    if isinstance(value, str) and len(value) > _LONGEST_KEPT:
        return f"{value[:_SHOWN]}… ({len(value):,})"
    return value
