"""Cells as text, on their way in and out: trimmed, repaired, protected; and the CSV that we write.

Identifiers are text and stay so: "007" is not 7. Excel, which thinks otherwise, leaves traces.
A trailing ".0" can be undone without doubt; digits that "1.23E+11" has lost cannot, so
such a cell is refused rather than guessed.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import polars as pl

from komet.language import _
from komet.mapping.model import FIELDS, KOMET_ID, LEGACY_CODE, SKU, DryRun, Headings
from komet.mapping.problems import ERROR, WARNING, find_problems, join_problems, message
from komet.text import EDGES, normalize_text

IDENTIFIERS = (SKU, KOMET_ID, LEGACY_CODE)
Rule = tuple[str, str, str]  # a pattern, the severity, and the sentence
_DECIMAL_ZERO = r"^(\d+)[.,]0{1,2}$"
_SCIENTIFIC = r"^[+-]?\d+(?:[.,]\d+)?[eE][+-]\d{1,3}$"
_SPREADSHEET_ERROR = (
    r"^(?i:#N/[AD]|#¡?(?:REF|VALUE|VALOR|NUM|NULL|NULO|DIV/0)!|#¿?(?:NAME|NOMBRE)\?|#{3,})$"
)
_DATE = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"
_THOUSANDS = r"^\d{1,3}(?:[.,]\d{3})+$"
_LINE_BREAK = r"[\n\r]"
_NOTHING: Mapping[str, frozenset[str]] = MappingProxyType({})
_FIFTEEN_DIGITS = r"^[1-9]\d{14}0+$"


def clean_cell(cell: pl.Expr) -> pl.Expr:
    """A cell's text: edges trimmed, the apostrophe that protects a formula removed, "" null."""
    text = cell.str.strip_chars(EDGES).str.replace(r"^'('*[=+\-@])", "$1")
    return pl.when(text != "").then(text)


def clean_code(text: pl.Expr) -> pl.Expr:
    """A code typed on a screen: what a file could hold of it, "" null."""
    code = canonicalize(text).str.replace_all(r"[\n\r]+", " ")
    return pl.when(code != "").then(code)


def protect(text: pl.Expr) -> pl.Expr:
    """What `clean_cell` reads back as `text`, and no spreadsheet runs as a formula."""
    return text.str.strip_chars(EDGES).str.replace(r"^('*[=+\-@])", "'$1")


def protect_source(cell: pl.Expr) -> pl.Expr:
    """An original cell made safe; unlike a value, it may carry the apostrophe already."""
    return cell.str.strip_chars(EDGES).str.replace(r"^([=+\-@])", "'$1")


def drop_added_decimals(text: pl.Expr) -> pl.Expr:
    """A whole number to which Excel has added ".0", without it; other texts as they are."""
    return text.str.replace(_DECIMAL_ZERO, "$1")


def canonicalize(text: pl.Expr) -> pl.Expr:
    """What of a stored identifier a file can hold: no zero bytes, and no blanks at the edges."""
    return text.str.replace_all("\x00", "", literal=True).str.strip_chars(EDGES)


