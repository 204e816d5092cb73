"""Confirming on the screen: the grid in which boxes are typed, pasted or filled in at once."""

from collections.abc import Collection, Sequence

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.dispatch import lines as foreseen
from komet.dispatch.check import check_lines
from komet.dispatch.model import LINE_STATES, LineEntry, LineState, Preview, Remark
from komet.dispatch.pasted import read_pasted
from komet.language import _, _n, day_pattern, number
from komet.web.screens.line_filter import COLORS
from komet.web.shell import failures, state
from komet.web.shell.figures import figure_column
from komet.web.shell.frozen import frozen

_EFFECTS = {
    foreseen.ALL: "green",
    foreseen.LESS: "orange",
    foreseen.MORE: "red",
    foreseen.BACK: "orange",
    foreseen.NOTHING: "gray",
    foreseen.UNDER_WAY: "blue",
    foreseen.BY_HAND: "violet",
}
_TALLEST = 400


def typed() -> dict[tuple[str, str], int]:
    """Boxes to confirm that are typed and not sent, by (provider ID, PO item ID)."""
    found: dict[tuple[str, str], int] = st.session_state.setdefault(state.DISPATCH_TYPED, {})
    return found


def forget_typed(but: Collection[tuple[str, str]] = ()) -> None:
    """Empty the column, but for these lines."""
    kept = {key: boxes for key, boxes in typed().items() if key in but}
    st.session_state[state.DISPATCH_TYPED] = kept
    _draw_anew()


def _draw_anew() -> None:
    st.session_state[state.DISPATCH_GRID] = st.session_state.get(state.DISPATCH_GRID, 0) + 1


def confirm_buttons(lines: pl.DataFrame) -> None:
    """Fill the column at once, by pasting, or empty it again."""
    waiting = foreseen.confirm_all(lines)
    if st.button(
        _("Confirm all found ({n})").format(n=len(waiting)),
        icon=":material/done_all:",
        disabled=not waiting,
        key="confirm_all",
        help=_(
            "Fills the column with the boxes ordered, for all lines shown that wait and whose PO"
            " the importer has approved."
        ),
    ):
        typed().update(waiting)
        _draw_anew()
        st.rerun()
    with (
        st.popover(
            _("Paste"),
            icon=":material/content_paste:",
            key=f"paste_menu_{st.session_state.get(state.DISPATCH_GRID, 0)}",  # closed once used
        ),
        st.form("paste", border=False, clear_on_submit=True),
    ):
        text = st.text_area(
            _("A PO or line a row, then its boxes"),
            placeholder="P124000    8\nP124001    " + _("all"),
            height=180,
            help=_("As copied from Excel. Where a PO has several lines, add the SKU or the line ID,"
                   " or write “all”. You can also paste a column into the table itself."),
        )  # fmt: skip
        if st.form_submit_button(_("Fill in"), type="primary"):
            _fill_in(lines, text)
    label = _("Clear ({n})").format(n=len(typed()))
    if typed() and st.button(label, icon=":material/close:", key="clear_typed"):
        forget_typed()
        st.rerun()


def _fill_in(lines: pl.DataFrame, text: str) -> None:
    pasted = read_pasted(lines, text)
    typed().update(pasted.boxes)
    st.session_state[state.DISPATCH_PASTED] = pasted.problems
    _draw_anew()
    count = len(pasted.boxes)
    failures.notice(_n("{n} line filled in.", "{n} lines filled in.", count).format(n=count))
    st.rerun()


def show_pasted_problems() -> None:
    """Rows of the last paste that could not be used, until they are closed."""
    problems: Sequence[Remark] = st.session_state.get(state.DISPATCH_PASTED) or ()
    if not problems:
        return
    told = [
        _("row {row}, “{text}”: {reason}").format(row=one.row, text=one.subject, reason=one.reason)
        for one in problems[:20]
    ]
    st.warning(
        _("Not filled in:") + "".join(f"\n- {failures.plain(line)}" for line in told),
        icon=":material/content_paste_off:",
    )
    if st.button(_("Close"), key="close_pasted"):
        del st.session_state[state.DISPATCH_PASTED]
        st.rerun()


