"""Files made to harm end in a result or a sentence, in bounds, and the process lives.

A sample by default; `KOMET_HOSTILE=1500` reads as many inputs as it says.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hostile_tables import KINDS

_SCRIPT = Path(__file__).parents[1] / "hostile_tables.py"
_COUNT = int(os.environ.get("KOMET_HOSTILE", "40"))
_CHUNK = 40
_MOST_BYTES = 500_000_000
_MOST_SECONDS = 30


@pytest.mark.parametrize("first", range(0, _COUNT, _CHUNK))
def test_hostile_files_end_in_a_result_or_a_sentence(first: int) -> None:
    numbers = range(first, min(first + _CHUNK, _COUNT))
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), *map(str, numbers)],
        capture_output=True,
        text=True,
        timeout=_CHUNK * _MOST_SECONDS,
        check=False,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    # the process that read them all has come to its own end
    assert (done.returncode, len(found)) == (0, 2 * len(numbers)), done.stderr[-2_000:]
    assert {one["trap"] for one in found} == {kind.__name__ for kind in KINDS}
    assert set(Counter(one["end"] for one in found)) <= {"result", "sentence"}, found
    for one in found:
        assert one["seconds"] < _MOST_SECONDS + 2, one
        assert one["grown"] < _MOST_BYTES, one
        assert one["child"] < _MOST_BYTES, one
