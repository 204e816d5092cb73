"""API explorer: any method of Komet, filled in, sent, looked at."""

from typing import Any

import streamlit as st
from pydantic import SecretStr

from komet.api.checking import problems
from komet.api.methods import GROUPS, registry
from komet.api.request import serialize_json
from komet.clients.connect import address_of
from komet.clients.model import Provider
from komet.clients.providers import list_providers
from komet.errors import InvalidInput
from komet.explorer.calls import call_method
from komet.explorer.model import CallOutcome, KometAddress, MethodCall
from komet.explorer.snippets import without_files
from komet.language import _
from komet.messages import problem_message
from komet.sandbox.tokens import token_for
from komet.web.screens.explorer import about, answer, as_code, documents, history, parameters
from komet.web.shell import address, failures, guard, state
from komet.web.shell.resources import sandbox
from komet.web.shell.session import actor

SANDBOX = "Sandbox"  # where a call goes that has no provider
FIRST = "purchase.order.list"

ctx = guard.enter("api_explorer")
st.title(_("API explorer"))
st.caption(
    _("Every method of the Komet API, with a form made from its documentation. Names of needed"
      " parameters are bold.")
)  # fmt: skip
every = {p.id: p for p in list_providers(ctx) if p.token_id}


def send(provider: Provider | None, method: str, params: dict[str, Any]) -> None:
    """Send it, keep what came of it for this session, and draw the page anew."""
    allowed = bool(st.session_state.get(state.EXPLORER_WRITES))
    with failures.shown(), st.spinner(_("Asking Komet …")):
        to = provider or KometAddress(
            SANDBOX, sandbox().base_url, SecretStr(token_for(registry()[method]).secret)
        )
        st.session_state[state.EXPLORED] = call_method(
            ctx, actor(), to, method, params, writes_allowed=allowed
        )
        st.rerun()


def send_again(call: MethodCall) -> None:
    """Send a call of the history once more; one that writes is opened instead."""
    provider = every.get(call.provider_id or "")
    if registry()[call.method].writes or (call.provider_id and provider is None):
        st.warning(_("Open it, look at it, and send it from there."))
    else:
        send(provider, call.method, call.params)


address.bind(
    "explorer",
    address.choice("explorer_group", "group", list(GROUPS)),
    address.choice(
        state.EXPLORER_METHOD, "method",
        [name for name, spec in registry().items() if spec.token_in != "none"], FIRST,
    ),
    address.choice("explorer_provider", "client", [*every, SANDBOX], next(iter(every), SANDBOX)),
)  # fmt: skip
left, right = st.columns([1, 2])
group = left.selectbox(
    _("Group"), list(GROUPS), index=None, placeholder=_("Any"), key="explorer_group",
    persist_state="session",
    format_func=lambda name: _(GROUPS[name]),
)  # fmt: skip
names = [
    spec.name
    for spec in registry().values()
    if spec.token_in != "none" and group in {None, spec.group}
]
if st.session_state.get(state.EXPLORER_METHOD) not in names:
    st.session_state[state.EXPLORER_METHOD] = FIRST if FIRST in names else names[0]
name = right.selectbox(
    _("Method"), names, key=state.EXPLORER_METHOD, persist_state="session",
    format_func=lambda found: f"{found} · {registry()[found].title or ''}",
)  # fmt: skip
spec = registry()[name]
about(spec)

sent: CallOutcome | None = st.session_state.get(state.EXPLORED)
provider_id = st.selectbox(
    _("Send as"), [*every, SANDBOX], key="explorer_provider", persist_state="session",
    format_func=lambda id_: f"{every[id_].name} · {every[id_].system}" if id_ in every
    else _("The sandbox, with a sample token"),
)  # fmt: skip
provider = every.get(provider_id)
whom = provider.name if provider else SANDBOX
base_url = address_of(ctx, provider) if provider else sandbox().base_url
try:
    params = parameters(spec, ctx.now())
    wrong = [problem_message(problem) for problem in problems(spec, params)]
except InvalidInput as error:
    params, wrong = {}, [str(error)]
shown = without_files(params)
as_code(spec, shown, base_url)
if wrong:
    st.caption(failures.plain(" ".join(wrong)))

if spec.writes:
    on = st.toggle(
        _("Switch on methods that change data, for this session"), key=state.EXPLORER_WRITES,
        persist_state="session",
    )  # fmt: skip
    with st.popover(_("Send"), icon=":material/lock_open:" if on else ":material/lock:",
                    disabled=bool(wrong) or not on):  # fmt: skip
        st.markdown(
            _("**{method}** changes data at {provider}. It is sent once, and recorded in Activity.")
            .format(method=failures.plain(name), provider=failures.plain(whom))
        )  # fmt: skip
        st.json(serialize_json(shown))
        if st.button(_("Yes, send it"), type="primary"):
            send(provider, name, params)
elif st.button(_("Send"), type="primary", icon=":material/send:", disabled=bool(wrong)):
    send(provider, name, params)

if sent and sent.method == name:
    st.header(_("Answer"))
    answer(ctx, spec, sent)

st.header(_("History"))
history(ctx, send_again)
documents(ctx)
