"""Tokens: Komet API keys. Stored encrypted; on screen only their last four characters."""

from uuid import uuid4

from pydantic import SecretStr

from komet.api.base_url import DEFAULT_BASE_URL, normalize_base_url
from komet.clients.model import (
    DEFAULT_ADDRESS,
    KINDS,
    DuplicateOwner,
    Token,
    TokenFields,
    same_origin,
)
from komet.clients.table import providers as provider_table
from komet.clients.table import tokens as token_table
from komet.context import AppContext
from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.language import _, _n
from komet.permissions import Actor, Permission


def list_tokens(ctx: AppContext, *, retired: bool = False) -> list[Token]:
    """Every token, by label; retired ones only when asked for."""
    with ctx.read() as con:
        return token_table.all_tokens(con, retired=retired)


def get_token(ctx: AppContext, token_id: str) -> Token:
    """The token of that ID. Raises `NotFound`."""
    with ctx.read() as con:
        return token_table.token_by_id(con, token_id)


def find_token(ctx: AppContext, label: str) -> Token:
    """The token in use of that label, ignoring case. Raises `NotFound`."""
    for token in list_tokens(ctx):
        if token.label.casefold() == label.strip().casefold():
            return token
    raise NotFound(
        _("There is no token “{label}”.").format(label=label),
        next_step=_("`token list` shows the tokens there are."),
    )


def add_token(
    ctx: AppContext,
    actor: Actor,
    fields: TokenFields,
    secret: SecretStr,
    *,
    duplicate_too: bool = False,
) -> Token:
    """Store a new token.

    Raises `DuplicateOwner` where its owner has one of that kind in use, unless `duplicate_too`;
    `InvalidInput` where label, kind, users or secret cannot be used, `InvalidCall` for what is no
    base URL, and `WrongKey`.
    """
    with ctx.write(actor, Permission.MANAGE_TOKENS) as con:
        if not duplicate_too:
            _refuse_second(con, fields)
        label = _checked_label(con, fields.label)
        kind = _checked_kind(fields.kind)
        base_url = normalize_base_url(fields.base_url) if fields.base_url else None
        clean, now = _checked_secret(secret), ctx.now()
        token = Token(
            id=str(uuid4()),
            label=label,
            kind=kind,
            owner=fields.owner or None,
            users=_checked_users(fields.users),
            base_url=base_url,
            may_move=base_url is None,
            last_four=clean.get_secret_value()[-4:],
            created_at=now,
            updated_at=now,
        )
        token_table.insert(con, token, _sealed(con, ctx, clean))
        audit.record(con, "token added", label, now)
        return token


def add_token_by_login(
    ctx: AppContext,
    actor: Actor,
    label: str,
    username: str,
    password: SecretStr,
    *,
    base_url: str | None = None,
) -> Token:
    """Ask Komet for the company token of one of its users, and store it.

    The login travels in the URL (the contract's way). It is not logged or stored; of the answer,
    only the token is stored. Raises `KometError`, and what `add_token` raises but `DuplicateOwner`.
    """
    from komet.api.client import KometClient

    ctx.authorize(actor, Permission.MANAGE_TOKENS)
    with ctx.read() as con:
        _checked_label(con, label)  # before the login goes out
    with KometClient(normalize_base_url(base_url or DEFAULT_BASE_URL)) as client:
        secret = SecretStr(client.login(username, password.get_secret_value()))
    fields = TokenFields(
        label=label,
        kind="Company",
        owner=username,
        # the login went there, and so does the token that came of it
        base_url=base_url or DEFAULT_ADDRESS,
    )
    return add_token(ctx, actor, fields, secret, duplicate_too=True)


def edit_token(
    ctx: AppContext,
    actor: Actor,
    token_id: str,
    *,
    label: str,
    owner: str | None,
    users: int,
    kind: str | None = None,
    base_url: str | None = None,
) -> Token:
    """Change what a token is called, whose and what it is, its company's paid users, its address.

    None: kind or address stays. The address may change freely within its host; it may go to another
    one only as long as the secret was not sent, see `Token.bind`. Raises `NotFound`, `InvalidInput`
    where something of it cannot be used, and `InvalidCall` for what is no base URL.
    """
    with ctx.write(actor, Permission.MANAGE_TOKENS) as con:
        before = token_table.token_by_id(con, token_id)
        label = label.strip()
        if label.casefold() != before.label.casefold():
            label = _checked_label(con, label)
        token_table.update_fields(
            con,
            token_id,
            label=label,
            owner=(owner or "").strip() or None,
            users=_checked_users(users),
            kind=_checked_kind(kind or before.kind),
            now=ctx.now(),
        )
        if base_url:
            token_table.update_address(con, before, before.moved(normalize_base_url(base_url)))
        audit.record(con, "token changed", before.label, ctx.now(), {"label": label})
        return token_table.token_by_id(con, token_id)


