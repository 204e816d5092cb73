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

from komet.export.csv import write_csv


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
        "007,-5.00,0.5,2026-11-02,2026-11-02 03:04:05\r\n"
        '"say ""hi"", ñ",10.10,,,\r\n'
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
