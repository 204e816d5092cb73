"""The pieces of the Client providers screen: a provider's card, its form, its FBE factors."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

import polars as pl
import streamlit as st

from komet.catalogs.lists import edit_fbe_factors
from komet.clients.check import list_locations, try_provider
from komet.clients.model import (
    DAYS_AHEAD,
    DAYS_BACK,
    SYSTEM,
    Overlap,
    Provider,
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
from komet.errors import InvalidInput
from komet.language import _, _n
from komet.web.shell import failures, reads
from komet.web.shell.failures import plain
from komet.web.shell.frozen import frozen
from komet.web.shell.session import actor


def card(ctx: AppContext, provider: Provider, tokens: Sequence[Token]) -> None:
    """One provider: what is set, a test, its form, its FBE factors, on or off."""
    label = next((t.label for t in tokens if t.id == provider.token_id), None)
    without = _("retired") if provider.token_id else _("none: choose one")
    facts = {
        _("token"): label or without,
        _("location"): provider.location_name or provider.location_id or _("all"),
        _("group"): provider.komet_group,
        _("company"): provider.company_id,
    }
    with st.container(border=True):
        name = f"**{plain(provider.name)}**  ·  {plain(provider.system)}"
        st.markdown(name if provider.active else name + "  ·  " + _("inactive"))
        st.caption("  ·  ".join(f"{k}: {plain(str(v))}" for k, v in facts.items() if v))
        if label is None and provider.active:
            st.warning(
                _("Its token is retired: it is not downloaded until you choose another one.")
                if provider.token_id
                else _("It has no token: it is not downloaded until you choose one."),
                icon=":material/key_off:",
            )
        row = st.container(horizontal=True)
        if row.button(_("Test"), key=f"test_{provider.id}", icon=":material/network_check:"):
            with failures.shown(), st.spinner(_("Asking Komet for today's orders …")):
                st.success(plain(try_provider(ctx, actor(), provider)))
        agreed = _overlap_agreed(f"activate_{provider.id}")
        if row.button(
            _("Deactivate") if provider.active else _("Activate"),
            key=f"active_{provider.id}",
            help=_("An inactive importer is not downloaded; its orders stay."),
        ):
            with failures.shown(), _overlap_asked(f"activate_{provider.id}"):
                _notify_saved(
                    deactivate_provider(ctx, actor(), provider.id)
                    if provider.active
                    else activate_provider(ctx, actor(), provider.id, overlap_too=agreed)
                )
        with st.expander(_("Change")):
            provider_form(ctx, tokens, provider)
        with st.expander(_("FBE factors")):
            _fbe_factors(ctx, provider)


def provider_form(ctx: AppContext, tokens: Sequence[Token], stored: Provider | None = None) -> None:
    """Add a provider, or change the stored one."""
    key = stored.id if stored else "new"
    by_id = {token.id: token for token in tokens}
    ids = list(by_id)
    token = stored.token_id if stored else ids[0] if len(ids) == 1 else None
    left, right = st.columns(2)
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
    with st.form(f"provider_{key}", border=False):
        left, right = st.columns(2)
        name = left.text_input(_("Name"), stored.name if stored else "")
        system = right.selectbox(
            _("System"), list(dict.fromkeys([stored.system if stored else SYSTEM, SYSTEM]))
        )
        if known:
            options = ["", *known]
            current = stored.location_id if stored and stored.location_id in known else ""
            location_id = left.selectbox(
                _("Komet location"),
                options,
                index=options.index(current or ""),
                format_func=lambda id_: f"{known[id_]} ({id_})" if id_ else _("All locations"),
            )
        else:
            location_id = left.text_input(
                _("Komet location ID"),
                (stored.location_id if stored else "") or "",
                help=_("Leave empty for all locations."),
            )
        group = right.text_input(
            _("Komet group"),
            (stored.komet_group if stored else "") or "",
            help=_("A word of yours, to work on several importers at once."),
        )
        company = left.text_input(
            _("Company ID"),
            (stored.company_id if stored else "") or "",
            help=_("Importers with the same company ID share its daily requests."),
        )
        base_url = right.text_input(
            _("Base URL (advanced)"),
            (stored.base_url if stored else "") or "",
            placeholder="https://api.kometsales.com/api",
        )
        back = left.number_input(
            _("Refresh from, days back"),
            0,
            60,
            stored.days_back if stored else DAYS_BACK,
            help=_("The open window that Refresh downloads, in days round today."),
        )
        ahead = right.number_input(
            _("Refresh to, days ahead"), 0, 180, stored.days_ahead if stored else DAYS_AHEAD
        )
        agreed = _overlap_agreed(key)
        if st.form_submit_button(_("Save") if stored else _("Add client provider"), type="primary"):
            with failures.shown(), _overlap_asked(key):
                fields = ProviderFields(
                    name=name,
                    token_id=token_id,
                    system=system,
                    location_id=location_id or None,
                    location_name=_location_name(stored, location_id or None, known),
                    komet_group=group or None,
                    company_id=company or None,
                    base_url=base_url or None,
                    active=stored.active if stored else True,
                    days_back=int(back),
                    days_ahead=int(ahead),
                )
                _notify_saved(
                    edit_provider(ctx, actor(), stored.id, fields.model_dump(), overlap_too=agreed)
                    if stored
                    else add_provider(ctx, actor(), fields, overlap_too=agreed)
                )


def _location_name(
    stored: Provider | None, location_id: str | None, known: dict[str, str]
) -> str | None:
    """As Komet's list has just said; without it, the name that is stored for the same ID."""
    if stored and stored.location_id == location_id:
        return known.get(location_id or "", stored.location_name or "") or None
    return known.get(location_id or "")


