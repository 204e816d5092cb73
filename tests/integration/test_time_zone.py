"""Times are UTC, wherever the computer is."""

import os
import subprocess
import sys
from pathlib import Path

from sample_accounts import ROOT

_ASK = """
from komet.desk import open_desk
desk = open_desk()
for _attempt in range(2):
    with desk.db.read() as con:
        print(con.value("SELECT current_setting('TimeZone')"))
        print(con.value("SELECT TIMESTAMPTZ '2026-11-20 06:05:00+00'").strftime("%H:%M"))
"""


def test_a_computer_in_ecuador(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=ROOT,
        env=os.environ | {"TZ": "America/Guayaquil", "KOMET_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["UTC", "06:05"] * 2
