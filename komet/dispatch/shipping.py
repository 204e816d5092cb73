"""Shipping several lines at once: what a choice of lines would do, and the rows that ask for it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from komet.dispatch.box_codes import parse_box_codes
from komet.dispatch.model import Draft, LineEntry, Preview, WriteKind
from komet.dispatch.packing import compact_codes
from komet.errors import InvalidInput
from komet.language import _, _n, number

Key = tuple[str, str]
"""Provider ID, PO item ID."""
WHOLE, PART, WRONG = "whole", "part", "wrong"


@dataclass(frozen=True)
class Flight:
    """What all lines of a shipment have in common, as a person has written it."""

    awb: str = ""
    house_awb: str = ""
    ship_date: date | None = None
    lot: str = ""


def boxes_going(row: Mapping[str, Any]) -> int:
    """The boxes of a line that leave: those confirmed, or all where none is confirmed yet."""
    return int(row["confirmed"] or row["boxes"])


def boxes_leaving(row: Mapping[str, Any], written: Mapping[Key, str]) -> int:
    """The boxes of a line that leave with its box codes as they are written or kept here."""
    try:
        codes = len(parse_box_codes(codes_text(row, written)))
    except InvalidInput:
        codes = 0
    return codes or boxes_going(row)


def codes_text(row: Mapping[str, Any], written: Mapping[Key, str]) -> str:
    """The box codes of a line, as written on the screen, else as kept here.

    An emptied cell leaves those that are kept: they go out with the line, so they are shown.
    """
    own = written.get((row["provider_id"], row["po_item_id"]))
    return own or compact_codes(row["packed"])


def foresee_shipping(
    lines: pl.DataFrame, chosen: Collection[Key], written: Mapping[Key, str]
) -> pl.DataFrame:
    """A row a line: `codes` (its box codes in short), `what` (String) and `effect`, its colour.

    `what` is empty for lines that are not chosen.
    """
    rows = []
    for row in lines.iter_rows(named=True):
        text = codes_text(row, written)
        key = row["provider_id"], row["po_item_id"]
        rows.append((text, *(_effect(row, text) if key in chosen else ("", ""))))
    schema = {"codes": pl.String, "what": pl.String, "effect": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _effect(row: Mapping[str, Any], text: str) -> tuple[str, str]:
    if row["under_way"]:
        return _("being sent"), WRONG
    try:
        codes = len(parse_box_codes(text))
    except InvalidInput as problem:
        return problem.title, WRONG
    ordered, going = int(row["boxes"]), boxes_going(row)
    if codes > ordered:
        return _("{codes} codes, {boxes} ordered").format(codes=codes, boxes=ordered), WRONG
    if codes and codes < ordered:
        said = _("ship {boxes} of {ordered}: splits the line")
        return said.format(boxes=codes, ordered=ordered), PART
    if codes or going == ordered:
        words = _n("ship {n} box", "ship all {n} boxes", ordered)
        return words.format(n=number(ordered)), WHOLE
    said = _("{boxes} of {ordered}: needs box codes")
    return said.format(boxes=going, ordered=ordered), WRONG


def ship_entries(
    lines: pl.DataFrame, chosen: Collection[Key], written: Mapping[Key, str], flight: Flight
) -> list[LineEntry]:
    """The rows to check and send: chosen lines with the flight, others where codes are written."""
    entries = []
    for place, row in enumerate(lines.iter_rows(named=True), start=1):
        key = row["provider_id"], row["po_item_id"]
        codes = written.get(key)
        if key in chosen and flight.awb:
            entries.append(
                LineEntry(
                    place,
                    *key,
                    awb=flight.awb,
                    house_awb=flight.house_awb,
                    ship_date=flight.ship_date,
                    lot=flight.lot,
                    box_codes=codes,
                )
            )
        elif codes:
            entries.append(LineEntry(place, *key, box_codes=codes, lot=flight.lot))
    return entries


def partial_shipments(preview: Preview) -> list[Draft]:
    """The shipments that leave boxes behind: Komet splits their lines."""
    return [
        draft
        for draft in preview.drafts
        if draft.kind is WriteKind.SHIP
        and draft.content["boxes"] < float(draft.found.get("boxes") or 0)
    ]
