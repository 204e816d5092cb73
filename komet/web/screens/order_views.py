"""Views on Purchase orders: the ready-made work lists, the saved ones, and saving one."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from komet.context import AppContext
from komet.language import _, _n
from komet.messages import FAILURES
from komet.orders import views
from komet.orders.filters import OrderFilter
from komet.orders.model import SavedView
from komet.orders.ship_days import read_link
from komet.orders.work_lists import WorkList
from komet.permissions import Actor
from komet.web.screens.order_filters import fill, start
from komet.web.shell import failures, state
from komet.web.shell.remembered import remembered
from komet.web.shell.resources import context
from komet.web.shell.session import actor


def view_choice(ctx: AppContext, today: date) -> SavedView | None:
    """Choose a view; it sets filters, columns and order. A link with `view=` opens one.

    The saved view that is chosen is returned; for work lists and for none it is None.
    """
    saved = {view.id: view for view in _views(actor())}
    _from_link(ctx, saved, today)
    titles = {work.value: _(work.label) for work in WorkList}
    titles |= {id_: view.name for id_, view in saved.items()}

    def choose() -> None:
        chosen = st.session_state[state.ORDERS_VIEW]
        if view := saved.get(chosen or ""):
            _apply(view, today)
            return
        if chosen:
            fill(OrderFilter(work=WorkList(chosen)))
        else:
            start(today)
        st.session_state[state.ORDERS_COLUMNS] = []
        st.session_state["orders_sort"] = WorkList(chosen).sort if chosen else "ship_date"

    chosen: str | None = st.selectbox(
        _("View"),
        list(titles),
        index=None,
        format_func=lambda id_: titles[id_],
        key=state.ORDERS_VIEW,
        on_change=choose,
        placeholder=_("View"),
        label_visibility="collapsed",
        width=240,
    )
    return saved.get(chosen or "")


def save_choice(ctx: AppContext, view: SavedView | None, columns: Sequence[str]) -> None:
    """Save what the screen shows under a name, or change the saved view that is chosen."""
    with st.popover(_("Save view"), icon=":material/bookmark:"):
        _save_form(ctx, view, columns)


@remembered
def _views(whose: Actor) -> list[SavedView]:
    return views.list_views(context(), whose)


@remembered
def _other_owners(whose: Actor) -> dict[str, int]:
    return views.list_other_owners(context(), whose)


def _save_form(ctx: AppContext, view: SavedView | None, columns: Sequence[str]) -> None:
    with st.form("save_view", border=False):
        name = st.text_input(_("Name"), view.name if view else "")
        shared = st.checkbox(_("Others may use it"), value=view.shared if view else False)
        st.caption(_("Keeps the filters, the columns and the order as they are now."))
        if st.form_submit_button(_("Save"), type="primary"):
            with failures.shown():
                stored = views.save_view(
                    ctx,
                    actor(),
                    name,
                    st.session_state.get(state.ORDERS_LINK, {}),
                    columns=columns,
                    sort=st.session_state.get("orders_sort", "ship_date"),
                    shared=shared,
                )
                st.session_state[state.ORDERS_PICK] = stored.id
                failures.notice(_("Saved {name}.").format(name=stored.name))
                st.rerun()
    if view:
        st.caption(_("Link to it:"))
        st.code(f"/purchase_orders?view={view.id}", language=None)
        if view.owner == actor().name:
            _own_view(ctx, view)
    _take_over_form(ctx)


def _own_view(ctx: AppContext, view: SavedView) -> None:
    with st.form(f"rename_{view.id}", border=False):
        name = st.text_input(_("New name"), view.name)
        if st.form_submit_button(_("Rename")):
            with failures.shown():
                views.rename_view(ctx, actor(), view.id, name)
                failures.notice(_("Saved {name}.").format(name=name.strip()))
                st.rerun()
    if st.button(failures.plain(_("Delete {name}").format(name=view.name))):
        with failures.shown():
            views.delete_view(ctx, actor(), view.id)
            st.session_state[state.ORDERS_PICK] = ""
            failures.notice(_("Deleted {name}.").format(name=view.name))
            st.rerun()


def _take_over_form(ctx: AppContext) -> None:
    """After a change of name: the views of the former one become those of the new."""
    owners = _other_owners(actor())
    if not owners:
        return
    with st.form("take_over_views", border=False):
        owner = st.selectbox(
            _("Your name was another one? Its views:"),
            list(owners),
            index=None,
            format_func=lambda name: f"{name} ({owners[name]})",
            placeholder=_("Choose the former name"),
        )
        if st.form_submit_button(_("Take them over")) and owner:
            with failures.shown():
                taken = views.take_views_over(ctx, actor(), owner)
                failures.notice(
                    _n("{n} view is yours now.", "{n} views are yours now.", taken).format(n=taken)
                )
                st.rerun()


def _apply(view: SavedView, today: date) -> None:
    try:
        fill(*read_link(view.query, today))
    except FAILURES:
        fill(OrderFilter())
    st.session_state[state.ORDERS_COLUMNS] = list(view.columns)
    st.session_state["orders_sort"] = view.sort


def _from_link(ctx: AppContext, saved: dict[str, SavedView], today: date) -> None:
    picked = st.session_state.pop(state.ORDERS_PICK, None)
    if picked is not None:
        st.session_state[state.ORDERS_VIEW] = picked if picked in saved else None
        return
    linked = st.session_state.get(state.ORDERS_LINKED)
    if linked:
        saved.setdefault(linked.id, linked)
    if state.ORDERS_VIEW in st.session_state:
        return
    if "view" not in st.query_params:
        work = st.query_params.get("work") or st.session_state.get(state.ORDERS_LINK, {}).get(
            "work"
        )
        work = work[0] if isinstance(work, list) else work
        if work in set(WorkList):
            st.session_state[state.ORDERS_VIEW] = work
        return
    try:
        view = views.read_view(ctx, st.query_params["view"])
    except FAILURES as error:
        failures.show(error)
        return
    saved[view.id] = st.session_state[state.ORDERS_LINKED] = view
    st.session_state[state.ORDERS_VIEW] = view.id
    _apply(view, today)