def _notify_saved(saved: Provider) -> None:
    failures.notice(_("Saved {name}.").format(name=saved.name))
    st.rerun()


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


def _fbe_factors(ctx: AppContext, provider: Provider) -> None:
    frame = reads.box_types(provider.id)
    st.caption(
        _("FBE, the full-box equivalent, of one box of each type. Yours counts before Komet's; a"
          " type without a factor leaves FBE empty.")
    )  # fmt: skip
    if frame.is_empty():
        st.caption(_("Box types come with the first download."))
        return
    missing = frame.filter(pl.col("fbe").is_null())["code"].to_list()
    if missing:
        st.warning(_("Without a factor: {codes}").format(codes=plain(", ".join(missing))))
    editor = f"fbe_{provider.id}_{frame['fbe_edited'].to_list()}"
    shown = frozen(editor, frame.with_columns(pl.selectors.decimal().cast(pl.Float64)))
    edited = st.data_editor(
        shown,
        key=editor,
        hide_index=True,
        placeholder="",
        disabled=("code", "komet_fbe", "fbe", "lines"),
        column_config={
            "code": _("Box type"),
            "komet_fbe": st.column_config.NumberColumn(_("Komet's"), format="%.4g"),
            "fbe_edited": st.column_config.NumberColumn(
                _("Yours"), format="%.4g", min_value=0.0, max_value=100.0
            ),
            "fbe": st.column_config.NumberColumn(_("In force"), format="%.4g"),
            "lines": _("Lines"),
        },
    )
    if st.button(_("Save factors"), key=f"save_fbe_{provider.id}"):
        with failures.shown():
            _save_factors(ctx, provider, shown, edited)


def _save_factors(
    ctx: AppContext, provider: Provider, before: pl.DataFrame, after: pl.DataFrame
) -> None:
    changed = after.filter(after["fbe_edited"].ne_missing(before["fbe_edited"]))
    if changed.is_empty():
        raise InvalidInput(_("No factor was changed."))
    factors = {
        code: None if value is None else Decimal(str(round(value, 4)))
        for code, value in changed.select("code", "fbe_edited").iter_rows()
    }
    edit_fbe_factors(ctx, actor(), provider.id, factors)
    failures.notice(
        _n("Saved {n} factor.", "Saved {n} factors.", changed.height).format(n=changed.height)
    )
    st.rerun()
