"""A column that is registered arrives everywhere, without another line."""

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from sample_accounts import ACTOR
from scripted_komet import DAY, ScriptedKomet, line, order
from streamlit.testing.v1 import AppTest

from komet.context import AppContext
from komet.export.orders import export_orders
from komet.export.template import ExportTemplate, Level, TemplateColumn, list_columns
from komet.export.templates import rows_of
from komet.orders import changes, columns, query
from komet.orders.column import Grain, Kind, OrderColumn, Shown
from komet.orders.filters import OrderFilter
from komet.orders.model import ChangeFilter
from komet.orders.table import items as order_tables
from komet.orders.table.reading import SORTS
from komet.web.screens.orders import _SORT_WORDS, column_words

CUT = OrderColumn(
    name="cut_stage", label="Cut stage", line="cut_stage", tracked=True, filter_name="cut_stages",
    shown=Shown.LATER,
)  # fmt: skip
WEIGHT = OrderColumn(
    name="weight", label="Weight", kind=Kind.QUANTITY, unit="kg", line="weight_kg",
    member="boxWeight", once=True, tracked=True, shown=Shown.LATER,
)  # fmt: skip


@pytest.fixture
def komet_with_columns(ctx: AppContext, monkeypatch: pytest.MonkeyPatch) -> ScriptedKomet:
    monkeypatch.setattr(columns, "COLUMNS", (*columns.COLUMNS, CUT, WEIGHT))
    with ctx.db.write() as con:  # what a migration does
        con.run("ALTER TABLE po_lines ADD COLUMN cut_stage VARCHAR")
        con.run("ALTER TABLE po_lines ADD COLUMN weight_kg DECIMAL(18, 4)")
        con.run("ALTER TABLE order_items ADD COLUMN cut_stage VARCHAR")
        con.run("ALTER TABLE order_items ADD COLUMN weight DECIMAL(18, 4)")
    scripted = ScriptedKomet(ctx)
    scripted.answers[DAY] = [
        order(1, line(11, cutStage="Tight", boxWeight="12.5"), line(12, cutStage="Open")),
        order(2, line(21, boxWeight="much", color="red")),
    ]
    scripted.download(DAY)
    return scripted


def test_it_is_read_stored_and_shown_of_items(
    komet_with_columns: ScriptedKomet, ctx: AppContext
) -> None:
    assert order_tables.po_lines()["cut_stage"] == pl.String
    found = query.list_items(ctx, OrderFilter(), sort="ship_date")
    assert found["cut_stage"].to_list() == ["Tight", "Open", None]
    assert found["weight"].cast(pl.Float64).to_list() == [12.5, None, None]
    held = query.read_order(ctx, komet_with_columns.provider.id, "2")
    assert held.extra.rows() == [("Line 21", "color", "red")]
    assert held.problems.rows() == [("21", "boxWeight", "much")]


def test_it_is_filtered_by(komet_with_columns: ScriptedKomet, ctx: AppContext) -> None:
    chosen = OrderFilter.from_query({"cut_stages": ["tight"]})
    assert chosen.to_query() == {"cut_stages": ["tight"]}
    assert query.list_items(ctx, chosen)["po_item_id"].to_list() == ["11"]
    assert query.list_choices(ctx)["cut_stages"] == ["Open", "Tight"]


def test_a_change_of_it_is_told_in_words(
    komet_with_columns: ScriptedKomet, ctx: AppContext
) -> None:
    komet_with_columns.answers[DAY] = [
        order(1, line(11, cutStage="Open", boxWeight=13), line(12, cutStage="Open")),
        order(2, line(21, boxWeight="much", color="red")),
    ]
    komet_with_columns.download(DAY)
    found = changes.describe_changes(changes.find_changes(ctx, ChangeFilter(first_downloads=False)))
    assert set(found.select("po_item_id", "field", "before", "after").rows()) == {
        ("11", "Cut stage", "Tight", "Open"),
        ("11", "Weight", "12.5", "13"),
    }


def test_every_layout_of_an_export_has_it(
    komet_with_columns: ScriptedKomet, ctx: AppContext, tmp_path: Path
) -> None:
    for name in ("orders.xlsx", "orders.csv", "orders.parquet"):
        export_orders(ctx, ACTOR, OrderFilter(), tmp_path / name)
    book = openpyxl.load_workbook(tmp_path / "orders.xlsx")
    for sheet in ("Items", "Lines"):
        headings = [cell.value for cell in book[sheet][1]]
        assert {"Cut stage", "Weight"} <= set(headings)
        assert book[sheet].cell(2, headings.index("Cut stage") + 1).value == "Tight"
    assert pl.read_csv(tmp_path / "orders.csv")["Cut stage"].to_list() == ["Tight", "Open", None]
    assert pl.read_parquet(tmp_path / "orders.parquet")["Weight"][0] == 12.5
    for level in (Level.ITEM, Level.LINE):
        assert ("cut_stage", "Cut stage") in {
            (name, word) for name, word, _k in list_columns(level)
        }
        template = ExportTemplate(
            name="Own", level=level, columns=(TemplateColumn(source="cut_stage"),)
        )
        assert rows_of(ctx, template, OrderFilter())["Cut stage"].to_list() == [
            "Tight", "Open", None,
        ]  # fmt: skip
    assert "cut_stage" not in {name for name, _word, _kind in list_columns(Level.PO)}
    assert {"cut_stage", "weight_kg"} <= set(columns.tracked(Grain.LINE))


def test_the_screen_has_it_in_its_grid_and_its_filters(
    komet_with_columns: ScriptedKomet, ctx: AppContext
) -> None:
    def screen(frame: object, choices: object) -> None:
        from datetime import date

        from komet.web.screens.order_filters import order_filters
        from komet.web.screens.orders import order_table

        order_filters([], choices, date(2026, 12, 1))
        order_table(frame, "orders")

    assert column_words()["cut_stage"] == "Cut stage"
    choices = query.list_choices(ctx)
    shown = AppTest.from_function(screen, args=(query.list_items(ctx, OrderFilter()), choices)).run(
        timeout=60
    )
    assert not shown.exception
    (picker,) = [one for one in shown.multiselect if one.label == "Cut stage"]
    assert picker.options == ["Open", "Tight"]
    assert "cut_stage" in shown.dataframe[0].value.columns


def test_every_order_of_the_rows_has_its_words() -> None:
    assert set(_SORT_WORDS) == set(SORTS)
