"""Tokens: Komet API keys. Stored encrypted; on screen only their last four characters."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from pydantic import SecretStr

from komet.clients.addresses import is_loopback, same_place, shown
from komet.clients.model import KINDS, Token
from komet.db import audit
from komet.db.database import Connection
from komet.db.vault import Vault
from komet.errors import InvalidInput, NotFound
from komet.language import _, _n

_COLUMNS = (
    "id, label, kind, owner, users, base_url, may_move, last_four, created_at, updated_at,"
    " retired_at, checked_at, check_result"
)


def all_tokens(con: Connection, *, retired: bool = False) -> list[Token]:
    """Every token, by label; retired ones only when asked for."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM tokens ORDER BY lower(label)")
    return [t for row in rows if not (t := Token.model_validate(row)).retired_at or retired]


def token_by_id(con: Connection, token_id: str) -> Token:
    """Raises `NotFound`."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM tokens WHERE id = $id", {"id": token_id})
    if not rows:
        raise NotFound(_("That token is not there any more."))
    return Token.model_validate(rows[0])


def token_by_label(con: Connection, label: str) -> Token:
    """The token in use of that label, ignoring case. Raises `NotFound`."""
    for token in all_tokens(con):
        if token.label.casefold() == label.strip().casefold():
            return token
    raise NotFound(
        _("There is no token “{label}”.").format(label=label),
        next_step=_("`token list` shows the tokens there are."),
    )


def same_owner(con: Connection, kind: str, owner: str | None) -> list[Token]:
    """Tokens in use of the same kind and owner: Komet advises one per vendor or customer."""
    wanted = (owner or "").strip().casefold()
    return [
        token
        for token in all_tokens(con)
        if wanted and token.kind == kind and (token.owner or "").strip().casefold() == wanted
    ]


def add_token(
    con: Connection,
    box: Vault,
    *,
    label: str,
    kind: str,
    secret: SecretStr,
    owner: str | None,
    users: int = 1,
    base_url: str | None = None,
    now: datetime,
) -> Token:
    """Store a new token. Raises `InvalidInput` where label, kind, users or secret do not serve."""
    label = _checked_label(con, label)
    if kind not in KINDS:
        raise InvalidInput(
            _("“{kind}” is not a kind of token.").format(kind=kind),
            next_step=_("Choose one of {kinds}.").format(kinds=", ".join(KINDS)),
        )
    if users < 1:
        raise InvalidInput(_("A Komet company has at least one paid user."))
    clean = _checked_secret(secret)
    token_id = str(uuid4())
    con.run(
        "INSERT INTO tokens (id, label, kind, owner, users, base_url, may_move, secret_ciphertext,"
        " last_four, created_at, updated_at) VALUES ($id, $label, $kind, $owner, $users, $base_url,"
        " $base_url IS NULL, $sealed, $four, $now, $now)",
        {
            "id": token_id,
            "label": label,
            "kind": kind,
            "owner": (owner or "").strip() or None,
            "users": users,
            "base_url": base_url,
            "sealed": _sealed(con, box, clean),
            "four": clean.get_secret_value()[-4:],
            "now": now,
        },
    )
    audit.record(con, "token added", label, now)
    return token_by_id(con, token_id)


def rename_token(
    con: Connection, token_id: str, *, label: str, owner: str | None, users: int, now: datetime
) -> None:
    """Change what a token is called, whose it is, and how many paid users its company has."""
    before = token_by_id(con, token_id)
    new_label = (
        label if label.strip().casefold() == before.label.casefold() else _checked_label(con, label)
    )
    con.run(
        "UPDATE tokens SET label = $label, owner = $owner, users = $users, updated_at = $now"
        " WHERE id = $id",
        {
            "id": token_id,
            "label": new_label.strip(),
            "owner": (owner or "").strip() or None,
            "users": max(1, users),
            "now": now,
        },
    )
    audit.record(con, "token changed", before.label, now, {"label": new_label})


def replace_secret(
    con: Connection, box: Vault, token_id: str, secret: SecretStr, now: datetime
) -> None:
    """Put a new secret in the place of the old; what was known of the old one's rights is void.

    Its address stays, and the next provider that is saved with another one may change it.
    """
    clean = _checked_secret(secret)
    con.run(
        "UPDATE tokens SET secret_ciphertext = $sealed, last_four = $four, updated_at = $now,"
        " checked_at = NULL, check_result = NULL, may_move = true WHERE id = $id",
        {
            "id": token_id,
            "sealed": _sealed(con, box, clean),
            "four": clean.get_secret_value()[-4:],
            "now": now,
        },
    )
    audit.record(con, "token secret replaced", token_by_id(con, token_id).label, now)


def set_base_url(con: Connection, token_id: str, base_url: str, *, sent: bool) -> None:
    """Fix the one address that a token is sent to; its path may differ from provider to provider.

    `sent`: its secret is about to go there. Raises `InvalidInput` where the token belongs to
    another place and its secret has not been entered again.
    """
    token = token_by_id(con, token_id)
    if token.base_url and same_place(token.base_url, base_url):
        if token.may_move and sent:
            con.run("UPDATE tokens SET may_move = false WHERE id = $id", {"id": token_id})
        return
    if not token.may_move or (token.base_url and sent):
        raise InvalidInput(
            _("The token {label} is for {known} and is not sent to {other}.").format(
                label=token.label, known=shown(token.address), other=shown(base_url)
            ),
            _("Whoever is given another address would receive the client's token."),
            _("If the address is right, enter the token's secret again (Tokens, Replace secret)."),
        )
    con.run(
        "UPDATE tokens SET base_url = $url, may_move = false WHERE id = $id",
        {"url": base_url, "id": token_id},
    )


def follow_sandbox(con: Connection, token_id: str, base_url: str) -> None:
    """Another port on this machine, for a token that is used on this machine only."""
    token = token_by_id(con, token_id)
    if token.base_url and is_loopback(token.base_url) and is_loopback(base_url):
        con.run(
            "UPDATE tokens SET base_url = $url WHERE id = $id", {"url": base_url, "id": token_id}
        )


def clients_of(con: Connection, token_id: str) -> list[str]:
    """The names of the client providers that a token is used for."""
    rows = con.rows(
        "SELECT name FROM providers WHERE token_id = $id ORDER BY lower(name)", {"id": token_id}
    )
    return [row["name"] for row in rows]


def retire_token(
    con: Connection, token_id: str, now: datetime, *, in_use_too: bool = False
) -> None:
    """Take a token out of use and forget its secret. Its row stays, for the ledger.

    Raises `InvalidInput`, which names the clients, where it is in use and that was not agreed to.
    """
    clients = clients_of(con, token_id)
    if clients and not in_use_too:
        raise InvalidInput(
            _n(
                "The token is in use by {n} client: {names}.",
                "The token is in use by {n} clients: {names}.",
                len(clients),
            ).format(n=len(clients), names=", ".join(clients)),
            _("Their downloads stop until you choose another token for them."),
            _("Confirm that it is to be retired all the same (--yes on the command line)."),
        )
    con.run(
        "UPDATE tokens SET retired_at = $now, secret_ciphertext = NULL WHERE id = $id",
        {"id": token_id, "now": now},
    )
    audit.record(con, "token retired", token_by_id(con, token_id).label, now)


def save_check(con: Connection, token_id: str, result: Mapping[str, Any], now: datetime) -> None:
    """Remember which methods the token may call: `ok`, why not, or a failure's code and data."""
    con.run(
        "UPDATE tokens SET checked_at = $now, check_result = $result WHERE id = $id",
        {"id": token_id, "now": now, "result": json.dumps(result)},
    )


