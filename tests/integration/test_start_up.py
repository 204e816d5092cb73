"""What a command imports: no more than it needs, or it would start a second later."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample_accounts import ROOT, Accounts

STORE = ("duckdb", "polars", "pyarrow")
NEVER = (
    *("altair", "apscheduler", "biip", "fastexcel", "httpx", "numpy", "openpyxl", "pandas"),
    *("rapidfuzz", "reportlab", "rustpy_xlsxwriter", "starlette", "streamlit", "uvicorn"),
)


def imported_by(home: Path, *words: str) -> set[str]:
    """The packages that a command has imported at its end, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _TELL, *words],
        cwd=ROOT,
        env=os.environ | {"KOMET_HOME": str(home), "KOMET_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout
    return set(done.stderr.split())


_TELL = """
import sys
from komet.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code
sys.stderr.write(" ".join({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("words", ["--help", "--version"])
def test_help_needs_no_store(tmp_path: Path, words: str) -> None:
    found = imported_by(tmp_path, words)
    assert "cyclopts" in found
    assert found.isdisjoint((*NEVER, *STORE)), found & {*NEVER, *STORE}


@pytest.mark.parametrize("words", ["provider list", "runs", "planning"])
def test_a_list_needs_the_store_and_nothing_else(accounts: Accounts, words: str) -> None:
    found = imported_by(accounts.ctx.settings.home, *words.split())
    unneeded = set(NEVER) - ({"httpx"} if words == "runs" else set())  # its module downloads, too
    assert found >= {"duckdb", "polars"}
    assert words != "provider list" or "pyarrow" not in found
    assert found.isdisjoint(unneeded), found & unneeded
