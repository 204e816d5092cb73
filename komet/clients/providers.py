"""Client providers: the importers on Komet whose orders we download."""

from collections.abc import Mapping, Sequence
from itertools import count
from uuid import uuid4

from komet.api.base_url import normalize_base_url
from komet.clients.model import Overlap, Provider, ProviderFields, Token, is_loopback
from komet.clients.overlaps import find_overlaps
from komet.clients.table import providers as provider_table
from komet.clients.table import tokens as token_table
from komet.context import AppContext
from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput
from komet.language import _
from komet.permissions import Actor, Permission


def list_providers(ctx: AppContext, *, inactive: bool = True) -> list[Provider]:
    """Every provider, by name; without the inactive ones if asked."""
    with ctx.read() as con:
        return provider_table.all_providers(con, inactive=inactive)


def get_provider(ctx: AppContext, provider_id: str) -> Provider:
    """The provider of that ID. Raises `NotFound`."""
    with ctx.read() as con:
        return provider_table.provider_by_id(con, provider_id)


def find_provider(ctx: AppContext, name: str) -> Provider:
    """The provider of that name, ignoring case. Raises `NotFound`, which lists the names."""
    with ctx.read() as con:
        return provider_table.provider_by_name(con, name)


def choose_providers(
    ctx: AppContext, *, names: Sequence[str] = (), group: str | None = None, every: bool = False
) -> list[Provider]:
    """Providers by name, by Komet group, or every active one. Raises `NotFound` for none."""
    with ctx.read() as con:
        return provider_table.choose(con, names=names, group=group, every=every)


def add_provider(
    ctx: AppContext, actor: Actor, fields: ProviderFields, *, overlap_too: bool = False
) -> Provider:
    """Add a provider.

    Raises `InvalidInput` without a name of its own or a token in use, or where it would send its
    token to another place than the token's; `InvalidCall` for what is no base URL; and `Overlap`
    where it would get another provider's orders, unless `overlap_too`.
    """
    with ctx.write(actor, Permission.MANAGE_PROVIDERS) as con:
        _require_token(con, fields)
        return _save(ctx, con, fields, None, overlap_too=overlap_too)


def edit_provider(
    ctx: AppContext,
    actor: Actor,
    provider_id: str,
    changes: Mapping[str, object],
    *,
    overlap_too: bool = False,
) -> Provider:
    """Change the `ProviderFields` of a provider that `changes` names; the others stay.

    Another location ID clears the location's name unless that is given, too. Raises `NotFound`, and
    what `add_provider` raises.
    """
    with ctx.write(actor, Permission.MANAGE_PROVIDERS) as con:
        before = provider_table.provider_by_id(con, provider_id)
        other_location = "location_id" in changes and (
            (changes["location_id"] or "") != (before.location_id or "")
        )
        stale = {"location_name": None} if other_location else {}
        fields = ProviderFields.model_validate(before.model_dump() | stale | dict(changes))
        _require_token(con, fields)
        return _save(ctx, con, fields, before, overlap_too=overlap_too)


def activate_provider(
    ctx: AppContext, actor: Actor, provider_id: str, *, overlap_too: bool = False
) -> Provider:
    """Download a provider again. Raises `NotFound`, and `Overlap` as `add_provider` does."""
    return _set_active(ctx, actor, provider_id, True, overlap_too)


def deactivate_provider(ctx: AppContext, actor: Actor, provider_id: str) -> Provider:
    """Leave a provider out of downloads; its orders stay. Raises `NotFound`."""
    return _set_active(ctx, actor, provider_id, False, True)


def follow_sandbox(
    ctx: AppContext, actor: Actor, provider_ids: Sequence[str], base_url: str
) -> None:
    """Give providers another base URL, without an audit row: the sandbox has a new one each start.

    Their tokens follow if they are bound to this machine; others are refused when they are called.
    Raises `NotFound` and `NotPermitted`.
    """
    with ctx.write(actor, Permission.MANAGE_PROVIDERS) as con:
        for provider_id in provider_ids:
            provider_table.update_base_url(con, provider_id, base_url)
            token_id = provider_table.provider_by_id(con, provider_id).token_id
            if token_id is None:
                continue
            token = token_table.token_by_id(con, token_id)
            if token.base_url and is_loopback(token.base_url) and is_loopback(base_url):
                moved = token.model_copy(update={"base_url": base_url})
                token_table.update_address(con, token, moved)


