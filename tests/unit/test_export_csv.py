"""CSV files that Excel and other programs read alike."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.errors import InvalidInput
from komet.export.writers.csv import write_csv
from komet.export.writers.writer import Dialect, dialect_of, dialects


def test_bytes_as_documented(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "Code": ["007", 'say "hi", ñ', None],
            "Cost": pl.Series([Decimal("-5.00"), Decimal("10.10"), None]),
            "Factor": [0.5, float("nan"), float("-inf")],
            "Day": [date(2026, 11, 2), None, None],
            "At": pl.Series(
                [datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC), None, None]
            ).dt.convert_time_zone("America/Guayaquil"),
        }
    )
    write_csv(tmp_path / "o.csv", frame)
    assert (tmp_path / "o.csv").read_bytes().decode("utf-8") == (
        "\ufeffCode,Cost,Factor,Day,At\r\n"
        "007,-5,0.5,2026-11-02,2026-11-02 03:04:05\r\n"
        '"say ""hi"", ñ",10.1,,,\r\n'
        ",,,,\r\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["o.csv"]


@pytest.mark.parametrize("start", list("=+-@\t\r\n"))
@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical])
def test_formulas_are_disarmed(tmp_path: Path, start: str, dtype: Any) -> None:
    frame = pl.DataFrame({"=Head": pl.Series([f"{start}1+1", f"a{start}"]).cast(dtype)})
    write_csv(tmp_path / "o.csv", frame)
    assert read(tmp_path / "o.csv") == [["'=Head"], [f"'{start}1+1"], [f"a{start}"]]


def read(target: Path) -> list[list[str]]:
    with target.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("values", [[[1]], [{"a": 1}], [b"x"]], ids=str)
def test_nested_values_are_refused_by_name(tmp_path: Path, values: Any) -> None:
    with pytest.raises(TypeError, match="Column 'C'"):
        write_csv(tmp_path / "o.csv", pl.DataFrame({"C": values}))
    assert list(tmp_path.iterdir()) == []


def test_an_empty_frame_keeps_its_headings(tmp_path: Path) -> None:
    write_csv(tmp_path / "o.csv", pl.DataFrame(schema={"A": pl.String, "B": pl.Date}))
    assert read(tmp_path / "o.csv") == [["A", "B"]]


@given(texts=st.lists(st.text(max_size=30), min_size=1, max_size=20))
def test_arbitrary_text_round_trips(tmp_path_factory: pytest.TempPathFactory, texts: Any) -> None:
    target = tmp_path_factory.mktemp("csv") / "o.csv"
    write_csv(target, pl.DataFrame({"C": texts, "N": range(len(texts))}))
    expected = [f"'{text}" if text[:1] in tuple("=+-@\t\r\n") else text for text in texts]
    assert [row[0] for row in read(target)[1:]] == expected


def test_numbers_have_the_decimals_that_they_need(tmp_path: Path) -> None:
    exact = ["10.0000", "0.2750", "-0.0000", "100.0000", "1200", "0.0001", None]
    two = ["10", "0.275", "-0.001", "1", "2", "3", None]
    frame = pl.DataFrame(
        {
            "Float": [10.0, 0.5, -0.0, 1e17, 1.25e-7, 100.0, None],
            "Decimal": pl.Series(exact).cast(pl.Decimal(18, 4)),
            "Two": pl.Series(two).cast(pl.Decimal(18, 4)),
            "Whole": [1, 20, 300, 0, -1, 5, None],
        }
    )
    write_csv(tmp_path / "o.csv", frame, decimals={"Two": 2})
    assert read(tmp_path / "o.csv")[1:] == [
        ["10", "10", "10.00", "1"],
        ["0.5", "0.275", "0.28", "20"],
        ["0", "0", "0.00", "300"],
        ["100000000000000000", "100", "1.00", "0"],
        ["0.000000125", "1200", "2.00", "-1"],
        ["100", "0.0001", "3.00", "5"],
        ["", "", "", ""],
    ]


def test_a_file_for_a_spanish_excel(tmp_path: Path) -> None:
    frame = pl.DataFrame({"Nota": ["a;b", "1,5"], "Cajas": [10.0, 0.5], "Días": [1, 1000]})
    write_csv(tmp_path / "o.csv", frame, delimiter=";", decimal_comma=True)
    assert (tmp_path / "o.csv").read_text("utf-8") == (
        '\ufeffNota;Cajas;Días\n"a;b";10;1\n1,5;0,5;1000\n'
    )


def test_without_the_guard_texts_stay_as_they_are(tmp_path: Path) -> None:
    texts = ["=1+1", "-5 ramos", "+593 2", "@home"]
    write_csv(tmp_path / "o.csv", pl.DataFrame({"=H": texts}), guard_formulas=False)
    assert read(tmp_path / "o.csv") == [["=H"], *([text] for text in texts)]


def test_a_language_has_its_dialect() -> None:
    assert dialect_of("en") == Dialect(",", False) == dialects("en")[0]
    assert dialect_of("es") == Dialect(";", True) == dialects("es")[0]
    assert dialect_of("es", ",") == Dialect(",", False)
    assert dialect_of("en", None, True) == Dialect(";", True)
    assert dialect_of("es", "\t", False) == Dialect("\t", False)
    assert len(set(dialects("en"))) == len(dialects("es")) == 5
    with pytest.raises(InvalidInput, match="comma"):
        dialect_of("es", ",", True)
