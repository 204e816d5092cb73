"""Export templates: real files of every kind, and definitions that are refused with a sentence."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.errors import InvalidInput, NotFound
from komet.export import table as export_templates
from komet.export.template import (
    AS_KOMET,
    PLAIN_ERP,
    READY_MADE,
    UNOSOF_LIKE,
    ExportTemplate,
    Format,
    Level,
    TemplateColumn,
    list_columns,
    parse_template,
)
from komet.export.templates import (
    export_by_template,
    find_template,
    list_templates,
    preview,
    save_template,
)
from komet.orders import query
from komet.orders.filters import OrderFilter

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)


@pytest.fixture
def filled(downloaded: Downloaded) -> Accounts:
    accounts = downloaded(3, 6)
    return accounts


def read(path: Path) -> pl.DataFrame:
    if path.suffix == ".xlsx":
        return fastexcel.read_excel(path).load_sheet(0).to_polars()
    return pl.read_csv(path) if path.suffix == ".csv" else pl.read_parquet(path)


@pytest.mark.parametrize("name", READY_MADE)
def test_the_ready_made_ones_write_what_the_filter_finds(
    filled: Accounts, tmp_path: Path, name: str
) -> None:
    chosen = OrderFilter(providers=(filled.magnolia.id,))
    path, rows = export_by_template(filled.ctx, ACTOR, READY_MADE[name], chosen, tmp_path)
    frame = read(path)
    totals = READY_MADE[name].totals
    assert frame.height == rows + totals
    expected = query.total_items(filled.ctx, chosen)
    heading = {"Komet Desk": "Boxes", "As Komet": "Qty PO", "UNOSOF-like": "Cajas"}.get(
        name, "boxes"
    )
    boxes = frame[heading].cast(pl.Float64)[:rows].sum()
    assert boxes == pytest.approx(float(expected.boxes or 0))
    assert rows == (expected.lines if READY_MADE[name].level is Level.LINE else expected.items)


def test_as_komet_has_the_headings_that_analysts_know(filled: Accounts, tmp_path: Path) -> None:
    path, _rows = export_by_template(
        filled.ctx, ACTOR, AS_KOMET, OrderFilter(), tmp_path / "k.xlsx"
    )
    assert read(path).columns == [
        "PO #", "Vendor", "Ship Date", "Origin", "Status", "Customer", "Mark Code", "Product",
        "B/T", "Qty PO", "Total U", "Cost", "Notes for the vendor",
    ]  # fmt: skip
    assert read(path)["PO #"].null_count() == 0
    assert read(path)["Ship Date"].dtype in (pl.Date, pl.Datetime("ms"))


def test_words_are_in_the_templates_language(filled: Accounts) -> None:
    words = set(preview(filled.ctx, UNOSOF_LIKE, OrderFilter(), 10_000)["Estado"].unique())
    assert words & {"Despachada", "Confirmada", "Pendiente"}
    usual = UNOSOF_LIKE.model_copy(update={"columns": (TemplateColumn(source="ship_date"),)})
    assert preview(filled.ctx, usual, OrderFilter()).columns == ["Fecha de despacho"]


def test_one_row_a_po(filled: Accounts, tmp_path: Path) -> None:
    template = ExportTemplate(
        name="Heads", level=Level.PO, file_type=".parquet",
        columns=tuple(TemplateColumn(source=name) for name, _h, _k in list_columns(Level.PO)),
    )  # fmt: skip
    path, rows = export_by_template(filled.ctx, ACTOR, template, OrderFilter(), tmp_path)
    assert rows == query.total_items(filled.ctx, OrderFilter()).purchase_orders
    assert read(path).select("Importer", "PO ID").n_unique() == rows


def test_formats_fixed_values_and_a_spanish_csv(filled: Accounts, tmp_path: Path) -> None:
    template = ExportTemplate(
        name="Formats", file_type=".csv", delimiter=";", decimal_comma=True,
        file_name="{provider}/{name} {from}",
        columns=(
            TemplateColumn(heading="who", fixed="=1+1"),
            TemplateColumn(source="ship_date", heading="day", format=Format.DAY_FIRST),
            TemplateColumn(source="unit_cost", heading="cost", format=Format.TWO),
        ),
    )  # fmt: skip
    chosen = OrderFilter(providers=(filled.magnolia.id,), ship_from=filled.today)
    path, rows = export_by_template(filled.ctx, ACTOR, template, chosen, tmp_path)
    assert path.name == f"Magnolia-Formats {filled.today}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file, delimiter=";"))
    assert len(written) == rows + 1
    assert written[0] == ["who", "day", "cost"]
    assert {row[0] for row in written[1:]} == {"'=1+1"}
    assert all(row[1][2] == row[1][5] == "/" for row in written[1:])
    assert any("," in row[2] for row in written[1:])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"columns": []}, "columns"),
        ({"columns": [{"source": "nothing"}]}, "no column nothing"),
        ({"columns": [{"fixed": "x"}]}, "needs a heading"),
        ({"columns": [{"source": "sku"}, {"source": "boxes", "heading": "sku"}]}, "heading sku"),
        ({"file_name": "{secret}"}, "file name may hold"),
        ({"file_type": ".exe"}, "cannot be chosen"),
        ({"file_type": ".csv", "decimal_comma": True}, "comma"),
        ({"name": " "}, "name"),
        ({"columns": [{"source": "product", "format": "two"}]}, "“Product” cannot .* holds text"),
        ({"columns": [{"source": "boxes", "format": "iso"}]}, "“Boxes” cannot .* holds numbers"),
        ({"columns": [{"source": "ship_date", "format": "whole"}]}, "holds days"),
        ({"columns": [{"source": "downloaded_at", "format": "two"}]}, "holds times"),
        ({"columns": [{"fixed": "x", "heading": "F", "format": "four"}]}, "“F” cannot"),
        (
            {
                "language": "es",
                "columns": [{"source": "boxes"}, {"source": "stems", "heading": "Cajas"}],
            },
            "heading cajas",
        ),
    ],
)
def test_what_cannot_be_used_is_told(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        parse_template({"name": "T", "columns": [{"source": "sku"}]} | wrong)


def test_ready_made_names_are_taken(accounts: Accounts) -> None:
    with pytest.raises(InvalidInput, match="ready-made"):
        save_template(accounts.ctx, ACTOR, AS_KOMET.model_copy(update={"name": "as komet"}))
    with pytest.raises(NotFound, match="As Komet"):
        find_template(accounts.ctx, "nothing of the kind")


@given(
    st.lists(
        st.builds(
            TemplateColumn,
            source=st.sampled_from([name for name, _h, _k in list_columns(Level.ITEM)]),
            format=st.sampled_from([Format.AUTO, Format.TEXT]),
        ),
        min_size=1, max_size=8, unique_by=lambda column: column.source,
    ),
    st.text(min_size=1, max_size=30).filter(lambda text: text.strip() == text),
)  # fmt: skip
def test_what_is_stored_is_read_back(columns: list[TemplateColumn], name: str) -> None:
    template = ExportTemplate(name=name, columns=tuple(columns))
    assert parse_template(template.model_dump(mode="json")) == template
    shown = template.target_name(NOW, OrderFilter(), "A/B")
    assert shown.endswith(".xlsx")
    assert not set(shown) & set('/\\:*?"<>|')


def test_the_command_takes_a_template(filled: Accounts, komet: Komet, tmp_path: Path) -> None:
    save_template(filled.ctx, ACTOR, PLAIN_ERP.model_copy(update={"name": "Ours"}))
    done = komet("export", str(tmp_path), "--template", "ours")
    assert done.returncode == 0, done.stderr
    [made] = tmp_path.glob("Ours-*.csv")
    assert read(made).columns[:3] == ["source", "client", "po_number"]
    assert komet("export", str(tmp_path), "--template", "none").returncode == 2


def test_what_is_wrong_is_not_saved(accounts: Accounts) -> None:
    wrong = PLAIN_ERP.model_copy(
        update={
            "name": "Mine",
            "columns": (TemplateColumn(source="sku", format=Format.TWO),),
        }
    )
    with pytest.raises(InvalidInput, match="“SKU” cannot be written as “2 decimals”"):
        save_template(accounts.ctx, ACTOR, wrong)
    with accounts.ctx.db.read() as con:
        assert export_templates.definitions(con) == {}


BROKEN = {"name": "Old", "columns": [{"source": "product", "format": "two"}]}


def test_one_broken_template_leaves_the_others(filled: Accounts, komet: Komet) -> None:
    mine = PLAIN_ERP.model_copy(update={"name": "Mine"})
    save_template(filled.ctx, ACTOR, mine)
    with filled.ctx.db.write() as con:
        for name, definition in (
            ("Old", BROKEN), ("Unknown", {"name": "Unknown", "columns": [{"source": "gone"}]}),
            ("Shape", []),
        ):  # fmt: skip
            export_templates.save(con, name, definition, filled.ctx.now())  # type: ignore[arg-type]
    usable, broken = list_templates(filled.ctx)
    assert set(usable) == {*READY_MADE, "Mine"}
    assert usable["Mine"] == mine
    assert set(broken) == {"Old", "Unknown", "Shape"}
    assert "Product" in broken["Old"].reason
    assert "gone" in broken["Unknown"].reason
    out = filled.ctx.settings.home / "out.csv"
    done = komet("export", str(out), "--template", "mine")
    assert done.returncode == 0, done.stderr
    done = komet("export", str(out), "--template", "OLD")
    assert done.returncode == 2
    assert "“Old” cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_erp_gets_texts_as_they_are_and_decimals_as_asked(
    filled: Accounts, tmp_path: Path
) -> None:
    columns = (
        TemplateColumn(heading="sign", fixed="=1+1"),
        TemplateColumn(source="boxes", heading="boxes"),
        TemplateColumn(source="unit_cost", heading="cost", format=Format.TWO),
    )
    for guard, sign in ((False, "=1+1"), (True, "'=1+1")):
        template = PLAIN_ERP.model_copy(update={"columns": columns, "guard_formulas": guard})
        path, _rows = export_by_template(filled.ctx, ACTOR, template, OrderFilter(), tmp_path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))[1:]
        assert {row[0] for row in rows} == {sign}
        assert not [row[1] for row in rows if "." in row[1]]
        assert all(len(row[2].partition(".")[2]) == 2 for row in rows if row[2])
        assert any(row[2] for row in rows)


@pytest.mark.parametrize(
    ("language", "given", "separator", "decimal"),
    [
        ("en", (), ",", "."),
        ("es", (), ";", ","),
        ("es", ("--separator", "tab", "--decimal", "point"), "\t", "."),
        ("en", ("--decimal", "comma"), ";", ","),
        ("es", ("--separator", "comma"), ",", "."),
    ],
)
def test_a_csv_is_written_as_the_language_or_the_person_says(
    filled: Accounts, komet: Komet, language: str, given: tuple[str, ...], separator: str,
    decimal: str,
) -> None:  # fmt: skip
    out = filled.ctx.settings.home / "o.csv"
    done = komet("export", str(out), *given, env={"KOMET_LANGUAGE": language})
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=separator))
    names = {"en": ("Boxes", "Total cost"), "es": ("Cajas", "Costo total")}[language]
    boxes, cost = (rows[0].index(name) for name in names)
    assert all(row[boxes].isdigit() for row in rows[1:] if row[boxes])
    amounts = [row[cost] for row in rows[1:] if row[cost]]
    assert any(decimal in amount for amount in amounts)
    expected = query.total_items(filled.ctx, OrderFilter()).total_cost or 0
    assert sum(float(amount.replace(decimal, ".")) for amount in amounts) == pytest.approx(
        float(expected)
    )


def test_signs_that_do_not_go_together_are_wrong_use(komet: Komet, tmp_path: Path) -> None:
    for arguments in (
        ("o.csv", "--separator", "comma", "--decimal", "comma"),
        ("o.xlsx", "--separator", "tab"),
        ("o.csv", "--template", "Plain ERP import", "--decimal", "comma"),
    ):
        done = komet("export", str(tmp_path / arguments[0]), *arguments[1:])
        assert done.returncode == 2
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr
