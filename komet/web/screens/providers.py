"""The pieces of the Client providers screen: a provider's card, the form to add or change one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from komet.clients.check import check_provider, list_locations, load_provider_checks
from komet.clients.model import (
    DAYS_AHEAD,
    DAYS_BACK,
    SYSTEM,
    Outcome,
    Overlap,
    Provider,
    ProviderCheck,
    ProviderFields,
    Token,
)
from komet.clients.providers import (
    activate_provider,
    add_provider,
    deactivate_provider,
    edit_provider,
)
from komet.context import AppContext
from komet.language import _, zoned_moment
from komet.web.screens.check_outcome import check_after, outcome_badge, outcome_box
from komet.web.screens.fbe_factors import fbe_factors
from komet.web.shell import failures, state
from komet.web.shell.failures import plain
from komet.web.shell.session import actor


def card(
    ctx: AppContext, provider: Provider, tokens: Sequence[Token], check: ProviderCheck | None
) -> None:
    """One provider: what is set, its last check, its form, its FBE factors, on or off."""
    label = next((t.label for t in tokens if t.id == provider.token_id), None)
    without = _("retired") if provider.token_id else _("none: choose one")
    facts = {
        _("token"): label or without,
        _("location"): provider.location_name or provider.location_id or _("all of them"),
        _("group"): provider.komet_group,
        _("company"): provider.company_id,
    }
    with st.container(border=True):
        name = f"**{plain(provider.name)}**  ·  {plain(_(provider.system))}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                name if provider.active else name + "  ·  " + _("inactive"), width="content"
            )
            outcome_badge(check.outcome if check else None)
        st.caption("  ·  ".join(f"{k}: {plain(str(v))}" for k, v in facts.items() if v))
        if label is None and provider.active:
            st.warning(
                _("Its token is retired: it is not downloaded until you choose another one.")
                if provider.token_id
                else _("It has no token: it is not downloaded until you choose one."),
                icon=":material/key_off:",
            )
        elif check and check.outcome is not Outcome.WORKS:
            outcome_box(check.outcome, check.message)
        elif check:
            checked = _("Checked {when}.").format(when=zoned_moment(check.checked_at))
            st.caption(plain(f"{checked} {check.message}"))
        row = st.container(horizontal=True)
        if row.button(_("Test"), key=f"test_{provider.id}", icon=":material/network_check:"):
            with failures.shown():
                _ask(ctx, provider)
                st.rerun()
        agreed = _overlap_agreed(f"activate_{provider.id}")
        if row.button(
            _("Deactivate") if provider.active else _("Activate"),
            key=f"active_{provider.id}",
            help=_("An inactive importer is not downloaded; its orders stay."),
        ):
            with failures.shown(), _overlap_asked(f"activate_{provider.id}"):
                failures.notice(
                    _saved(
                        deactivate_provider(ctx, actor(), provider.id)
                        if provider.active
                        else activate_provider(ctx, actor(), provider.id, overlap_too=agreed)
                    )
                )
                st.rerun()
        with st.expander(_("Change")):
            provider_form(ctx, tokens, provider)
        with st.expander(_("FBE factors")):
            fbe_factors(ctx, provider)


def provider_form(ctx: AppContext, tokens: Sequence[Token], stored: Provider | None = None) -> None:
    """Add a provider, or change the stored one: its name, its token, its location and group."""
    key = stored.id if stored else f"new_{st.session_state.get(state.PROVIDER_FORMS, 0)}"
    token_id, known = _token_and_locations(ctx, tokens, stored, key)
    with st.form(f"provider_{key}", border=False):
        left, middle, right = st.columns(3)
        name = left.text_input(_("Name"), stored.name if stored else "")
        if known:
            options = ["", *known]
            current = stored.location_id if stored and stored.location_id in known else ""
            location_id = middle.selectbox(
                _("Komet location"), options, index=options.index(current or ""),
                format_func=lambda id_: f"{known[id_]} ({id_})" if id_ else _("All locations"),
            )  # fmt: skip
        else:
            location_id = middle.text_input(
                _("Komet location ID"), (stored.location_id if stored else "") or "",
                help=_("Leave empty for all locations."),
            )  # fmt: skip
        group = right.text_input(
            _("Komet group"), (stored.komet_group if stored else "") or "",
            help=_("A word of yours, to work on several importers at once."),
        )  # fmt: skip
        more = _advanced(stored)
        agreed = _overlap_agreed(key)
        if st.form_submit_button(_("Save") if stored else _("Add client provider"), type="primary"):
            with failures.shown(), _overlap_asked(key):
                fields = ProviderFields(
                    name=name,
                    token_id=token_id,
                    location_id=location_id or None,
                    location_name=_location_name(stored, location_id or None, known),
                    komet_group=group or None,
                    active=stored.active if stored else True,
                    **more,
                )
                _save(ctx, fields, stored, agreed=agreed)


def last_added(stored: Sequence[Provider], checks: Mapping[str, ProviderCheck]) -> None:
    """What the check of the provider found that was added last, until another one is."""
    for provider in stored:
        check = checks.get(provider.id)
        if check and provider.id == st.session_state.get(state.PROVIDER_ADDED):
            outcome_box(check.outcome, f"{provider.name}: {check.message}")
            st.page_link(
                "pages/po_download.py", label=_("Download its orders"),
                icon=":material/arrow_forward:",
            )  # fmt: skip


def _token_and_locations(
    ctx: AppContext, tokens: Sequence[Token], stored: Provider | None, key: str
) -> tuple[str | None, dict[str, str]]:
    """The chosen token, and its locations by ID once they were asked for."""
    by_id = {token.id: token for token in tokens}
    ids = list(by_id)
    token = stored.token_id if stored else ids[0] if len(ids) == 1 else None
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    token_id = left.selectbox(
        _("Token"),
        ids,
        # never another importer's: a provider without a living token has none until one is picked
        index=ids.index(token) if token in ids else None,
        placeholder=_("Choose a token"),
        format_func=lambda id_: f"{by_id[id_].label} ({by_id[id_].masked})",
        key=f"token_{key}",
    )
    known_key = f"locations_{key}_{token_id}"
    if right.button(
        _("Load locations"),
        key=f"load_{key}",
        help=_("Ask Komet for the locations to pick from (1 request, company tokens only)."),
        disabled=token_id is None,
    ):
        with failures.shown():
            found = list_locations(ctx, actor(), str(token_id), stored.base_url if stored else None)
            st.session_state[known_key] = {row.id: row.name or row.id for row in found if row.id}
            if not found:
                right.caption(_("This token may not list locations: type the ID instead."))
    known: dict[str, str] = st.session_state.get(known_key, {})
    return token_id, known


def _advanced(stored: Provider | None) -> dict[str, Any]:
    """What has usual values: fields of a provider by name."""
    with st.expander(_("Advanced")):
        left, right = st.columns(2)
        system = left.selectbox(
            _("System"), list(dict.fromkeys([stored.system if stored else SYSTEM, SYSTEM])),
        )  # fmt: skip
        company = right.text_input(
            _("Company ID"), (stored.company_id if stored else "") or "",
            help=_("Importers with the same company ID share its daily requests."),
        )  # fmt: skip
        base_url = st.text_input(
            _("Base URL"), (stored.base_url if stored else "") or "",
            placeholder=_("where its token is sent"),
            help=_("For another host than the token's, enter its secret again first: Tokens,"
                   " Replace secret."),
        )  # fmt: skip
        left, right = st.columns(2)
        back = left.number_input(
            _("Refresh from, days back"), 0, 60, stored.days_back if stored else DAYS_BACK,
            help=_("The open window that Refresh downloads, in days round today."),
        )  # fmt: skip
        ahead = right.number_input(
            _("Refresh to, days ahead"), 0, 180, stored.days_ahead if stored else DAYS_AHEAD,
        )  # fmt: skip
    return {
        "system": system,
        "company_id": company or None,
        "base_url": base_url or None,
        "days_back": int(back),
        "days_ahead": int(ahead),
    }


def _save(
    ctx: AppContext, fields: ProviderFields, stored: Provider | None, *, agreed: bool
) -> None:
    """Save what was entered, and ask Komet whether it answers where that is not known."""
    if stored:
        changes = fields.model_dump()
        saved = edit_provider(ctx, actor(), stored.id, changes, overlap_too=agreed)
    else:
        saved = add_provider(ctx, actor(), fields, overlap_too=agreed)
        st.session_state[state.PROVIDER_FORMS] = st.session_state.get(state.PROVIDER_FORMS, 0) + 1
        st.session_state[state.PROVIDER_ADDED] = saved.id
    if saved.id in load_provider_checks(ctx):
        failures.notice(_saved(saved))
    else:
        check_after(_saved(saved), lambda: _ask(ctx, saved))
    st.rerun()


def _ask(ctx: AppContext, provider: Provider) -> None:
    with st.spinner(_("Asking Komet for today's orders …")):
        check_provider(ctx, actor(), provider)


def _saved(provider: Provider) -> str:
    return _("Saved {name}.").format(name=provider.name)


def _location_name(
    stored: Provider | None, location_id: str | None, known: dict[str, str]
) -> str | None:
    """As Komet's list has just said; without it, the name that is stored for the same ID."""
    if stored and stored.location_id == location_id:
        return known.get(location_id or "", stored.location_name or "") or None
    return known.get(location_id or "")


@contextmanager
def _overlap_asked(key: str) -> Iterator[None]:
    """An overlap is asked about on the next run, in its place; a saved provider ends the asking."""
    st.session_state.pop(f"overlap_{key}", None)
    try:
        yield
    except Overlap as error:
        st.session_state[f"overlap_{key}"] = str(error)
        st.rerun()


def _overlap_agreed(key: str) -> bool:
    """The question, where there is one, and whether it was answered with yes."""
    question = st.session_state.get(f"overlap_{key}")
    if not question:
        return False
    st.warning(plain(question), icon=":material/content_copy:")
    return st.checkbox(_("Save it all the same"), key=f"overlap_yes_{key}")
