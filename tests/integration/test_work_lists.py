"""Ready-made work lists find what they say; saved views keep what they were given."""

from typing import Any

import pytest
from sample_accounts import Accounts, Downloaded, Komet

from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.orders import views
from komet.orders.filters import OrderFilter
from komet.orders.table import pages, totals
from komet.orders.work_lists import WorkList
from komet.permissions import Actor


@pytest.fixture
def filled(downloaded: Downloaded) -> Accounts:
    accounts = downloaded(6, 9)
    return accounts


def found(con: Connection, work: WorkList) -> list[dict[str, Any]]:
    frame = pages.page(con, OrderFilter(work=work), limit=100_000)
    assert totals.totals(con, OrderFilter(work=work)).items == frame.height
    return frame.rows(named=True)


def change(accounts: Accounts, **values: Any) -> str:
    """Set columns of one solid line's item; returns its ID."""
    with accounts.ctx.db.write() as con:
        item = con.value(
            "SELECT po_item_id FROM order_items WHERE NOT mixed AND gone_at IS NULL AND"
            " po_status = 'A' AND boxes > 1 AND line_status IN ('P', 'Pending')"
            " ORDER BY (SELECT count(*) FROM order_items o"
            " WHERE o.provider_id = order_items.provider_id AND o.unit_cost > 0"
            " AND o.product_id = order_items.product_id AND o.unit_type = order_items.unit_type)"
            " DESC, po_item_id LIMIT 1"
        )
        sets = ", ".join(f"{name} = ${name}" for name in values)
        con.run(f"UPDATE order_items SET {sets} WHERE po_item_id = $item", {**values, "item": item})
    return str(item)


def test_each_has_a_title_and_a_meaning() -> None:
    assert all(work.label and work.meaning for work in WorkList)


@pytest.mark.parametrize(
    ("work", "values"),
    [
        (WorkList.PENDING, {"line_status": "Pending"}),
        (WorkList.PARTLY, {"quantity_confirmed": 1}),
        (WorkList.NO_AWB, {"line_status": "S"}),
        (WorkList.UNMAPPED, {"po_status": "A"}),
        (WorkList.MISMATCH, {"total_units": 7}),
        (WorkList.MISMATCH, {"total_cost": 1_234_567}),
        (WorkList.PRICE, {"unit_cost": 0}),
        (WorkList.PRICE, {"unit_cost": None}),
        (WorkList.PRICE, {"unit_cost": 99}),
    ],
)
def test_it_finds_what_it_says(filled: Accounts, work: WorkList, values: dict[str, Any]) -> None:
    item = change(filled, **values)
    with filled.ctx.db.read() as con:
        assert item in {row["po_item_id"] for row in found(con, work)}
    with filled.ctx.db.write() as con:
        con.run("UPDATE order_items SET po_status = 'CA' WHERE po_item_id = $i", {"i": item})
        assert item not in {row["po_item_id"] for row in found(con, work)}


def test_sound_lines_are_left_alone(filled: Accounts) -> None:
    with filled.ctx.db.read() as con:
        every = {row["po_item_id"] for row in pages.page(con, OrderFilter(), limit=100_000).rows(
            named=True)}  # fmt: skip
        assert len(found(con, WorkList.MISMATCH)) < len(every) / 10
        for row in found(con, WorkList.PARTLY):
            if row["boxes"] is not None:  # once for each line
                assert 0 < row["quantity_confirmed"] < row["boxes"]


def test_an_awb_anywhere_in_what_komet_sent_counts(filled: Accounts) -> None:
    item = change(filled, line_status="S")
    with filled.ctx.db.write() as con:
        assert item in {row["po_item_id"] for row in found(con, WorkList.NO_AWB)}
        for extra, named in (('{"awbNumber": ""}', False), ('{"awbNumber": "729-1"}', True)):
            con.run("UPDATE po_lines SET extra = $e WHERE po_item_id = $i", {"e": extra, "i": item})
            listed = item in {row["po_item_id"] for row in found(con, WorkList.NO_AWB)}
            assert listed is not named


def test_duplicates_are_in_two_pos(filled: Accounts) -> None:
    with filled.ctx.db.write() as con:
        before = {row["po_item_id"] for row in found(con, WorkList.DUPLICATES)}
        item = con.value(
            "SELECT po_item_id FROM order_items WHERE NOT mixed AND gone_at IS NULL"
            " AND po_status = 'A' AND po_item_id NOT IN (SELECT unnest($known)) LIMIT 1",
            {"known": list(before)},
        )
        con.run(
            "INSERT INTO order_items SELECT * REPLACE ('copy' AS po_id, 'copied' AS po_item_id)"
            " FROM order_items WHERE po_item_id = $item",
            {"item": item},
        )
        now = {row["po_item_id"] for row in found(con, WorkList.DUPLICATES)}
    assert now - before == {item, "copied"}


def test_a_view_keeps_filter_columns_and_order(accounts: Accounts) -> None:
    ctx, ana, luis = accounts.ctx, Actor(name="Ana"), Actor(name="Luis")
    chosen = OrderFilter(product="rose", work=WorkList.PARTLY, customers=("Bloom & Co",))
    saved = views.save_view(
        ctx, ana, "Roses", chosen.to_query(), columns=["po_number", "boxes"], sort="boxes",
        shared=False,
    )  # fmt: skip
    assert views.list_views(ctx, ana) == [saved]
    assert (saved.columns, saved.sort) == (("po_number", "boxes"), "boxes")
    again = views.save_view(ctx, ana, "roses", chosen.to_query(), sort="boxes", shared=True)
    assert again.id == saved.id
    assert OrderFilter.from_query(again.query) == chosen
    assert [view.name for view in views.list_views(ctx, luis)] == ["roses"]
    with pytest.raises(InvalidInput, match="Ana"):
        views.delete_view(ctx, luis, saved.id)
    views.save_view(ctx, ana, "Mine", {}, sort="newest", shared=False)
    with pytest.raises(InvalidInput):
        views.save_view(ctx, ana, " ", {}, sort="newest", shared=False)
    assert len(views.list_views(ctx, luis)) == 1
    views.delete_view(ctx, ana, saved.id)
    with pytest.raises(NotFound):
        views.read_view(ctx, saved.id)


def test_the_command_exports_a_work_list(filled: Accounts, komet: Komet) -> None:
    out = filled.ctx.settings.home / "pending.csv"
    done = komet("export", str(out), "--work", "pending")
    assert done.returncode == 0, done.stderr
    with filled.ctx.db.read() as con:
        count = len(found(con, WorkList.PENDING))
    assert len(out.read_text("utf-8-sig").splitlines()) == count + 1
