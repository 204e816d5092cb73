"""The pieces of the Tokens screen: a token's card, and the forms to add one."""

import streamlit as st
from pydantic import SecretStr

from komet.clients import tokens
from komet.clients.check import (
    NOT_FOR_KIND,
    OK,
    REFUSED,
    UNREACHABLE,
    Check,
    Outcome,
    check_token,
)
from komet.clients.model import KINDS, DuplicateOwner, Token, TokenFields, host_of
from komet.context import AppContext
from komet.language import _, zoned_moment
from komet.web.shell import failures
from komet.web.shell.failures import plain
from komet.web.shell.session import actor

_KINDS_OFFERED = sorted(KINDS, key=lambda kind: kind != "Vendor")
"""Vendor first: that is what importers hand out."""


def card(ctx: AppContext, token: Token) -> None:
    """One token: what is known of it, and what can be done with it."""
    with st.container(border=True):
        facts = [
            f"**{plain(token.label)}**",
            f"`{token.masked}`",
            _(token.kind),
            plain(token.owner or ""),
        ]
        st.markdown("  ·  ".join(fact for fact in facts if fact))
        st.caption(_check_label(token))
        if token.check_result:
            _last_check(Check(token.check_result))
        row = st.container(horizontal=True)
        if row.button(_("Check"), key=f"check_{token.id}", icon=":material/verified_user:"):
            with failures.shown(), st.spinner(_("Asking Komet, one method after the other …")):
                if (result := check_token(ctx, actor(), token.id)).usable:
                    failures.notice(result.message)
                st.rerun()
        with row.popover(_("Change")):
            _change_form(ctx, token)
        with row.popover(_("Replace secret")):
            _secret_form(ctx, token)
        with row.popover(_("Retire")):
            _retire_form(ctx, token)
        if token.check_result:
            with st.expander(_("Methods it may call")):
                st.dataframe(
                    [
                        {"method": name, "result": result_label(result)}
                        for name, result in token.check_result.items()
                    ],
                    hide_index=True,
                    placeholder="",
                    column_config={"method": _("Method"), "result": _("Last check")},
                )


def _last_check(check: Check) -> None:
    """What did not go well stays on the card; a token that works says so in the line above."""
    if check.outcome is Outcome.REFUSED:
        st.error(plain(check.message), icon=":material/error:")
    elif check.outcome is Outcome.UNREACHABLE:
        st.warning(
            plain(check.message + " " + _("Check it again when Komet answers.")),
            icon=":material/cloud_off:",
        )


def result_label(result: str) -> str:
    """The outcome of one method of a check, in words."""
    return {
        OK: _("may be called"),
        REFUSED: _("not allowed for this token"),
        NOT_FOR_KIND: _("not for this kind of token"),
        UNREACHABLE: _("Komet did not answer"),
    }.get(result, result)


def _check_label(token: Token) -> str:
    users = _("{n:,} requests a day").format(n=1000 * token.users)
    if token.checked_at is None:
        return _("Not checked yet") + f" · {users}"
    if Check(token.check_result).outcome is Outcome.UNREACHABLE:
        return (
            _("Last asked {when}, without an answer").format(when=zoned_moment(token.checked_at))
            + f" · {users}"
        )
    allowed = sum(result == OK for result in token.check_result.values())
    checked = _("{allowed} of {all} methods may be called, checked {when}").format(
        allowed=allowed, all=len(token.check_result), when=zoned_moment(token.checked_at)
    )
    return f"{checked} · {users}"


def _change_form(ctx: AppContext, token: Token) -> None:
    with st.form(f"change_{token.id}", border=False):
        label = st.text_input(_("Label"), token.label)
        owner = st.text_input(_("Vendor or customer it was made for"), token.owner or "")
        users = st.number_input(_("Paid Komet users of the company"), 1, 1000, token.users)
        if st.form_submit_button(_("Save"), type="primary"):
            with failures.shown():
                tokens.edit_token(
                    ctx, actor(), token.id, label=label, owner=owner, users=int(users)
                )
                failures.notice(_("Saved."))
                st.rerun()


