"""The history of mappings on the screen: what was done to each, by whom, and undo of any import."""

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.language import _, moment
from komet.mapping import imports
from komet.mapping.model import KINDS
from komet.web.shell import failures, session, state
from komet.web.shell.moments import moment_column


def mapping_history(ctx: AppContext) -> None:
    """Imports that can be undone, and every change, searchable."""
    done = imports.list_imports(ctx)
    if not done:
        st.caption(_("Nothing has been mapped yet."))
        return
    open_imports = {entry.id: entry for entry in done if entry.undone_at is None}
    if open_imports:
        with st.popover(_("Undo an import"), icon=":material/undo:"):
            chosen = st.selectbox(
                _("Import or edit"),
                list(open_imports),
                format_func=lambda id_: (
                    f"{moment(open_imports[id_].applied_at)} · {open_imports[id_].title}"
                ),
                key="undo_which",
            )
            entry = open_imports[chosen]
            st.markdown(
                _("{name}: {new} new and {changed} changed mappings are put back as they were.")
                .format(name=failures.plain(entry.title), new=entry.new_rows,
                        changed=entry.changed_rows)
            )  # fmt: skip
            st.caption(_("What was changed again since then is left as it is."))
            if st.button(_("Undo it"), key="undo_import"):
                with failures.shown():
                    imports.undo_import(ctx, session.actor(), chosen)
                    saves = st.session_state.get(state.MAPPING_SAVES, 0)
                    st.session_state[state.MAPPING_SAVES] = saves + 1
                    failures.notice(_("Undone."))
                    st.rerun()
    text = st.text_input(
        _("Search name, Komet ID or code"),
        key="history_search",
        placeholder=_("rose 60"),
        live=True,
    )
    frame = imports.list_changes(ctx, text)
    st.dataframe(
        frame.with_columns(pl.col("kind").replace({kind: _(word) for kind, word in KINDS.items()})),
        hide_index=True,
        placeholder="",
        column_config={
            "changed_at": moment_column(_("When")),
            "who": _("Who"),
            "source": _("Source"),
            "provider": _("Importer"),
            "kind": _("Kind"),
            "komet_id": _("Komet ID"),
            "description": st.column_config.TextColumn(_("Name"), width="medium"),
            "before": _("Before"),
            "after": _("After"),
        },
    )
