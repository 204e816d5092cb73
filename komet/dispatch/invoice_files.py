"""Files of invoices: what they are by their content, and which PO their name speaks of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from komet.api.request import MAX_FILE
from komet.context import AppContext
from komet.dispatch.table import invoices
from komet.errors import InvalidInput
from komet.language import _

_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"BM": "BMP",
}
_PDF_WITHIN = 1024
"""A PDF may begin with other bytes: readers look this far for its first line."""
_WORD = re.compile(r"[A-Z]*\d+")


@dataclass(frozen=True)
class FileMatch:
    """A file, and the PO that its name speaks of; no `po_number` where of none, or of several.

    `provider_id`: whose PO it is; empty where it is not one client's alone. `numbers`, `clients`:
    all PO numbers that it might be, and the IDs of the clients that have them.
    """

    file_name: str
    po_number: str = ""
    provider_id: str = ""
    numbers: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()


def file_kind(content: bytes) -> str | None:
    """PDF, or the kind of picture, as its first bytes say; None for anything else."""
    for beginning, kind in _BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    return "PDF" if b"%PDF-" in content[:_PDF_WITHIN] else None


def check_file(name: str, content: bytes) -> None:
    """Raise `InvalidInput` for what Komet takes for no invoice: empty, too large, no PDF, no
    picture."""
    if not content:
        raise InvalidInput(_("{name} is empty.").format(name=name))
    check_size(name, len(content))
    if file_kind(content) is None:
        raise InvalidInput(
            _("{name} is neither a PDF nor a picture, whatever its name says.").format(name=name),
            next_step=_("Komet takes PDF, JPEG, PNG, GIF, TIFF and BMP."),
        )


def check_size(name: str, size: int) -> None:
    """Raise `InvalidInput` for more bytes than Komet takes, before a file is read."""
    if size > MAX_FILE:
        raise InvalidInput(
            _("{name} has {size:,} bytes; Komet takes files of up to {limit:,} (20 MB).").format(
                name=name, size=size, limit=MAX_FILE
            )
        )


def match_files(
    ctx: AppContext, names: Sequence[str], provider_ids: Sequence[str] = ()
) -> list[FileMatch]:
    """For each file name, the downloaded PO whose number is in it, of these clients or of all.

    The number in full goes before its figures alone ("53455" for P053455). Nothing is guessed: of
    two POs that fit none is taken, and where two clients have the number, neither of them is.
    """
    words = {name: list(dict.fromkeys(_words(name))) for name in names}
    asked = {form for found in words.values() for word in found for form in (word, _bare(word))}
    with ctx.read() as con:
        rows = invoices.orders_like(con, sorted(asked - {""}), provider_ids) if asked else []
    return [_match(name, words[name], rows) for name in names]


def _match(name: str, words: Sequence[str], rows: Sequence[dict[str, str]]) -> FileMatch:
    exact = [row for row in rows if row["po_number"].upper() in words]
    bare = {_bare(word) for word in words if len(_bare(word)) > 2}
    found = exact or [row for row in rows if row["bare"] in bare]
    numbers = tuple(dict.fromkeys(row["po_number"] for row in found))
    clients = tuple(dict.fromkeys(row["provider_id"] for row in found))
    number = numbers[0] if len(numbers) == 1 else ""
    client = clients[0] if number and len(clients) == 1 else ""
    return FileMatch(name, number, client, numbers, clients)


def _words(name: str) -> list[str]:
    return _WORD.findall(PurePath(name).stem.upper())


def _bare(word: str) -> str:
    return re.sub(r"\D", "", word).lstrip("0")