def _secret_form(ctx: AppContext, token: Token) -> None:
    with st.form(f"secret_{token.id}", border=False, clear_on_submit=True):
        secret = st.text_input(_("New secret"), type="password", autocomplete="off")
        st.caption(
            plain(
                _("It is for {host}. A client provider may then be given another base URL.").format(
                    host=host_of(token.address)
                )
            )
        )
        if st.form_submit_button(_("Replace"), type="primary"):
            with failures.shown():
                tokens.replace_secret(ctx, actor(), token.id, SecretStr(secret))
                failures.notice(_("The secret was replaced. Check the token now."))
                st.rerun()


def _retire_form(ctx: AppContext, token: Token) -> None:
    clients = tokens.list_provider_names(ctx, token.id)
    agreed = True
    if clients:
        st.warning(
            plain(
                _("Used by {names}: their downloads stop until you choose another token.").format(
                    names=", ".join(clients)
                )
            )
        )
        agreed = st.checkbox(_("Retire it all the same"), key=f"retire_used_{token.id}")
    st.caption(_("Its secret is forgotten; downloaded orders stay."))
    label = plain(_("Retire {label}").format(label=token.label))
    if st.button(label, key=f"retire_{token.id}", disabled=not agreed):
        with failures.shown():
            tokens.retire_token(ctx, actor(), token.id, in_use_too=bool(clients))
            failures.notice(_("Retired {label}.").format(label=token.label))
            st.rerun()


def add_form(ctx: AppContext) -> None:
    """A token that the user has: label, kind, owner, secret."""
    with st.form("add_token", border=False, clear_on_submit=False):
        left, right = st.columns(2)
        label = left.text_input(_("Label"), key="new_label", placeholder=_("Magnolia, our farm"))
        kind = right.selectbox(_("Kind"), _KINDS_OFFERED, key="new_kind")
        owner = left.text_input(
            _("Vendor or customer it was made for"),
            key="new_owner",
            help=_("Komet advises one token per vendor or customer."),
        )
        users = right.number_input(
            _("Paid Komet users of the company"),
            1,
            1000,
            1,
            key="new_users",
            help=_("Each brings 1,000 requests a day, shared by all tokens of the company."),
        )
        secret = st.text_input(
            _("Secret"), type="password", key="new_secret", autocomplete="off",
            placeholder=_("the token itself, as Komet shows it once"),
        )  # fmt: skip
        with st.expander(_("Advanced")):
            base_url = st.text_input(
                _("Base URL"), key="new_token_url", placeholder="https://api.kometsales.com/api"
            )
        another = st.checkbox(_("Add it even though this owner has a token already"))
        if st.form_submit_button(_("Add token"), type="primary"):
            with failures.shown():
                fields = TokenFields(
                    label=label, kind=kind, owner=owner, users=int(users), base_url=base_url
                )
                _add(ctx, fields, SecretStr(secret), another)
                for key in ("new_label", "new_owner", "new_secret", "new_token_url"):
                    st.session_state.pop(key, None)
                st.rerun()


def login_form(ctx: AppContext) -> None:
    """A token by login, for who has a Komet user; what is typed is used once and not kept."""
    st.caption(
        _("Your Komet user name and password are sent to Komet once, to ask for a token. They are"
          " not stored. Komet's login carries them in the address of the request: prefer a token"
          " from your administrator where you can.")
    )  # fmt: skip
    with st.form("login_token", border=False, clear_on_submit=True):
        left, right = st.columns(2)
        username = left.text_input(_("Komet user name"), autocomplete="off")
        password = right.text_input(_("Password"), type="password", autocomplete="off")
        label = left.text_input(_("Label of the new token"))
        base_url = right.text_input(_("Base URL"), placeholder="https://api.kometsales.com/api")
        if st.form_submit_button(_("Get token"), type="primary"):
            with failures.shown():
                added = tokens.add_token_by_login(
                    ctx, actor(), label, username, SecretStr(password), base_url=base_url or None
                )
                _notify_added(added)
                st.rerun()


def _add(ctx: AppContext, fields: TokenFields, secret: SecretStr, another: bool) -> None:
    try:
        added = tokens.add_token(ctx, actor(), fields, secret, duplicate_too=another)
    except DuplicateOwner as error:
        error.next_step = _("Tick the box below to add another all the same.")
        raise
    _notify_added(added)


def _notify_added(token: Token) -> None:
    failures.notice(
        _("Added {label}. Check it now, then add its client provider.").format(label=token.label)
    )
