"""`token`: what the Tokens page does."""

import getpass
import os
import sys
from datetime import datetime
from typing import Annotated

from cyclopts import App, Parameter
from pydantic import SecretStr

from komet.cli import session
from komet.cli.output import Json, say, say_json, table
from komet.clients import tokens
from komet.clients.check import check_token
from komet.clients.model import DuplicateOwner, Outcome, TokenFields
from komet.context import open_context
from komet.errors import InvalidInput
from komet.language import _, zoned_moment

token = App(name="token")
_NO_ANSWER = 3


@token.command(name="add")
def add_token(
    label: str,
    /,
    *,
    kind: str = "vendor",
    owner: str | None = None,
    users: int = 1,
    base_url: str | None = None,
    yes: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Add a token. Its secret is read from KOMET_TOKEN or standard input, never an argument.

    Parameters
    ----------
    label
        What you call it.
    kind
        company, vendor or customer.
    owner
        The vendor or customer that it was made for.
    users
        Paid Komet users of its company: 1,000 requests a day each.
    base_url
        Where its Komet answers; Komet's own when left out.
    yes
        Add it even though there is a token of the same kind and owner.
    """
    ctx = open_context()
    secret = _secret()
    fields = TokenFields(
        label=label, kind=kind.capitalize(), owner=owner, users=users, base_url=base_url
    )
    try:
        added = tokens.add_token(ctx, session.actor(), fields, secret, duplicate_too=yes)
    except DuplicateOwner as error:
        error.next_step = _("Add --yes to add another all the same.")
        raise
    say(_("Added token {label} ({masked}).").format(label=added.label, masked=added.masked))
    return 0


@token.command(name="list")
def list_tokens(*, json: Json = False) -> int:
    """Show the tokens in use, without their secrets."""
    ctx = open_context()
    found = tokens.list_tokens(ctx)
    if json:
        say_json([entry.model_dump(mode="json") for entry in found])
        return 0
    table(
        (_("Label"), _("Kind"), _("Owner"), _("Secret"), _("Users"), _("Last check")),
        [(t.label, t.kind, t.owner, t.masked, t.users, _when(t.checked_at)) for t in found],
        _("There is no token yet: `komet token add LABEL`."),
    )
    return 0


@token.command(name="new-key")
def new_key() -> int:
    """Make a new key file where the old one is lost. Enter the tokens' secrets again after it."""
    if not tokens.make_key(open_context(), session.actor()):
        raise InvalidInput(
            _("There is a key file already."),
            next_step=_("Nothing was changed; a key is never replaced."),
        )
    say(_("Made a new key. Enter the secrets of the tokens again: the old ones cannot be read."))
    return 0


@token.command(name="check")
def check(label: str, /, *, base_url: str | None = None, json: Json = False) -> int:
    """Call each reading method once and say which the token may use. Spends up to 7 requests.

    Exit 0 when it may download purchase orders, 1 when it may not, 3 when Komet did not answer.
    """
    ctx = open_context()
    found = tokens.find_token(ctx, label)
    result = check_token(ctx, session.actor(), found.id, base_url)
    if json:
        outcome = result.outcome.value
        say_json({"usable": result.usable, "outcome": outcome, "methods": result.results})
    else:
        say(result.message)
        table((_("Method"), _("Result")), list(result.results.items()), "")
    return {Outcome.WORKS: 0, Outcome.REFUSED: 1, Outcome.UNREACHABLE: _NO_ANSWER}[result.outcome]


@token.command
def replace(label: str, /, *, base_url: str | None = None) -> int:
    """Enter a token's secret again, from KOMET_TOKEN or standard input; its address may change.

    A token is never sent to another place than before unless its secret was entered again.

    Parameters
    ----------
    base_url
        Where it is sent from now on. When left out, the address stays until a client provider with
        another one is saved.
    """
    ctx = open_context()
    secret = _secret()
    token_id = tokens.find_token(ctx, label).id
    tokens.replace_secret(ctx, session.actor(), token_id, secret, base_url=base_url)
    say(_("The secret was replaced. Check the token now."))
    return 0


@token.command
def retire(label: str, /, *, yes: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Take a token out of use and forget its secret.

    Parameters
    ----------
    yes
        Retire it even though client providers use it: their downloads stop.
    """
    ctx = open_context()
    found = tokens.find_token(ctx, label)
    retired = tokens.retire_token(ctx, session.actor(), found.id, in_use_too=yes)
    say(_("Retired token {label}.").format(label=retired.label))
    return 0


def _secret() -> SecretStr:
    if value := os.environ.get("KOMET_TOKEN"):
        return SecretStr(value)
    if sys.stdin.isatty():
        return SecretStr(getpass.getpass(_("Token (not shown): ")))
    return SecretStr(sys.stdin.readline().strip())


def _when(at: datetime | None) -> str:
    return zoned_moment(at) if at else _("never")