def secret_of(con: Connection, box: Vault, token_id: str) -> SecretStr:
    """The secret, for a call. Raises `NotFound` (retired) or `WrongKey`."""
    sealed = con.value("SELECT secret_ciphertext FROM tokens WHERE id = $id", {"id": token_id})
    if not sealed:
        raise NotFound(
            _("The token is retired."), next_step=_("Choose another token for the client provider.")
        )
    return box.open(sealed)


def _sealed(con: Connection, box: Vault, secret: SecretStr) -> str:
    held = con.value("SELECT count(*) FROM tokens WHERE secret_ciphertext IS NOT NULL")
    return box.seal(secret, first=not held)


def _checked_label(con: Connection, label: str) -> str:
    label = label.strip()
    if not label:
        raise InvalidInput(_("A token needs a label."))
    if any(token.label.casefold() == label.casefold() for token in all_tokens(con)):
        raise InvalidInput(
            _("There is a token “{label}” already.").format(label=label),
            next_step=_("Choose another label, or replace that token's secret."),
        )
    return label


def _checked_secret(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value().strip()
    if not 8 <= len(value) <= 200 or any(c.isspace() for c in value):
        raise InvalidInput(
            _("That is not a Komet token."),
            _("A token is one word of 8 to 200 characters."),
            _("Copy it from Komet: Setup > Settings > Integrations > Tokens."),
        )
    return SecretStr(value)
