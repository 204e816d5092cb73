"""Giving box codes to lines before they are shipped: scanned one by one, or from a file."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from komet.context import AppContext
from komet.dispatch.box_codes import pack_boxes, parse_box_codes
from komet.dispatch.lines import refuse_several_clients
from komet.dispatch.model import Packing, Remark
from komet.dispatch.table import boxes, lines
from komet.errors import InvalidInput
from komet.language import _
from komet.permissions import Actor, Permission
from komet.tabular.file import read_table_file

_NUMBERED = re.compile(r"(.*?)(\d+)")
_HEADINGS = {"line", "id", "po", "code", "codes", "box", "codigo", "código", "caja", "linea",
             "línea", "orden"}  # fmt: skip


@dataclass
class PackedFile:
    """What a file of box codes has given to lines: how many codes, and what could not be used."""

    codes: int = 0
    problems: list[Remark] = field(default_factory=list)


def compact_codes(codes: Sequence[str]) -> str:
    """Box codes as people write them: neighbours as a range, the others apart by commas.

    `komet.dispatch.box_codes.parse_box_codes` reads it back.
    """
    runs: list[list[str]] = []
    for code in codes:
        if runs and code == _next(runs[-1][-1]):
            runs[-1].append(code)
        else:
            runs.append([code])
    parts = []
    for run in runs:
        parts += run if len(run) < 3 else [f"{run[0]}…{run[-1]}"]
    return ", ".join(parts)


def _next(code: str) -> str | None:
    found = _NUMBERED.fullmatch(code)
    if found is None:
        return None
    following = str(int(found[2]) + 1).rjust(len(found[2]), "0")
    return f"{found[1]}{following}" if len(following) == len(found[2]) else None


def _one_code(text: str) -> str:
    """The text as one box code: nothing that would be read as several, or as a range."""
    code = text.strip()
    if parse_box_codes(code) != (code,):
        raise InvalidInput(_("“{text}” is not one box code.").format(text=code))
    return code


def scan_box(
    ctx: AppContext, actor: Actor, provider_id: str, po_item_id: str, code: str
) -> tuple[str, ...]:
    """Give one more code to a line, and keep it at once; returns all that it has now.

    Raises `InvalidInput` for a code that is no code, that this or another line has already, and
    for a line whose boxes all have one; `NotPermitted`.
    """
    code = _one_code(code)
    with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
        key = (provider_id, po_item_id)
        line = lines.load_lines(con, [key]).get(key)
        if line is None:
            raise InvalidInput(_("This line is not among the downloaded orders of its importer."))
        if code in line.packed:
            raise InvalidInput(
                _("{code} was scanned already: box {n} of this line.").format(
                    code=code, n=line.packed.index(code) + 1
                )
            )
        if boxes.codes_in_use(con, [(provider_id, code)]):
            raise InvalidInput(
                _("The box code {code} belongs to another line already.").format(code=code)
            )
        if len(line.packed) >= line.boxes:
            raise InvalidInput(
                _("All boxes of this line have a code; {code} was not added.").format(code=code)
            )
        packed = (*line.packed, code)
        boxes.replace_packed(con, [Packing(*key, packed, line.packed_lot)], ctx.now())
    return packed


def pack_file(
    ctx: AppContext, actor: Actor, shown: pl.DataFrame, data: bytes, name: str
) -> PackedFile:
    """Give codes from a file of two columns, line ID or PO number and box code, to these lines.

    A PO with several lines is filled line by line, in the order of its lines; lines that have codes
    already get these in their place. Raises a `TableError` for a file that cannot be read,
    `InvalidInput` for a code that another line has, `NotPermitted`.
    """
    ctx.authorize(actor, Permission.WRITE_TO_KOMET)
    found = PackedFile()
    rows = list(shown.iter_rows(named=True))
    given: dict[tuple[str, str], list[str]] = {}
    seen: set[str] = set()
    for place, record in enumerate(_records(data, name), start=1):
        cells = [cell.strip() for cell in record if cell.strip()]
        if not cells or (place == 1 and _is_heading(cells)):
            continue
        try:
            key, code = _read(cells, rows, given, seen)
        except InvalidInput as problem:
            found.problems.append(Remark(place, " · ".join(cells[:2]), str(problem)))
            continue
        seen.add(code)
        given.setdefault(key, []).append(code)
    if given:
        pack_boxes(ctx, actor, [Packing(*key, tuple(codes)) for key, codes in given.items()])
    found.codes = sum(map(len, given.values()))
    return found


def _records(data: bytes, name: str) -> list[list[str]]:
    sheets = read_table_file(data, name, lambda _records: 0).sheets
    return [record for sheet in sheets[:1] for record in sheet.as_shown()]


def _is_heading(cells: Sequence[str]) -> bool:
    words = {word for cell in cells for word in re.split(r"[\W_]+", cell.lower())}
    return bool(words & _HEADINGS) and not any(map(str.isdigit, cells[0]))


def _read(
    cells: Sequence[str],
    rows: Sequence[dict[str, Any]],
    given: Mapping[tuple[str, str], Sequence[str]],
    seen: Collection[str],
) -> tuple[tuple[str, str], str]:
    """The line of a row, or the first of its PO that has boxes left without a code; the code."""
    if len(cells) < 2:
        raise InvalidInput(_("A row has a line ID or PO number, and a box code."))
    named, code = cells[0], _one_code(cells[1])
    if code in seen:
        raise InvalidInput(_("The box code {code} is there twice.").format(code=code))
    own = [row for row in rows if row["po_item_id"] == named]
    own = own or [row for row in rows if row["po_number"].casefold() == named.casefold()]
    if not own:
        raise InvalidInput(_("No PO or line of this name is among the lines shown."))
    refuse_several_clients(own, named)
    for row in own:
        key = (row["provider_id"], row["po_item_id"])
        if len(given.get(key, ())) < row["boxes"]:
            return key, code
    raise InvalidInput(
        _("{name} has fewer boxes than the file has codes for it.").format(name=named)
    )
