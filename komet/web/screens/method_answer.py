"""What a call has brought: status, time, the answer as a table and as a tree."""

import json
from typing import Any

import streamlit as st

from komet.api.methods import Method
from komet.catalogs.rows import table_of
from komet.context import AppContext
from komet.explorer import snippets
from komet.explorer.calling import Outcome
from komet.explorer.export import answer_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, _n, number
from komet.web.shell import failures
from komet.web.shell.preferences import kept

_SHOWN = 1_000
_TREE_LIMIT = 300_000


def about(spec: Method) -> None:
    """What the method does, in Komet's words, and what is not known of it."""
    kind = ("red", _("changes data")) if spec.writes else ("green", _("reads"))
    signs = [
        _badge(*kind),
        _badge("gray", f"{spec.verb} /{spec.path}"),
        *(_badge("blue", kind) for kind in spec.token_kinds or ()),
    ]
    if spec.deprecated:
        signs.append(_badge("orange", _("deprecated")))
    st.markdown(" ".join(signs))
    st.markdown(failures.plain(spec.summary or spec.title or ""))
    remarks = [*spec.notes, *(_("Not seen in the documentation: {what}.").format(what=what)
                              for what in spec.unseen)]  # fmt: skip
    if remarks:
        with st.expander(_("What to know about it")):
            st.markdown("\n".join(f"- {failures.plain(remark)}" for remark in remarks))


def as_code(spec: Method, params: dict[str, Any], base_url: str) -> None:
    """The request as it will go out, and as other programs would make it; never with the token."""
    request, curl, python, ours = st.tabs([_("Request"), "curl", "Python (httpx)", "komet.api"])
    request.code(snippets.as_request(spec, params, base_url), language="http")
    curl.code(snippets.as_curl(spec, params, base_url), language="bash")
    python.code(snippets.as_httpx(spec, params, base_url), language="python")
    ours.code(snippets.as_client(spec, params, base_url), language="python")


def answer(ctx: AppContext, spec: Method, outcome: Outcome) -> None:
    """Status, time and size; the rows; the whole answer; both as files."""
    row = st.container(horizontal=True)
    row.metric("HTTP", str(outcome.http_status or "–"), border=True, width=140)
    row.metric(_("Milliseconds"), number(outcome.milliseconds), border=True, width=160)
    row.metric(_("Bytes"), number(outcome.size), border=True, width=160)
    if outcome.error is not None or outcome.answer is None:
        st.error(failures.plain(outcome.error or ""), icon=":material/error:")
        _headers(outcome)
        return
    found = table_of(spec, outcome.answer)
    st.markdown(_n("**{n:,} row**", "**{n:,} rows**", found.height).format(n=found.height))
    table, tree, headers = st.tabs([_("Table"), _("Tree"), _("Headers")])
    with table:
        st.dataframe(found.head(_SHOWN), hide_index=True, placeholder="")
        if found.height > _SHOWN:
            st.caption(_("The first {n} rows are shown.").format(n=_SHOWN))
        st.download_button(
            _("Export to Excel"), data=kept(answer_bytes, ctx, spec.name, found),
            file_name=f"{spec.name.replace('/', '-')}.xlsx", mime=EXCEL_TYPE,
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    text = json.dumps(outcome.answer, ensure_ascii=False, indent=2, default=str)
    with tree:
        if outcome.size <= _TREE_LIMIT:
            st.json(text, expanded=2)
        else:
            st.caption(_("Too large to be drawn: take the file."))
        st.download_button(
            "JSON", text, file_name=f"{spec.name.replace('/', '-')}.json",
            mime="application/json", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    with headers:
        _headers(outcome)


def _badge(colour: str, text: str) -> str:
    return f":{colour}-badge[{failures.plain(text)}]"


def _headers(outcome: Outcome) -> None:
    shown = "\n".join(f"{name}: {value}" for name, value in outcome.headers.items())
    st.code(shown or "–", language="http")
