"""Client providers: the importers on Komet whose orders we download."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from komet.clients.addresses import KOMETS_OWN, same_place
from komet.clients.model import Overlap, Provider, ProviderFields
from komet.clients.table import tokens
from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.language import _

_COLUMNS = (
    "id, name, system, token_id, location_id, location_name, komet_group, company_id, base_url,"
    " active, days_back, days_ahead, created_at, updated_at"
)


def all_providers(con: Connection, *, inactive: bool = True) -> list[Provider]:
    """Every provider, by name; without the inactive ones if asked."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM providers ORDER BY lower(name)")
    return [p for row in rows if (p := Provider.model_validate(row)).active or inactive]


def provider_by_id(con: Connection, provider_id: str) -> Provider:
    """Raises `NotFound`."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM providers WHERE id = $id", {"id": provider_id})
    if not rows:
        raise NotFound(_("That client provider is not there any more."))
    return Provider.model_validate(rows[0])


def provider_by_name(con: Connection, name: str) -> Provider:
    """The provider of that name, ignoring case. Raises `NotFound`, which lists the names."""
    providers = all_providers(con)
    for provider in providers:
        if provider.name.casefold() == name.strip().casefold():
            return provider
    known = ", ".join(provider.name for provider in providers) or _("none yet")
    raise NotFound(
        _("There is no client provider “{name}”.").format(name=name),
        _("There are: {known}.").format(known=known),
    )


def chosen(
    con: Connection, *, names: Sequence[str] = (), group: str | None = None, every: bool = False
) -> list[Provider]:
    """Providers by name, by Komet group, or every active one. Raises `NotFound` for none."""
    if names:
        found = [provider_by_name(con, name) for name in names]
    else:
        active = all_providers(con, inactive=False)
        wanted = (group or "").strip().casefold()
        found = [p for p in active if every or (p.komet_group or "").casefold() == wanted]
    if not found:
        raise NotFound(
            _("There is no active client provider in group “{group}”.").format(group=group)
            if group
            else _("There is no active client provider yet."),
            next_step=_("Add one on the Client providers page, or with `provider add`."),
        )
    return found


def set_base_url(con: Connection, provider_id: str, base_url: str) -> None:
    """Another base URL and nothing else, unrecorded: the sandbox has a new one at every start.

    Its token follows if it has been used on this machine alone; another one is refused when called.
    """
    con.run(
        "UPDATE providers SET base_url = $url WHERE id = $id", {"url": base_url, "id": provider_id}
    )
    if token_id := provider_by_id(con, provider_id).token_id:
        tokens.follow_sandbox(con, token_id, base_url)


def overlapping(
    con: Connection, fields: ProviderFields, provider_id: str | None = None
) -> list[Provider]:
    """The other providers that may get the same orders.

    They use the same token, or name the same company, at one address; and they have the same
    location, or one of the two has none and gets all.
    """
    here = _address(con, fields)
    return [
        other
        for other in all_providers(con)
        if other.id != provider_id
        and _same_source(fields, other)
        and (not fields.location_id or not other.location_id
             or fields.location_id == other.location_id)
        and same_place(here, _address(con, other))
    ]  # fmt: skip


def save_provider(
    con: Connection,
    fields: ProviderFields,
    *,
    provider_id: str | None = None,
    overlap_too: bool = False,
    now: datetime,
) -> Provider:
    """Add a provider, or change the one of that ID.

    Raises `InvalidInput`, also where it would send its token to another place than the token's;
    and `Overlap` where it would get another provider's orders, unless `overlap_too`.
    """
    if not fields.name:
        raise InvalidInput(_("A client provider needs a name."))
    for other in all_providers(con):
        if other.id != provider_id and other.name.casefold() == fields.name.casefold():
            raise InvalidInput(
                _("There is a client provider “{name}” already.").format(name=fields.name),
                next_step=_("Choose another name, or change that one."),
            )
    before = provider_by_id(con, provider_id) if provider_id else None
    if before is None or (before.token_id, before.base_url) != (fields.token_id, fields.base_url):
        _lead_token(con, fields)
    if not overlap_too and fields.active and _reach(before) != _reach(fields):
        _refuse_overlap(con, fields, provider_id)
    created = before.created_at if before else now
    row = {
        **{key: value if value != "" else None for key, value in fields.model_dump().items()},
        "id": provider_id or str(uuid4()),
        "created_at": created,
        "updated_at": now,
    }
    con.run("DELETE FROM providers WHERE id = $id", {"id": row["id"]})
    names = ", ".join(f"${name.strip()}" for name in _COLUMNS.split(","))
    con.run(f"INSERT INTO providers ({_COLUMNS}) VALUES ({names})", row)
    audit.record(
        con,
        "provider changed" if provider_id else "provider added",
        fields.name,
        now,
        fields.model_dump(),
    )
    return provider_by_id(con, str(row["id"]))


def _lead_token(con: Connection, fields: ProviderFields) -> None:
    if fields.token_id:
        token = tokens.token_by_id(con, fields.token_id)
        tokens.set_base_url(con, token.id, fields.base_url or token.address, sent=False)


def _reach(fields: ProviderFields | None) -> tuple[object, ...]:
    """What decides which orders a provider gets."""
    if fields is None:
        return ()
    return (
        fields.token_id, fields.base_url, fields.location_id, fields.company_id, fields.active
    )  # fmt: skip


def _refuse_overlap(con: Connection, fields: ProviderFields, provider_id: str | None) -> None:
    others = overlapping(con, fields, provider_id)
    if others:
        raise Overlap(
            _("{name} would get the same orders as {others}: figures would double.").format(
                name=fields.name, others=", ".join(other.name for other in others)
            ),
            _("They have the same token or company, and no location that tells them apart."),
            _("Give each its location, or confirm that it is to be saved all the same (--yes on"
              " the command line)."),
        )  # fmt: skip


def _same_source(one: ProviderFields, other: ProviderFields) -> bool:
    if one.token_id and one.token_id == other.token_id:
        return True
    return bool(one.company_id) and one.company_id == other.company_id


def _address(con: Connection, fields: ProviderFields) -> str:
    if fields.base_url or not fields.token_id:
        return fields.base_url or KOMETS_OWN
    return tokens.token_by_id(con, fields.token_id).address
