"""AWBs as Komet lists them, read from the answers of awb.details.list and awb.list."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from komet.api import reading
from komet.api.methods import registry
from komet.catalogs.rows import find_listed_rows

DETAILS, LIST = "awb.details.list", "awb.list"
"""The first names each box; the second has their codes in one text, which Komet may cut."""
_LONGEST_CODES = 500
_DIGITS = 11
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class ListedAwb:
    """One AWB of one ship day. `boxes`: code → what else Komet sent of the box.

    `extra`: members without a field here, and those that could not be read, as they came.
    """

    awb: str
    ship_date: date
    awb_id: str | None = None
    origin: str | None = None
    arrival_date: date | None = None
    pieces: int | None = None
    pieces_received: int | None = None
    location_code: str | None = None
    is_open: bool | None = None
    boxes: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def read_awbs(method: str, answer: dict[str, Any], ship_date: date) -> list[ListedAwb]:
    """The AWBs of an answer for that ship day; a row without a number is left out."""
    found = []
    for row in find_listed_rows(registry()[method], answer):
        members = dict(row)
        if _take(members, "shipDate", reading.day) not in {None, ship_date}:
            members["shipDate"] = row["shipDate"]  # another day than was asked for is kept
        number = _take(members, "awb", reading.text)
        if not number:
            continue
        pieces = _take(members, "pieces", _count)
        boxes = _boxes(members, pieces)
        found.append(
            ListedAwb(
                awb=normalize_awb(number),
                ship_date=ship_date,
                awb_id=_take(members, "awbId", reading.text),
                origin=_take(members, "origin", reading.text),
                arrival_date=_take(members, "arrivalDate", reading.day),
                pieces=pieces,
                pieces_received=_take(members, "piecesReceived", _count),
                location_code=_take(members, "locationCode", reading.text),
                is_open=_take(members, "status", reading.flag),
                boxes=boxes,
                extra=members,
            )
        )
    return found


def normalize_awb(awb: str) -> str:
    """An AWB of eleven digits as `729-12345675`, whatever its check digit; any other as it is."""
    digits = "".join(filter(str.isdecimal, awb))
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == _DIGITS else awb.strip()


def as_json(members: Mapping[str, Any]) -> str | None:
    """Members for a JSON column; None where there are none."""
    return json.dumps(members, ensure_ascii=False, default=str) if members else None


def _boxes(members: dict[str, Any], pieces: int | None) -> dict[str, dict[str, Any]]:
    rows = members.get("boxes")
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        del members["boxes"]
        found: dict[str, dict[str, Any]] = {}
        for row in map(dict, rows):
            code = _take(row, "code", reading.text) or _take(row, "boxCode", reading.text)
            if code:
                found[code] = row
        return found
    told = members.get("boxesCodes")
    if not isinstance(told, str):
        return {}
    del members["boxesCodes"]
    codes = [code.strip() for code in told.split(",") if code.strip()]
    if len(told) >= _LONGEST_CODES and len(codes) != pieces:
        codes = codes[:-1]  # cut in its middle, as likely as not
    return {code: {} for code in codes}


def _take(
    members: dict[str, Any], name: str, read: Callable[[Any], _Value | None]
) -> _Value | None:
    """A member's value, taken away; one that cannot be read stays where it is."""
    try:
        value = read(members.get(name))
    except reading.Unreadable:
        return None
    members.pop(name, None)
    return value


def _count(value: Any) -> int | None:
    found = reading.number(value)
    if found is None:
        return None
    if found != found.to_integral_value() or found < 0:
        raise reading.Unreadable(str(value))
    return int(found)
