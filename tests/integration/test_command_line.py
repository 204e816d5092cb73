"""The command line as a process: the main job, exit codes, JSON, and no secret anywhere."""

import json
from pathlib import Path

import openpyxl
import polars as pl
from sample_accounts import Accounts, Komet

from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY, ORDERS_ONLY


def test_the_main_job(sandbox: Sandbox, komet: Komet, home: Path, tmp_path: Path) -> None:
    secret = IMPORTER_A_COMPANY.secret
    added = komet("token", "add", "Mag", "--kind", "company", "--owner", "M", stdin=secret + "\n")
    assert added.returncode == 0, added.stderr
    url = sandbox.base_url
    assert komet("provider", "add", "Magnolia", "--token", "Mag", "--base-url", url).returncode == 0
    check = komet("token", "check", "Mag", "--json")
    assert json.loads(check.stdout)["usable"] is True

    begin, end = "2026-01-01", "2026-01-02"  # long before the sandbox's window: empty days
    empty = komet("download", "--all", "--from", begin, "--to", end, "--json")
    assert empty.returncode == 0
    assert json.loads(empty.stdout)["empty"] == 2

    mapping = tmp_path / "mapping.csv"
    assert komet("mapping", "export", str(mapping), "--provider", "Magnolia").returncode == 0
    known = pl.read_csv(mapping, infer_schema=False)
    filled = known.with_columns(sku="SKU-" + pl.col("komet_product_id"))
    filled.write_csv(mapping)
    dry = komet("mapping", "import", str(mapping), "--provider", "Magnolia", "--dry-run", "--json")
    assert json.loads(dry.stdout)["counts"]["new"] == known.height
    done = komet("mapping", "import", str(mapping), "--provider", "Magnolia", "--json")
    assert json.loads(done.stdout)["counts"]["new"] == known.height
    again = komet("mapping", "import", str(mapping), "--provider", "Magnolia", "--json")
    assert json.loads(again.stdout)["counts"]["unchanged"] == known.height

    runs = komet("runs", "--last", "--json")
    assert json.loads(runs.stdout)["state"] == "done"
    everything = "".join(
        (r.stdout + r.stderr) for r in (added, check, empty, dry, done, again, runs)
    )
    assert secret not in everything
    for file in (path for path in home.rglob("*") if path.is_file()):
        assert secret.encode() not in file.read_bytes(), file.name


def test_an_export_has_what_was_asked_for(accounts: Accounts, komet: Komet, tmp_path: Path) -> None:
    begin, end = accounts.days(10, 3)
    accounts.download(begin, end)
    for ending in ("xlsx", "csv", "parquet"):
        out = tmp_path / f"orders.{ending}"
        done = komet("export", str(out), "--provider", "Pétalo", "--status", "confirmed by farm")
        assert done.returncode == 0, done.stderr
    workbook = openpyxl.load_workbook(tmp_path / "orders.xlsx")
    rows = list(workbook["Items"].iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows[:-1]} == {"Pétalo"}
    assert {row[3] for row in rows[:-1]} == {"Confirmed by farm"}
    csv = (tmp_path / "orders.csv").read_bytes()
    assert csv.startswith(b"\xef\xbb\xbf")
    parquet = pl.read_parquet(tmp_path / "orders.parquet")
    assert parquet.height == len(rows) - 1
    assert parquet["Boxes"].dtype == pl.Decimal(18, 4)
    headings = [cell.value for cell in workbook["Items"][1]]
    assert parquet.columns == headings == csv.decode("utf-8-sig").splitlines()[0].split(",")


def test_exit_codes(accounts: Accounts, komet: Komet, tmp_path: Path) -> None:
    day = str(accounts.today)
    assert komet("download", "--all", "--from", day).returncode == 2
    assert komet("download", "--from", day, "--to", day).returncode == 2
    assert komet("download", "--all", "--from", "soon", "--to", day).returncode == 2
    wrong = komet("download", "--provider", "Nobody", "--from", day, "--to", day)
    assert wrong.returncode == 2
    assert "Magnolia" in wrong.stderr
    assert komet("export", str(tmp_path / "a.doc")).returncode == 2
    assert komet("nonsense").returncode == 2
    assert komet("retry", "no-such-run").returncode == 2
    accounts.sandbox.state.faults.add("purchase.order.list", date=day, status=404, times=None)
    failed = komet("download", "--provider", "Magnolia", "--from", day, "--to", day)
    assert failed.returncode == 1
    assert day in failed.stdout
    assert "Magnolia" in failed.stdout
    assert "Traceback" not in failed.stdout + failed.stderr
    accounts.sandbox.state.faults.clear()
    assert komet("retry").returncode == 0
    assert komet("retry").returncode == 0


def test_a_second_token_of_an_owner_is_asked_about(komet: Komet) -> None:
    add = ("token", "add", "--owner", "Farm")
    secret = ORDERS_ONLY.secret
    assert komet(*add, "First", env={"KOMET_TOKEN": secret}).returncode == 0
    second = komet(*add, "Second", env={"KOMET_TOKEN": secret})
    assert second.returncode == 2
    assert "First" in second.stderr
    assert komet(*add, "Second", "--yes", env={"KOMET_TOKEN": secret}).returncode == 0
    assert komet("token", "retire", "Second").returncode == 0
    listed = json.loads(komet("token", "list", "--json").stdout)
    assert [token["label"] for token in listed] == ["First"]
    assert secret not in json.dumps(listed)


def test_a_lost_key_is_a_sentence_and_the_secret_can_be_entered_again(
    accounts: Accounts, komet: Komet
) -> None:
    day = str(accounts.today)
    accounts.ctx.settings.key_path.unlink()
    failed = komet("download", "--all", "--from", day, "--to", day)
    assert failed.returncode == 1
    assert "key" in failed.stdout
    assert "Traceback" not in failed.stderr
    assert komet("token", "list").returncode == 0


def test_the_demo_ends_with_an_excel_file_that_agrees(komet: Komet, tmp_path: Path) -> None:
    done = komet("demo", "--home", str(tmp_path / "demo"))
    assert done.returncode == 0, done.stderr
    assert "The totals are equal." in done.stdout
    items = openpyxl.load_workbook(tmp_path / "demo" / "demo.xlsx")["Items"]
    assert items.cell(items.max_row, 1).value == "Total"
