"""What every rival is told by its command line, and what it says at its end."""

import json
import sys
from datetime import date, timedelta
from typing import NamedTuple


class Job(NamedTuple):
    """Where the orders are, of which days, how many requests at once, and the file to write."""

    base_url: str
    token: str
    days: list[str]
    workers: int
    out: str


def read_job() -> Job:
    """The job of `script.py BASE_URL TOKEN LAST_DAY DAYS WORKERS OUT`."""
    base_url, token, last, days, workers, out = sys.argv[1:]
    end = date.fromisoformat(last)
    asked = [(end - timedelta(days=n)).isoformat() for n in reversed(range(int(days)))]
    return Job(base_url, token, asked, int(workers), out)


def say_result(orders: int, lines: int) -> None:
    """Tell the bench what was stored, so that nobody wins by doing less."""
    print(json.dumps({"orders": orders, "lines": lines}))
