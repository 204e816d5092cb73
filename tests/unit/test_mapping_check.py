"""The dry run: what is new, changed, unchanged, skipped or wrong, and why."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.mapping.cells import write_bad_rows_csv, write_mapping_csv
from komet.mapping.check import check_mapping
from komet.mapping.file import read_mapping
from komet.mapping.model import DryRun, Known
from komet.mapping.problems import PROBLEM_SCHEMA
from komet.text import EDGES

PRODUCTS = pl.DataFrame(
    [
        ("p1", "1", "ROS-50", "Rose Freedom 50 cm"),
        ("p1", "2", "ROS-60", "Rose Freedom 60 cm"),
        ("p1", "3", "DUP", "Rose Mondial"),
        ("p1", "4", "DUP", "Rose  mondial"),
        ("p1", "5", None, "Solo"),
        ("p2", "1", "CAR", "Carnation"),
    ],
    schema=["provider_id", "komet_id", "legacy_code", "description"],
    orient="row",
)
MAPPINGS = pl.DataFrame(
    [("p1", "1", "A", "Our A"), ("p1", "2", "B", None)],
    schema=dict.fromkeys(("provider_id", "komet_id", "sku", "sku_description"), pl.String),
    orient="row",
)
PROVIDERS = {"Flores Ñandú": "p1", "Acme": "p2"}
HEADER = "client;komet product id;legacy code;komet description;sku;sku description\n"


def check_data(data: bytes, default: str | None = "p1") -> DryRun:
    known = Known(PRODUCTS, MAPPINGS, PROVIDERS, default)
    return check_mapping(read_mapping(data, "mapping.csv", known), known)


def check(*rows: str, default: str | None = "p1", header: str = HEADER) -> DryRun:
    return check_data((header + "\n".join(rows)).encode(), default)


def outcome(run: DryRun) -> list[str]:
    return run.rows["kind"].to_list()


def severities(run: DryRun) -> list[tuple[int, str]]:
    return run.problems.select("row", "severity").rows()


def test_each_kind() -> None:
    run = check(";5;;;NEW;", ";1;;;A2;", ";2;;;B;", ";3;;;;text", ";;nowhere;;X;")
    assert outcome(run) == ["new", "changed", "unchanged", "skipped", "error"]
    kinds = ["new", "changed", "unchanged", "skipped", "error"]
    assert dict(run.counts) == {**dict.fromkeys(kinds, 1), "unknown": 0}
    assert run.to_apply.rows() == [("p1", "5", "NEW", None), ("p1", "1", "A2", None)]
    assert run.rows.row(1, named=True) == {
        "row": 3,
        "kind": "changed",
        "provider_id": "p1",
        "komet_id": "1",
        "komet_description": "Rose Freedom 50 cm",
        "sku_before": "A",
        "sku": "A2",
        "sku_description": None,
        "reason": None,
        "column": None,
    }
    assert run.problems.schema == PROBLEM_SCHEMA


def test_descriptions_of_ours() -> None:
    run = check(";1;;;A;Our A", ";2;;;B;Our B")
    assert outcome(run) == ["unchanged", "changed"]
    assert run.to_apply.rows() == [("p1", "2", "B", "Our B")]


@pytest.mark.parametrize(
    ("row", "komet_id"),
    [
        (";5;;;X;", "5"),
        (";;ros-50;;X;", "1"),
        (";; Ros - 60 ;;X;", "2"),
        (";;;ROSE FREEDOM  60cm;X;", "2"),
        ("acme;;car;;X;", "1"),
    ],
)
def test_products_are_found(row: str, komet_id: str) -> None:
    run = check(row)
    assert run.rows["komet_id"].to_list() == [komet_id]
    assert run.problems.is_empty()


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (";;nowhere;;X;", "legacy code", "nowhere"),
        (";;;Tulip;X;", "komet description", "Tulip"),
        (";;DUP;;X;", "legacy code", "3, 4"),
        (";;;rose mondial;X;", "komet description", "3, 4"),
        (";;;;X;", None, "no Komet product"),
        (
            ";1;ROS-60;;X;",
            "legacy code",
            "ID 1, and legacy code ROS-60, which is that of product 2",
        ),
        (";99;ROS-60;;X;", "legacy code", "product 2"),
        ("Nobody;1;;;X;", "client", "“Nobody”. Known: Acme, Flores Ñandú."),
        (";1;;;1E+05;", "sku", "Excel"),
    ],
)
def test_rows_in_error(row: str, column: str | None, words: str) -> None:
    run = check(row)
    assert outcome(run) == ["error"]
    assert run.problems["severity"].to_list() == ["error"]
    assert run.rows["column"].to_list() == [column]
    assert words in run.rows["reason"][0]
    assert run.to_apply.is_empty()


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        (";99;;;X;", "unknown", "Product 99 is not"),
        (";5;OTHER;;X;", "new", "No product has the legacy code OTHER"),
        (";1;ROS-50;Rose Fredom;A;", "unchanged", "Rose Freedom 50 cm"),
        (";5,0;;;X;", "new", "5,0 was read as 5"),
    ],
)
def test_rows_with_a_warning(row: str, kind: str, words: str) -> None:
    run = check(row)
    assert outcome(run) == [kind]
    assert run.problems["severity"].to_list() == ["warning"]
    assert words in run.rows["reason"][0]


def test_a_shared_legacy_code_that_includes_the_product_is_no_contradiction() -> None:
    assert check(";3;DUP;;X;").problems.is_empty()


def test_clients_by_name() -> None:
    run = check("flores nandu ;1;;;A;", "ACME;1;;;C;", default=None)
    assert run.rows["provider_id"].to_list() == ["p1", "p2"]
    assert outcome(check(";1;;;A;", default=None)) == ["error"]


def test_one_product_with_two_skus() -> None:
    run = check(";5;;;X;", ";2;;;B;", ";;;Solo;Y;")
    assert outcome(run) == ["error", "unchanged", "error"]
    assert "Rows 2, 4 give product 5 different SKUs: X, Y." in run.rows["reason"][0]
    assert run.rows["reason"][0] == run.rows["reason"][2]


def test_one_product_said_twice() -> None:
    run = check(";5;;;X;", ";5;;;X;Our X")
    assert outcome(run) == ["new", "unchanged"]
    assert run.to_apply.rows() == [("p1", "5", "X", "Our X")]
    assert severities(run) == [(3, "warning")]


def test_one_sku_described_in_two_ways() -> None:
    assert outcome(check(";5;;;X;one", ";5;;;X;two")) == ["error", "error"]


def test_the_same_id_of_two_clients_is_two_products() -> None:
    assert outcome(check(";1;;;A;", "Acme;1;;;C;")) == ["unchanged", "new"]


def test_a_file_without_rows() -> None:
    run = check()
    assert set(run.counts.values()) == {0}
    assert run.to_apply.is_empty()
    assert write_bad_rows_csv(run).decode("utf-8-sig").strip().endswith("Reason")


def test_bad_rows_come_back_and_can_be_uploaded_again() -> None:
    header = "Notes;SKU;Komet ID;Notes\n"
    run = check("=1+1;#N/A;1;", "fine;A;1;", 'a "b";X;1E+05;ü', "x;Y;1,0;z;stray", header=header)
    given_back = write_bad_rows_csv(run)
    assert given_back.startswith(b"\xef\xbb\xbf")
    lines = given_back.decode("utf-8-sig").splitlines()
    assert lines[0] == "Notes;SKU;Komet ID;Notes;;Reason"
    assert lines[1].startswith("'=1+1;#N/A;1;;;")

    second = check_data(given_back)
    assert second.rows["sku"].to_list() == ["#N/A", "X", "Y"]
    third = check_data(write_bad_rows_csv(second).replace(b"1E+05", b"5"))
    assert third.file.headings.names.count("Reason") == 1
    assert third.rows.filter(sku="X")["kind"].to_list() == ["new"]
    assert third.rows.filter(sku="Y")["kind"].to_list() == ["error"]  # still shifted


# Any text that a SKU can be once it is held: trimmed, of one line, and not like damage.
texts = st.text(
    st.one_of(
        st.sampled_from("'\"=+-@,;\t\r\n ñé“\u2028\x85"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=12,
).map(lambda text: text.strip(EDGES))
skus = texts.filter(lambda text: text and not set(text) & {"\n", "\r"}).map(
    lambda text: "S" + text if text[0] in "#0123456789+-" else text
)


@given(st.lists(st.tuples(texts, texts, skus, texts), min_size=1, max_size=6))
def test_what_we_export_is_unchanged_when_read_back(lines: list[tuple[str, str, str, str]]) -> None:
    ids = [f"{number:03}" for number in range(len(lines))]
    columns = [list(column) for column in zip(*lines, strict=True)]
    export = pl.DataFrame(
        {
            "provider": ["=Acme, “S.A.”"] * len(ids),
            "komet_product_id": ids,
            "komet_legacy_code": columns[0],
            "komet_description": columns[1],
            "sku": columns[2],
            "sku_description": columns[3],
        }
    )
    held = export.select(
        pl.lit("p").alias("provider_id"),
        pl.col("komet_product_id").alias("komet_id"),
        pl.col("komet_legacy_code").alias("legacy_code"),
        pl.col("komet_description").alias("description"),
        "sku",
        pl.when(pl.col("sku_description") != "").then("sku_description"),
    )
    known = Known(
        held.drop("sku", "sku_description"),
        held.drop("legacy_code", "description"),
        {"=Acme, “S.A.”": "p"},
    )
    run = check_mapping(read_mapping(write_mapping_csv(export), "export.csv", known), known)
    assert outcome(run) == ["unchanged"] * len(ids)


def test_unmapped_products_of_an_export_are_skipped() -> None:
    export = PRODUCTS.filter(provider_id="p1").select(
        pl.lit("Flores Ñandú").alias("provider"),
        pl.col("komet_id").alias("komet_product_id"),
        pl.col("legacy_code").alias("komet_legacy_code"),
        pl.col("description").alias("komet_description"),
        pl.lit(None, dtype=pl.String).alias("sku"),
        pl.lit(None, dtype=pl.String).alias("sku_description"),
    )
    run = check_data(write_mapping_csv(export), default=None)
    assert outcome(run) == ["skipped"] * 5
    assert run.problems.is_empty()