def _set_active(
    ctx: AppContext, actor: Actor, provider_id: str, active: bool, overlap_too: bool
) -> Provider:
    with ctx.write(actor, Permission.MANAGE_PROVIDERS) as con:
        before = provider_table.provider_by_id(con, provider_id)
        fields = ProviderFields.model_validate(before.model_dump() | {"active": active})
        return _save(ctx, con, fields, before, overlap_too=overlap_too)


def _require_token(con: Connection, fields: ProviderFields) -> None:
    token = token_table.token_by_id(con, fields.token_id) if fields.token_id else None
    if token is None or token.retired_at:
        raise InvalidInput(
            _("A client provider needs a token."), next_step=_("Choose the token of this importer.")
        )


def _save(
    ctx: AppContext,
    con: Connection,
    fields: ProviderFields,
    before: Provider | None,
    *,
    overlap_too: bool,
) -> Provider:
    if fields.base_url:
        fields = fields.model_copy(update={"base_url": normalize_base_url(fields.base_url)})
    every = provider_table.all_providers(con)
    others = [other for other in every if before is None or other.id != before.id]
    _check_name(fields, others)
    if before is None or (before.token_id, before.base_url) != (fields.token_id, fields.base_url):
        _bind_token(con, fields)
    if not overlap_too and fields.active and _reach(before) != _reach(fields):
        _refuse_overlap(fields, others, token_table.all_tokens(con, retired=True))
    if before is not None and _asked(before) != _asked(fields):
        provider_table.forget_check(con, before.id)
    now = ctx.now()
    saved = provider_table.replace(
        con,
        Provider(
            **fields.model_dump(include=set(ProviderFields.model_fields)),
            id=before.id if before else str(uuid4()),
            colour=before.colour if before else _free_colour(every),
            created_at=before.created_at if before else now,
            updated_at=now,
        ),
    )
    what = "provider changed" if before else "provider added"
    audit.record(con, what, fields.name, now, fields.model_dump())
    return saved


def _free_colour(every: Sequence[Provider]) -> int:
    taken = {provider.colour for provider in every}
    return next(n for n in count() if n not in taken)


def _check_name(fields: ProviderFields, others: Sequence[Provider]) -> None:
    if not fields.name:
        raise InvalidInput(_("A client provider needs a name."))
    if any(other.name.casefold() == fields.name.casefold() for other in others):
        raise InvalidInput(
            _("There is a client provider “{name}” already.").format(name=fields.name),
            next_step=_("Choose another name, or change that one."),
        )


def _bind_token(con: Connection, fields: ProviderFields) -> None:
    if fields.token_id:
        token = token_table.token_by_id(con, fields.token_id)
        bound = token.bind(fields.base_url or token.address, sent=False)
        token_table.update_address(con, token, bound)


def _reach(fields: ProviderFields | None) -> tuple[object, ...]:
    """What decides which orders a provider gets."""
    if fields is None:
        return ()
    return (
        fields.token_id, fields.base_url, fields.location_id, fields.company_id, fields.active
    )  # fmt: skip


def _asked(fields: ProviderFields) -> tuple[object, ...]:
    """What decides what a check asks, and where."""
    return fields.token_id, fields.base_url, fields.location_id


def _refuse_overlap(
    fields: ProviderFields, others: Sequence[Provider], tokens: Sequence[Token]
) -> None:
    if found := find_overlaps(fields, others, tokens):
        raise Overlap(
            _("{name} would get the same orders as {others}: figures would double.").format(
                name=fields.name, others=", ".join(other.name for other in found)
            ),
            _("They have the same token or company, and no location that tells them apart."),
            _("Give each its location, or confirm that it is to be saved all the same (--yes on"
              " the command line)."),
        )  # fmt: skip
