"""Mapping files on the screen: the dry run, applying it, undoing it, and files to take away."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import polars as pl
import streamlit as st

from komet.clients.model import Provider
from komet.context import AppContext
from komet.language import _, _n, current, number
from komet.mapping import imports, matching, products
from komet.mapping.cells import write_bad_rows_csv, write_template_csv
from komet.mapping.model import DryRun
from komet.tabular.file import FILE_TYPES
from komet.web.screens.column_matcher import choose_fields
from komet.web.screens.mapping_grid import keep_result
from komet.web.shell import failures, session, state

_SHOWN = 500
Made = TypeVar("Made")


def import_file(ctx: AppContext, provider: Provider, kind: str) -> None:
    """Upload, fetch the product list where it is not here, see what would change, apply."""
    cleared = st.session_state.get(state.MAPPING_SAVES, 0)
    missing = products.find_missing_lists(ctx, [provider.id], kind)
    fetch = bool(missing) and st.checkbox(
        failures.plain(products.announce_lists(missing)),
        value=True,
        key=f"mapping_fetch_{provider.id}_{kind}",
        help=_("Without it neither legacy codes nor names can be found, and an ID is taken as it"
               " is."),
    )  # fmt: skip
    uploaded = st.file_uploader(
        _("A CSV or Excel file with SKUs for {provider}").format(
            provider=failures.plain(provider.name)
        ),
        type=list(FILE_TYPES),
        key=f"mapping_file_{cleared}",
        help=_("Needs a column of your SKUs and one of Komet's product IDs, codes or names. A"
               " column Importer sends rows to other importers."),
    )  # fmt: skip
    if uploaded is None:
        return
    data, name = uploaded.getvalue(), uploaded.name

    def fetch_lists() -> tuple[str, ...]:
        if missing and not fetch:
            return ()
        lists = products.find_missing_lists_for_file(ctx, data, name, provider.id, kind)
        if not lists:
            return ()
        with st.spinner(products.announce_lists(lists)):
            return tuple(products.fetch_lists(ctx, session.actor(), lists, kind).values())

    with failures.shown():
        made_of = (uploaded.file_id, provider.id, kind, current(), fetch)
        for message in _keep("lists", made_of, fetch_lists):
            st.warning(failures.plain(message), icon=":material/warning:")
        proposed = _keep(
            "columns", made_of, lambda: matching.match_columns(ctx, data, name, provider.id, kind)
        )
        said = choose_fields(ctx, provider, kind, name, proposed, key=uploaded.file_id)
        found = proposed if said is None else _keep(
            "chosen",
            (*made_of, tuple(said.items())),
            lambda: matching.match_columns(ctx, data, name, provider.id, kind, columns=said),
        )  # fmt: skip
        if found.problem:
            failures.show(found.problem)
            return
        checked = _keep(
            "file",
            (*made_of, tuple(found.fields.items())),
            lambda: imports.dry_run_file(ctx, data, name, provider.id, kind, columns=said),
        )
        remember = said is not None and st.checkbox(
            failures.plain(_("Remember these columns for {name}").format(name=provider.name)),
            value=True,
            key=f"mapping_remember_{uploaded.file_id}",
            help=_("The next file with the same headings is read in the same way."),
        )
        if apply_form(ctx, checked):
            if remember:
                matching.remember_columns(ctx, session.actor(), provider.id, found, kind)
            st.rerun()


def _keep(slot: str, made_of: tuple[object, ...], make: Callable[[], Made]) -> Made:
    """What is on the screen, made once: what is applied is what was seen."""
    kept: dict[str, tuple[object, Any]] = st.session_state.setdefault(state.MAPPING_CHECKED, {})
    made_of = (*made_of, st.session_state.get(state.MAPPING_SAVES, 0))
    if slot not in kept or kept[slot][0] != made_of:
        kept[slot] = made_of, make()
    found: Made = kept[slot][1]
    return found


def forget_dry_runs() -> None:
    """Check again on the next run: what files are compared with has changed."""
    st.session_state.pop(state.MAPPING_CHECKED, None)


def apply_form(ctx: AppContext, checked: DryRun) -> bool:
    """What a dry run found, and the button that writes it; whether it was pressed."""
    _show_dry_run(checked)
    apply, undo_hint = st.columns([1, 3], vertical_alignment="center")
    count = checked.to_apply.height
    pressed = apply.button(
        _n("Apply {n:,} row", "Apply {n:,} rows", count).format(n=count),
        type="primary",
        disabled=not count,
        key=f"apply_{checked.source}_{checked.name}",
    )
    if pressed:
        done = imports.apply_import(ctx, session.actor(), checked)
        keep_result(
            done,
            _("Written: {new} new, {changed} changed.").format(new=done.new, changed=done.changed),
        )
    undo_hint.caption(
        _("Rows in error are left out. The import can be undone.")
        if count
        else _("There is nothing to write.")
    )
    return pressed


def copy_form(ctx: AppContext, every: Sequence[Provider], to: Provider, kind: str) -> None:
    """Copy what another client's mapping knows, with a dry run before it."""
    others = {provider.id: provider.name for provider in every if provider.id != to.id}
    if not others:
        return
    with st.expander(_("Copy from another importer")):
        st.caption(
            _("Finds the same names there and takes over their codes; you see what would change"
              " first.")
        )  # fmt: skip
        source = st.selectbox(
            _("Copy from"), list(others), index=None, format_func=lambda id_: others[id_],
            placeholder=_("Choose an importer"), key=f"copy_from_{to.id}_{kind}",
        )  # fmt: skip
        overwrite = st.checkbox(
            _("Also what is mapped already"), key=f"copy_overwrite_{to.id}_{kind}"
        )
        if source:
            with failures.shown():
                checked = _keep(
                    "copy",
                    (source, to.id, kind, overwrite, current()),
                    lambda: imports.dry_run_copy(ctx, source, to.id, kind, overwrite=overwrite),
                )
                if apply_form(ctx, checked):
                    st.rerun()


