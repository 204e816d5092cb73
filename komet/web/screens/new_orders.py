"""New orders on the screen: a file, its preview and Send; prebook lines to make POs of."""

from datetime import timedelta

import polars as pl
import streamlit as st

from komet import time_zone
from komet.catalogs.lists import fetch_list
from komet.clients.model import Provider
from komet.clients.providers import list_providers
from komet.clients.tokens import get_token
from komet.context import AppContext
from komet.dispatch import prebooks
from komet.dispatch.kinds import KINDS
from komet.dispatch.model import Preview, WriteKind
from komet.dispatch.new_orders import check_orders_file, days_of_new_orders
from komet.dispatch.row_templates import NAMES, template_bytes
from komet.dispatch.stock import KINDS as STOCK_KINDS
from komet.dispatch.stock import check_stock_file
from komet.dispatch.values import LONGEST_PO_NUMBER
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.ingest.plan import plan_slices
from komet.ingest.runs import start_run
from komet.language import _, _later, _n, day_pattern, zoned_moment
from komet.tabular.file import FILE_TYPES
from komet.web.screens.previews import checked, keep_preview, kept_preview
from komet.web.screens.sending import batch_in_address, preview_and_send
from komet.web.shell import failures, state
from komet.web.shell.figures import figure_column
from komet.web.shell.preferences import with_locale
from komet.web.shell.resources import worker
from komet.web.shell.session import actor

ABOUT = {
    WriteKind.ADD_STOCK: _later(
        "A row of more than 100 boxes becomes several requests: Komet takes 100 at a time."
    ),
    WriteKind.UPDATE_STOCK: _later(
        "Boxes are ADDED to what the stock has: write how many more, never a new total."
    ),
    WriteKind.DELETE_STOCK: _later("The stock line goes with all its boxes."),
    WriteKind.CREATE_PO: _later(
        "Rows of the same ship date and vendor become one PO. No AWB is sent with it: Komet would"
        " ship it at once."
    ),
    WriteKind.CREATE_MIXED_PO: _later(
        "Rows under the same word in Mixed box are one box of several products."
    ),
    WriteKind.CREATE_PREBOOK: _later(
        "Rows of the same ship date, customer and carrier become one prebook. Komet charges a"
        " transaction fee for it."
    ),
    WriteKind.DELETE_PREBOOK_ITEM: _later(
        "With a Vendor token Komet keeps the line, with no boxes."
    ),
}
_LISTS = ("products", "box_types", "vendors", "customers", "carriers")
_FILE, _LINES = "new_orders_file", "prebook_lines"


def file_form(ctx: AppContext, provider: Provider) -> None:
    """What a file is to do, its template, the upload, the preview and Send."""
    kind = WriteKind(
        st.pills(
            _("What to do"),
            [one.value for one in ABOUT],
            format_func=lambda one: _(KINDS[WriteKind(one)].label),
            default=WriteKind.ADD_STOCK.value,
            required=True,
            wrap=True,
            key="new_orders_kind",
        )
        or WriteKind.ADD_STOCK.value
    )
    st.caption(_(ABOUT[kind]))
    token = get_token(ctx, provider.token_id or "")
    if not KINDS[kind].may_send(token.kind):
        said = _("{method} is not for {kind} tokens.")
        st.warning(
            failures.plain(said.format(method=KINDS[kind].method, kind=_(token.kind))),
            icon=":material/block:",
        )
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.download_button(
        _("Download the template"),
        data=with_locale(template_bytes, ctx, actor(), kind, provider.id),
        file_name=f"{_(NAMES[kind])}.xlsx",
        mime=EXCEL_TYPE,
        icon=":material/download:",
        on_click="ignore",
    )
    again = bar.checkbox(
        _("Send again what was sent already"),
        key=f"new_orders_again_{kind}",
        help=_("For a deliberate repeat. Otherwise an equal row is sent once, however often its"
               " file is uploaded."),
    )  # fmt: skip
    uploaded = st.file_uploader(
        _("A CSV or Excel file for {provider}").format(provider=failures.plain(provider.name)),
        type=list(FILE_TYPES),
        key=f"new_orders_{kind}_{provider.id}",
    )
    if uploaded is None:
        return
    data, name = uploaded.getvalue(), uploaded.name

    def check() -> Preview:
        reader = check_stock_file if kind in STOCK_KINDS else check_orders_file
        return reader(ctx, provider.id, data, name, kind, again=again)

    with failures.shown():
        made_of = (uploaded.file_id, provider.id, kind, again)
        preview_and_send(ctx, checked(_FILE, made_of, check, ctx), _FILE)


def lists_form(ctx: AppContext, provider: Provider) -> None:
    """The lists in which names are looked up, and a button that fetches them."""
    with st.expander(_("How products and people are found")):
        st.caption(
            _("By ID, code, your SKU or name, in the lists that Komet has of this importer and in"
              " its downloaded orders. What is in neither is refused: Komet would skip the product"
              " without a word.")
        )  # fmt: skip
        label = _n("Fetch the lists ({n} request)", "Fetch the lists ({n} requests)", len(_LISTS))
        if st.button(label.format(n=len(_LISTS)), icon=":material/refresh:"):
            with failures.shown(), st.spinner(_("Asking Komet …")):
                told = [fetch_list(ctx, actor(), provider, kind) for kind in _LISTS]
                failures.notice(" ".join(dict.fromkeys(told)))
                st.rerun()


