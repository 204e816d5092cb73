"""The pieces of the API explorer: the form of a method, its answer, the history, documents."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from komet import __version__, time_zone
from komet.api.methods import Kind, Method, Parameter
from komet.api.openapi import document
from komet.api.postman import collection
from komet.catalogs.rows import table_of
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.explorer import snippets
from komet.explorer.answers import export_answer
from komet.explorer.calls import forget_call, keep_call, list_calls
from komet.explorer.model import CallOutcome, MethodCall
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, _n, day_pattern, moment, number
from komet.web.shell import failures, state
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

Send = Callable[[MethodCall], None]
_SHOWN = 1_000
_TREE_LIMIT = 300_000


def parameters(spec: Method, now: datetime) -> dict[str, Any]:
    """What the user has filled in. Raises `InvalidInput` for JSON that is none."""
    if st.toggle(_("As JSON"), key=state.EXPLORER_RAW):
        text = st.text_area(_("Parameters"), key=state.EXPLORER_JSON, height=200)
        return parsed(text)
    entries = [*spec.headers, *spec.sendable]
    if not entries:
        st.caption(_("This method takes no parameters but the token."))
    wide = {Kind.LIST, Kind.BYTES}
    small = [entry for entry in entries if entry.kind not in wide]
    small.sort(key=lambda entry: not _is_needed(entry))
    values: dict[str, Any] = {}
    for at in range(0, len(small), 3):  # row by row, so that a narrow screen keeps the order
        for entry, column in zip(small[at : at + 3], st.columns(3), strict=False):
            values[entry.name] = _field(spec, entry, column, now)
    for entry in entries:
        if entry.kind in wide:
            values[entry.name] = _list(spec, entry)
    order = [entry.name for entry in entries]
    return {name: values[name] for name in order if values[name] not in (None, "", [])}


def parsed(text: str) -> dict[str, Any]:
    """The JSON object that was typed; nothing for no text."""
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise InvalidInput(_("That is not JSON: {reason}.").format(reason=error)) from error
    if not isinstance(value, dict):
        raise InvalidInput(_("One JSON object is wanted: {example}.").format(example='{"a": 1}'))
    return value


def _label(entry: Parameter) -> str:
    name = failures.plain(entry.name)
    return f"**{name}**" if _is_needed(entry) else name


def _is_needed(entry: Parameter) -> bool:
    """Whether it is always needed, or one of several of which one is."""
    return entry.required or bool(entry.unless)


def _help(entry: Parameter) -> str:
    parts = [entry.description, entry.condition and _("Needed: {when}.").format(
        when=entry.condition), entry.note]  # fmt: skip
    return failures.plain(" ".join(filter(None, parts))) or failures.plain(entry.name)


def _field(spec: Method, entry: Parameter, column: Any, now: datetime) -> Any:
    key = f"explorer_{spec.name}_{entry.name}"
    label, help_ = _label(entry), _help(entry)
    if entry.choices:
        return column.selectbox(
            label, list(entry.choices), index=None, help=help_, key=key, placeholder="",
            format_func=lambda code: f"{code} · {entry.choices[code]}",
        )  # fmt: skip
    if entry.kind is Kind.BOOLEAN:
        words = {1: _("yes"), 0: _("no")}
        return column.selectbox(
            label, list(words), index=None, help=help_, key=key, placeholder="",
            format_func=lambda value: words[value],
        )  # fmt: skip
    if entry.kind is Kind.DATE:
        # today to begin with; and still a day that can be cleared, which a default could not be
        st.session_state.setdefault(key, time_zone.today(now) if _is_needed(entry) else None)
        return column.date_input(label, None, help=help_, key=key, format=day_pattern())
    return column.text_input(label, help=help_, key=key).strip()


def _list(spec: Method, entry: Parameter) -> Any:
    key = f"explorer_{spec.name}_{entry.name}"
    if entry.kind is Kind.BYTES:
        file = st.file_uploader(_label(entry), help=_help(entry), key=key)
        return file.getvalue() if file else None
    if not entry.items:
        text = st.text_input(
            _label(entry), help=_help(entry), key=key, placeholder=_("separated by commas")
        )
        return [part.strip() for part in text.split(",") if part.strip()]
    st.markdown(_label(entry), help=_help(entry))
    names = [item.name for item in entry.items]
    empty = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    edited = st.data_editor(
        empty,
        num_rows="dynamic",
        hide_index=True,
        key=key,
        column_config={
            item.name: st.column_config.TextColumn(
                item.name, help=item.description, required=item.required
            )
            for item in entry.items
        },
    )
    return [
        {name: value for name, value in row.items() if value not in (None, "")}
        for row in edited.rows(named=True)
        if any(row.values())
    ]


def about(spec: Method) -> None:
    """What the method does, in Komet's words, and what is not known of it."""
    kind = ("red", _("changes data")) if spec.writes else ("green", _("reads"))
    badges = [
        _badge(*kind),
        _badge("gray", f"{spec.verb} /{spec.path}"),
        *(_badge("blue", kind) for kind in spec.token_kinds or ()),
    ]
    if spec.deprecated:
        badges.append(_badge("orange", _("deprecated")))
    st.markdown(" ".join(badges))
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