def _show_dry_run(checked: DryRun) -> None:
    counts = checked.counts
    labels = {
        "new": _("New"),
        "unknown": _("Unknown ID"),
        "changed": _("Changed"),
        "unchanged": _("Unchanged"),
        "skipped": _("Without a SKU"),
        "error": _("In error"),
    }
    row = st.container(horizontal=True)
    for kind, label in labels.items():
        if kind != "unknown" or counts[kind]:
            row.metric(label, number(counts[kind]), border=True, width=140)
    for note in checked.notes:
        st.caption(failures.plain(note))
    if counts["unknown"]:
        st.caption(
            _("Unknown ID: the importer's product list does not have it. It is written all the"
              " same, as the list may be older than the product: look at these rows first.")
        )  # fmt: skip
    if checked.file.ignored_columns:
        st.caption(
            _("Columns that were not used: {names}").format(
                names=failures.plain(", ".join(checked.file.ignored_columns))
            )
        )
    changes = checked.rows.filter(pl.col("kind").is_in(["new", "unknown", "changed"]))
    if changes.height:
        st.dataframe(
            changes.sort(pl.col("kind") != "unknown", maintain_order=True).head(_SHOWN).select(
                "row", pl.col("kind").replace(labels), "komet_id", "komet_description",
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
            write_bad_rows_csv(checked),
            file_name="rows-in-error.csv",
            mime="text/csv",
            on_click="ignore",
        )


def export_and_template(ctx: AppContext, provider_id: str, provider: str, kind: str) -> None:
    """The mapping in the form that can be imported again, and an example to begin with."""
    actor = session.actor()
    row = st.container(horizontal=True)
    row.download_button(
        _("Export the mapping (CSV)"),
        data=lambda: imports.export_mapping(ctx, actor, [provider_id], kind),
        file_name=f"{kind}-mapping-{provider.lower().replace(' ', '-')}.csv",
        mime="text/csv",
        on_click="ignore",
        help=_("Every known product with its SKU: fill the gaps in Excel and import it again."),
    )
    row.download_button(
        _("Download a template"),
        write_template_csv(),
        file_name="sku-mapping-template.csv",
        mime="text/csv",
        on_click="ignore",
    )
