"""Mapping files on the screen: the dry run, applying it, undoing it, and files to take away."""

import polars as pl
import streamlit as st

from komet.desk import Desk
from komet.language import _, _n, moment_pattern, number
from komet.mapping import imports
from komet.mapping.check import DryRun
from komet.mapping.file import template_csv
from komet.store import mappings
from komet.web import failures, state

_SHOWN = 500


def import_file(desk: Desk, provider_id: str, provider: str) -> None:
    """Upload, see what would change, apply."""
    cleared = st.session_state.get(state.MAPPING_SAVES, 0)
    uploaded = st.file_uploader(
        _("A CSV or Excel file with SKUs for {provider}").format(provider=failures.plain(provider)),
        type=["csv", "txt", "tsv", "xlsx"],
        key=f"mapping_file_{cleared}",
        help=_("Needs a column SKU and one of: Komet product ID, Komet code, Komet description."
               " A column Provider sends rows to other clients."),
    )  # fmt: skip
    if uploaded is None:
        return
    with failures.shown():
        checked = imports.dry_run(desk, uploaded.getvalue(), uploaded.name, provider_id)
        _dry_run(checked)
        apply, undo_hint = st.columns([1, 3], vertical_alignment="center")
        count = checked.to_apply.height
        if apply.button(
            _n("Apply {n:,} row", "Apply {n:,} rows", count).format(n=count),
            type="primary",
            disabled=not count,
        ):
            done = imports.apply(desk, checked, uploaded.name)
            st.session_state[state.MAPPING_SAVES] = cleared + 1
            failures.notice(
                _("Written: {new} new, {changed} changed.").format(
                    new=done.new_rows, changed=done.changed_rows
                )
            )
            st.rerun()
        undo_hint.caption(
            _("Rows in error are left out. The import can be undone.")
            if count
            else _("There is nothing to write.")
        )


def _dry_run(checked: DryRun) -> None:
    counts = checked.counts
    words = {
        "new": _("New"),
        "changed": _("Changed"),
        "unchanged": _("Unchanged"),
        "skipped": _("Without a SKU"),
        "error": _("In error"),
    }
    row = st.container(horizontal=True)
    for kind, word in words.items():
        row.metric(word, number(counts[kind]), border=True, width=140)
    if checked.file.ignored_columns:
        st.caption(
            _("Columns that were not used: {names}").format(
                names=failures.plain(", ".join(checked.file.ignored_columns))
            )
        )
    changes = checked.rows.filter(pl.col("kind").is_in(["new", "changed"]))
    if changes.height:
        st.dataframe(
            changes.head(_SHOWN).select(
                "row", pl.col("kind").replace(words), "komet_id", "komet_description",
                "sku_before", "sku", "sku_description", "reason",
            ),
            hide_index=True,
            placeholder="",
            column_config={
                "row": _("Row"), "kind": _("What"), "komet_id": _("Komet product ID"),
                "komet_description": _("Product"), "sku_before": _("SKU before"),
                "sku": _("SKU after"), "sku_description": _("SKU description"),
                "reason": _("Note"),
            },
        )  # fmt: skip
        if changes.height > _SHOWN:
            st.caption(_("The first {n} rows are shown.").format(n=_SHOWN))
    errors = checked.problems.filter(pl.col("severity") == "error")
    if errors.height:
        st.error(
            _n(
                "{n} problem keeps rows from being written.",
                "{n} problems keep rows from being written.",
                errors.height,
            ).format(n=errors.height)
        )
        st.dataframe(
            errors.head(_SHOWN).select("row", "column", "reason"),
            hide_index=True,
            placeholder="",
            column_config={
                "row": _("Row"),
                "column": _("Column"),
                "reason": st.column_config.TextColumn(_("Why"), width="large"),
            },
        )
        st.download_button(
            _("Download the rows in error"),
            checked.bad_rows_csv(),
            file_name="rows-in-error.csv",
            mime="text/csv",
            on_click="ignore",
        )


def export_and_template(desk: Desk, provider_id: str, provider: str) -> None:
    """The mapping in the form that can be imported again, and an example to begin with."""
    row = st.container(horizontal=True)
    row.download_button(
        _("Export the mapping (CSV)"),
        data=lambda: imports.export(desk, [provider_id]),
        file_name=f"sku-mapping-{provider.lower().replace(' ', '-')}.csv",
        mime="text/csv",
        on_click="ignore",
        help=_("Every known product with its SKU: fill the gaps in Excel and import it again."),
    )
    row.download_button(
        _("Download a template"),
        template_csv(),
        file_name="sku-mapping-template.csv",
        mime="text/csv",
        on_click="ignore",
    )


def past_imports(desk: Desk) -> None:
    """What was imported or edited, and undo of the newest."""
    with desk.db.read() as con:
        done = mappings.imports(con)
    if not done:
        return
    st.subheader(_("Past imports and edits"))
    last = next((entry for entry in done if entry.undone_at is None), None)
    if last:
        with st.popover(_("Undo the last one")):
            st.markdown(
                _("{name}: {new} new and {changed} changed mappings are put back as they were.")
                .format(
                    name=failures.plain(last.file_name), new=last.new_rows,
                    changed=last.changed_rows,
                )
            )  # fmt: skip
            if st.button(_("Undo it"), key="undo_import"):
                with failures.shown():
                    imports.undo(desk)
                    failures.notice(_("Undone."))
                    st.rerun()
    st.dataframe(
        [entry.model_dump(exclude={"id", "source"}) for entry in done],
        hide_index=True,
        placeholder="",
        column_config={
            "file_name": _("File"),
            "new_rows": _("New"),
            "changed_rows": _("Changed"),
            "applied_at": st.column_config.DatetimeColumn(
                _("When (UTC)"), format=moment_pattern(), timezone="UTC"
            ),
            "undone_at": st.column_config.DatetimeColumn(
                _("Undone (UTC)"), format=moment_pattern(), timezone="UTC"
            ),
        },
    )
