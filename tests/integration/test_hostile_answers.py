"""Hostile answers end in rows or a sentence, within memory and time, and the process lives.

60 of them in the suite; `KOMET_HOSTILE_ANSWERS=500` runs the campaign.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("KOMET_HOSTILE_ANSWERS", "60"))


def test_hostile_answers_end_in_rows_or_a_sentence() -> None:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "hostile_answers.py"), "0", str(COUNT)],
        capture_output=True,
        text=True,
        timeout=60 + 30 * COUNT,
        check=False,
    )
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, (len(told), ended.stderr[-3_000:])
    assert [line["number"] for line in told] == list(range(COUNT))
    outcomes = Counter(line["outcome"].lstrip("0123456789") for line in told)
    # a campaign in which all is refused, or all is taken, tries nothing
    assert len(outcomes) >= 4, outcomes
    assert outcomes["BadResponse"] < 0.8 * COUNT, outcomes
    for line in told:
        assert line["seconds"] < 30, line
        assert line["peak_mb"] < 500, line
        assert "s3cret" not in line["error"], line
        assert "Traceback" not in line["error"], line
        assert len(line["error"]) < 2_000, line
        if line["outcome"].isalpha() and line["outcome"] != "read":
            assert line["error"].rstrip().endswith((".", "”.", ")")), line
    assert "s3cret" not in ended.stderr
