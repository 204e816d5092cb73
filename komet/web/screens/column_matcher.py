"""The columns of a mapping file: what each is taken for, shown for a person to change."""

import polars as pl
import streamlit as st

from komet.clients.model import Provider
from komet.context import AppContext
from komet.language import _, _later, _n
from komet.mapping import matching
from komet.mapping.matching import ColumnMatching
from komet.mapping.model import FIELD_LABELS
from komet.web.shell import failures, session

_DELIMITERS = {
    ";": _later("semicolon"),
    ",": _later("comma"),
    "\t": _later("tab"),
    "|": _later("vertical bar"),
}


def choose_fields(
    ctx: AppContext, provider: Provider, kind: str, name: str, found: ColumnMatching, *, key: str
) -> dict[str, int] | None:
    """Show the columns as proposed; returns field → position as changed, None where nothing was.

    Raises `MappingFileError` where two columns are taken for the same.
    """
    not_used = _("not used")
    words = {field: _(label) for field, label in FIELD_LABELS.items()}
    fields = {word: field for field, word in words.items()}
    st.caption(failures.plain(_describe(name, found)))
    shown = pl.DataFrame(
        {
            "heading": [column.heading for column in found.columns],
            "samples": [" · ".join(column.samples) for column in found.columns],
            "field": [words.get(column.field or "", not_used) for column in found.columns],
            "evidence": [column.evidence for column in found.columns],
        }
    )
    edited = st.data_editor(
        shown,
        key=f"columns_{key}",
        hide_index=True,
        placeholder="",
        disabled=("heading", "samples", "evidence"),
        column_config={
            "heading": _("Column in your file"),
            "samples": st.column_config.TextColumn(_("Values"), width="medium"),
            "field": st.column_config.SelectboxColumn(
                _("Is taken for"),
                options=[*fields, not_used],
                required=True,
                help=_("Click it to choose another one."),
            ),
            "evidence": st.column_config.TextColumn(
                _("Evidence"), help=_("How many of its values are known of this importer.")
            ),
        },
    )
    if found.remembered:
        _offer_to_forget(ctx, provider, kind, found, key)
    if edited["field"].equals(shown["field"]):
        return None
    places = [column.position for column in found.columns]
    chosen = dict(zip(places, (fields.get(word) for word in edited["field"]), strict=True))
    return matching.fields_chosen(chosen)


def _describe(name: str, found: ColumnMatching) -> str:
    """The file, how many rows it has, and how it was read."""
    parts = [name, _n("{n:,} row", "{n:,} rows", found.rows).format(n=found.rows)]
    if found.sheet:
        parts.append(_("sheet “{sheet}”").format(sheet=found.sheet))
    if found.delimiter:
        parts.append(_(_DELIMITERS.get(found.delimiter, found.delimiter)))
    if found.encoding:
        parts.append(found.encoding)
    parts.append(
        _("headings in row {row}").format(row=found.heading_row)
        if found.heading_row
        else _("no headings")
    )
    return " · ".join(parts)


def _offer_to_forget(
    ctx: AppContext, provider: Provider, kind: str, found: ColumnMatching, key: str
) -> None:
    row = st.container(horizontal=True, vertical_alignment="center")
    row.caption(
        _("As it was said before for files of {provider} with these headings.").format(
            provider=failures.plain(provider.name)
        )
    )
    if row.button(_("Forget that"), key=f"forget_{key}", type="tertiary"):
        with failures.shown():
            matching.forget_columns(ctx, session.actor(), provider.id, found, kind)
            failures.notice(_("The headings and values of the file decide again."))
            st.rerun()
