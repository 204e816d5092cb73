"""Every screen in Streamlit's own test runner, through the real shell, empty and full.

In process, so in a tenth of a second a screen. What needs a browser is in `tests/browser`.
"""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
import streamlit as st
from morning_figures import FIGURE, cards, plain_sums, sandbox_changes
from prepared import PreparedFolders
from sample_accounts import ACTOR, ROOT
from screen_titles import TITLES
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from komet import demo, language, time_zone
from komet.clients.model import DAYS_AHEAD, DAYS_BACK
from komet.clients.providers import edit_provider, list_providers
from komet.clients.tokens import get_token
from komet.context import AppContext, open_context
from komet.db.database import Connection
from komet.export.template import READY_MADE
from komet.language import _, languages
from komet.orders import query
from komet.orders.filters import Cancelled, OrderFilter
from komet.sandbox.server import Sandbox
from komet.settings import Settings, settings
from komet.web.screens.ship_days import bar_filter
from komet.web.shell import resources, state

HEADINGS = {
    "overview": ["Left to dispatch", "Boxes by ship date", "Importers"],
    "po_download": ["Last download"],
    "client_providers": ["Add a client provider"],
    "tokens": ["Add a token"],
    "export_templates": ["Preview"],
    "activity": ["By day, token and method"],
    "api_explorer": ["History", "For developers"],
}
TABLES = {
    "overview": 1,
    "purchase_orders": 1,
    "po_download": 1,
    "sku_mapping": 4,
    "client_providers": 2,
    "planning": 1,
    "labels": 2,
    "export_templates": 1,
    "activity": 2,
}
"""How many tables with rows there are at least, with the samples."""

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def homes(
    tmp_path_factory: pytest.TempPathFactory, prepared: PreparedFolders
) -> dict[str, AppContext]:
    folder = tmp_path_factory.mktemp("screens")
    return {
        "empty": open_context(Settings(home=folder / "empty")),
        "full": prepared.samples(folder / "full"),
    }


