"""The pieces of the Tokens screen: a token's card, and the forms to add one."""

from collections.abc import Sequence

import streamlit as st
from pydantic import SecretStr

from komet.clients import tokens
from komet.clients.check import (
    NOT_FOR_KIND,
    OK,
    REFUSED,
    UNREACHABLE,
    Check,
    check_token,
)
from komet.clients.model import (
    DEFAULT_ADDRESS,
    KINDS,
    DuplicateOwner,
    Outcome,
    Token,
    TokenFields,
    host_of,
)
from komet.context import AppContext
from komet.language import _, zoned_moment
from komet.web.screens.check_outcome import check_after, outcome_badge, outcome_box
from komet.web.shell import failures, state
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
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("  ·  ".join(fact for fact in facts if fact), width="content")
            outcome_badge(_outcome(token))
        st.caption(_check_label(token))
        if _outcome(token) not in {None, Outcome.WORKS}:
            _last_check(token)
        row = st.container(horizontal=True)
        if row.button(_("Check"), key=f"check_{token.id}", icon=":material/verified_user:"):
            with failures.shown():
                _ask(ctx, token)
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


def _outcome(token: Token) -> Outcome | None:
    return Check(token.check_result).outcome if token.check_result else None


def _last_check(token: Token) -> None:
    check = Check(token.check_result)
    again = " " + _("Check it again when Komet answers.")
    outcome_box(check.outcome, check.message + again * (check.outcome is Outcome.UNREACHABLE))


def _ask(ctx: AppContext, token: Token) -> None:
    with st.spinner(_("Asking Komet, one method after the other …")):
        check_token(ctx, actor(), token.id)


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
        return users
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
        label = st.text_input(_("Name"), token.label)
        owner = st.text_input(_("Vendor or customer it was made for"), token.owner or "")
        with st.expander(_("Advanced")):
            kind = st.selectbox(
                _("Kind"), _KINDS_OFFERED, index=_KINDS_OFFERED.index(token.kind), format_func=_
            )
            users = st.number_input(_("Paid Komet users of the company"), 1, 1000, token.users)
            base_url = st.text_input(
                _("Base URL"), token.address,
                help=_("For another host, enter the secret again as well: Replace secret."),
            )  # fmt: skip
        if st.form_submit_button(_("Save"), type="primary"):
            with failures.shown():
                moved = base_url.strip() if base_url.strip() != token.address else None
                saved = tokens.edit_token(
                    ctx, actor(), token.id,
                    label=label, owner=owner, users=int(users), kind=kind, base_url=moved,
                )  # fmt: skip
                if moved or kind != token.kind:
                    check_after(_("Saved."), lambda: _ask(ctx, saved))
                else:
                    failures.notice(_("Saved."))
                st.rerun()


def _secret_form(ctx: AppContext, token: Token) -> None:
    with st.form(f"secret_{token.id}_{token.updated_at}", border=False):
        secret = st.text_input(_("New secret"), type="password", autocomplete="off")
        with st.expander(_("Advanced")):
            base_url = st.text_input(
                _("Base URL"), token.address,
                help=_("Where the secret is sent. Client providers that use the token follow."),
            )  # fmt: skip
        st.caption(plain(_("It is for {host}.").format(host=host_of(token.address))))
        if st.form_submit_button(_("Replace"), type="primary"):
            with failures.shown():
                moved = base_url.strip() if base_url.strip() != token.address else None
                saved = tokens.replace_secret(
                    ctx, actor(), token.id, SecretStr(secret), base_url=moved
                )
                check_after(_("The secret was replaced."), lambda: _ask(ctx, saved))
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
    """A token that the user has: its name and the token itself; the rest has usual values."""
    form = f"token_{st.session_state.get(state.TOKEN_FORMS, 0)}"
    with st.form(form, border=False):
        left, right = st.columns(2)
        label = left.text_input(_("Name"), placeholder=_("Magnolia, our farm"))
        secret = right.text_input(
            _("Token"), type="password", autocomplete="off",
            placeholder=_("the token itself, as Komet shows it once"),
        )  # fmt: skip
        with st.expander(_("Advanced")):
            left, right = st.columns(2)
            kind = left.selectbox(
                _("Kind"), _KINDS_OFFERED, format_func=_,
                help=_("Importers hand out vendor tokens."),
            )  # fmt: skip
            users = right.number_input(
                _("Paid Komet users of the company"), 1, 1000, 1,
                help=_("Each brings 1,000 requests a day, shared by all tokens of the company."),
            )  # fmt: skip
            owner = left.text_input(
                _("Vendor or customer it was made for"),
                help=_("Komet advises one token per vendor or customer."),
            )  # fmt: skip
            base_url = right.text_input(_("Base URL"), placeholder=DEFAULT_ADDRESS)
            another = st.checkbox(_("Add it even though this owner has a token already"))
        if st.form_submit_button(_("Add token"), type="primary"):
            with failures.shown():
                fields = TokenFields(
                    label=label, kind=kind, owner=owner, users=int(users), base_url=base_url
                )
                _add(ctx, fields, SecretStr(secret), another)


def login_form(ctx: AppContext) -> None:
    """A token by login, for who has a Komet user; what is typed is used once and not kept."""
    st.caption(
        _("Your Komet user name and password are sent to Komet once, to ask for a token. They are"
          " not stored. Komet's login carries them in the address of the request: prefer a token"
          " from your administrator where you can.")
    )  # fmt: skip
    form = f"login_{st.session_state.get(state.TOKEN_FORMS, 0)}"
    with st.form(form, border=False):
        left, right = st.columns(2)
        username = left.text_input(_("Komet user name"), autocomplete="off")
        password = right.text_input(_("Password"), type="password", autocomplete="off")
        label = left.text_input(_("Name of the new token"))
        with st.expander(_("Advanced")):
            base_url = st.text_input(_("Base URL"), placeholder=DEFAULT_ADDRESS)
        if st.form_submit_button(_("Get token"), type="primary"):
            with failures.shown():
                _take_in(
                    ctx,
                    tokens.add_token_by_login(
                        ctx, actor(), label, username, SecretStr(password),
                        base_url=base_url or None,
                    ),
                )  # fmt: skip


def last_added(stored: Sequence[Token]) -> None:
    """What the check of the token found that was added last, until another one is."""
    for token in stored:
        if token.id == st.session_state.get(state.TOKEN_ADDED) and token.check_result:
            check = Check(token.check_result)
            outcome_box(check.outcome, f"{token.label}: {check.message}")
            st.page_link(
                "pages/client_providers.py", label=_("Add its client provider"),
                icon=":material/arrow_forward:",
            )  # fmt: skip


def _add(ctx: AppContext, fields: TokenFields, secret: SecretStr, another: bool) -> None:
    try:
        added = tokens.add_token(ctx, actor(), fields, secret, duplicate_too=another)
    except DuplicateOwner as error:
        error.next_step = _("Tick the box under Advanced to add another all the same.")
        raise
    _take_in(ctx, added)


def _take_in(ctx: AppContext, added: Token) -> None:
    """Empty the forms and check the token that was added."""
    st.session_state[state.TOKEN_FORMS] = st.session_state.get(state.TOKEN_FORMS, 0) + 1
    st.session_state[state.TOKEN_ADDED] = added.id
    check_after(_("Added {label}.").format(label=added.label), lambda: _ask(ctx, added))
    st.rerun()
