"""The editor of an export template: its settings, and its columns in a table, in their order."""

from typing import Any

import streamlit as st

from komet.context import AppContext
from komet.errors import InvalidInput
from komet.export.template import (
    FORMAT_LABELS,
    LEVEL_LABELS,
    ExportTemplate,
    Format,
    Level,
    list_columns,
)
from komet.export.templates import delete_template
from komet.export.writers import WRITERS
from komet.export.writers.writer import SEPARATORS, dialect_of
from komet.language import _, languages
from komet.web.screens.ordered_rows import ordered_rows
from komet.web.shell import failures
from komet.web.shell.session import actor


def broken_template(ctx: AppContext, name: str, error: InvalidInput) -> None:
    """A stored template that cannot be used: why, and a button that deletes it."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":material/warning: "
            + _("**{name}** cannot be used. {reason}").format(
                name=failures.plain(name), reason=failures.plain(error.reason)
            )
        )
        if st.button(_("Delete {name}").format(name=failures.plain(name)), key=f"broken_{name}"):
            with failures.shown():
                delete_template(ctx, actor(), name)
                failures.notice(_("Deleted {name}.").format(name=name))
                st.rerun()


def template_editor(template: ExportTemplate, key: str) -> dict[str, Any]:
    """Widgets filled from a template; returns the definition that they say, not yet checked."""
    left, middle, right = st.columns(3)
    levels, codes = list(Level), list(languages())
    name = left.text_input(_("Name"), template.name, key=f"name_{key}")
    level = middle.selectbox(
        _("One row is"), levels, index=levels.index(template.level),
        format_func=lambda one: _(LEVEL_LABELS[one]), key=f"level_{key}",
    )  # fmt: skip
    spoken = right.selectbox(
        _("Language of headings and words"), codes, index=codes.index(template.language),
        format_func=lambda code: languages()[code], key=f"language_{key}",
    )  # fmt: skip
    types = list(WRITERS)
    file_type = left.selectbox(
        _("File type"), types, index=types.index(template.file_type), key=f"type_{key}"
    )
    file_name = middle.text_input(
        _("File name"), template.file_name, key=f"file_{key}",
        help=_("May hold {name}, {date}, {time}, {provider}, {from} and {to}."),
    )  # fmt: skip
    delimiter, decimal_comma, totals = template.delimiter, template.decimal_comma, template.totals
    guard_formulas = template.guard_formulas
    if WRITERS[file_type].has_dialect:
        if not WRITERS[template.file_type].has_dialect:
            usual = dialect_of(spoken)
            delimiter, decimal_comma = usual.separator, usual.decimal_comma
        key_csv = f"{key}_{spoken}"
        signs = list(SEPARATORS)
        delimiter = right.selectbox(
            _("Columns are parted by"), signs, index=signs.index(delimiter),
            format_func=lambda sign: _(SEPARATORS[sign]), key=f"delimiter_{key_csv}",
        )  # fmt: skip
        decimal_comma = right.checkbox(_("Decimal comma"), decimal_comma, key=f"decimal_{key_csv}")
        guard_formulas = right.checkbox(
            _("Apostrophe before texts that Excel would run as formulas"), guard_formulas,
            key=f"guard_{key_csv}",
            help=_("Such as =1+1, or a note that begins with a minus. Leave it out where a program"
                   " reads the file."),
        )  # fmt: skip
    elif WRITERS[file_type].has_sheets:
        totals = right.checkbox(_("A row of totals"), template.totals, key=f"totals_{key}")
    return {
        "name": name,
        "level": level.value,
        "columns": _columns(template, level, f"columns_{key}_{level}"),
        "language": spoken,
        "file_type": file_type,
        "delimiter": delimiter,
        "decimal_comma": decimal_comma,
        "guard_formulas": guard_formulas,
        "totals": totals,
        "file_name": file_name,
    }


def _columns(template: ExportTemplate, level: Level, key: str) -> list[dict[str, Any]]:
    known = {name: _(heading) for name, heading, _kind in list_columns(level)}
    words = {value: _(word) for value, word in FORMAT_LABELS.items()}
    fixed = _("fixed value")
    rows = [
        {
            "source": known.get(column.source, fixed),
            "heading": column.heading,
            "fixed": column.fixed,
            "format": words[column.format],
        }
        for column in template.columns
        if not column.source or column.source in known
    ]
    edited = ordered_rows(
        key,
        rows,
        {
            "source": st.column_config.TextColumn(_("Column"), width="medium"),
            "heading": st.column_config.TextColumn(
                _("Heading"), help=_("Empty: the usual one."), width="medium"
            ),
            "fixed": st.column_config.TextColumn(_("Fixed value")),
            "format": st.column_config.SelectboxColumn(
                _("Format"), options=list(words.values()), required=True
            ),
        },
        disabled=("source",),
        add=lambda word: {
            "source": word, "heading": "", "fixed": "", "format": words[Format.AUTO]
        },
        choices=[fixed, *known.values()],
        add_label=_("Add a column"),
    )  # fmt: skip
    sources = {word: name for name, word in known.items()}
    formats = {word: value for value, word in words.items()}
    return [
        {
            "source": sources.get(row["source"], ""),
            "heading": row["heading"],
            "fixed": row["fixed"],
            "format": formats.get(row["format"], Format.AUTO).value,
        }
        for row in edited
    ]
