"""An Excel file stands in for Komet until Komet answers, and never in its place."""

from datetime import date, timedelta
from typing import Any

import pytest
from orderfile_samples import workbook
from sample_accounts import Accounts

from komet.errors import InvalidInput
from komet.ingest import imports
from komet.ingest.table import runs, slices
from komet.mapping import imports as mapping_imports
from komet.mapping.problems import MappingFileError
from komet.orders import query
from komet.orders.filters import OrderFilter
from komet.permissions import SYSTEM

HEADINGS = ["PO #", "Vendor", "Ship Date", "Status", "Customer", "Product", "B/T", "Qty PO", "Cost"]


def file_of(*days: date, boxes: int = 4) -> bytes:
    rows: list[list[Any]] = [["Purchase orders of the farm"], [], HEADINGS]
    for number, day in enumerate(days):
        rows.append([f"P9000{number}", "Our farm", day, "Approved", "Bloom & Co", "Rose Freedom 60",
                     "QB", boxes, 0.35])  # fmt: skip
        rows.append([None, None, None, None, "Bloom & Co", "Rose Vendela 60", "HB", 2, 0.3])
    rows.append(["Total", None, None, None, None, None, None, (boxes + 2) * len(days)])
    return workbook(rows)


def orders(accounts: Accounts) -> tuple[int, int]:
    chosen = OrderFilter(providers=(accounts.magnolia.id,))
    found = query.total_items(accounts.ctx, chosen)
    return found.purchase_orders, int(found.boxes or 0)


def test_a_file_is_stored_and_komet_takes_its_place(accounts: Accounts) -> None:
    ctx, provider = accounts.ctx, accounts.magnolia
    monday = accounts.today + timedelta(days=7 - accounts.today.weekday())
    tuesday = monday + timedelta(days=1)
    checked = imports.check_order_file(ctx, file_of(monday, tuesday), "export.xlsx", provider.id)
    assert checked.days["state"].to_list() == ["new", "new"]
    assert (checked.writable, orders(accounts)) == (4, (0, 0))
    run = imports.import_order_file(ctx, SYSTEM, checked)
    assert run.source == "Excel file"
    assert orders(accounts) == (2, 12)

    again = imports.check_order_file(
        ctx, file_of(monday, tuesday, boxes=5), "export.xlsx", provider.id
    )
    assert again.days["state"].to_list() == ["again", "again"]
    imports.import_order_file(ctx, SYSTEM, again)
    assert orders(accounts) == (2, 14)
    with ctx.db.read() as con:
        changed = runs.summary(con, runs.latest_runs(con, ctx.now(), 1)[0].id)
    assert (changed["new"], changed["changed"]) == (0, 2)

    accounts.download(monday, monday, [provider])
    with ctx.db.read() as con:
        left = con.rows(
            "SELECT DISTINCT slice_date FROM order_items WHERE starts_with(po_id, 'file:')"
        )
        assert [row["slice_date"] for row in left] == [tuesday]
        assert slices.source_of(con, provider.id, monday) == "komet"
        shown = query.total_items(ctx, OrderFilter(providers=(provider.id,), ship_to=monday))
    expected = accounts.sandbox.state.totals("magnolia", monday, monday, cancelled=False)
    assert shown.boxes == expected["boxes"]

    kept = imports.check_order_file(ctx, file_of(monday, tuesday), "export.xlsx", provider.id)
    assert kept.days["state"].to_list() == ["kept", "again"]
    assert kept.writable == 2
    imports.import_order_file(ctx, SYSTEM, kept)
    assert query.total_items(ctx, OrderFilter(ship_to=monday)).boxes == expected["boxes"]
    accounts.download(tuesday, tuesday, [provider])
    with pytest.raises(InvalidInput, match="nothing to import"):
        imports.import_order_file(ctx, SYSTEM, kept)


def test_a_stray_cell_far_away_does_not_take_the_app_down(accounts: Accounts) -> None:
    import io
    import zipfile

    plain = workbook([["SKU", "Komet product ID"], ["A", "1"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", far)
            new.writestr(name, content)
    with pytest.raises(MappingFileError, match="too big"):
        mapping_imports.dry_run_file(accounts.ctx, out.getvalue(), "far.xlsx", None)
