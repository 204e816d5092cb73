"""Which column of a mapping file is which: shown, changed by a person, remembered for a client."""

import pytest
from sample_accounts import ACTOR, add_client

from komet.clients.model import Provider
from komet.context import AppContext
from komet.errors import AppError
from komet.mapping import imports, matching

FILE = (
    "Código nuestro;Theirs;Nombre;Precio\n"
    "00123;50002;Rosa Tibet 60;0,32\n"
    "RT-W-60;50004;Rosa Tibet 70;0,30\n"
    "77;50010;Clavel rojo;0,11\n"
).encode("cp1252")


@pytest.fixture
def acme(ctx: AppContext) -> Provider:
    provider = add_client(ctx, "Acme")
    with ctx.db.write() as con:
        con.run(
            "INSERT INTO komet_products BY NAME SELECT $provider AS provider_id,"
            " n::VARCHAR AS product_id, 'L' || n AS legacy_code, 'Rosa ' || n AS description,"
            " 'komet' AS source FROM (VALUES (50002), (50004), (50010), (60001)) t(n)",
            {"provider": provider.id},
        )
    return provider


def taken_for(found: matching.ColumnMatching) -> dict[str, str | None]:
    return {column.heading: column.field for column in found.columns}


def test_shows_each_column_with_values_and_what_it_is_taken_for(
    ctx: AppContext, acme: Provider
) -> None:
    found = matching.match_columns(ctx, FILE, "precios.csv", acme.id)
    assert found.problem is None
    assert (found.rows, found.heading_row, found.delimiter) == (3, 1, ";")
    assert found.columns[0].samples == ("00123", "RT-W-60", "77")
    assert taken_for(found) == {
        "Código nuestro": "sku",
        "Theirs": "komet_product_id",
        "Nombre": "komet_description",
        "Precio": None,
    }
    assert found.columns[1].matches["komet_product_id"] == (3, 3)
    assert found.columns[1].evidence == "100% match"


def test_a_person_decides_and_it_is_remembered_for_the_client_and_its_headings(
    ctx: AppContext, acme: Provider
) -> None:
    other = add_client(ctx, "Brenda")
    chosen = {"sku": 2, "komet_product_id": 1}
    found = matching.match_columns(ctx, FILE, "precios.csv", acme.id, columns=chosen)
    checked = imports.dry_run_file(ctx, FILE, "precios.csv", acme.id, columns=chosen)
    assert checked.rows["sku"].to_list() == ["Rosa Tibet 60", "Rosa Tibet 70", "Clavel rojo"]
    matching.remember_columns(ctx, ACTOR, acme.id, found)

    respelled = b"CODIGO NUESTRO,theirs,nombre,PRECIO\nA,50002,Rosa azul,1\n"
    again = matching.match_columns(ctx, respelled, "m.csv", acme.id)
    assert again.remembered
    assert again.fields == chosen
    assert imports.dry_run_file(ctx, respelled, "m.csv", acme.id).rows["sku"].to_list() == [
        "Rosa azul"
    ]
    assert not matching.match_columns(ctx, FILE, "m.csv", other.id).remembered
    fewer = b"Codigo nuestro;Theirs\nA;50002\n"
    assert not matching.match_columns(ctx, fewer, "m.csv", acme.id).remembered

    matching.forget_columns(ctx, ACTOR, acme.id, again)
    assert not matching.match_columns(ctx, FILE, "m.csv", acme.id).remembered


def test_columns_that_nobody_can_tell_apart_are_shown_for_a_person_to_say(
    ctx: AppContext, acme: Provider
) -> None:
    text = b"SKU;SKU;Komet product ID\nA;X;50002\nB;Y;50004\n"
    found = matching.match_columns(ctx, text, "m.csv", acme.id)
    assert found.problem is not None
    assert [column.samples for column in found.columns] == [
        ("A", "B"), ("X", "Y"), ("50002", "50004")
    ]  # fmt: skip
    said = matching.fields_chosen({0: None, 1: "sku", 2: "komet_product_id"})
    checked = imports.dry_run_file(ctx, text, "m.csv", acme.id, columns=said)
    assert checked.rows["sku"].to_list() == ["X", "Y"]


@pytest.mark.parametrize(
    "chosen",
    [{0: "sku", 1: None}, {0: None, 1: "komet_product_id"}, {0: "sku", 1: "sku"}],
    ids=["no product", "no SKU", "twice"],
)
def test_what_an_import_cannot_use_is_said(
    ctx: AppContext, acme: Provider, chosen: dict[int, str | None]
) -> None:
    with pytest.raises(AppError):
        columns = matching.fields_chosen(chosen)
        imports.dry_run_file(ctx, FILE, "m.csv", acme.id, columns=columns)
