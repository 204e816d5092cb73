"""An order file on the screen: its days, how its headings were read, what could not be."""

import polars as pl
import streamlit as st

from komet.ingest.imports import AGAIN, KEPT, NEW
from komet.ingest.sources.portal_file.file import OrderFile
from komet.language import _, _n, day_pattern
from komet.web.shell.failures import plain
from komet.web.shell.figures import figure_column

_SHOWN = 500


def show_days(days: pl.DataFrame) -> None:
    """What would be written, day by day."""
    words = {
        NEW: _("would be written"),
        AGAIN: _("would be written over an earlier file"),
        KEPT: _("left alone: Komet's own orders are there"),
    }
    st.dataframe(
        days.with_columns(pl.col("state").replace(words), pl.col("boxes").cast(pl.Float64)),
        hide_index=True,
        placeholder="",
        column_config={
            "ship_date": st.column_config.DateColumn(_("Ship date"), format=day_pattern()),
            "orders": _("POs"),
            "lines": _("Lines"),
            "boxes": figure_column(_("Boxes")),
            "state": st.column_config.TextColumn(_("What happens"), width="large"),
        },
    )


def show_reading(file: OrderFile) -> None:
    """Problems first, then the headings and the rows that were skipped."""
    problems = file.problems
    if problems.height:
        st.header(_("What could not be read"))
        st.caption(_("These values stay empty; rows in error are left out. Nothing is invented."))
        st.dataframe(
            problems.head(_SHOWN).with_columns(
                pl.col("severity").replace({"error": _("error"), "warning": _("warning")})
            ),
            hide_index=True,
            placeholder="",
            column_config={
                "row": _("Row"),
                "column": _("Column"),
                "value": _("Value"),
                "reason": st.column_config.TextColumn(_("Why"), width="large"),
                "severity": _("Kind"),
            },
        )
    with st.expander(_("How the file was read")):
        if file.sheet:
            st.caption(plain(_("Sheet {name}").format(name=file.sheet)))
        read = [{"heading": h, "field": f} for h, f in file.headings.read_as.items()]
        st.dataframe(
            read, hide_index=True, column_config={"heading": _("Heading"), "field": _("Read as")}
        )
        if file.headings.not_used:
            st.caption(
                _("Kept, but without a column of ours: {names}").format(
                    names=", ".join(file.headings.not_used)
                )
            )
        if file.skipped.height:
            st.caption(
                _n("{n:,} row was skipped:", "{n:,} rows were skipped:", file.skipped.height)
                .format(n=file.skipped.height)
            )  # fmt: skip
            st.dataframe(
                file.skipped.head(_SHOWN),
                hide_index=True,
                column_config={"row": _("Row"), "text": _("Text"), "why": _("Why")},
            )