@pytest.fixture(scope="module", params=["empty", "full"])
def app(request: pytest.FixtureRequest, homes: dict[str, AppContext]) -> Iterator[AppContext]:
    """The one installation of this process, as in a server; afterwards the process has none."""
    ctx = homes[request.param]
    ours, levels = logging.getLogger("komet"), {n: logging.getLogger(n).level for n in _LOGGERS}
    before = (ours.handlers, ours.propagate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KOMET_HOME", str(ctx.settings.home))
        _forget()
        yield ctx
        resources.scheduler().stop()
        if demo.has_samples(ctx):
            resources.sandbox().stop()
        _forget()
    language.follow(lambda: None)
    time_zone.follow(lambda: None)
    time_zone.use_by_default("UTC")
    ours.handlers, ours.propagate = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


_LOGGERS = ("komet", "httpx", "httpcore")


def _forget() -> None:
    settings.cache_clear()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def opened(app: AppContext) -> Open:
    """A screen as a visitor of that language gets it, who came through the app's start."""

    def give(screen: str, code: str = "en", **link: str) -> AppTest:
        visit = AppTest.from_file(str(ROOT / "navigation.py"), default_timeout=60)
        visit.session_state[state.LANGUAGE] = code
        visit.session_state[state.PERSON] = "Ana"
        visit.switch_page(f"pages/{screen}.py")
        for name, value in link.items():
            visit.query_params[name] = value
        with language.using(code):  # in which the runner looks for what was chosen
            return visit.run()

    return give


def is_full(app: AppContext) -> bool:
    return app.settings.home.name == "full"


def first(element: Any) -> Any:
    """What stands first, in whatever containers."""
    return first(element[0]) if getattr(element, "children", None) else element


def texts(visit: AppTest) -> str:
    """All that can be read on the screen."""
    return "\n".join(str(getattr(element, "value", "")) for element in visit)


def rows(visit: AppTest) -> list[int]:
    """How many rows each table of data has; that in which a template is edited has none."""
    return [len(table.value) for table in visit.dataframe if "_up" not in table.value.columns]


def test_every_page_file_is_a_screen_of_this_test() -> None:
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == set(TITLES)


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("screen", TITLES)
def test_a_screen_shows_its_title_and_no_exception(
    app: AppContext, opened: Open, screen: str, code: str
) -> None:
    visit = opened(screen, code)
    assert not visit.exception
    assert first(visit.main).type == "title", "something stands above the title"
    assert "Traceback" not in texts(visit)
    with language.using(code):
        assert [title.value for title in visit.title] == [_(TITLES[screen])]
        headings = [heading.value for heading in visit.header]
        if is_full(app):
            assert not visit.error
            assert set(headings) >= {_(heading) for heading in HEADINGS.get(screen, [])}
            assert len([n for n in rows(visit) if n]) >= TABLES.get(screen, 0)
            assert _("Four steps to your first export") not in headings
        elif screen == "overview":
            assert _("Four steps to your first export") in headings
            assert _("Try it with sample data") in [button.label for button in visit.button]
        else:
            assert not any(rows(visit))


@pytest.mark.parametrize("screen", TITLES)
def test_a_rerun_asks_little(
    app: AppContext, opened: Open, screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = opened(screen)
    asked: list[str] = []
    for name in ("run", "frame", "blob"):
        query = getattr(Connection, name)

        def count(self: Connection, sql: str, *rest: Any, _query: Any = query, **more: Any) -> Any:
            if get_script_run_ctx(suppress_warning=True):  # no worker in the background
                asked.append(sql)
            return _query(self, sql, *rest, **more)

        monkeypatch.setattr(Connection, name, count)
    visit.run()
    assert not visit.exception
    assert len(asked) <= 8, asked


@pytest.mark.parametrize("code", languages())
def test_the_figures_are_those_of_the_sandbox(app: AppContext, opened: Open, code: str) -> None:
    visit = opened("purchase_orders", code, ships="all")
    strips = [text.value for text in visit.markdown if " FBE" in text.value]
    if not is_full(app):
        assert strips == []
        return
    # the second download, after the sandbox has gone on, reaches as far as a refresh does
    gone_on = Sandbox()
    gone_on.state.advance()
    begin, _last = demo.window(app)
    last = app.now().date() + timedelta(days=DAYS_AHEAD)
    expected = demo.expected_totals(gone_on, begin, last)
    with language.using(code):
        assert [re.findall(r"\*\*(.+?)\*\*", strip) for strip in strips] == [
            [
                language.number(expected["purchase_orders"]),
                language.number(expected["boxes"]),
                language.number(expected["fbe"], 2),
                language.number(expected["stems"]),
                language.number(expected["total_cost"], 2),
            ]
        ]


def test_cards_say_what_their_rows_come_to(app: AppContext, opened: Open) -> None:
    """By plain Polars over what is stored, and by the filter of the link that a card is."""
    if not is_full(app):
        return
    shown = cards(opened("overview"))
    today = app.now().date()
    pending = pl.col("line_status").str.to_uppercase().is_in(["P", "PENDING"])
    expected = {
        "To confirm": (["lines", "boxes"], [pending, pl.col("po_status").ne_missing("PA")]),
        "Without SKU": (
            ["products", "boxes"],
            [pl.col("code").is_null(), pl.col("product_id").is_not_null()],
        ),
        "Ships today": (["boxes", "fbe"], [pl.col("ship_date") == today]),
        "Ships tomorrow": (["boxes", "fbe"], [pl.col("ship_date") == today + timedelta(days=1)]),
    }
    for title, (names, conditions) in expected.items():
        figures, link = shown[title]
        sums = plain_sums(app, *conditions)
        plainly = pytest.approx([float(sums[name]) for name in names], abs=0.0051)
        assert [float(n) for n in figures] == plainly, title
        behind = query.total_items(app, OrderFilter.from_query(link))
        opened_figures = {"lines": behind.lines, "boxes": behind.boxes, "fbe": behind.fbe}
        for name, figure in zip(names, figures, strict=True):
            if name in opened_figures:
                found = float(opened_figures[name] or 0)
                assert float(figure) == pytest.approx(found, abs=0.0051), (title, name)
        assert behind.boxes


def test_the_table_of_importers_says_what_a_click_opens(app: AppContext, opened: Open) -> None:
    if not is_full(app):
        return
    [table] = [t.value for t in opened("overview").dataframe if "left" in t.value]
    by_name = dict(zip(table["provider"], table["orders"], strict=True))
    for provider in list_providers(app):
        of_one = OrderFilter(providers=(provider.id,))
        assert by_name[provider.name] == query.total_items(app, of_one).purchase_orders > 0


def test_the_card_of_changes_says_what_the_sandbox_has_changed(
    app: AppContext, opened: Open
) -> None:
    if not is_full(app):
        return
    figures, link = cards(opened("overview"))["Changed since yesterday"]
    today = app.now().date()
    first, until = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    expected = sandbox_changes(first, demo.window(app)[1], until)
    assert figures[-2:] == [round(figure, 2) for figure in expected]
    visit = opened("changes", **{name: values[0] for name, values in link.items()})
    tiles = [button.label for button in visit.button if "**" in button.label]
    pressed = [Decimal(n) for label in tiles for n in FIGURE.findall(label) if n != "0"]
    assert figures[:-2] == pressed


def test_a_tile_of_changes_is_the_filter(app: AppContext, opened: Open) -> None:
    if not is_full(app):
        return
    visit = opened("changes", since="last")
    every = set(visit.dataframe[-1].value["kind"])
    assert {"Moved", "Changed"} <= every
    assert "First download" not in every
    visit.button("changes_tile_moved").click().run()
    assert set(visit.dataframe[-1].value["kind"]) == {"Moved"}
    assert visit.query_params["kind"] == "moved"
    visit.button("changes_tile_moved").click().run()
    visit.button("changes_tile_first").click().run()
    assert set(visit.dataframe[-1].value["kind"]) == {"First download"}
    assert not visit.exception


def test_a_bar_and_a_cell_open_their_orders() -> None:
    day = OrderFilter(
        ship_from=date(2026, 11, 20), ship_to=date(2026, 12, 20), cancelled=Cancelled.SHOW
    )
    found = bar_filter(
        {"day": "2026-12-01", "provider": "Pétalo"}, day, {"1": "Magnolia", "2": "Pétalo"}
    )
    assert (found.ship_from, found.ship_to) == (date(2026, 12, 1), date(2026, 12, 1))
    assert (found.providers, found.cancelled) == (("2",), Cancelled.SHOW)


def test_a_page_keeps_out_who_did_not_come_through_the_app(app: AppContext) -> None:
    """The guard sends on before anything of the page is drawn."""
    for screen in TITLES:
        page = AppTest.from_file(str(ROOT / "pages" / f"{screen}.py"), default_timeout=60).run()
        assert not page.title, screen
        assert not page.dataframe, screen
        assert not page.button, screen


def test_a_link_brings_its_filter_along(app: AppContext, opened: Open) -> None:
    visit = opened("purchase_orders", product="rose")
    assert not visit.exception
    assert visit.query_params["product"] == "rose"
    if is_full(app):
        tables = [table.value for table in visit.dataframe]
        # the other is that of the chart
        [found] = [table for table in tables if "product" in table]
        assert len(found)
        assert found["product"].str.lower().str.contains("rose").all()


def test_the_explorer_shows_the_address_that_is_asked(app: AppContext, opened: Open) -> None:
    """A provider without a base URL is asked where its token belongs."""
    if not is_full(app):
        return
    provider = next(p for p in list_providers(app) if p.token_id)
    asked = get_token(app, provider.token_id or "").address
    edit_provider(app, ACTOR, provider.id, {"base_url": None}, overlap_too=True)
    try:
        visit = opened("api_explorer")
    finally:
        edit_provider(app, ACTOR, provider.id, {"base_url": provider.base_url}, overlap_too=True)
    assert f"GET {asked}/purchase.order.list?" in visit.code[0].value


def test_a_link_to_labels_brings_its_days_and_pos(app: AppContext, opened: Open) -> None:
    visit = opened("labels", ship_from="2026-01-02", ship_to="2030-01-03", po_numbers="P1")
    assert not visit.exception
    assert [str(field.value) for field in visit.date_input] == ["2026-01-02", "2030-01-03"]
    assert visit.query_params["po_numbers"] == "P1"
    assert not any(rows(visit))


def test_a_link_to_invoices_brings_clients_days_and_choice(app: AppContext, opened: Open) -> None:
    if not is_full(app):
        return
    (client, *_others) = list_providers(app)
    link = {"client": client.id, "from": "2026-01-02", "to": "2030-01-03", "shown": "all"}
    visit = opened("invoices", **link)
    assert not visit.exception
    assert [str(field.value) for field in visit.date_input][:2] == ["2026-01-02", "2030-01-03"]
    assert {name: visit.query_params[name] for name in link} == link
    assert rows(visit)


LINKS: dict[str, dict[str, str]] = {
    "planning": {"from": "2026-01-05", "to": "2030-01-06", "cancelled": "show",
                 "rows": "customer_name", "columns": "none", "sum": "stems"},
    "catalogs": {"list": "customers", "contains": "ro"},
    "activity": {"kind": "downloads", "from": "2026-01-05", "tab": "requests"},
    "sku_mapping": {"kind": "box_type", "tab": "all", "all": "qb"},
    "labels": {"ship_from": "2026-01-02", "po_numbers": "P1"},
    "in_transit": {"from": "2026-01-02", "to": "2030-01-03"},
    "api_explorer": {"group": "catalogs", "method": "product.list"},
    "new_orders": {"tab": "stock", "contains": "rose"},
    "export_templates": {"template": list(READY_MADE)[1]},
}  # fmt: skip


@pytest.mark.parametrize("screen", LINKS)
def test_a_link_says_what_a_screen_shows_and_is_kept(
    app: AppContext, opened: Open, screen: str
) -> None:
    if not is_full(app):
        return
    link = LINKS[screen]
    visit = opened(screen, "es", **link)
    assert not visit.exception
    assert not visit.warning
    assert {name: visit.query_params[name] for name in visit.query_params} == link
    before = [box.value for box in (*visit.selectbox, *visit.text_input, *visit.date_input)]
    with language.using("es"):
        visit.switch_page("pages/overview.py").run()
        visit.switch_page(f"pages/{screen}.py").run()
    assert {name: visit.query_params[name] for name in visit.query_params} == link
    assert before == [box.value for box in (*visit.selectbox, *visit.text_input, *visit.date_input)]


def test_what_a_link_asks_for_and_is_not_there_is_left_out_with_a_sentence(
    app: AppContext, opened: Open
) -> None:
    if not is_full(app):
        return
    visit = opened("planning", client="nobody", **{"from": "soon", "sum": "roses"})
    assert not visit.exception
    told = " ".join(warning.value for warning in visit.warning)
    assert all(word in told for word in ("nobody", "soon", "roses"))
    assert not visit.query_params
    assert not visit.multiselect(key="planning_providers").value


def test_going_back_brings_back_what_was_shown_and_a_touched_widget_counts(
    app: AppContext, opened: Open
) -> None:
    if not is_full(app):
        return
    visit = opened("planning")
    assert not visit.query_params
    visit.selectbox(key="pivot_measure").set_value("stems").run()
    assert visit.query_params["sum"] == "stems"
    visit.query_params.pop("sum")
    visit.run()
    assert visit.selectbox(key="pivot_measure").value == "boxes"
    # the address of a run that has not arrived yet does not take back what was chosen since
    visit.query_params["sum"] = "fbe"
    visit.selectbox(key="pivot_measure").set_value("total_cost").run()
    assert visit.query_params["sum"] == "total_cost"
