"""Whether `komet/api/methods.json` says what the pages of Komet's contract say.

`python scripts/contract.py FOLDER`, where FOLDER holds the contract's own `methods.json`, with an
entry for each method as it was read from the pages. Each difference is a line. What the pages do
not say, or say twice, is not compared; such methods are listed apart: there the choice is ours.
See `docs/methods.md`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
REGISTRY = ROOT / "komet" / "api" / "methods.json"
EQUAL, DIFFERENT, UNUSABLE = 0, 1, 2
_TOKEN = {"authenticationToken", "companyToken"}
"""The names of the token: we say where it goes, and list it neither as parameter nor as header."""
_PLACES = (("none", "none"), ("HTTP header", "header"), ("JSON body", "body"), ("query", "query"))

Entry = dict[str, Any]


def load(path: Path) -> dict[str, Entry]:
    """The methods of a file by name. Raises `OSError`, `ValueError` or `KeyError`."""
    return {entry["name"]: entry for entry in json.loads(path.read_text("utf-8"))["methods"]}


def differences(contract: dict[str, Entry], registry: dict[str, Entry]) -> list[str]:
    """What the registry says otherwise than the contract, a line each, by method."""
    lines = [f"{name}: only in the contract" for name in contract.keys() - registry.keys()]
    lines += [f"{name}: only in the registry" for name in registry.keys() - contract.keys()]
    for name in contract.keys() & registry.keys():
        lines += (f"{name}: {line}" for line in _of_method(contract[name], registry[name]))
    return sorted(lines)


def decided(contract: dict[str, Entry]) -> list[str]:
    """The methods whose verb or place of the token the contract does not say."""
    return sorted(name for name, entry in contract.items() if not (entry["verb"] and _place(entry)))


def _of_method(contract: Entry, registry: Entry) -> Iterator[str]:
    if contract["verb"]:
        yield from _unequal("verb", contract["verb"], registry["verb"])
    yield from _unequal("path", contract["path"].removeprefix("/api/"), registry["path"])
    yield from _unequal("token kinds", contract["valid_tokens"], registry["token_kinds"])
    yield from _unequal("deprecated", bool(contract["deprecated"]), registry["deprecated"])
    if place := _place(contract):
        yield from _unequal("token in", place, registry["token_in"].partition(":")[0])
    for what, theirs, ours in (
        ("parameter", contract["inputs"], registry["parameters"]),
        ("header", contract["headers"], registry["headers"]),
    ):
        yield from _unequal(f"{what}s seen", theirs is not None, ours is not None)
        yield from _of_fields(what, theirs, ours)
    yield from _unequal("outputs seen", contract["outputs"] is not None,
                        registry["outputs"] is not None)  # fmt: skip
    yield from _of_outputs("", contract["outputs"], registry["outputs"])


def _of_fields(
    what: str, contract: list[Entry] | None, registry: list[Entry] | None
) -> Iterator[str]:
    theirs, ours = _by_name(contract), _by_name(registry)
    yield from _names(what, theirs, ours)
    for name in theirs.keys() & ours.keys():
        field, our = theirs[name], ours[name]
        yield from _unequal(f"{what} {name}, type", field["type"], our.get("type"))
        # a condition in words is ours to read: `unless`, `needed_with`
        if isinstance(field["required"], bool):
            yield from _unequal(f"{what} {name}, required", field["required"], our["required"])


def _of_outputs(
    inside: str, contract: list[Entry] | None, registry: list[Entry] | None
) -> Iterator[str]:
    theirs, ours = _by_name(contract), _by_name(registry)
    yield from _names(f"output {inside}", theirs, ours)
    for name in theirs.keys() & ours.keys():
        yield from _of_outputs(
            f"{inside}{name}.", theirs[name].get("children"), ours[name].get("children")
        )


def _names(what: str, theirs: dict[str, Entry], ours: dict[str, Entry]) -> Iterator[str]:
    between = "" if what.endswith(".") else " "
    for name in theirs.keys() - ours.keys():
        yield f"{what.rstrip() + between}{name}: only in the contract"
    for name in ours.keys() - theirs.keys():
        yield f"{what.rstrip() + between}{name}: only in the registry"


def _by_name(fields: list[Entry] | None) -> dict[str, Entry]:
    return {field["name"]: field for field in fields or [] if field["name"] not in _TOKEN}


def _place(entry: Entry) -> str | None:
    """Where the token goes; None where the page does not say, or says two things."""
    words = entry["token_location"] or ""
    return next((place for begin, place in _PLACES if words.startswith(begin)), None)


def _unequal(what: str, contract: object, registry: object) -> Iterator[str]:
    if contract != registry:
        yield f"{what}: {contract!r} in the contract, {registry!r} in the registry"


def main(arguments: list[str]) -> int:
    """Compare, and tell. 0: equal; 1: there are differences; 2: there is nothing to compare."""
    if len(arguments) != 1:
        sys.stderr.write("python scripts/contract.py FOLDER\n")
        return UNUSABLE
    path = Path(arguments[0]) / "methods.json"
    try:
        contract = load(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"{path} cannot be read: {error}\n")
        return UNUSABLE
    found = differences(contract, load(REGISTRY))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(contract)} methods compared, {len(found)} differences.\n")
    sys.stdout.write(f"Not said by the contract: {', '.join(decided(contract)) or 'nothing'}.\n")
    return DIFFERENT if found else EQUAL


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
