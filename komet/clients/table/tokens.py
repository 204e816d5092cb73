"""The SQL of tokens. A secret is here as ciphertext alone."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from komet.clients.model import Token
from komet.db.database import Connection
from komet.db.vault import Vault
from komet.errors import NotFound
from komet.language import _

_COLUMNS = (
    "id, label, kind, owner, users, base_url, may_move, last_four, created_at, updated_at,"
    " retired_at, checked_at, check_result"
)


def all_tokens(con: Connection, *, retired: bool = False) -> list[Token]:
    """Every token, by label; retired ones only when asked for."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM tokens ORDER BY lower(label)")
    return [t for row in rows if not (t := Token.model_validate(row)).retired_at or retired]


def token_by_id(con: Connection, token_id: str) -> Token:
    """The token of that ID. Raises `NotFound`."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM tokens WHERE id = $id", {"id": token_id})
    if not rows:
        raise NotFound(_("That token is not there any more."))
    return Token.model_validate(rows[0])


def insert(con: Connection, token: Token, sealed: str) -> None:
    """Store a new token; `sealed` is its secret as the vault encrypted it."""
    con.run(
        "INSERT INTO tokens (id, label, kind, owner, users, base_url, may_move, secret_ciphertext,"
        " last_four, created_at, updated_at) VALUES ($id, $label, $kind, $owner, $users, $base_url,"
        " $may_move, $sealed, $four, $now, $now)",
        {
            "id": token.id,
            "label": token.label,
            "kind": token.kind,
            "owner": token.owner,
            "users": token.users,
            "base_url": token.base_url,
            "may_move": token.may_move,
            "sealed": sealed,
            "four": token.last_four,
            "now": token.created_at,
        },
    )


def update_fields(
    con: Connection,
    token_id: str,
    *,
    label: str,
    owner: str | None,
    users: int,
    kind: str,
    now: datetime,
) -> None:
    """Change what a token is called, whose and what it is, and its company's paid users."""
    con.run(
        "UPDATE tokens SET label = $label, owner = $owner, users = $users, kind = $kind,"
        " updated_at = $now WHERE id = $id",
        {
            "id": token_id,
            "label": label,
            "owner": owner,
            "users": users,
            "kind": kind,
            "now": now,
        },
    )


def update_secret(
    con: Connection, token_id: str, sealed: str, last_four: str, now: datetime
) -> None:
    """Put another secret in place, which may move; forget what the last check found."""
    con.run(
        "UPDATE tokens SET secret_ciphertext = $sealed, last_four = $four, updated_at = $now,"
        " checked_at = NULL, check_result = NULL, may_move = true WHERE id = $id",
        {"id": token_id, "sealed": sealed, "four": last_four, "now": now},
    )


def update_address(con: Connection, before: Token, after: Token) -> None:
    """Store where a token is sent, and whether that may change, if it differs."""
    if (before.base_url, before.may_move) != (after.base_url, after.may_move):
        con.run(
            "UPDATE tokens SET base_url = $url, may_move = $may_move WHERE id = $id",
            {"id": after.id, "url": after.base_url, "may_move": after.may_move},
        )


def retire(con: Connection, token_id: str, now: datetime) -> None:
    """Take a token out of use and forget its secret. Its row stays, for the ledger."""
    con.run(
        "UPDATE tokens SET retired_at = $now, secret_ciphertext = NULL WHERE id = $id",
        {"id": token_id, "now": now},
    )


def save_check(con: Connection, token_id: str, result: Mapping[str, Any], now: datetime) -> None:
    """Record which methods the token may call: `ok`, why not, or a failure's code and data."""
    con.run(
        "UPDATE tokens SET checked_at = $now, check_result = $result WHERE id = $id",
        {"id": token_id, "now": now, "result": json.dumps(result)},
    )


def has_secrets(con: Connection) -> bool:
    """Whether any secret is stored, so that a key for it must exist."""
    return bool(con.value("SELECT count(*) FROM tokens WHERE secret_ciphertext IS NOT NULL"))


def secret_of(con: Connection, vault: Vault, token_id: str) -> SecretStr:
    """The secret, for a call. Raises `NotFound` (retired) or `WrongKey`."""
    sealed = con.value("SELECT secret_ciphertext FROM tokens WHERE id = $id", {"id": token_id})
    if not sealed:
        raise NotFound(
            _("The token is retired."), next_step=_("Choose another token for the client provider.")
        )
    return vault.open(sealed)
