"""Any method of the Komet API by hand: checked, sent, recorded, and kept for another time."""

from typing import Any

from pydantic import SecretStr
from rapidfuzz import process

from komet.api.client import ApiCall, KometClient
from komet.api.errors import InvalidCall, KometError
from komet.api.methods import Method, registry
from komet.api.request import serialize_json
from komet.catalogs.rows import find_rows
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for, load_secret, mask_secret
from komet.clients.model import Provider
from komet.context import AppContext
from komet.db import audit
from komet.errors import InvalidInput
from komet.explorer import table
from komet.explorer.model import CallOutcome, KometAddress, MethodCall
from komet.language import _
from komet.messages import message
from komet.permissions import Actor, Permission

_LONGEST_KEPT, _SHOWN = 4_000, 40
_NEWEST = 20


def find_method(name: str) -> Method:
    """The method of that name. Raises `InvalidCall`, which suggests similar names."""
    spec = registry().get(name)
    if spec is None:
        near = [found for found, _score, _place in process.extract(name, list(registry()), limit=3)]
        raise InvalidCall("unknown_method", method=name, near=near)
    return spec


def call_method(
    ctx: AppContext,
    actor: Actor,
    target: Provider | KometAddress,
    name: str,
    params: dict[str, Any],
    *,
    writes_allowed: bool,
) -> CallOutcome:
    """Check a call, send it and record it; a refusal of Komet's is an outcome, with its words.

    Raises `NotPermitted`; `InvalidCall` for what cannot be sent; `InvalidInput` for a method that
    writes where that is not allowed, or a provider without a token or with that of another address;
    `NotFound` for a token that is retired, and `WrongKey`.
    """
    spec = find_method(name)
    permission = Permission.WRITE_TO_KOMET if spec.writes else Permission.READ_KOMET
    ctx.authorize(actor, permission)
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
    at = ctx.now()
    ledger = _CallLog(target)
    answer: dict[str, Any] | None = None
    failure: KometError | None = None
    try:
        with _client(ctx, target, ledger) as client:
            # read before the call: a token that is retired meanwhile must not keep us from
            # recording what has been done
            secret = _secret(ctx, target)
            answer = client.call(name, **params)
    except InvalidCall:
        raise
    except KometError as error:
        failure = error
    finally:
        if isinstance(target, Provider):
            ledger.save(ctx)
    shown = _shorten(mask_secret(secret, serialize_json(params)))
    answer = mask_secret(secret, answer)
    last = ledger.tried[-1] if ledger.tried else None
    milliseconds = sum(call.milliseconds for call in ledger.tried)
    with ctx.write(actor, permission) as con:
        call_id = table.record(
            con,
            provider_id=target.id if isinstance(target, Provider) else None,
            method=name,
            params=shown,
            outcome=type(failure).__name__ if failure else "ok",
            http_status=last.http_status if last else None,
            milliseconds=milliseconds,
            answer_rows=len(find_rows(spec, answer)) if answer else None,
            now=at,
        )
        if spec.writes:
            result = {"code": failure.code, "data": failure.data} if failure else "ok"
            detail = {"provider": target.name, "result": result, "parameters": shown}
            audit.record(con, "method called", name, at, detail)
    return CallOutcome(
        call_id=call_id,
        method=name,
        at=at,
        answer=answer,
        error=message(failure) if failure else None,
        http_status=last.http_status if last else None,
        milliseconds=milliseconds,
        size=sum(call.size for call in ledger.tried),
        tries=len(ledger.tried),
        headers=dict(last.headers) if last else {},
    )


def list_calls(ctx: AppContext) -> tuple[list[MethodCall], list[MethodCall]]:
    """The calls kept under a name, by name, and the 20 newest of the others."""
    with ctx.read() as con:
        return table.list_kept(con), table.list_newest(con, _NEWEST)


def keep_call(ctx: AppContext, actor: Actor, call_id: str, name: str) -> None:
    """Keep a copy of a call under a name; one of that name is replaced.

    Raises `InvalidInput` without a name, `NotFound` and `NotPermitted`.
    """
    name = name.strip()
    if not name:
        raise InvalidInput(_("Give the call a name."))
    with ctx.write(actor, Permission.READ_KOMET) as con:
        table.keep(con, call_id, name, ctx.now())


def forget_call(ctx: AppContext, actor: Actor, call_id: str) -> None:
    """Delete a kept call. Raises `NotPermitted`."""
    with ctx.write(actor, Permission.READ_KOMET) as con:
        table.forget(con, call_id)


class _CallLog(Ledger):
    """The ledger, which also keeps the calls themselves, because a person wants to see them."""

    def __init__(self, target: Provider | KometAddress) -> None:
        if isinstance(target, Provider):
            super().__init__(target.token_id or "", target.id)
        else:
            super().__init__("")
        self.tried: list[ApiCall] = []

    def record(self, call: ApiCall) -> None:
        self.tried.append(call)
        super().record(call)


def _client(ctx: AppContext, target: Provider | KometAddress, ledger: Ledger) -> KometClient:
    if isinstance(target, Provider):
        return client_for(ctx, target, ledger)
    secret = target.secret.get_secret_value()
    return KometClient(target.base_url, secret, provider=target.name, on_call=ledger.record)


def _secret(ctx: AppContext, target: Provider | KometAddress) -> SecretStr:
    if isinstance(target, Provider):
        return load_secret(ctx, target.token_id or "")
    return target.secret


def _shorten(value: Any) -> Any:
    """Parameters for history and audit, where files and other long texts are cut short."""
    if isinstance(value, dict):
        return {name: _shorten(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_shorten(part) for part in value]
    if isinstance(value, str) and len(value) > _LONGEST_KEPT:
        return f"{value[:_SHOWN]}… ({len(value):,})"
    return value
