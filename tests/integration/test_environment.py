"""What the command line is given to work in: settings, a data folder, places for its files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample_accounts import ROOT, Accounts, Komet


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("KOMET_READ_TIMEOUT", "inf", "a finite number"),
        ("KOMET_READ_TIMEOUT", "nan", "a finite number"),
        ("KOMET_CONNECT_TIMEOUT", "-inf", "a finite number"),
        ("KOMET_CONNECT_TIMEOUT", "0", "more than 0"),
        ("KOMET_LOCK_WAIT", "1e300", "at most 3600"),
        ("KOMET_LOCK_WAIT", "soon", "a number"),
        ("KOMET_WORKERS", "99999999999999999999999", "at most 16"),
        ("KOMET_WORKERS", "2.5", "a whole number"),
        ("KOMET_WORKERS", "0", "at least 1"),
        ("KOMET_LOG_LEVEL", "LOUD", "DEBUG"),
    ],
)
def test_a_setting_that_cannot_be_used_is_a_sentence(
    komet: Komet, name: str, value: str, wanted: str
) -> None:
    done = komet("token", "list", env={name: value, "KOMET_LANGUAGE": "en", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 2, done.stderr
    assert f"{name} is “{value}”" in done.stderr
    assert wanted in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unusable_key_is_not_repeated(komet: Komet) -> None:
    done = komet(
        "token", "add", "A", stdin="sandbox-token\n", env={"KOMET_SECRET_KEY": "my-short-key"}
    )
    assert done.returncode == 1
    assert "my-short-key" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_home_counts_as_not_set(tmp_path: Path) -> None:
    empty, data = tmp_path / "empty", tmp_path / "data"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "komet", "token", "list"],
        cwd=empty,
        env=os.environ
        | {"KOMET_HOME": "", "KOMET_WORKERS": "", "XDG_DATA_HOME": str(data)}
        | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(empty.iterdir()) == []
    assert (data / "komet-desk" / "komet.duckdb").is_file()


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_home_that_is_a_file_is_a_sentence(komet: Komet, tmp_path: Path, below: str) -> None:
    file = tmp_path / "a-file"
    file.write_text("not a folder")
    done = komet("provider", "list", env={"KOMET_HOME": str(file / below)})
    assert done.returncode == 2
    assert f"{file} is a file" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert file.read_text() == "not a folder"


def test_files_for_mappings_are_written_whole_or_not_at_all(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    accounts.download(*accounts.days(0, 1))
    # a file size limit stops the write half-way, as a full disk does
    folder = tmp_path / "out"
    folder.mkdir()
    before = b"what was there before"
    for name, arguments in {
        "mapping.csv": ["mapping", "export", "{out}"],
        "bad.csv": ["mapping", "import", "{file}", "--dry-run", "--bad-rows", "{out}"],
    }.items():
        file = tmp_path / "wrong.csv"
        rows = "".join(f"{row},{'x' * 300}\n" for row in range(400))
        file.write_text(f"komet_product_id,sku\n{rows}", encoding="utf-8")
        out = folder / name
        out.write_bytes(before)
        words = [word.format(out=out, file=file) for word in arguments]
        done = subprocess.run(
            [sys.executable, "-c", _LIMITED, *words],
            cwd=ROOT,
            env=os.environ | {"KOMET_HOME": str(accounts.ctx.settings.home)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 2, (name, done.stdout, done.stderr)
        assert name in done.stderr
        assert "Traceback" not in done.stderr
        assert out.read_bytes() == before
        assert [file.name for file in folder.iterdir()] == [name]
        out.unlink()
    assert komet("mapping", "export", str(folder / "m.csv")).returncode == 0
    assert [file.name for file in folder.iterdir()] == ["m.csv"]


_LIMITED = """
import pathlib, resource, sys
from komet.cli import main
whole = pathlib.Path.write_bytes
def limited(self, data):
    # from here on, no file of this process may grow over 4 kB
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    return whole(self, data)
pathlib.Path.write_bytes = limited
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
main(sys.argv[1:])
"""
