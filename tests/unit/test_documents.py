"""The documents name only what is there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
_TOP = r"(?:komet|pages|tests|docs|scripts|bench)"
_PATH = re.compile(rf"`((?:{_TOP}/[\w./*-]*|[\w-]+\.(?:py|toml|md|lock)))`")
_MODULE = re.compile(r"`(komet(?:\.[a-z_]+)+)(?:\.[A-Za-z_]+)?`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_ELSEWHERE = {"komet.duckdb", "komet.openapi", "komet.postman"}


def there(pattern: str, document: Path) -> bool:
    return any(next(base.glob(pattern), None) for base in (ROOT, document.parent))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = {*_PATH.findall(text), *_LINK.findall(text)}
    assert [name for name in sorted(named) if not there(name.rstrip("/"), document)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_is_named_exists(document: Path) -> None:
    found = set(_MODULE.findall(document.read_text(encoding="utf-8"))) - _ELSEWHERE
    modules = {name.replace(".", "/") for name in found}
    missing = [
        name
        for name in sorted(modules)
        # the last part may be something in the module
        if not any((ROOT / f"{path}{end}").exists() for path in (name, name.rpartition("/")[0])
                   for end in ("", ".py"))
    ]  # fmt: skip
    assert missing == []


def test_the_decisions_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_the_drawing_shows_every_floor() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = text.split("```")[1]
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (floors,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    rooms = [room.strip().replace(".", "/") for floor in floors for room in floor.split("|")]
    assert [room for room in rooms if not re.search(rf"\b{room}\b", drawing)] == []
