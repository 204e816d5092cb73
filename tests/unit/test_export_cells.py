"""Which values become which cells, and which dtypes are refused."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter_engine import write_with_xlsxwriter

from komet.export.writers.excel_cells import (
    CUT_MARK,
    EXCEL_TEXT_LIMIT,
    Engine,
    excel_frame,
    excel_text,
)
from komet.export.writers.excel_file import write_excel_file
from komet.export.writers.xlsx import Column, ColumnKind, Sheet, write_workbook

K = ColumnKind
MOMENT = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
# openpyxl gives every date cell as a naive datetime.
MIDNIGHT = MOMENT.replace(hour=0, minute=0, second=0, tzinfo=None)


BOTH = pytest.mark.parametrize(
    "engine", [write_excel_file, write_with_xlsxwriter], ids=["ours", "xlsxwriter"]
)


def one(values: pl.Series, kind: ColumnKind) -> Sheet:
    return Sheet("Orders", (Column("C", kind),), values.alias("C").to_frame())


def written(engine: Engine, target: Path, values: pl.Series, kind: ColumnKind) -> list[Any]:
    # The second column keeps rows that would be empty without it.
    columns = (Column("C", kind), Column("N", K.INTEGER))
    frame = pl.DataFrame([values.alias("C"), pl.Series("N", range(values.len()))])
    write_workbook(target, [Sheet("Orders", columns, frame)], engine=engine)
    return [row[0].value for row in openpyxl.load_workbook(target)["Orders"].iter_rows(min_row=2)]


NUMBERS: list[Any] = [
    pl.Int8,
    pl.Int16,
    pl.Int32,
    pl.Int64,
    pl.Int128,
    pl.UInt8,
    pl.UInt16,
    pl.UInt32,
]
NUMBERS += [pl.UInt64, pl.Float32, pl.Float64, pl.Decimal(38, 4), pl.Decimal(10, 0)]


@BOTH
@pytest.mark.parametrize("kind", [kind for kind in K if kind.is_number])
@pytest.mark.parametrize("dtype", NUMBERS, ids=str)
def test_every_number_type(engine: Engine, tmp_path: Path, dtype: Any, kind: ColumnKind) -> None:
    values = pl.Series([7, 0, None]).cast(dtype)
    assert written(engine, tmp_path / "o.xlsx", values, kind) == [7, 0, None]


@BOTH
@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["007", "b"])], ids=str)
def test_every_text_type(engine: Engine, tmp_path: Path, dtype: Any) -> None:
    values = pl.Series(["007", "b", None]).cast(dtype)
    assert written(engine, tmp_path / "o.xlsx", values, K.TEXT) == ["007", "b", None]


@BOTH
@pytest.mark.parametrize("kind", list(K))
def test_a_column_of_nulls_is_empty_in_every_kind(
    engine: Engine, tmp_path: Path, kind: ColumnKind
) -> None:
    assert written(engine, tmp_path / "o.xlsx", pl.Series([None, None]), kind) == [None, None]


@BOTH
def test_codes_in_integers_become_text_and_booleans_stay(engine: Engine, tmp_path: Path) -> None:
    big = 12345678901234567
    assert written(engine, tmp_path / "o.xlsx", pl.Series([big]), K.TEXT) == [str(big)]
    assert written(engine, tmp_path / "o.xlsx", pl.Series([True, None]), K.TEXT) == [True, None]


@BOTH
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/Guayaquil"])
def test_every_timestamp_type_is_written_in_utc(
    engine: Engine, tmp_path: Path, unit: Any, zone: Any
) -> None:
    values = pl.Series([MOMENT]).dt.cast_time_unit(unit)
    values = values.dt.convert_time_zone(zone) if zone else values.dt.replace_time_zone(None)
    found = written(engine, tmp_path / "o.xlsx", values, K.TIME)
    assert found == [MOMENT.replace(tzinfo=None)]
    assert written(engine, tmp_path / "o.xlsx", values, K.DATE) == [MIDNIGHT]


@BOTH
def test_days_outside_excels_calendar_stay_readable(engine: Engine, tmp_path: Path) -> None:
    values = pl.Series([date(202, 3, 4), date(2026, 11, 2), None])
    found = written(engine, tmp_path / "o.xlsx", values, K.DATE)
    assert found == ["0202-03-04", MIDNIGHT, None]


UNSUPPORTED = [
    pl.Series([[1]]),
    pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2)),
    pl.Series([{"a": 1}]),
    pl.Series([b"a"]),
    pl.Series([time(1, 2)]),
    pl.Series([timedelta(1)]),
    pl.Series([object()], dtype=pl.Object),
]


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize("values", UNSUPPORTED, ids=lambda values: str(values.dtype))
def test_unsupported_types_are_refused_by_name(
    tmp_path: Path, values: pl.Series, kind: ColumnKind
) -> None:
    with pytest.raises(TypeError, match="Sheet 'Orders', column 'C'"):
        write_workbook(tmp_path / "o.xlsx", [one(values, kind)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pl.Series(["1.5"]), K.MONEY),
        (pl.Series([True]), K.QUANTITY),
        (pl.Series([1.5]), K.TEXT),
        (pl.Series([Decimal("1.5")]), K.TEXT),
        (pl.Series([date(2026, 1, 1)]), K.TEXT),
        (pl.Series([date(2026, 1, 1)]), K.TIME),
        (pl.Series(["2026-01-01"]), K.DATE),
        (pl.Series([date(2026, 1, 1)]), K.MONEY),
        (pl.Series([46024]), K.DATE),
    ],
    ids=str,
)
def test_types_of_another_kind_are_refused(values: pl.Series, kind: ColumnKind) -> None:
    with pytest.raises(TypeError, match="cannot be written as"):
        excel_frame(one(values, kind))


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=4))
def test_decimals_become_their_nearest_float(value: Decimal) -> None:
    values = pl.Series([value], dtype=pl.Decimal(38, 4))
    assert excel_frame(one(values, K.UNIT_COST)).item() == float(value)


@BOTH
def test_long_texts_are_cut_with_a_mark(engine: Engine, tmp_path: Path) -> None:
    fits, long, roses = "a" * EXCEL_TEXT_LIMIT, "b" * 40_000, "🌹" * 20_000
    found = written(
        engine, tmp_path / "o.xlsx", pl.Series([fits, long, roses, "ñ" * 20_000]), K.TEXT
    )
    assert found[0] == fits
    assert found[1] == "b" * (EXCEL_TEXT_LIMIT - len(CUT_MARK)) + CUT_MARK
    assert found[2].endswith("🌹" + CUT_MARK)
    assert len(found[2].encode("utf-16-le")) // 2 <= EXCEL_TEXT_LIMIT
    assert found[3] == "ñ" * 20_000


def test_control_characters_go_and_line_ends_become_one() -> None:
    dirty = pl.Series(["a\x00\x08b\x0b\x1fc\uffff", "1\r\n2\r3\n4\t5", "\x7f\x85 "])
    assert excel_text(dirty).to_list() == ["abc", "1\n2\n3\n4\t5", "\x7f\x85 "]


TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="=+-@'\"<>&;_x041 \t\n", max_size=20),
    st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "1e5", "TRUE", "_x0041_", " lead", "007"]),
)


@BOTH
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=30))
def test_arbitrary_text_round_trips(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, texts: Any
) -> None:
    target = tmp_path_factory.mktemp("text") / "o.xlsx"
    # The marker column keeps rows whose text is empty.
    columns = (Column("C", K.TEXT), Column("N", K.INTEGER))
    values = pl.Series("C", texts, dtype=pl.String)
    frame = pl.DataFrame([values, pl.Series("N", range(len(texts)))])
    write_workbook(target, [Sheet("Orders", columns, frame)], engine=engine)
    sheet = fastexcel.read_excel(target).load_sheet("Orders", dtypes={"C": "string"})
    found = sheet.to_polars().get_column("C").fill_null("").to_list()
    assert found == excel_text(values).to_list()
