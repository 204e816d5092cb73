"""Which rows under the headings are order lines, and which are totals, footers and the like.

A row that is taken for none is listed with the reason, so that nothing vanishes. Doubtful rows
are kept: a line too many is seen, a line too few is not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from komet.ingest.sources.portal_file.fields import BY_NAME, Kind
from komet.ingest.sources.portal_file.problems import Problem, Skipped, row_text
from komet.ingest.sources.portal_file.sheet import Headings
from komet.language import _
from komet.text import normalize_text

_FIGURES = (Kind.QUANTITY, Kind.MONEY)
_WORDS = (
    r"(?:general|boxes|cajas|stems|tallos|units|unidades|amount|importe|cost|costo|price|precio"
    r"|usd|pos?|orders?|ordenes|fbe|ramos|bunches|lines|lineas)"
)
_SUM = re.compile(
    rf"(?:(?:sub|grand|gran|report)[ -]?)?tota(?:l|ls|les)(?:[ :.#-]+{_WORDS})*[ :.]*"
    r"|sums?|suma|sumas|(?:grand )?count|cuenta|conteo|promedio|average"
)
_SUM_BEGINS = re.compile(r"(?:(?:sub|grand|gran)[ -]?)?tota(?:l|ls|les)\b")
_SUM_ENDS = re.compile(r".*\btota(?:l|ls|les)[ :.]*")
_FOOTER = re.compile(
    r"(?:printed|impreso|page|pagina|pag|generated|generado|created|creado|report|reporte|user"
    r"|usuario|exported|exportado|prepared|preparado|elaborado|filters?|filtros?|copyright|©|\(c\)"
    r"|end of|fin de|date|fecha|time|hora|rango)\b.*"
    r"|\d+ (?:of|de) \d+|(?:https?://|www\.).*"
)
_NUMBER_OF_A_PO = re.compile(r"(?=.*\d)\S{1,25}(?: \S{1,12})?")


@dataclass(frozen=True)
class BodyRow:
    """One row that counts. `line` is false where it only says what holds for the lines below.

    `row` is the number that Excel shows; `cells` are tidy, as long as the headings at least.
    """

    row: int
    cells: Sequence[str]
    line: bool


@dataclass
class Body:
    """`rows` top down; None marks a sum, under which nothing goes on from above."""

    rows: list[BodyRow | None] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def split_body(
    records: Sequence[Sequence[str]],
    headings: Headings,
    merged: Mapping[int, Mapping[int, str]] | None = None,
) -> Body:
    """Sort the rows of a sheet (tidy cells, `records[0]` is row 1) into lines and others.

    `merged`: row → column → the text of the merged cell that covers it. It completes a row that
    has cells of its own, and never makes a line of a blank row or a total.
    """
    body = Body()
    above = _("Above the headings")
    for row, cells in enumerate(records[: headings.row - 1], start=1):
        if any(cells):
            body.skipped.append(Skipped(row, row_text(cells), above))
    last = max((row for row, cells in enumerate(records, start=1) if any(cells)), default=0)
    names = [normalize_text(name, solid=True) for name in headings.names]
    for row in range(headings.row + 1, last + 1):
        own = records[row - 1]
        filled = [position for position, cell in enumerate(own) if cell]
        if not filled:
            why: str | None = _("Blank row")
        elif _repeats_headings(own, filled, names):
            why = _("The headings again")
        else:
            why = _sort(body, row, own, headings, (merged or {}).get(row, {}))
        if why is not None:
            body.skipped.append(Skipped(row, row_text(own), why))
    return body


def _sort(
    body: Body, row: int, own: Sequence[str], headings: Headings, merged: Mapping[int, str]
) -> str | None:
    """Put a row that is not blank where it belongs; why it is no line, None for a line."""
    filled = [position for position, cell in enumerate(own) if cell]
    if _is_sum(own, filled, headings):
        body.rows.append(None)
        return _("A total")
    cells = [merged.get(at, cell) for at, cell in enumerate(own)] if merged else own
    shape = _Shape.of(cells, filled, headings)
    if shape.is_note:
        return _("A note or footer, not an order line")
    if shape.is_order_alone:
        body.rows.append(BodyRow(row, cells, line=False))
        return _("Says what holds for the lines below it")
    alone = _Shape.of(own, filled, headings).is_figures_alone
    if alone and not _names_product(merged, headings):
        why = _("Figures without a PO number and a product: taken for a total")
        body.problems.append(Problem(row, None, row_text(own), why))
        body.rows.append(None)
        return why
    body.rows.append(BodyRow(row, cells, line=True))
    return None


def _names_product(merged: Mapping[int, str], headings: Headings) -> bool:
    """Whether a merged cell says of which product the figures of a row are."""
    products = (headings.columns.get(name) for name in ("product_description", "product_id"))
    return any(position in merged for position in products)


def _repeats_headings(cells: Sequence[str], filled: Sequence[int], names: Sequence[str]) -> bool:
    return len(filled) >= 2 and all(
        position < len(names) and normalize_text(cells[position], solid=True) == names[position]
        for position in filled
    )


def _is_sum(cells: Sequence[str], filled: Sequence[int], headings: Headings) -> bool:
    number = headings.columns["po_number"]
    free = {headings.columns.get(name) for name in ("notes", "comments")}
    for position in filled:
        text = normalize_text(cells[position])
        if (
            position not in free
            and _SUM.fullmatch(text)
            and (position == number or not cells[number])
        ):
            return True
    first = normalize_text(cells[filled[0]])
    if filled[0] == number:
        return bool(_SUM_BEGINS.match(first) or _SUM_ENDS.fullmatch(first))
    named = {headings.columns.get(name) for name in ("product_description", "notes", "comments")}
    # A group's total may stand under any heading ("Flores Uno Total"), a product may be named so.
    return (
        not cells[number]
        and filled[0] not in named
        and bool(_SUM_BEGINS.match(first) or _SUM_ENDS.fullmatch(first))
    )


@dataclass(frozen=True)
class _Shape:
    """What a row has: names of filled fields by what they are, and whether it reads as a note."""

    number: str
    order: frozenset[str]
    texts: frozenset[str]
    figures: frozenset[str]
    cells: int
    reads_as_footer: bool

    @classmethod
    def of(cls, cells: Sequence[str], filled: Sequence[int], headings: Headings) -> "_Shape":
        has = {name for name, position in headings.columns.items() if cells[position]}
        order = frozenset(name for name in has if BY_NAME[name].of_order)
        figures = frozenset(
            name
            for name in has
            if BY_NAME[name].kind in _FIGURES
            and re.search(r"\d", cells[headings.columns[name]])
            and not _FOOTER.fullmatch(normalize_text(cells[headings.columns[name]]))
        )
        return cls(
            number=cells[headings.columns["po_number"]],
            order=order,
            texts=frozenset(name for name in has - order if BY_NAME[name].kind not in _FIGURES),
            figures=figures,
            cells=len(filled),
            reads_as_footer=_FOOTER.fullmatch(normalize_text(cells[filled[0]])) is not None,
        )

    @property
    def is_note(self) -> bool:
        if self.reads_as_footer and not self.figures:
            return True
        if self.texts or self.figures:
            # one word under one heading orders nothing
            return self.cells == 1 and not self.figures and not self.number
        return not _NUMBER_OF_A_PO.fullmatch(self.number)

    @property
    def is_order_alone(self) -> bool:
        return not self.texts and not self.figures

    @property
    def is_figures_alone(self) -> bool:
        return bool(self.figures) and not self.texts and not self.number
