"""`provider`: what the Client providers page does."""

from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from komet import unneeded
from komet.cli import session
from komet.cli.output import Json, say, say_json, table
from komet.clients import providers
from komet.clients.model import ProviderFields, Token
from komet.clients.tokens import find_token, list_tokens
from komet.context import open_context
from komet.errors import InvalidInput
from komet.language import _

provider = App(name="provider")


@provider.command(name="add")
def add_provider(
    name: str,
    /,
    *,
    token: str,
    base_url: str | None = None,
    location_id: str | None = None,
    group: str | None = None,
    company_id: str | None = None,
    yes: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Add a client provider.

    Parameters
    ----------
    name
        What you call the client.
    token
        The label of its token.
    base_url
        Where its Komet answers; Komet's own when left out.
    location_id
        Only the orders of this Komet location.
    group
        Komet group: a word of yours, to work on several clients at once.
    company_id
        Its Komet company ID; providers that share one share the daily allowance.
    yes
        Add it even though it gets the same orders as another one.
    """
    ctx = open_context()
    fields = ProviderFields(
        name=name,
        token_id=find_token(ctx, token).id,
        base_url=base_url or None,
        location_id=location_id,
        komet_group=group,
        company_id=company_id,
    )
    added = providers.add_provider(ctx, session.actor(), fields, overlap_too=yes)
    say(_("Added client provider {name}.").format(name=added.name))
    return 0


@provider.command(name="edit")
def edit_provider(
    name: str,
    /,
    *,
    new_name: str | None = None,
    token: str | None = None,
    base_url: str | None = None,
    location_id: str | None = None,
    group: str | None = None,
    company_id: str | None = None,
    days_back: Annotated[int | None, Parameter(validator=Number(gte=0, lte=60))] = None,
    days_ahead: Annotated[int | None, Parameter(validator=Number(gte=0, lte=180))] = None,
    yes: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Change a client provider; what is not given stays, and "" clears a field.

    Parameters
    ----------
    name
        The client provider, by name.
    new_name
        What it is called from now on.
    token
        The label of its token.
    base_url
        Where its Komet answers.
    location_id
        Only the orders of this Komet location.
    group
        Komet group.
    company_id
        Its Komet company ID.
    days_back
        A refresh begins this many days before today.
    days_ahead
        A refresh ends this many days after today.
    yes
        Save it even though it gets the same orders as another one.
    """
    given = {
        "name": new_name,
        "base_url": base_url,
        "location_id": location_id,
        "komet_group": group,
        "company_id": company_id,
        "days_back": days_back,
        "days_ahead": days_ahead,
    }
    changes: dict[str, object] = {
        key: None if value == "" and key != "name" else value
        for key, value in given.items()
        if value is not None
    }
    if not changes and token is None:
        raise InvalidInput(_("Nothing to change: `--help` lists what can be."))
    ctx = open_context()
    provider_id = providers.find_provider(ctx, name).id
    if token is not None:
        changes["token_id"] = find_token(ctx, token).id
    saved = providers.edit_provider(ctx, session.actor(), provider_id, changes, overlap_too=yes)
    say(_("Saved {name}.").format(name=saved.name))
    return 0


@provider.command
def activate(name: str, /, *, yes: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Download a client provider again.

    Parameters
    ----------
    name
        The client provider, by name.
    yes
        Activate it even though it gets the same orders as another one.
    """
    ctx = open_context()
    found = providers.find_provider(ctx, name)
    saved = providers.activate_provider(ctx, session.actor(), found.id, overlap_too=yes)
    say(_("{name} is active.").format(name=saved.name))
    return 0


@provider.command
def deactivate(name: str, /) -> int:
    """Leave a client provider out of downloads; its orders stay."""
    ctx = open_context()
    saved = providers.deactivate_provider(
        ctx, session.actor(), providers.find_provider(ctx, name).id
    )
    say(_("{name} is inactive: it is not downloaded, its orders stay.").format(name=saved.name))
    return 0


@provider.command(name="list")
def list_providers(*, json: Json = False) -> int:
    """Show the client providers."""
    unneeded.leave_out("pyarrow")  # for a few rows without parameters
    ctx = open_context()
    found = providers.list_providers(ctx)
    by_id = {entry.id: entry for entry in list_tokens(ctx, retired=True)}
    if json:
        say_json(
            [
                entry.model_dump(mode="json", exclude={"colour"})
                | {"token_retired": _retired(by_id, entry.token_id)}
                for entry in found
            ]
        )
        return 0
    table(
        (_("Name"), _("Token"), _("Location"), _("Group"), _("Company"), _("Active")),
        [
            (p.name, _token_label(by_id, p.token_id), p.location_id, p.komet_group, p.company_id,
             _("yes") if p.active else _("no"))
            for p in found
        ],
        _("There is no client provider yet: `komet provider add NAME --token LABEL`."),
    )  # fmt: skip
    return 0


def _retired(by_id: dict[str, Token], token_id: str | None) -> bool:
    token = by_id.get(token_id or "")
    return token is not None and token.retired_at is not None


def _token_label(by_id: dict[str, Token], token_id: str | None) -> str | None:
    token = by_id.get(token_id or "")
    if token is None:
        return None
    if token.retired_at:
        return _("{label} (retired: choose another)").format(label=token.label)
    return token.label