def new_orders_hint(ctx: AppContext) -> None:
    """After POs were created: Komet does not tell their numbers, and their days do."""
    batch_id = batch_in_address()
    days = days_of_new_orders(ctx, batch_id) if batch_id else []
    if not days:
        return
    bar = st.container(horizontal=True, vertical_alignment="center")
    bar.caption(_("Komet does not say the numbers of the new POs: their ship dates show them."))
    label = _n("Download {n} ship date", "Download {n} ship dates", len(days)).format(n=len(days))
    if bar.button(label, icon=":material/cloud_download:", key="download_new_orders"):
        with failures.shown():
            every = [one for one in list_providers(ctx) if one.id in {id_ for id_, _day in days}]
            run, _resumed = start_run(ctx, actor(), plan_slices(ctx, every, days), source="app")
            worker().submit(actor(), run.id)
            st.switch_page("pages/po_download.py")


def prebook_lines(ctx: AppContext, provider: Provider) -> None:
    """List prebook lines, choose some, and make POs of them or delete them."""
    today = time_zone.today(ctx.now())
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    first = bar.date_input(_("Vendor ships from"), today, format=day_pattern(), key="prebook_first")
    last = bar.date_input(
        _("to"), today + timedelta(days=6), format=day_pattern(), key="prebook_last"
    )
    with failures.shown():
        calls = prebooks.requests_for(first, last)
        label = _n("List the prebooks ({n} request)", "List the prebooks ({n} requests)", calls)
        if bar.button(label.format(n=calls), icon=":material/refresh:", type="primary"):
            with st.spinner(_("Asking Komet …")):
                found = prebooks.list_prebook_lines(ctx, actor(), provider.id, first, last)
            st.session_state[state.PREBOOK_LINES] = (provider.id, ctx.now(), found)
    kept = st.session_state.get(state.PREBOOK_LINES)
    if not kept or kept[0] != provider.id:
        st.info(_("Nothing has been listed yet. Komet takes seven days a request."))
    elif kept[2].is_empty():
        st.info(_("Komet has no prebook line for these days."))
    else:
        _choose(ctx, provider, kept[2], _("Listed {when}.").format(when=zoned_moment(kept[1])))
    if (preview := kept_preview(f"{_LINES}_{provider.id}")) is not None:
        with st.container(border=True):
            st.header(_("Preview"))
            preview_and_send(ctx, preview, f"{_LINES}_{provider.id}")


def _choose(ctx: AppContext, provider: Provider, lines: pl.DataFrame, listed: str) -> None:
    event = st.dataframe(
        lines.select(
            "prebook", "truck_date", "customer", "vendor", "product", "boxes", "box_type",
            "bunches", "stems_bunch", "unit_type", "mark_code", "po_sent", "prebook_item_id",
        ).with_columns(pl.col("boxes", "bunches", "stems_bunch").cast(pl.Float64)),
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode="multi-row",
        key=f"prebook_table_{st.session_state.get(state.PREBOOK_TABLE, 0)}",
        column_config={
            "prebook": st.column_config.TextColumn(_("Prebook"), pinned=True),
            "truck_date": _("Truck date"),
            "customer": _("Customer"),
            "vendor": _("Vendor"),
            "product": st.column_config.TextColumn(_("Product"), width="large"),
            "boxes": figure_column(_("Boxes")),
            "box_type": _("Box type"),
            "bunches": figure_column(_("Bunches")),
            "stems_bunch": figure_column(_("Stems/bunch")),
            "unit_type": _("Unit type"),
            "mark_code": _("Mark code"),
            "po_sent": st.column_config.CheckboxColumn(_("PO sent")),
            "prebook_item_id": _("Prebook line ID"),
        },
    )  # fmt: skip
    chosen = lines[list(event.selection.rows)] if event.selection.rows else lines.clear()
    st.caption(
        listed
        + " "
        + _n("{n} line is chosen.", "{n} lines are chosen.", chosen.height).format(n=chosen.height)
    )
    bar = st.container(horizontal=True, vertical_alignment="bottom")
    day = bar.date_input(
        _("Ship date of the POs"),
        time_zone.today(ctx.now()),
        format=day_pattern(),
        key="prebook_ship_date",
    )
    number = bar.text_input(
        _("Add to PO"),
        key="prebook_po",
        placeholder=_("a new PO"),
        max_chars=LONGEST_PO_NUMBER,
    ).strip()
    with failures.shown():
        if bar.button(_("Make POs"), disabled=chosen.is_empty(), icon=":material/add:"):
            found = prebooks.check_orders_of_prebooks(
                ctx, provider.id, chosen, day, po_number=number
            )
            keep_preview(f"{_LINES}_{provider.id}", found)
        if bar.button(_("Delete lines"), disabled=chosen.is_empty(), icon=":material/delete:"):
            keep_preview(
                f"{_LINES}_{provider.id}", prebooks.check_deletion(ctx, provider.id, chosen)
            )