def confirm_grid(lines: pl.DataFrame, made_of: object) -> None:
    """The lines with the column to fill; what is typed is in `typed` from then on.

    `made_of`: the filter; other lines are another table.
    """
    version = st.session_state.get(state.DISPATCH_GRID, 0)
    key = f"dispatch_grid_{version}_{hash(made_of)}"
    # whatever a download does meanwhile, the rows stay until what was typed is sent
    lines = frozen(key, lines, slot="dispatch_grid")
    _take_edits(key, lines)
    effects = foreseen.foresee(lines, typed())
    states = {one.value: [_(words)] for one, words in LINE_STATES.items()}
    shown = pl.concat([lines, effects], how="horizontal").with_columns(
        pl.col("state").replace_strict(states, return_dtype=pl.List(pl.String)),
        pl.when(pl.col("what") != "").then(pl.concat_list("what")).otherwise([]).alias("what"),
        pl.selectors.decimal().cast(pl.Float64),
    )
    order = ["po_number", "ship_date", "product", "boxes", "wanted", "what", "state", "confirmed",
             "sku", "box_type", "customer", "mark_code", "stems", "fbe", "total_cost",
             "provider"]  # fmt: skip
    if lines["ship_date"].n_unique() == 1:
        order.remove("ship_date")
    if lines["provider_id"].n_unique() > 1:  # clients number their POs alike
        order.remove("provider")
        order.insert(1, "provider")
    told = dict(effects.filter(pl.col("what") != "").select("what", "effect").iter_rows())
    st.data_editor(
        shown.select(order),
        key=key,
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * shown.height, _TALLEST),
        disabled=[name for name in order if name != "wanted"],
        column_config={
            "po_number": st.column_config.TextColumn(_("PO"), pinned=True, width=90),
            "ship_date": st.column_config.DateColumn(_("Ships"), format=day_pattern(), width=95),
            "product": st.column_config.TextColumn(_("Product"), width=210),
            "sku": st.column_config.TextColumn(_("SKU"), width=150),
            "boxes": figure_column(_("Ordered"), width=75),
            "wanted": st.column_config.NumberColumn(
                _("To confirm"), min_value=0, step=1, format="%d", width=115,
                help=_("Boxes that will be sent. Type them, or paste a column from Excel."),
            ),
            "what": st.column_config.MultiselectColumn(
                _("Will happen"), options=list(told),
                color=[_EFFECTS[one] for one in told.values()], width=200,
            ),
            "state": st.column_config.MultiselectColumn(
                _("State"), options=[_(words) for words in LINE_STATES.values()],
                color=[COLORS[one] for one in LINE_STATES], width=105,
            ),
            "confirmed": figure_column(
                _("Confirmed"), width=85, help=_("Boxes, as Komet has them.")
            ),
            "box_type": st.column_config.TextColumn(_("Box"), width=55),
            "customer": _("Customer"),
            "mark_code": _("Mark code"),
            "stems": figure_column(_("Stems"), width=75),
            "fbe": figure_column(_("FBE"), width=70),
            "total_cost": figure_column(_("Cost"), width=90),
            "provider": st.column_config.TextColumn(_("Importer"), width=115),
        },
    )  # fmt: skip


def _take_edits(key: str, lines: pl.DataFrame) -> None:
    edits = (st.session_state.get(key) or {}).get("edited_rows", {})
    keys = foreseen.keys_of(lines)
    for row, change in edits.items():
        if "wanted" not in change or int(row) >= len(keys):
            continue
        if change["wanted"] is None:
            typed().pop(keys[int(row)], None)
        else:
            typed()[keys[int(row)]] = int(change["wanted"])


def show_difference(lines: pl.DataFrame) -> None:
    """What is typed, and what it leaves out of the orders, in a sentence."""
    here = set(foreseen.keys_of(lines))
    shown = {key: boxes for key, boxes in typed().items() if key in here}
    if not shown:
        st.caption(_("Type boxes into “To confirm”, or fill the column at once."))
        return
    found = foreseen.sum_difference(lines, shown)
    count = len(shown)
    said = _n(
        "**{n} line** filled in, {boxes} boxes.", "**{n} lines** filled in, {boxes} boxes.", count
    ).format(n=number(count), boxes=number(sum(shown.values())))
    if found.lines:
        said += " " + _n(
            "{n} line differs from its order:", "{n} lines differ from their orders:", found.lines
        ).format(n=found.lines)
        said += " " + _("**{boxes}** boxes, {stems} stems, {fbe} FBE, {cost} cost.").format(
            boxes=foreseen.signed(found.boxes),
            stems=foreseen.signed(found.stems),
            fbe=foreseen.signed(found.fbe, 2),
            cost=foreseen.signed(found.cost, 2),
        )
    else:
        said += " " + _("All as ordered.")
    st.markdown(said)
    if hidden := len(typed()) - len(shown):
        st.caption(
            _n("{n} line more is filled in that the filter does not show; it is sent as well.",
               "{n} lines more are filled in that the filter does not show; they are sent as well.",
               hidden).format(n=hidden)
        )  # fmt: skip


def preview_typed(ctx: AppContext) -> Preview:
    """What sending the typed boxes would do."""
    entries = [
        LineEntry(row, *key, boxes=str(boxes))
        for row, (key, boxes) in enumerate(typed().items(), start=1)
    ]
    return check_lines(ctx, _("Dispatch screen"), entries)


def waits(lines: pl.DataFrame) -> int:
    """How many lines wait to be confirmed."""
    return lines.filter(pl.col("state") == LineState.TO_CONFIRM.value).height
