"""From an order file to day slices, which `komet.ingest.commit` can compare and write.

A file has no Komet IDs: a PO is known by its number, a line by its index in the PO. Both are
marked, so that Komet's own answer for the day can take their place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from komet.ingest.model import OrderBundle, Row, SliceRows
from komet.ingest.sources.portal_file.fields import header_code, is_line_word, line_code, unit_word
from komet.ingest.sources.portal_file.file import OrderFile
from komet.ingest.sources.source import make_bundle

NAME = "file"
_PREFIX = "file:"
_READER = "file 1"
"""Part of every content hash: raise it when reading changes, and the next import writes all."""
_HEAD = ("vendor_name", "origin", "location_name", "comments")
_NOT_OF_LINES = {"row", "status", "comments"}


@dataclass(frozen=True)
class PortalFile:
    """An Excel file that a Komet user exported: a part of a day, until Komet itself answers."""

    name: str = NAME
    run_name: str | None = "Excel file"
    id_prefix: str = _PREFIX
    gives_whole_days: bool = False
    is_final: bool = False
    stands_in: bool = True


def slices_of(
    file: OrderFile, provider_id: str, requested_at: datetime, *, whole: bool = False
) -> list[SliceRows]:
    """The storable lines of a file by ship day, the earliest first.

    `whole`: the file is known to have all POs of its days, so that one that is missing is gone.
    A PO with several ship dates is one PO on each of them. Totals of a PO are not in the file, and
    stay empty.
    """
    words = _Words()
    by_order: dict[tuple[date, str], list[Row]] = {}
    first_day: dict[str, date] = {}
    for line in file.storable.iter_rows(named=True):
        day, number = line["ship_date"], line["po_number"]
        by_order.setdefault((day, number), []).append(line)
        first_day[number] = min(day, first_day.get(number, day))
    problems = _problems_by_row(file)
    slices: dict[date, SliceRows] = {}
    for (day, number), lines in sorted(by_order.items(), key=lambda item: item[0][0]):
        incoming = slices.setdefault(
            day, SliceRows(provider_id, day, requested_at, {}, [], whole=whole, source=NAME)
        )
        po_id = f"{_PREFIX}{number}"
        if day != first_day[number]:
            po_id += f"@{day.isoformat()}"
        key = {"provider_id": provider_id, "po_id": po_id, "slice_date": day}
        bundle = _bundle(key, lines, words, requested_at)
        incoming.orders[po_id] = bundle
        for line, stored in zip(lines, bundle.lines, strict=True):
            incoming.problems += [
                {**key, "po_item_id": stored["po_item_id"], **problem, "seen_at": requested_at}
                for problem in problems.get(line["row"], ())
            ]
    return list(slices.values())


class _Words:
    """The codes of status words; each word is looked up once."""

    def __init__(self) -> None:
        self.of_order = cache(header_code)
        self.of_line = cache(line_code)
        self.is_of_lines = cache(is_line_word)
        self.of_unit = cache(unit_word)


def _bundle(key: Row, lines: list[Row], words: _Words, at: datetime) -> OrderBundle:
    head: Row = {name: _first(line[name] for line in lines) for name in _HEAD}
    head.update(number=lines[0]["po_number"], ship_date=lines[0]["ship_date"])
    said = [line["status"] for line in lines if line["status"]]
    # Lines that were shipped beside lines that were not: the column is theirs, not the PO's.
    if len(set(said)) == 1 or not all(words.is_of_lines(word) for word in said):
        head["status"] = words.of_order(said[0])
    return make_bundle(key, head, [_line(line, words) for line in lines], at, _READER)


def _line(line: Row, words: _Words) -> Row:
    word = line["line_item_status"]
    if word is None and line["status"] and words.is_of_lines(line["status"]):
        word = line["status"]
    return {
        **{name: value for name, value in line.items() if name not in _NOT_OF_LINES},
        "line_item_status": words.of_line(word) if word else None,
        "unit_type": words.of_unit(unit) if (unit := line["unit_type"]) else None,
    }


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _problems_by_row(file: OrderFile) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row, column, value, _reason, _severity in file.problems.iter_rows():
        if row is not None and column is not None:
            found.setdefault(row, []).append({"field": column, "value": value or ""})
    return found
