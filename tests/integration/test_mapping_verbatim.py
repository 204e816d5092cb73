"""What we hold comes back as it is: copying, and importing our own export, change no SKU."""

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sample_accounts import ACTOR, add_client

from komet.context import AppContext, open_context
from komet.mapping import imports
from komet.mapping.history import Source
from komet.mapping.imports import dry_run_copy
from komet.mapping.table import mappings
from komet.settings import Settings

DAMAGED_LOOKING = [
    "100.0", "12E+5", "1.0E+05", "007", "00123.00", "#N/A", "#REF!", "2025-01-02 00:00:00", "=1+1",
    "-5", "'=x", "+593", "@a", "1,000", "123456789012345000", "a;b", 'say "x"', "5,0", "true",
]  # fmt: skip
skus = st.one_of(
    st.sampled_from(DAMAGED_LOOKING),
    st.text(
        st.one_of(
            st.sampled_from("0123456789.,E+-=@'\"#;\t \n\r|ñ\u200b\xa0"),
            st.characters(exclude_categories=["Cs", "Cc"]),
        ),
        min_size=1,
        max_size=10,
    ).filter(lambda text: bool(text.strip())),
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[AppContext, list[str]]:
    """A context with two clients that list the same twelve names under other IDs."""
    ctx = open_context(Settings(home=tmp_path_factory.mktemp("home")))
    ids = [add_client(ctx, name).id for name in ("Acme", "Zeta")]
    with ctx.db.write() as con:
        for provider, first in zip(ids, (1_000, 7_000), strict=True):
            con.run(
                "INSERT INTO komet_products BY NAME SELECT $provider AS provider_id,"
                " ($first + n)::VARCHAR AS product_id, '0' || n || '.0' AS legacy_code,"
                " 'Rosa Ñandú ' || (30 + n) || ' cm' AS description, 'komet' AS source"
                " FROM range(12) t(n)",
                {"provider": provider, "first": first},
            )
    return ctx, ids


def store(shelf: tuple[AppContext, list[str]], codes: list[str]) -> dict[str, str]:
    """Nothing is mapped but Acme's products, with these SKUs exactly."""
    ctx, (acme, _zeta) = shelf
    given = {str(1_000 + n): sku for n, sku in enumerate(codes)}
    with ctx.db.write() as con:
        con.run("DELETE FROM mappings")
        con.run("DELETE FROM skus")
        rows = pl.DataFrame(
            [(acme, komet_id, sku, None) for komet_id, sku in given.items()],
            schema=dict.fromkeys(("provider_id", "komet_id", "sku", "sku_description"), pl.String),
            orient="row",
        )
        mappings.write_import(con, rows, source=Source.FILE, name="f", now=ctx.now())
    return given


def held(ctx: AppContext, provider: str) -> dict[str, str]:
    rows = imports.list_mappings(ctx).filter(provider_id=provider)
    return dict(rows.select("komet_id", "sku").rows())


@settings(max_examples=60)
@given(st.lists(skus, min_size=1, max_size=12))
@example(DAMAGED_LOOKING[:12])
@example(DAMAGED_LOOKING[12:])
def test_our_own_export_imported_again_is_the_identity(
    shelf: tuple[AppContext, list[str]], codes: list[str]
) -> None:
    ctx, (acme, _zeta) = shelf
    given_codes = store(shelf, codes)
    file = imports.export_mapping(ctx, ACTOR, [acme])

    again = imports.dry_run_file(ctx, file, "export.csv", None)
    assert again.to_apply.is_empty(), again.rows
    assert again.counts["error"] == 0, again.problems
    imports.apply_import(ctx, ACTOR, again)
    assert held(ctx, acme) == given_codes

    # taken away, and brought back by the file
    imports.edit_cells(ctx, ACTOR, acme, dict.fromkeys(given_codes))
    back = imports.dry_run_file(ctx, file, "export.csv", None)
    assert back.counts["error"] == 0, back.problems
    imports.apply_import(ctx, ACTOR, back)
    edges = " \t\n\r\v\f\x85\xa0\u200b\u200c\u200d\u2060\ufeff\u2028\u2029\u3000\u202f\u205f"
    edges += "".join(map(chr, range(0x2000, 0x200B)))
    expected = {key: sku.strip(edges) for key, sku in given_codes.items() if sku.strip(edges)}
    assert held(ctx, acme) == expected


@settings(max_examples=30)
@given(st.lists(skus, min_size=1, max_size=12))
@example(DAMAGED_LOOKING[:12])
@example(DAMAGED_LOOKING[12:])
def test_copying_takes_skus_over_as_they_are(
    shelf: tuple[AppContext, list[str]], codes: list[str]
) -> None:
    ctx, (acme, zeta) = shelf
    given_codes = store(shelf, codes)
    checked = dry_run_copy(ctx, acme, zeta)
    assert checked.counts["error"] == 0, checked.problems
    imports.apply_import(ctx, ACTOR, checked)
    assert held(ctx, zeta) == {str(int(key) + 6_000): sku for key, sku in given_codes.items()}
    assert held(ctx, acme) == given_codes


def test_a_number_that_excel_has_rounded_is_still_refused(
    shelf: tuple[AppContext, list[str]],
) -> None:
    store(shelf, ["A"])
    ctx, (acme, _zeta) = shelf
    text = "SKU;Komet ID\n12E+5;1001\n100.0;1002\n"
    checked = imports.dry_run_file(ctx, text.encode(), "m.csv", acme)
    assert checked.rows.select("kind", "sku").rows() == [("error", "12E+5"), ("new", "100")]
