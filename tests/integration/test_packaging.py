"""The wheel: built, installed into an empty environment, and at work there."""

import os
import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sample_accounts import ROOT

NEEDED = {
    "komet/cli/__init__.py",
    "komet/api/methods.json",
    "komet/labels/fonts/DejaVuSansCondensed.ttf",
    "komet/locale/es.po",
    "komet/py.typed",
}


def run(*arguments: str | Path, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def put_in_what_it_requires(packages: Path) -> None:
    """What the installed wheel requires, and what that requires; nothing else of ours.

    Linked from where the tests have it, of the versions that are asked for: copies of the same
    files would have to be fetched.
    """
    [own] = packages.glob("komet_desk-*.dist-info")
    wanted = [Requirement(text) for text in Distribution.at(own).requires or []]
    assert {requirement.name for requirement in wanted} >= {"streamlit", "duckdb", "polars"}
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        requirement = wanted.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        extras = requirement.extras or {""}
        if key in seen:
            continue
        seen.add(key)
        found = distribution(requirement.name)
        assert requirement.specifier.contains(found.version, prereleases=True), requirement
        for name in {Path(str(file)).parts[0] for file in found.files or []} - {
            "..",
            "__pycache__",
        }:
            target = packages / name
            if not target.exists():
                target.symlink_to(Path(str(found.locate_file(name))))
        for text in found.requires or []:
            next_one = Requirement(text)
            marker = next_one.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                wanted.append(next_one)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what git tracks, so that nothing which lies about gets in."""
    folder = tmp_path_factory.mktemp("wheel")
    tracked = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, tracked.split("\0")):
        source = ROOT / name
        if source.is_file():
            target = folder / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", "-w", folder, folder / "source", cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_code_and_data(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert names >= NEEDED
    assert {name for name in names if name.endswith(".sql")}
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "komet").rglob("*.py")}
    assert modules <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "pages/"))]


def test_the_demo_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    python = tmp_path / "empty" / "bin" / "python"
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "empty", cwd=tmp_path)
    run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", python,
        "install", "--no-deps", wheel, cwd=tmp_path)  # fmt: skip
    [packages] = (tmp_path / "empty").glob("lib/python*/site-packages")
    put_in_what_it_requires(packages)
    command = python.with_name("komet")
    home = str(tmp_path / "home")
    told = run(command, "demo", "--home", home, cwd=tmp_path, KOMET_LANGUAGE="en")
    assert "The totals are equal." in told
    assert (tmp_path / "home" / "demo.xlsx").stat().st_size > 10_000
    [installed] = packages.glob("komet_desk-*.dist-info")
    scripts = Distribution.at(installed).entry_points.select(group="console_scripts")
    assert [script.name for script in scripts] == ["komet"]
