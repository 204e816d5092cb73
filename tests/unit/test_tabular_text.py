"""Texts with columns: the delimiter without known headings, and where reading stops."""

import time
import tracemalloc

import pytest

from komet.mapping.file import read_mapping
from komet.mapping.problems import MappingFileError
from komet.tabular.errors import TableTooBig
from komet.tabular.file import read_table_file
from komet.tabular.model import TableFile, pad


def read(text: str, encoding: str = "utf-8") -> TableFile:
    return read_table_file(text.encode(encoding), "table.csv", lambda _records: 0)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_two_plain_columns_without_headings(delimiter: str) -> None:
    text = "".join(f"SKU {n}, red{delimiter}{1000 + n}\n" for n in range(5)).replace(
        ", red", " red" if delimiter == "," else ", red"
    )
    file = read(text)
    assert file.delimiter == delimiter
    assert {len(record) for record in file.sheets[0].records} == {2}


def test_a_mapping_separated_by_bars() -> None:
    file = read_mapping(b"sep=|\nSKU|Komet ID\n007|12\n", "m.csv")
    assert file.delimiter == "|"
    assert file.rows.select("row", "sku", "komet_product_id").rows() == [(2, "007", "12")]
    assert read_mapping(b"SKU|Komet ID\n007|12\n", "m.txt").rows["sku"].to_list() == ["007"]


def test_a_mark_in_front_of_a_sep_line() -> None:
    assert read("\ufeffsep=;\na;b\n", "utf-16-le").sheets[0].records == [["a", "b"]]


def test_8000_equal_headings_are_read_in_no_time() -> None:
    rows = ["SKU,Komet ID," + ",".join(["Notes"] * 8_000), "A,1," + ",".join(["x"] * 8_000)]
    start = time.process_time()
    file = read_mapping("\n".join(rows).encode(), "m.csv")
    # quadratic it took ten seconds
    assert time.process_time() - start < 3
    assert file.rows["sku"].to_list() == ["A"]
    assert file.source.columns[-1] == "Notes (8000)"


def test_as_many_columns_as_excel_has_and_no_more() -> None:
    assert len(read(",".join("x" * 16_384)).sheets[0].records[0]) == 16_384
    for text in (",".join("x" * 16_385), "," * 3_000_000):
        with pytest.raises(TableTooBig) as caught:
            read(text)
        assert "16,384 columns" in caught.value.reason
    with pytest.raises(MappingFileError, match="16,384 columns"):
        read_mapping(b"SKU,Komet ID" + b",x" * 16_384, "m.csv")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\n" * 1_048_600, "1,048,576 rows"),
        ("a,b,c,d\n" * 510_000, "2,000,000 cells"),
        ("a,b\nc," + "x" * 131_073, "row 2"),
    ],
)
def test_too_much_is_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(TableTooBig) as caught:
        read(text + "x")
    assert reason in caught.value.reason
    assert caught.value.next_step


def test_a_wide_heading_over_many_short_rows_does_not_fill_the_memory() -> None:
    text = "SKU,Komet ID" + ",x" * 10_000 + "\n" + "A,1\n" * 20_000
    tracemalloc.start()
    with pytest.raises(MappingFileError, match="cells"):
        read_mapping(text.encode(), "m.csv")
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    with pytest.raises(TableTooBig):
        pad([["x"]] * 300, 16_384)