def repair_identifiers(
    rows: pl.DataFrame, headings: Headings, verbatim: Mapping[str, frozenset[str]] = _NOTHING
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Undo what Excel did to identifiers, or report that it cannot be undone.

    `rows` has `row` and the fields. `verbatim`: field → identifiers that we hold exactly so; they
    are neither refused nor repaired, whatever they look like. Returns `rows` with repaired
    identifiers, and the problems [row: Int64, column, severity, reason: String]. A row without a
    SKU asks for nothing, so nothing is wrong with it.
    """
    as_stored = {
        field: pl.col(field).is_in(list(verbatim.get(field, ()))).fill_null(False)
        for field in IDENTIFIERS
    }
    requested = rows.filter(pl.col(SKU).is_not_null())
    has_id = pl.col(KOMET_ID).is_not_null()
    found: list[pl.DataFrame] = []
    for field in IDENTIFIERS:
        if field not in headings.columns:
            continue
        heading = headings.name(field)
        rules = _rules(field)
        doubtful = requested.filter(~as_stored[field])
        if field != LEGACY_CODE:
            found += _problems(doubtful, field, heading, rules)
            continue
        # Next to an ID a legacy code decides nothing, and Komet's own may look damaged: our
        # export must come back as it went, so it is neither refused nor repaired.
        doubts = [
            (pattern, WARNING, text) for pattern, severity, text in rules if severity == ERROR
        ]
        found += _problems(doubtful.filter(~has_id), field, heading, rules)
        found += _problems(doubtful.filter(has_id), field, heading, doubts)
    whole = {
        field: pl.when(as_stored[field]).then(field).otherwise(drop_added_decimals(pl.col(field)))
        for field in IDENTIFIERS
    }
    whole[LEGACY_CODE] = pl.when(has_id).then(LEGACY_CODE).otherwise(whole[LEGACY_CODE])
    return rows.with_columns(**whole), join_problems(found)


def _rules(field: str) -> list[Rule]:
    rules: list[Rule] = [
        (
            _SCIENTIFIC,
            ERROR,
            _(
                "Excel rounded this number to {value}, so its digits are lost. Format the column "
                "as text, enter the full number, and save again."
            ),
        ),
        (
            _SPREADSHEET_ERROR,
            ERROR,
            _("The spreadsheet shows an error here ({value}). Correct the formula or the cell."),
        ),
        (
            _DATE,
            ERROR,
            _(
                "Excel turned this code into a date ({value}). Format the column as text and "
                "enter the code again."
            ),
        ),
        (
            _LINE_BREAK,
            ERROR,
            _("A code cannot have a line break. Is a quotation mark not closed?"),
        ),
        (
            _DECIMAL_ZERO,
            WARNING,
            _("{value} was read as {repaired}: Excel had added the decimals."),
        ),
        (
            _FIFTEEN_DIGITS,
            WARNING,
            _("Excel keeps 15 digits of a number: check the last digits of {value}."),
        ),
    ]
    if field == KOMET_ID:
        text = _("{value} has thousands separators. Write the ID in digits only.")
        rules.append((_THOUSANDS, ERROR, text))
    return rules


def _problems(
    rows: pl.DataFrame, field: str, heading: str, rules: Sequence[Rule]
) -> list[pl.DataFrame]:
    value = pl.col(field)
    repaired = drop_added_decimals(value)
    return [
        find_problems(
            rows,
            value.str.contains(pattern),
            column=heading,
            severity=severity,
            reason=message(template, value=value, repaired=repaired),
        )
        for pattern, severity, template in rules
    ]


_BOM = "\ufeff"  # without it Excel takes UTF-8 for Windows-1252


def write_mapping_csv(frame: pl.DataFrame) -> bytes:
    """CSV (UTF-8 with BOM, commas) of a frame with the six fields as String columns.

    The fields are provider, komet_product_id, komet_legacy_code, komet_description, sku and
    sku_description. Text that a spreadsheet would run as a formula gets an apostrophe before
    it. Raises polars' ColumnNotFoundError when a field is missing.
    """
    safe = frame.select(
        # Files with a zero byte are refused as binary, so none is written.
        protect(pl.col(field).cast(pl.String).str.replace_all("\x00", "", literal=True))
        for field in FIELDS
    )
    return _BOM.encode() + safe.write_csv(quote_style="necessary").encode()


def write_template_csv() -> bytes:
    """The headings and two example rows, to be overwritten."""
    columns = (
        ("Acme Flowers", "Acme Flowers"),
        ("1234567", ""),
        ("", "ROSFRE50"),
        ("Rose Freedom 50 cm", "Rose Freedom 50 cm"),
        ("007-FREEDOM-50", "007-FREEDOM-50"),
        ("Freedom, red, 50 cm", "Freedom, red, 50 cm"),
    )
    return write_mapping_csv(pl.DataFrame(dict(zip(FIELDS, columns, strict=True))))


def write_bad_rows_csv(checked: DryRun) -> bytes:
    """The rows in error as they came, with a last column that says why (UTF-8 with BOM).

    It has the delimiter of the file, because that is what this person's Excel opens. Once
    corrected it can be uploaded again.
    """
    reasons = (
        checked.problems.filter(pl.col("severity") == ERROR)
        .group_by("row", maintain_order=True)
        .agg(pl.col("reason").unique(maintain_order=True).str.join(" "))
        .rename({"reason": "\x00reason"})
    )
    heading = _("Reason")
    names = checked.file.headings.names
    cells = checked.file.source.columns[1:]
    used = set(checked.file.headings.columns.values())
    # A file that was given back before has a column of old reasons.
    kept = [
        position
        for position in range(len(cells))
        if position in used
        or position >= len(names)
        or normalize_text(names[position], solid=True) != normalize_text(heading, solid=True)
    ]
    bad = checked.file.source.join(reasons, on="row", how="inner", maintain_order="left").select(
        *(protect_source(pl.col(cells[position])) for position in kept),
        protect_source(pl.col("\x00reason")),
    )
    top = [names[position] if position < len(names) else None for position in kept]
    separator = checked.file.delimiter or ","
    titles = pl.DataFrame([[*top, heading]], schema=bad.schema, orient="row")
    whole = pl.concat([titles, bad]).with_columns(pl.all().replace("", None))
    written = whole.write_csv(include_header=False, separator=separator)
    return b"\xef\xbb\xbf" + written.encode()
