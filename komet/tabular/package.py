"""The archive in which a workbook is kept, and the XML in it, read as a stream."""

import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from komet.tabular.sheet_rows import MOST_UNPACKED_BYTES, TooBig, Unreadable

DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, IndexError, OSError,
          NotImplementedError, RuntimeError, expat.ExpatError)  # fmt: skip
"""What reading a broken archive or broken XML raises."""

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Package:
    """Parts by name; case and the direction of slashes do not count, as in Excel."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._archive = zipfile.ZipFile(stream)
        members = self._archive.infolist()
        if sum(member.file_size for member in members) > MOST_UNPACKED_BYTES:
            raise TooBig
        self._parts = {_key(member.filename): member for member in members}

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._parts

    def open(self, name: str) -> IO[bytes]:
        """The unpacked bytes of a part as a stream. Raises `Unreadable` when there is none."""
        member = self._parts.get(_key(name))
        if member is None:
            raise Unreadable(name)
        if member.flag_bits & 1:
            raise Unreadable(name)
        return self._archive.open(member)

    def parse(
        self, name: str, start: Start, end: End | None = None, text: Text | None = None
    ) -> None:
        """Read a part as XML; names come without the root's prefix. Raises one of `DAMAGE`."""

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 65_536
        # A workbook declares no entities; one that expands without end does.
        parser.StartDoctypeDeclHandler = _refuse_declaration

        def begin(tag: str, attributes: dict[str, str]) -> None:
            # Few write prefixes, and taking them off costs time at each element.
            prefixed = ":" in tag
            parser.StartElementHandler = _without_prefix(start) if prefixed else start
            if end is not None:
                parser.EndElementHandler = _ended_without_prefix(end) if prefixed else end
            if text is not None:
                parser.CharacterDataHandler = text
            start(tag.rpartition(":")[2], attributes)

        parser.StartElementHandler = begin
        with self.open(name) as stream:
            parser.ParseFile(stream)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """ID → (last word of its type, name of the part) of what a part refers to."""
        folder, _slash, file = part.rpartition("/")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = attributes.get("Target", "")
                found[attributes.get("Id", "")] = (kind, _resolve(folder, target))

        name = f"{folder}/_rels/{file}.rels"
        if name in self:
            self.parse(name, start)
        return found


def attribute(attributes: Mapping[str, str], name: str) -> str | None:
    """An attribute whatever its prefix."""
    if name in attributes:
        return attributes[name]
    return next((v for key, v in attributes.items() if key.rpartition(":")[2] == name), None)


def _without_prefix(start: Start) -> Start:
    return lambda tag, attributes: start(tag.rpartition(":")[2], attributes)


def _ended_without_prefix(end: End) -> End:
    return lambda tag: end(tag.rpartition(":")[2])


def _refuse_declaration(*_declaration: object) -> None:
    raise Unreadable


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _resolve(folder: str, target: str) -> str:
    target = target.replace("\\", "/")
    steps = [] if target.startswith("/") else [step for step in folder.split("/") if step]
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)
