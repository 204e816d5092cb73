"""A data file of the first house opens, migrates and gives what it gave then.

`tests/fixtures/first_house/komet.duckdb.xz` was made by version 0bbffdd: three downloads of the
sandbox's three importers, a mapping that was imported and undone, views, schedules, a template,
catalogs, calls of the explorer. What stands beside it was written by the command line of version
c884ccd, the last before the rooms were moved, from that file: it is compared byte for byte, but for
the headings that have other words today.
"""

import lzma
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest
from sample_accounts import Komet

FIXTURES = Path(__file__).parents[1] / "fixtures" / "first_house"
ENVIRONMENT = {
    "KOMET_SECRET_KEY": "b2xkLWZpbGUta2V5LWZvci10ZXN0cy1vbmx5LTEyMzQ=",
    "KOMET_TIME_ZONE": "America/Guayaquil",
    "KOMET_LANGUAGE": "en",
}
GIVEN = {
    "orders.csv": ("export", "{out}", "--cancelled"),
    "orders-with-gone.csv": ("export", "{out}", "--cancelled", "--gone", "show"),
    "mapping.csv": ("mapping", "export", "{out}"),
    "changes.json": ("changes", "--since", "2026-11-01", "--limit", "100000", "--json"),
    "planning.json": ("planning", "--sum", "stems", "--json"),
    "providers.json": ("provider", "list", "--json"),
    "tokens.json": ("token", "list", "--json"),
    "runs.json": ("runs", "--json"),
    "run.json": ("runs", "--last", "--json"),
}
RENAMED = {b"\xef\xbb\xbfProvider,": b"\xef\xbb\xbfImporter,"}
"""Headings of files: as they were, and what they are today."""

Give = Callable[[Sequence[str]], bytes]


def frozen(name: str) -> bytes:
    return lzma.decompress((FIXTURES / f"{name}.xz").read_bytes())


@pytest.fixture
def give(home: Path, komet: Komet, tmp_path: Path) -> Give:
    home.mkdir()
    (home / "komet.duckdb").write_bytes(frozen("komet.duckdb"))

    def run(command: Sequence[str]) -> bytes:
        out = tmp_path / "out.csv"
        done = komet(*(part.format(out=out) for part in command), env=ENVIRONMENT)
        assert done.returncode == 0, done.stderr
        return out.read_bytes() if "{out}" in command else done.stdout.encode()

    return run


@pytest.mark.parametrize("name", GIVEN)
def test_what_the_first_house_stored_is_given_as_before(name: str, give: Give) -> None:
    expected = frozen(name)
    for before, today in RENAMED.items():
        expected = expected.replace(before, today, 1)
    assert give(GIVEN[name]) == expected


def test_its_importers_get_a_colour_each(give: Give, home: Path) -> None:
    give(GIVEN["providers.json"])
    with duckdb.connect(home / "komet.duckdb", read_only=True) as con:
        rows = con.execute("SELECT colour FROM providers ORDER BY created_at, id").fetchall()
    assert [colour for (colour,) in rows] == [0, 1]
