"""The script that checks the registry of methods against the pages of the contract."""

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import contract

PAGE: dict[str, Any] = {
    "name": "box.list", "verb": "GET", "path": "/api/box.list", "valid_tokens": ["Company"],
    "token_location": "query parameter `authenticationToken`", "deprecated": False, "headers": [],
    "inputs": [
        {"name": "authenticationToken", "type": "string", "required": True},
        {"name": "date", "type": "date", "required": "unless number is sent"},
        {"name": "number", "type": "string", "required": False},
    ],
    "outputs": [{"name": "boxes", "type": "array", "children": [{"name": "id"}]}],
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "name": "box.list", "verb": "GET", "path": "box.list", "token_kinds": ["Company"],
    "token_in": "query", "deprecated": False, "headers": [],
    "parameters": [
        {"name": "date", "type": "date", "required": True, "unless": [["number"]]},
        {"name": "number", "type": "string", "required": False},
    ],
    "outputs": [{"name": "boxes", "type": "array", "children": [{"name": "id"}]}],
}  # fmt: skip


def told(page: dict[str, Any], entry: dict[str, Any]) -> list[str]:
    return contract.differences({page["name"]: page}, {entry["name"]: entry})


def test_what_a_page_says_is_what_the_registry_says() -> None:
    assert told(PAGE, ENTRY) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"verb": "POST"}, "verb: 'GET' in the contract, 'POST' in the registry"),
        ({"path": "boxes"}, "path: 'box.list' in the contract, 'boxes' in the registry"),
        ({"token_in": "header"}, "token in: 'query' in the contract, 'header' in the registry"),
        ({"parameters": ENTRY["parameters"][:1]}, "parameter number: only in the contract"),
        ({"parameters": None}, "parameters seen: True in the contract, False in the registry"),
        (
            {"outputs": [{"name": "boxes", "type": "array", "children": [{"name": "code"}]}]},
            "output boxes.code: only in the registry",
        ),
    ],
)
def test_a_difference_is_a_line(change: dict[str, Any], line: str) -> None:
    assert f"box.list: {line}" in told(PAGE, ENTRY | change)


def test_what_a_page_does_not_say_is_ours_to_decide() -> None:
    silent = PAGE | {"verb": None, "token_location": "ambiguous: two places"}
    assert told(silent, ENTRY | {"verb": "POST", "token_in": "body"}) == []
    assert contract.decided({"box.list": silent}) == ["box.list"]
    assert contract.decided({"box.list": PAGE}) == []


def test_a_method_may_be_missing_on_either_side() -> None:
    other = copy.deepcopy(ENTRY) | {"name": "box.add"}
    assert told(PAGE, other) == [
        "box.add: only in the registry",
        "box.list: only in the contract",
    ]


def test_the_script_takes_the_folder_of_the_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = tmp_path / "registry.json"
    registry.write_text(json.dumps({"methods": [ENTRY]}), encoding="utf-8")
    monkeypatch.setattr(contract, "REGISTRY", registry)
    page = tmp_path / "methods.json"
    assert contract.main([str(tmp_path)]) == contract.UNUSABLE
    page.write_text(json.dumps({"methods": [PAGE]}), encoding="utf-8")
    assert contract.main([str(tmp_path)]) == contract.EQUAL
    assert "1 methods compared, 0 differences" in capsys.readouterr().out
    page.write_text(json.dumps({"methods": [PAGE | {"verb": "POST"}]}), encoding="utf-8")
    assert contract.main([str(tmp_path)]) == contract.DIFFERENT
    assert contract.main([]) == contract.UNUSABLE


def test_our_registry_has_what_the_script_compares() -> None:
    ours = contract.load(contract.REGISTRY)
    assert len(ours) == 113
    for entry in ours.values():
        assert ENTRY.keys() <= entry.keys(), entry["name"]
