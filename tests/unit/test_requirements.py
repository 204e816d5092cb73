"""What is installed: the readable lists, the locks made from them, and what must not be older."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LISTS = {"requirements.txt": "requirements.lock", "requirements-dev.txt": "requirements-dev.lock"}

SAFE = {
    # PYSEC-2026-2285: a request makes Streamlit on Windows send its user's credentials elsewhere
    "CVE-2026-33682": ("streamlit", "1.54.0"),
    # the same in Starlette's own static files
    "CVE-2026-48818": ("starlette", "1.1.0"),
}


def listed(name: str) -> dict[str, str]:
    """The pins of a readable list, and of the list that it begins with."""
    pins: dict[str, str] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("-r "):
            pins |= listed(line[3:])
        elif line:
            package, _equal, version = line.partition("==")
            pins[canonicalize_name(package)] = version
    return pins


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Package → version and number of hashes."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    found = {}
    for line in filter(None, text.splitlines()):
        if line.startswith("#"):
            continue
        entry = re.match(r"([A-Za-z0-9._-]+)==(\S+)", line)
        assert entry, line
        found[canonicalize_name(entry[1])] = (entry[2], line.count("--hash=sha256:"))
    return found


@pytest.mark.parametrize("name", LISTS)
def test_the_lock_is_made_from_the_list(name: str) -> None:
    """If this fails: `make lock`."""
    lock = locked(LISTS[name])
    assert {package: lock.get(package, ("",))[0] for package in listed(name)} == listed(name)
    assert [package for package, (_version, hashes) in lock.items() if not hashes] == []


def test_both_locks_agree() -> None:
    shipped, developed = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {package: developed.get(package) for package in shipped} == shipped


@pytest.mark.parametrize("name", LISTS.values())
def test_nothing_is_missing_from_the_lock(name: str) -> None:
    """pip refuses the whole file where one dependency of a dependency has no hash."""
    lock = locked(name)
    here = {key: str(value) for key, value in default_environment().items()}
    for package in lock:
        try:
            wanted = metadata.requires(package) or []
        except metadata.PackageNotFoundError:
            continue  # of another platform
        for requirement in map(Requirement, wanted):
            if requirement.marker and not requirement.marker.evaluate({**here, "extra": ""}):
                continue
            assert canonicalize_name(requirement.name) in lock, (package, str(requirement))


@pytest.mark.parametrize("name", LISTS.values())
def test_a_lock_names_packages_and_no_places(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    options = set(re.findall(r"(?<!\S)--?[a-z][a-z-]+", text))
    assert options == {"--hash"}


def test_make_installs_by_hash() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installs = re.findall(r"^INSTALL := .*", makefile, re.MULTILINE)
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert makefile.count("$(INSTALL) -r requirements") == 2


@pytest.mark.parametrize("weakness", SAFE)
def test_what_has_a_known_weakness_is_newer_than_it(weakness: str) -> None:
    package, mended = SAFE[weakness]
    for version in (
        listed("requirements.txt")[package],
        locked("requirements.lock")[package][0],
        metadata.version(package),
    ):
        assert Version(version) >= Version(mended)
