"""The editor of an export template: its columns in a table, its settings in a form."""

from typing import Any

import polars as pl
import streamlit as st

from komet.export.template import (
    DELIMITERS,
    FILE_TYPES,
    FORMAT_WORDS,
    LEVEL_WORDS,
    LEVELS,
    ExportTemplate,
    Format,
    Level,
)
from komet.language import LANGUAGES, _


def template_editor(held: ExportTemplate, key: str) -> dict[str, Any]:
    """Widgets filled from a template; returns the definition that they say, not yet checked."""
    left, middle, right = st.columns(3)
    levels, languages = list(Level), list(LANGUAGES)
    name = left.text_input(_("Name"), held.name, key=f"name_{key}")
    level = middle.selectbox(
        _("One row is"), levels, index=levels.index(held.level),
        format_func=lambda one: _(LEVEL_WORDS[one]), key=f"level_{key}",
    )  # fmt: skip
    spoken = right.selectbox(
        _("Language of headings and words"), languages, index=languages.index(held.language),
        format_func=lambda code: LANGUAGES[code], key=f"language_{key}",
    )  # fmt: skip
    file_type = left.selectbox(
        _("File type"), FILE_TYPES, index=FILE_TYPES.index(held.file_type), key=f"type_{key}"
    )
    file_name = middle.text_input(
        _("File name"), held.file_name, key=f"file_{key}",
        help=_("May hold {name}, {date}, {time}, {provider}, {from} and {to}."),
    )  # fmt: skip
    delimiter, decimal_comma, totals = held.delimiter, held.decimal_comma, held.totals
    if file_type == ".csv":
        signs = list(DELIMITERS)
        delimiter = right.selectbox(
            _("Columns are parted by"), signs, index=signs.index(held.delimiter),
            format_func=lambda sign: _(DELIMITERS[sign]), key=f"delimiter_{key}",
        )  # fmt: skip
        decimal_comma = right.checkbox(_("Decimal comma"), held.decimal_comma, key=f"decimal_{key}")
    elif file_type == ".xlsx":
        totals = right.checkbox(_("A row of totals"), held.totals, key=f"totals_{key}")
    return {
        "name": name,
        "level": level.value,
        "columns": _columns(held, level, f"columns_{key}_{level}"),
        "language": spoken,
        "file_type": file_type,
        "delimiter": delimiter,
        "decimal_comma": decimal_comma,
        "totals": totals,
        "file_name": file_name,
    }


def _columns(held: ExportTemplate, level: Level, key: str) -> list[dict[str, Any]]:
    offered = {name: _(heading) for name, heading, _kind in LEVELS[level]}
    words = {value: _(word) for value, word in FORMAT_WORDS.items()}
    fixed = _("fixed value")
    rows = [
        {
            "place": place * 10,
            "source": offered.get(column.source, fixed),
            "heading": column.heading,
            "fixed": column.fixed,
            "format": words[column.format],
        }
        for place, column in enumerate(held.columns, start=1)
        if not column.source or column.source in offered
    ]
    edited = st.data_editor(
        pl.DataFrame(rows, schema={"place": pl.Int64, "source": pl.String, "heading": pl.String,
                                   "fixed": pl.String, "format": pl.String}),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        placeholder="",
        height=360,
        column_config={
            "place": st.column_config.NumberColumn(
                _("Place"), help=_("The columns stand in the order of these numbers."), step=1
            ),
            "source": st.column_config.SelectboxColumn(
                _("Column"), options=[fixed, *offered.values()], required=True, width="medium"
            ),
            "heading": st.column_config.TextColumn(
                _("Heading"), help=_("Empty: the usual one.")
            ),
            "fixed": st.column_config.TextColumn(_("Fixed value")),
            "format": st.column_config.SelectboxColumn(
                _("Format"), options=list(words.values()), default=words[Format.AUTO]
            ),
        },
    )  # fmt: skip
    sources = {word: name for name, word in offered.items()}
    formats = {word: value for value, word in words.items()}
    return [
        {
            "source": sources.get(row["source"], ""),
            "heading": row["heading"] or "",
            "fixed": row["fixed"] or "",
            "format": formats.get(row["format"], Format.AUTO).value,
        }
        for row in edited.sort("place", nulls_last=True).rows(named=True)
    ]
