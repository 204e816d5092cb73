"""Planning: every pivot adds up to the totals of its filter, on the screen and in the file."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import fastexcel
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded

from komet import language
from komet.export.reports import export_planning
from komet.orders import planning, query
from komet.orders.drill_down import filter_behind
from komet.orders.filters import Cancelled, OrderFilter
from komet.orders.model import DIMENSIONS, MEASURES, PERIODS
from komet.orders.planning import compare_weeks, plan_weeks
from komet.orders.table import day_sums


@pytest.fixture(scope="module")
def filters() -> tuple[OrderFilter, ...]:
    return (OrderFilter(), OrderFilter(product="rose"))


@pytest.mark.parametrize("measure", MEASURES)
def test_every_pivot_adds_up(
    downloaded: Downloaded, filters: tuple[OrderFilter, ...], measure: str
) -> None:
    accounts = downloaded(5, 9)
    for chosen in filters:
        total = float(getattr(query.total_items(accounts.ctx, chosen), measure) or 0)
        for row in DIMENSIONS:
            for column in (None, "week", "customer_name"):
                found = plan_weeks(
                    accounts.ctx, chosen, rows=(row,), column=column, measure=measure
                )
                assert found.totals["total"] == pytest.approx(total)
                assert found.cells["total"].sum() == pytest.approx(total)
                across = sum(found.totals[name] for name in found.columns)
                assert not found.columns or across == pytest.approx(total)
        for period in PERIODS:
            found = plan_weeks(
                accounts.ctx, chosen, rows=("provider", period), column=None, measure=measure
            )
            assert found.totals["total"] == pytest.approx(total)


def test_species_are_what_the_names_of_products_say(downloaded: Downloaded) -> None:
    accounts = downloaded(5, 9)
    found = plan_weeks(accounts.ctx, OrderFilter(), rows=("species",), column=None)
    by_species = dict(found.cells.select("species", "total").iter_rows())
    products = plan_weeks(accounts.ctx, OrderFilter(), rows=("product",), column=None).cells
    for species, words in (
        ("Carnation", {"carnation", "clavel"}),
        ("Hydrangea", {"hydrangea", "hortensia"}),
    ):
        named = [
            total
            for name, total in products.select("product", "total").iter_rows()
            if words & set(name.lower().split()) and not name.lower().startswith("mini ")
        ]
        assert named
        assert by_species[species] == pytest.approx(sum(named)), species
    both = plan_weeks(accounts.ctx, OrderFilter(), rows=("species", "product"), column=None)
    assert both.cells.height == products.height
    with language.using("es"):
        in_spanish = plan_weeks(accounts.ctx, OrderFilter(), rows=("species",), column=None).cells
    assert "Clavel" in set(in_spanish["species"])
    assert sorted(in_spanish["total"]) == sorted(found.cells["total"])


def test_the_file_has_the_same_figures(downloaded: Downloaded, tmp_path: Path) -> None:
    accounts = downloaded(5, 9)
    found = plan_weeks(accounts.ctx, OrderFilter(), rows=("product", "box_type"), column="week")
    export_planning(accounts.ctx, ACTOR, found, "boxes", OrderFilter(), tmp_path / "pivot.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "pivot.xlsx").load_sheet("Pivot").to_polars()
    assert sheet.columns == ["Product", "Box type", *found.columns, "Total"]
    assert sheet.height == found.cells.height + 1
    assert sheet["Total"][-1] == pytest.approx(sheet["Total"][:-1].sum())


def test_behind_each_figure_stand_the_rows_that_it_sums_up(downloaded: Downloaded) -> None:
    accounts = downloaded(5, 9)
    chosen = OrderFilter(ship_from=accounts.today - timedelta(days=3))
    names = {provider.name: provider.id for provider in (accounts.magnolia, accounts.petalo)}
    for row, period in (("provider", "week"), ("customer_name", "day"), ("origin", "month")):
        found = plan_weeks(accounts.ctx, chosen, rows=(row,), column=period)
        for cells in found.cells.iter_rows(named=True):
            for at in found.columns:
                behind = filter_behind(chosen, {row: cells[row], period: at}, names)
                boxes = query.total_items(accounts.ctx, behind).boxes
                assert float(boxes or 0) == cells[at], (row, cells[row], at)
    of_roses = filter_behind(chosen, {"species": "Rose", "sku": "–"}, names)
    assert of_roses == chosen.model_copy(update={"search": "Rose"})


def test_weeks_at_the_turn_of_the_year() -> None:
    assert planning._same_week_last_year(date(2026, 11, 16)) == date(2025, 11, 17)
    assert planning._same_week_last_year(date(2026, 12, 28)) == date(2025, 12, 22)  # week 53 and 52


def test_a_week_that_is_not_held_is_left_out(accounts: Accounts) -> None:
    monday = accounts.today - timedelta(days=accounts.today.weekday())
    assert compare_weeks(accounts.ctx, OrderFilter(), accounts.today)["boxes"] == {}
    accounts.download(monday, monday + timedelta(days=6))
    found = compare_weeks(accounts.ctx, OrderFilter(), accounts.today)
    assert set(found["boxes"]) == {"this"}
    assert found["boxes"]["this"] == Decimal(
        str(float(query.total_items(accounts.ctx, OrderFilter()).boxes))
    )


def test_what_was_cancelled_does_not_ship(downloaded: Downloaded) -> None:
    accounts = downloaded(5, 9)
    with accounts.ctx.db.write() as con:
        one = con.value("SELECT min(po_id) FROM order_items WHERE provider_id = $p",
                        {"p": accounts.magnolia.id})  # fmt: skip
        con.run("UPDATE order_items SET line_status = 'Cancelled' WHERE po_id = $po", {"po": one})
        day_sums.refresh(con, con.frame("SELECT DISTINCT provider_id, slice_date FROM order_items"))
    everything = query.total_items(accounts.ctx, OrderFilter(cancelled=Cancelled.SHOW))
    standing = query.total_items(accounts.ctx, OrderFilter())
    cancelled = query.total_items(accounts.ctx, OrderFilter(line_statuses=("CA",)))
    codes = query.total_items(accounts.ctx, OrderFilter(statuses=("CA",)))
    assert cancelled.boxes > 0
    assert (
        everything.boxes
        > standing.boxes
        >= (everything.boxes - cancelled.boxes - (codes.boxes or 0))
    )
    shown = plan_weeks(accounts.ctx, OrderFilter(), rows=("provider",))
    assert shown.totals["total"] == pytest.approx(float(standing.boxes))
