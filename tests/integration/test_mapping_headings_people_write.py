"""Mapping files as people write them, by hand from manuals and the trade, against a product list.

Each is read, checked and applied to the sandbox's products. The headings below were collected from
users' words and not from the program's own vocabulary.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from sample_accounts import ACTOR, Accounts, make_accounts

from komet.catalogs.lists import refresh_daily_lists
from komet.context import open_context
from komet.export.orders import export_orders
from komet.language import using
from komet.mapping import imports
from komet.mapping.model import DryRun
from komet.mapping.problems import MappingFileError
from komet.orders.filters import OrderFilter
from komet.sandbox.server import Sandbox
from komet.settings import Settings

THEIRS = (
    """
Código de producto de Komet|Códigos de producto de Komet|Código Komet|Código de Komet|Cod. Komet
Cód. Komet|COD KOMET|Código producto|Código de producto|codigo de producto|Codigo producto Komet
Código del producto en Komet|Komet|KOMET|Komet #|# Komet|Komet No.|Komet no|Komet number|N° Komet
Nº Komet|Nro. Komet|Núm. Komet|Número Komet|Número de Komet|No. producto Komet|No. de producto Komet
Komet code|Komet codes|Komet product code|Komet product codes|Product code|Product codes
Product number|Product No.|Product #|Product ID|Product IDs|ProductID|product_id|Komet ID|Komet IDs
KometID|komet-id|Komet item|Komet item ID|Komet Item #|Item ID|ID Producto Komet|ID producto
ID de producto de Komet|ID de producto|IDs de producto|IdProducto|ID Komet|Id. Komet|KS ID
Identificador Komet|Producto Komet ID|Komet Product|Producto Komet|Producto|Komet Sales code
Komet Sales product ID|Código Komet Sales|Código en Komet|Clave Komet|Clave de producto|Prod. code
Cod. producto|Cód. prod. Komet|Código (Komet)|CODIGO_KOMET|Komet ref.|Referencia Komet|ID|Ítem Komet
Código artículo Komet|Komet (ID)|Id del producto en Komet|kometProductId|codigo komet 2026
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
OURS = (
    """
SKU|SKUs|sku|Código UNOSOF|Cod. UNOSOF|SKU UNOSOF|SKU en UNOSOF|UNOSOF SKU|Our SKU|Own SKU
Nuestro código|Nuestros códigos|Código nuestro|Código interno|Cod. interno|SKU finca
Códigos internos|SKU de la finca|Código de la finca|Part number|Part No.|Part #|Número de parte
Our product code
Our code|Our item code|Referencia|Ref.|Item|Ítem|Item code|Item No.|Código propio|Código SKU
Codigo de SKU|Nuestro SKU|SKU propio|SKU #|Farm code|Farm SKU|Internal code|Internal ID|ID interno
Código ERP|ERP code|Grower code|My SKU|CódigoSKU|SKU Code|Número de SKU|Código de artículo|Código
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
# what is in such files besides, and means nothing here
ASIDE = [
    ("Color", "Red"), ("Tipo de caja", "QB"), ("Cajas", "12"), ("Precio", "0.35"),
    ("Notas", "ver con Ana"), ("Customer code", "C-9"),
]  # fmt: skip


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    """Two clients whose product lists are here, and no mapping."""
    with Sandbox(evolve=False) as sandbox:
        ctx = open_context(Settings(home=tmp_path_factory.mktemp("home")))
        accounts = make_accounts(ctx, sandbox)
        for provider in accounts.both:
            assert refresh_daily_lists(ctx, ACTOR, provider)["product.list"] == "ok"
        yield accounts


@pytest.fixture(scope="module")
def products(listed: Accounts) -> list[dict[str, str]]:
    """Magnolia's products whose code and name are theirs alone."""
    with listed.ctx.db.read() as con:
        return con.rows(
            "SELECT product_id, legacy_code, description FROM komet_products"
            " WHERE provider_id = $p AND legacy_code IS NOT NULL AND active"
            " QUALIFY count(*) OVER (PARTITION BY legacy_code) = 1"
            " AND count(*) OVER (PARTITION BY lower(description)) = 1"
            " ORDER BY product_id LIMIT 40",
            {"p": listed.magnolia.id},
        )


def table(*rows: list[str], delimiter: str = ";") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def workbook(*rows: list[str]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        assert book.active is not None
        book.active.append([int(cell) if cell.isdigit() and cell[0] != "0" else cell
                            for cell in row])  # fmt: skip
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def imported(accounts: Accounts, data: bytes, name: str = "mapping.csv") -> dict[str, str]:
    """What is mapped after the file was applied; it is undone again."""
    ctx = accounts.ctx
    checked = imports.dry_run_file(ctx, data, name, accounts.magnolia.id)
    imports.apply_import(ctx, ACTOR, checked)
    held = imports.list_mappings(ctx)
    if not checked.to_apply.is_empty():
        imports.undo_import(ctx, ACTOR)
    return dict(held.select("komet_id", "sku").rows())


def wanted(products: list[dict[str, str]]) -> dict[str, str]:
    return {row["product_id"]: f"F-{n:03}" for n, row in enumerate(products)}


@pytest.mark.parametrize("theirs", THEIRS)
def test_komets_ids_under_every_heading(
    listed: Accounts, products: list[dict[str, str]], theirs: str
) -> None:
    number = THEIRS.index(theirs)
    aside, value = ASIDE[number % len(ASIDE)]
    rows = [[theirs, aside, "SKU"]]
    rows += [[komet_id, value, sku] for komet_id, sku in wanted(products).items()]
    make, name = (workbook, "m.xlsx") if number % 9 == 0 else (table, "m.csv")
    assert imported(listed, make(*rows), name) == wanted(products)


@pytest.mark.parametrize("ours", OURS)
def test_our_codes_under_every_heading(
    listed: Accounts, products: list[dict[str, str]], ours: str
) -> None:
    theirs = ["Código de producto de Komet", "Komet", "Product code"][OURS.index(ours) % 3]
    rows = [[ours, "Color", theirs]]
    rows += [[sku, "Rojo", komet_id] for komet_id, sku in wanted(products).items()]
    assert imported(listed, table(*rows, delimiter="\t")) == wanted(products)


@pytest.mark.parametrize(
    "theirs",
    ["Código de producto de Komet", "Komet code", "Cod. Komet", "Product code", "Legacy code",
     "Código legado", "Komet", "Código", "Komet #", "Producto", "Komet product ID", "Clave Komet"],
)  # fmt: skip
def test_legacy_codes_under_the_same_headings(
    listed: Accounts, products: list[dict[str, str]], theirs: str
) -> None:
    pairs = [[row["legacy_code"], f"F-{n:03}"] for n, row in enumerate(products)]
    data = table([theirs, "SKU"], *pairs)
    assert imported(listed, data) == wanted(products)


@pytest.mark.parametrize(
    "theirs",
    ["Producto", "Product", "Variedad", "Descripción", "Nombre del producto", "Komet product",
     "Descripción Komet", "Komet", "Product name", "Nombre en Komet"],
)  # fmt: skip
def test_names_under_their_headings(
    listed: Accounts, products: list[dict[str, str]], theirs: str
) -> None:
    pairs = [[f"F-{n:03}", row["description"].upper()] for n, row in enumerate(products)]
    assert imported(listed, table(["SKU", theirs], *pairs)) == wanted(products)


@pytest.mark.parametrize(
    ("headings", "note"),
    [
        (("Ours", "Theirs"), "“Theirs” was read as Komet product ID: 40 of 40 values match."),
        (("Rosaprima", "Magnolia"), "“Magnolia” was read as Komet product ID"),
        (("Código", "Código Magnolia"), "“Código Magnolia” was read as Komet product ID"),
        (("Flor", "Flower"), "“Flor” was read as SKU."),
        (("", ""), "40 of 40"),
    ],
)
def test_headings_that_nobody_knows_are_judged_by_the_values(
    listed: Accounts, products: list[dict[str, str]], headings: tuple[str, str], note: str
) -> None:
    pairs = [[sku, komet_id] for komet_id, sku in wanted(products).items()]
    data = table([*headings], *pairs) if any(headings) else table(["", ""], *pairs)
    assert imported(listed, data) == wanted(products)
    checked = imports.dry_run_file(listed.ctx, data, "m.csv", listed.magnolia.id)
    assert any(note in told for told in checked.notes), checked.notes


@pytest.mark.parametrize("turned", [False, True])
def test_two_plain_columns_without_headings(
    listed: Accounts, products: list[dict[str, str]], turned: bool
) -> None:
    pairs = [[sku, komet_id] for komet_id, sku in wanted(products).items()]
    pairs = [pair[::-1] for pair in pairs] if turned else pairs
    for data, name in ((table(*pairs), "m.csv"), (workbook(*pairs), "m.xlsx")):
        assert imported(listed, data, name) == wanted(products)


def dry_run(accounts: Accounts, *rows: list[str]) -> DryRun:
    return imports.dry_run_file(accounts.ctx, table(*rows), "m.csv", accounts.magnolia.id)


def test_the_dry_run_says_what_was_taken_and_one_column_is_one_thing(
    listed: Accounts, products: list[dict[str, str]]
) -> None:
    ids = list(wanted(products))[:38]
    rows = [[komet_id, f"F-{komet_id}"] for komet_id in [*ids, "9900001", "9900002"]]
    checked = dry_run(listed, ["Código de producto de Komet", "SKU"], *rows)
    assert checked.notes == (
        "“Código de producto de Komet” was read as Komet product ID: 38 of 40 values match.",
    )
    assert (checked.counts["new"], checked.counts["unknown"]) == (38, 2)
    with using("es"):
        spanish = dry_run(listed, ["Código de producto de Komet", "SKU"], *rows)
    assert "38 de 40" in spanish.notes[0]


@pytest.mark.parametrize(
    "rows",
    [
        (["A", "B"], ["x", "y"], ["z", "w"]),
        (["SKU", "Color"], ["F-1", "Red"], ["F-2", "White"]),
        (["Komet ID", "Color"], ["10023", "Red"], ["10024", "White"]),
        (["Komet ID", "Fecha", "Cajas"], ["10023", "2026-01-01", "4"]),
        (["12", "13"], ["14", "15"]),
    ],
)
def test_what_no_value_proves_is_asked_about(listed: Accounts, rows: tuple[list[str]]) -> None:
    with pytest.raises(MappingFileError) as asked:
        dry_run(listed, *rows)
    assert all(f"“{name}”" in asked.value.reason or name.isdigit() for name in rows[0])
    assert "sku" in asked.value.next_step


def test_two_columns_of_codes_without_a_word_of_ours_are_asked_about(
    listed: Accounts, products: list[dict[str, str]]
) -> None:
    rows = [[komet_id, f"A-{komet_id}", f"B-{komet_id}"] for komet_id in wanted(products)]
    with pytest.raises(MappingFileError, match="Two columns"):
        dry_run(listed, ["Magnolia", "Rosas", "Claveles"], *rows)


def test_another_clients_rows_are_judged_by_their_own_list(listed: Accounts) -> None:
    with listed.ctx.db.read() as con:
        rows = con.rows(
            "SELECT p.name, k.product_id FROM komet_products k JOIN providers p"
            " ON p.id = k.provider_id QUALIFY row_number() OVER (PARTITION BY p.name"
            " ORDER BY k.product_id) <= 20"
        )
    lines = [[row["name"].upper(), row["product_id"], f"F-{n}"] for n, row in enumerate(rows)]
    checked = dry_run(listed, ["Importador", "Código", "SKU"], *lines)
    assert checked.counts["new"] == 40
    assert "40 of 40" in checked.notes[0]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_heading_that_our_exports_write(
    tmp_path: Path, accounts: Accounts, language: str
) -> None:
    """The mapping file, and the sheets Items and Unmapped, to which a person adds the SKU."""
    ctx = accounts.ctx
    accounts.download(*accounts.days(2, 4))
    with using(language):
        export_orders(ctx, ACTOR, OrderFilter(), tmp_path / "orders.xlsx")
        mapping = imports.export_mapping(ctx, ACTOR, [p.id for p in accounts.both])
    filled = mapping.decode("utf-8-sig").splitlines()
    assert filled[1].endswith(",,")
    lines = "\n".join([filled[0], *(f"{line[:-2]},F-{n},x" for n, line in enumerate(filled[1:]))])
    checked = imports.dry_run_file(ctx, lines.encode(), "mapping.csv", None)
    assert checked.counts["new"] == len(filled) - 1
    assert checked.file.ignored_columns == ()

    book = openpyxl.load_workbook(tmp_path / "orders.xlsx")
    for sheet, add in ((book.worksheets[5], True), (book.worksheets[0], False)):
        rows = [["" if cell is None else str(cell) for cell in row]
                for row in sheet.iter_rows(values_only=True)]  # fmt: skip
        heading = rows[0]
        komet = heading.index("Komet product ID" if language == "en" else "ID de producto de Komet")
        sku = len(heading) if add else heading.index("SKU")
        body = [row for row in rows[1:] if row[komet]]
        for row in rows:
            row[sku : sku + 1] = ["SKU" if row is heading else f"F-{row[0]}-{row[komet]}"]
        checked = imports.dry_run_file(ctx, workbook(heading, *body), "orders.xlsx", None)
        assert checked.counts["error"] == 0, checked.problems
        assert checked.counts["unknown"] == 0
        expected = {(row[0], row[komet]) for row in body}
        assert checked.counts["new"] == len(expected) > 5
        names = {p.id: p.name for p in accounts.both}
        told = checked.rows.filter(pl.col("kind") == "new").select("provider_id", "komet_id")
        assert {(names[p], k) for p, k in told.rows()} == expected