def replace_secret(
    ctx: AppContext,
    actor: Actor,
    token_id: str,
    secret: SecretStr,
    *,
    base_url: str | None = None,
) -> Token:
    """Replace the secret of a token, and forget what the last checks found.

    With `base_url` it is sent there from now on; its providers that named the old place follow.
    Without, its address stays until a provider with another one is saved. Raises `InvalidInput`,
    `NotFound`, `WrongKey`, and `InvalidCall` for what is no base URL.
    """
    with ctx.write(actor, Permission.MANAGE_TOKENS) as con:
        clean = _checked_secret(secret)
        token = token_table.token_by_id(con, token_id)
        last_four = clean.get_secret_value()[-4:]
        token_table.update_secret(con, token_id, _sealed(con, ctx, clean), last_four, ctx.now())
        providers = provider_table.with_token(con, token_id)
        for provider in providers:
            provider_table.forget_check(con, provider.id)
        if base_url:
            now_there = token.model_copy(
                update={"base_url": normalize_base_url(base_url), "may_move": False}
            )
            fresh = token_table.token_by_id(con, token_id)
            token_table.update_address(con, fresh, now_there)
            for provider in providers:
                if provider.base_url and not same_origin(provider.base_url, now_there.address):
                    provider_table.update_base_url(con, provider.id, None)
        audit.record(con, "token secret replaced", token.label, ctx.now())
        return token_table.token_by_id(con, token_id)


def retire_token(
    ctx: AppContext, actor: Actor, token_id: str, *, in_use_too: bool = False
) -> Token:
    """Take a token out of use and forget its secret. Its row stays, for the ledger.

    Raises `NotFound`, and `InvalidInput`, which names the clients, where it is in use and that was
    not agreed to.
    """
    with ctx.write(actor, Permission.MANAGE_TOKENS) as con:
        clients = provider_table.names_with_token(con, token_id)
        if clients and not in_use_too:
            raise InvalidInput(
                _n(
                    "The token is in use by {n} importer: {names}.",
                    "The token is in use by {n} importers: {names}.",
                    len(clients),
                ).format(n=len(clients), names=", ".join(clients)),
                _("Their downloads stop until you choose another token for them."),
                _("Confirm that it is to be retired all the same (--yes on the command line)."),
            )
        token_table.retire(con, token_id, ctx.now())
        token = token_table.token_by_id(con, token_id)
        audit.record(con, "token retired", token.label, ctx.now())
        return token


def list_provider_names(ctx: AppContext, token_id: str) -> list[str]:
    """The names of the client providers that a token is used for."""
    with ctx.read() as con:
        return provider_table.names_with_token(con, token_id)


def make_key(ctx: AppContext, actor: Actor) -> bool:
    """Make a key for secrets where there is none, and return whether one was made.

    Raises `WrongKey` where it cannot be written.
    """
    ctx.authorize(actor, Permission.MANAGE_TOKENS)
    return ctx.vault.make_key()


def _refuse_second(con: Connection, fields: TokenFields) -> None:
    """Komet advises one token per vendor or customer."""
    owner = (fields.owner or "").casefold()
    for token in token_table.all_tokens(con):
        if owner and token.kind == fields.kind and (token.owner or "").casefold() == owner:
            raise DuplicateOwner(
                _("{owner} has a token already: {label}.").format(
                    owner=fields.owner, label=token.label
                ),
                _("Komet advises one token per vendor or customer."),
            )


def _sealed(con: Connection, ctx: AppContext, secret: SecretStr) -> str:
    return ctx.vault.seal(secret, first=not token_table.has_secrets(con))


def _checked_label(con: Connection, label: str) -> str:
    label = label.strip()
    if not label:
        raise InvalidInput(_("A token needs a name."))
    if any(t.label.casefold() == label.casefold() for t in token_table.all_tokens(con)):
        raise InvalidInput(
            _("There is a token “{label}” already.").format(label=label),
            next_step=_("Choose another name, or replace that token's secret."),
        )
    return label


def _checked_kind(kind: str) -> str:
    if kind not in KINDS:
        raise InvalidInput(
            _("“{kind}” is not a kind of token.").format(kind=kind),
            next_step=_("Choose one of {kinds}.").format(kinds=", ".join(KINDS)),
        )
    return kind


def _checked_users(users: int) -> int:
    if users < 1:
        raise InvalidInput(_("A Komet company has at least one paid user."))
    return users


def _checked_secret(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value().strip()
    if not 8 <= len(value) <= 200 or any(c.isspace() for c in value):
        raise InvalidInput(
            _("That is not a Komet token."),
            _("A token is one word of 8 to 200 characters."),
            _("Copy it from Komet: Setup > Settings > Integrations > Tokens."),
        )
    return SecretStr(value)
