"""The trade's arithmetic, each formula once, as SQL.

An *order item* is a solid line, or one breakdown of a mixed line: the unit of mapping and of stems.
Boxes, cost and FBE belong to the line; they are counted once, however many breakdowns it has.

- stems = boxes × bunches per box × stems per bunch (glossary, *Unit type*); where a pack factor is
  missing and the unit type is Stem, Komet's total units, which count stems; else empty
- units of a breakdown = boxes × bunches (unit type Bunch), or its stems (Stem)
- FBE = boxes × the factor of the box type: as edited here, else Komet's own (boxtype.list `fbe`),
  else FB 1, HB 0.5, QB 0.25, EB 0.125, else empty

Stems and bunches are never added together: whoever sums total units groups by unit type.
Quantities are DECIMAL(18, 4), amounts DECIMAL(18, 6), in the provider's currency.
"""

_QUANTITY = "DECIMAL(18, 4)"
SKU_JOIN = (
    " LEFT JOIN mappings m ON m.kind = 'product' AND m.provider_id = i.provider_id"
    " AND m.komet_id = i.product_id"
)
"""Joins an order item `i` with the SKU of its product, `m.code`."""


def _product(left: str, right: str) -> str:
    """Exact; a product too large for any order is empty, and stops nothing.

    Widened first: DuckDB gives a product the width of its factors, and fails where it overflows.
    """
    return f"TRY_CAST(CAST({left} AS DECIMAL(28, 4)) * {right} AS {_QUANTITY})"


def is_unit(column: str, unit: str) -> str:
    """Whether a unit type column says `stem` or `bunch` (Komet writes Stem, STEM, Stems)."""
    return f"starts_with(lower({column}), '{unit}')"


def not_cancelled(status: str) -> str:
    """Whether a status of a PO or of a line, code or word, is any other than *cancelled*."""
    # not by IN, which looks at every row: this looks once at each word of a packed column
    return f"(NOT list_contains(['CA', 'CANCELLED'], upper(coalesce({status}, ''))))"


def standing(item: str) -> str:
    """Whether an order item is still to go out, or went: neither it nor its PO was cancelled."""
    return f"{not_cancelled(f'{item}.po_status')} AND {not_cancelled(f'{item}.line_status')}"


def unmapped(item: str, mapping: str) -> str:
    """Whether an order item asks for a product that still needs a SKU.

    `mapping` is the alias of the left-joined `mappings` row (`SKU_JOIN`).
    """
    return (
        f"({mapping}.code IS NULL AND {item}.product_id IS NOT NULL AND {item}.gone_at IS NULL"
        f" AND {standing(item)})"
    )


def stems(boxes: str, bunches: str, stems_bunch: str) -> str:
    """Stems on the whole item."""
    return _product(_product(boxes, bunches), stems_bunch)


def line_stems(line: str) -> str:
    """Stems of a solid line: by its pack, else by its total units if they count stems."""
    by_pack = stems(f"{line}.total_boxes", f"{line}.bunches", f"{line}.stems_bunch")
    by_units = f"CASE WHEN {is_unit(f'{line}.unit_type', 'stem')} THEN {line}.total_units END"
    return f"coalesce({by_pack}, {by_units})"


def breakdown_units(line: str, breakdown: str) -> str:
    """Total units of one breakdown, in the unit type of its line."""
    bunches = _product(f"{line}.total_boxes", f"{breakdown}.bunches")
    in_stems = stems(f"{line}.total_boxes", f"{breakdown}.bunches", f"{breakdown}.stems_bunch")
    return (
        f"CASE WHEN {is_unit(f'{line}.unit_type', 'bunch')} THEN {bunches}"
        f" WHEN {is_unit(f'{line}.unit_type', 'stem')} THEN {in_stems} END"
    )


def fbe_factor(box_type: str, factors: str) -> str:
    """Full-box equivalent of one box; `factors` is the alias of a left-joined `box_types` row."""
    return (
        f"coalesce({factors}.fbe_edited, {factors}.fbe, CASE upper({box_type})"
        " WHEN 'FB' THEN 1.0 WHEN 'HB' THEN 0.5 WHEN 'QB' THEN 0.25 WHEN 'EB' THEN 0.125 END)"
    )


def fbe(boxes: str, box_type: str, factors: str) -> str:
    """Full-box equivalent of a line, empty where the box type has no factor."""
    return _product(boxes, fbe_factor(box_type, factors))


def folded(text: str) -> str:
    """Text for searching: lower case, no accents, so that `ñandu` finds `Ñandú`."""
    return f"strip_accents(lower({text}))"
