"""Catalogs: Komet's own lists, as each client's token may see them."""

from typing import Any

import polars as pl
import streamlit as st

from komet import time_zone
from komet.catalogs.headings import headings_of, name_flags
from komet.catalogs.lists import fetch_list, refusal_message, search_list
from komet.catalogs.model import KINDS, USED
from komet.clients.providers import list_providers
from komet.explorer.answers import export_answer
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _, _n, day_pattern, number, zoned_moment
from komet.web.shell import address, failures, guard, reads
from komet.web.shell.figures import figure_column
from komet.web.shell.preferences import with_locale
from komet.web.shell.search_field import search_field
from komet.web.shell.session import actor

_SHOWN = 2_000

ctx = guard.enter("catalogs")
st.title(_("Catalogs"))
st.caption(_("What Komet holds beside the orders, list by list, as it was last fetched."))
every = {p.id: p for p in list_providers(ctx) if p.token_id}
if not every:
    st.info(_("Add a client provider with a token, or try the app with sample data."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

address.bind(
    "catalogs",
    address.choice("catalog_provider", "client", list(every), next(iter(every))),
    address.choice("catalog_kind", "list", list(KINDS), next(iter(KINDS))),
    address.text("catalog_text", "contains"),
)
left, right = st.columns(2)
provider = every[
    left.selectbox(
        _("Importer"), list(every), format_func=lambda id_: every[id_].name,
        key="catalog_provider", persist_state="session",
    )
]  # fmt: skip
sizes = reads.catalog_sizes(provider.id)
kind = right.selectbox(
    _("List"), list(KINDS), key="catalog_kind", persist_state="session",
    format_func=lambda name: " · ".join(
        [_(KINDS[name].title), *([number(sizes[name])] if name in sizes else [])]
    ),
)  # fmt: skip
wanted = KINDS[kind]
days, customer_id = wanted.days(time_zone.today(ctx.now())), None
row = st.container(horizontal=True, vertical_alignment="bottom")
if days:
    first = row.date_input(_("From"), days[0], format=day_pattern(), key=f"catalog_first_{kind}")
    last = days[1]
    if wanted.last:
        last = row.date_input(_("To"), last, format=day_pattern(), key=f"catalog_last_{kind}")
    days = (first, last)
if wanted.needs_customer:
    customers = reads.catalog(provider, "customers").rows
    names = dict(customers.select("id", "name").iter_rows()) if customers.height else {}
    customer_id = row.selectbox(
        _("Customer"), list(names), format_func=lambda id_: names[id_], key="catalog_customer",
        placeholder=_("Fetch the customers first"),
    )  # fmt: skip
if row.button(_("Fetch from Komet"), icon=":material/refresh:", type="primary",
              disabled=wanted.needs_customer and not customer_id):  # fmt: skip
    with failures.shown(), st.spinner(_("Asking Komet …")):
        failures.notice(
            fetch_list(ctx, actor(), provider, kind, days=days, customer_id=customer_id)
        )
        st.rerun()

whole = reads.catalog(provider, kind)
if whole.refused:
    st.warning(failures.plain(refusal_message(provider)))
if whole.tried_at is None and not whole.learnt:
    st.info(_("Nothing has been fetched of this list yet, and no order names any of it."))
    st.stop()
found = search_list(whole, search_field(_("Contains"), "catalog_text"))
st.caption(
    _n("{n:,} row, known from the downloaded orders.",
       "{n:,} rows, known from the downloaded orders.", found.rows.height)
    .format(n=found.rows.height)
    if found.learnt or found.tried_at is None
    else _n("{n:,} row, fetched {when}.", "{n:,} rows, fetched {when}.", found.rows.height)
    .format(n=found.rows.height, when=zoned_moment(found.tried_at))
)  # fmt: skip
rows = name_flags(found.rows)
headings = headings_of(rows.columns)
config: dict[str, Any] = headings | {
    USED: figure_column(
        headings.get(USED), pinned=True,
        help=_("In how many downloaded order lines it stands."),
    )
}  # fmt: skip
st.dataframe(rows.head(_SHOWN), hide_index=True, placeholder="", column_config=config)
if found.rows.height > _SHOWN:
    st.caption(_("The first {n} rows are shown.").format(n=_SHOWN))
st.download_button(
    _("Export to Excel"),
    data=with_locale(
        export_answer, ctx, actor(), wanted.method, rows.cast(pl.String).rename(headings)
    ),
    file_name=f"{kind}-{time_zone.local(ctx.now()):%Y-%m-%d}.xlsx",
    mime=EXCEL_TYPE,
    icon=":material/download:",
    on_click="ignore",
)
