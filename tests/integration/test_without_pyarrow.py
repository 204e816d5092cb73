"""A process that does without pyarrow reads and writes the very same frames."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from prepared import PreparedFolders
from sample_accounts import ROOT

from komet.context import open_context
from komet.settings import Settings

_ODD = """
SELECT 1::TINYINT a, 2::UBIGINT b, sum(n) c, avg(n) d, 1.5::DECIMAL(18, 4) e, 'x'::VARCHAR f,
  DATE '2026-01-02' g, TIMESTAMPTZ '2026-01-02 03:04:05.678901+00' h, [1, NULL, 3] i, NULL j,
  {'k': 'v', 'w': 2} k, 'blob'::BLOB l, TIMESTAMP '2026-01-02 03:04:05' m, true n,
  list(n::VARCHAR ORDER BY n) o, count(*) p, '{"q": 1}'::JSON q, max(n)::DOUBLE r
FROM range(3) t(n)
"""
_HANDED_OVER = """
CREATE OR REPLACE TEMP TABLE handed AS SELECT a.*, b.t AS again
FROM given a JOIN given b USING (n) WHERE a.n < 4
"""
_CHILD = """
import sys
from pathlib import Path
from komet import unneeded
unneeded.leave_out("pyarrow")
import test_without_pyarrow as both
both.keep(Path(sys.argv[1]), Path(sys.argv[2]))
assert not {"pyarrow", "pandas", "numpy"} & set(sys.modules), sys.modules.keys()
"""


def given() -> pl.DataFrame:
    """A frame with a column of each kind that we hand over."""
    return pl.DataFrame(
        {
            "n": [1, 2, None, 3],
            "t": ["short", "a text of more than twelve letters", None, "ñandú"],
            "m": ["1.25", None, "-3.5", "0"],
            "d": ["2026-01-02", None, "2026-01-03", "2026-01-04"],
            "l": [["a", None], [], None, ["b"]],
            "b": [True, None, False, True],
            "x": [None, None, None, None],
        }
    ).with_columns(
        pl.col("m").cast(pl.Decimal(18, 4)),
        pl.col("d").str.to_date(),
        pl.col("d").str.to_datetime(time_unit="us", time_zone="UTC").alias("z"),
        pl.col("x").cast(pl.String),
        pl.col("t").cast(pl.Categorical).alias("c"),
    )


def read(home: Path) -> dict[str, pl.DataFrame]:
    """Every table of the data file, and what only queries give."""
    with open_context(Settings(home=home)).db.write() as con:
        names = con.frame("SELECT table_name FROM duckdb_tables() ORDER BY 1")["table_name"]
        found = {
            name: con.frame(f"SELECT * FROM {name} ORDER BY ALL")
            for name in names
            if name != "versions"  # stamped anew by each of us
        }
        found["odd"] = con.frame(_ODD)
        found["nothing"] = con.frame("SELECT * FROM order_items WHERE po_id = $x", {"x": "no"})
        con.run(_HANDED_OVER, given=given())
        found["handed"] = con.frame("SELECT * FROM handed ORDER BY ALL")
        found["empty"] = con.frame("SELECT * FROM given", given=given().clear())
        found["returned"] = con.frame("UPDATE skus SET sku = sku RETURNING sku").sort("sku")
    return found


def keep(home: Path, folder: Path) -> None:
    """Write them for another process to compare."""
    for name, frame in read(home).items():
        frame.write_ipc(folder / f"{name}.arrow")


@pytest.mark.parametrize("store", ["samples", "new"])
def test_every_table_reads_the_same(tmp_path: Path, prepared: PreparedFolders, store: str) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    ctx = getattr(prepared, store)(tmp_path / "home")
    expected = read(ctx.settings.home)
    ctx.db._lease.close_for_good()
    subprocess.run(
        [sys.executable, "-c", _CHILD, str(ctx.settings.home), str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    assert len(expected) > 20
    for name, frame in expected.items():
        found = pl.read_ipc(folder / f"{name}.arrow")
        assert_frame_equal(found, frame)