def answer(ctx: AppContext, spec: Method, outcome: CallOutcome) -> None:
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
            _("Export to Excel"), data=with_locale(export_answer, ctx, actor(), spec.name, found),
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


def _headers(outcome: CallOutcome) -> None:
    shown = "\n".join(f"{name}: {value}" for name, value in outcome.headers.items())
    st.code(shown or "–", language="http")


def history(ctx: AppContext, send: Send) -> None:
    """Newest first, each to be opened again, sent again, or kept under a name."""
    named, recent = list_calls(ctx)
    if not recent and not named:
        st.caption(_("Nothing has been sent yet."))
        return
    every = {call.id: call for call in (*named, *recent)}
    chosen = st.selectbox(
        _("Kept and recent calls"), list(every), format_func=lambda id_: _call_label(every[id_]),
        key="explorer_history",
    )  # fmt: skip
    call = every[chosen]
    row = st.container(horizontal=True, vertical_alignment="bottom")
    row.button(_("Open"), on_click=_open, args=(call,), icon=":material/edit:")
    if row.button(_("Send again"), icon=":material/replay:"):
        send(call)
    if call.name:
        if row.button(_("Forget"), icon=":material/delete:"):
            with failures.shown():
                forget_call(ctx, actor(), call.id)
                st.rerun()
        return
    with row.popover(_("Keep"), icon=":material/bookmark:"), st.form("explorer_keep", border=False):
        name = st.text_input(_("Name"))
        if st.form_submit_button(_("Save")):
            with failures.shown():
                keep_call(ctx, actor(), call.id, name)
                failures.notice(_("Saved {name}.").format(name=name))
                st.rerun()


def _call_label(call: MethodCall) -> str:
    given = ", ".join(f"{name}={value}" for name, value in call.params.items())
    head = f"★ {call.name}" if call.name else moment(call.called_at)
    rows = "" if call.answer_rows is None else f" → {number(call.answer_rows)}"
    return f"{head} · {call.method} · {given[:60]} · {call.outcome}{rows}"


def _open(call: MethodCall) -> None:
    """A callback: fill the form with it, before the form is drawn."""
    st.session_state[state.EXPLORER_METHOD] = call.method
    st.session_state["explorer_group"] = None
    st.session_state[state.EXPLORER_RAW] = True
    st.session_state[state.EXPLORER_JSON] = json.dumps(call.params, ensure_ascii=False, indent=2)


def documents(ctx: AppContext) -> None:
    """OpenAPI and Postman as downloads."""
    st.header(_("For developers"))
    st.caption(
        _("The same registry as an OpenAPI 3.1 document and as a Postman collection, without any"
          " token.")
    )  # fmt: skip
    row = st.container(horizontal=True)

    def openapi() -> str:
        return json.dumps(document(version=__version__), ensure_ascii=False, indent=2)

    def postman() -> str:
        return json.dumps(collection(time_zone.today(ctx.now())), ensure_ascii=False, indent=2)

    for label, file_name, made in (
        ("OpenAPI 3.1", "komet.openapi.json", openapi),
        ("Postman", "komet.postman.json", postman),
    ):
        row.download_button(
            label, data=made, file_name=file_name, mime="application/json",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
