"""Shipping on the screen: the lines to choose, and the flight that they leave with."""

from collections.abc import Collection, Sequence

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.dispatch.awb import format_awb, parse_awb
from komet.dispatch.check import check_lines
from komet.dispatch.lines import keys_of
from komet.dispatch.model import LINE_STATES, Preview
from komet.dispatch.shipping import (
    PART,
    WHOLE,
    WRONG,
    Flight,
    Key,
    boxes_leaving,
    foresee_shipping,
    partial_shipments,
    ship_entries,
)
from komet.dispatch.values import LONGEST_HOUSE_AWB, LONGEST_REFERENCE
from komet.errors import InvalidInput
from komet.language import _, _n, day_pattern, number
from komet.web.screens.line_filter import COLORS
from komet.web.screens.previews import checked
from komet.web.shell import failures, state
from komet.web.shell.figures import figure_column
from komet.web.shell.frozen import frozen

_EFFECTS = {WHOLE: "green", PART: "orange", WRONG: "red"}
_TALLEST = 360


def chosen_lines() -> set[Key]:
    """The lines that are ticked."""
    found: set[Key] = st.session_state.setdefault(state.SHIP_CHOSEN, set())
    return found


def written_codes() -> dict[Key, str]:
    """Box codes that are written in the table and not kept yet."""
    found: dict[Key, str] = st.session_state.setdefault(state.SHIP_CODES, {})
    return found


def forget_all(but: Collection[Key] = ()) -> None:
    """Tick nothing, and forget what is written, but for these lines and their flight."""
    st.session_state[state.SHIP_CHOSEN] = chosen_lines() & set(but)
    kept = {key: codes for key, codes in written_codes().items() if key in but}
    st.session_state[state.SHIP_CODES] = kept
    if not st.session_state[state.SHIP_CHOSEN]:
        st.session_state[state.SHIP_FORMS] = st.session_state.get(state.SHIP_FORMS, 0) + 1
    draw_anew()


def draw_anew() -> None:
    """Draw the table with what is kept now, without what was typed into its cells."""
    st.session_state[state.SHIP_GRID] = st.session_state.get(state.SHIP_GRID, 0) + 1


def choose_buttons(lines: pl.DataFrame) -> None:
    """Tick all lines that are shown, or none."""
    free = set(keys_of(lines.filter(pl.col("under_way") == "")))
    if st.button(
        _("Choose all ({n})").format(n=len(free)), icon=":material/select_all:",
        disabled=not free, key="ship_all",
    ):  # fmt: skip
        chosen_lines().update(free)
        draw_anew()
        st.rerun()
    label = _("Choose none ({n})").format(n=len(chosen_lines()))
    if chosen_lines() and st.button(label, icon=":material/deselect:", key="ship_none"):
        chosen_lines().clear()
        draw_anew()
        st.rerun()


def ship_grid(lines: pl.DataFrame, made_of: object) -> None:
    """The lines with a tick and their box codes; both are taken over as they are edited."""
    version = st.session_state.get(state.SHIP_GRID, 0)
    key = f"ship_grid_{version}_{hash(made_of)}"
    lines = frozen(key, lines, slot="ship_grid")
    _take_edits(key, lines)
    effects = foresee_shipping(lines, chosen_lines(), written_codes())
    states = {one.value: [_(words)] for one, words in LINE_STATES.items()}
    ticked = [one in chosen_lines() for one in keys_of(lines)]
    going = [boxes_leaving(row, written_codes()) for row in lines.iter_rows(named=True)]
    shown = pl.concat([lines.drop("codes"), effects], how="horizontal").with_columns(
        pl.Series("chosen", ticked, dtype=pl.Boolean),
        pl.Series("going", going, dtype=pl.Int64),
        pl.col("state").replace_strict(states, return_dtype=pl.List(pl.String)),
        pl.when(pl.col("what") != "").then(pl.concat_list("what")).otherwise([]).alias("what"),
        pl.selectors.decimal().cast(pl.Float64),
    )
    order = ["chosen", "po_number", "ship_date", "product", "boxes", "going", "codes", "what",
             "state", "customer", "mark_code", "box_type", "fbe", "sku", "provider"]  # fmt: skip
    if lines["ship_date"].n_unique() == 1:
        order.remove("ship_date")
    if lines["provider_id"].n_unique() > 1:  # clients number their POs alike
        order.remove("provider")
        order.insert(2, "provider")
    told = dict(effects.filter(pl.col("what") != "").select("what", "effect").iter_rows())
    st.data_editor(
        shown.select(order),
        key=key,
        hide_index=True,
        placeholder="",
        height=min(38 + 35 * shown.height, _TALLEST),
        disabled=[name for name in order if name not in {"chosen", "codes"}],
        column_config={
            "chosen": st.column_config.CheckboxColumn(_("Ship"), pinned=True, width=100),
            "po_number": st.column_config.TextColumn(_("PO"), pinned=True, width=90),
            "ship_date": st.column_config.DateColumn(_("Ships"), format=day_pattern(), width=95),
            "product": st.column_config.TextColumn(_("Product"), width=165),
            "boxes": figure_column(_("Ordered"), width=65),
            "going": figure_column(
                _("Leaving"), width=60,
                help=_("As many as it has box codes; without codes, the boxes confirmed, or all"
                       " where none is confirmed yet."),
            ),
            "codes": st.column_config.TextColumn(
                _("Box codes"), width=150,
                help=_("One for each box, apart by commas, or a range: R-0001…R-0008. Without"
                       " codes, Komet gives them."),
            ),
            "what": st.column_config.MultiselectColumn(
                _("Will happen"), options=list(told),
                color=[_EFFECTS[one] for one in told.values()], width=225,
            ),
            "state": st.column_config.MultiselectColumn(
                _("State"), options=[_(words) for words in LINE_STATES.values()],
                color=[COLORS[one] for one in LINE_STATES], width=105,
            ),
            "customer": _("Customer"),
            "mark_code": _("Mark code"),
            "box_type": st.column_config.TextColumn(_("Box"), width=55),
            "fbe": figure_column(_("FBE"), width=70),
            "sku": _("SKU"),
            "provider": st.column_config.TextColumn(_("Importer"), width=105),
        },
    )  # fmt: skip


def _take_edits(key: str, lines: pl.DataFrame) -> None:
    edits = (st.session_state.get(key) or {}).get("edited_rows", {})
    keys = keys_of(lines)
    for row, change in edits.items():
        if int(row) >= len(keys):
            continue
        line = keys[int(row)]
        if "chosen" in change:
            (chosen_lines().add if change["chosen"] else chosen_lines().discard)(line)
        if "codes" in change:
            written_codes()[line] = change["codes"] or ""


def flight_form() -> Flight:
    """AWB, house AWB, ship date and lot of all chosen lines; a wrong AWB is named at once."""
    sent = st.session_state.get(state.SHIP_FORMS, 0)
    first, second, third, fourth = st.columns(4)
    awb = first.text_input(_("AWB"), key=f"ship_awb_{sent}", placeholder="729-1234 5675")
    house = second.text_input(_("House AWB"), key=f"ship_house_{sent}", max_chars=LONGEST_HOUSE_AWB)
    leaves = third.date_input(
        _("Ship date"), value=None, format=day_pattern(), key=f"ship_day_{sent}",
        help=_("Without it, each line leaves on the ship date of its order."),
    )  # fmt: skip
    lot = fourth.text_input(
        _("Lot"), key=f"ship_lot_{sent}", max_chars=LONGEST_REFERENCE,
        help=_("Your lot number. Komet keeps 1000 to 99999 for itself."),
    )  # fmt: skip
    if awb.strip():
        try:
            first.caption(f":material/check: {failures.plain(format_awb(parse_awb(awb)))}")
        except InvalidInput as problem:
            st.markdown(f":red[{failures.plain(str(problem))}]")
            awb = ""
    return Flight(awb.strip(), house, leaves, lot)


def say_choice(lines: pl.DataFrame, flight: Flight) -> None:
    """How much is chosen, and what is missing before it can be sent."""
    keys = chosen_lines()
    rows = [row for row in lines.iter_rows(named=True)
            if (row["provider_id"], row["po_item_id"]) in keys]  # fmt: skip
    if hidden := len(keys) - len(rows):
        st.caption(
            _n("{n} line more is ticked that the filter does not show; it is not sent.",
               "{n} lines more are ticked that the filter does not show; they are not sent.",
               hidden).format(n=hidden)
        )  # fmt: skip
    if not rows:
        st.caption(_("Tick the lines that leave together, then write their AWB."))
        return
    boxes = sum(boxes_leaving(row, written_codes()) for row in rows)
    clients = len({row["provider_id"] for row in rows})
    count = len(rows)
    said = _n(
        "**{n} line** chosen, {boxes} boxes,", "**{n} lines** chosen, {boxes} boxes,", count
    ).format(n=number(count), boxes=number(boxes))
    said += " " + _n("of {n} importer.", "of {n} importers.", clients).format(n=clients)
    if not flight.awb:
        said += " " + _("Write their AWB to see what would be sent.")
    st.markdown(said)


def preview_shipment(ctx: AppContext, lines: pl.DataFrame, flight: Flight) -> Preview | None:
    """What sending the chosen lines would do; None where nothing is asked for."""
    entries = ship_entries(lines, chosen_lines(), written_codes(), flight)
    if not entries:
        return None
    return checked("ship", tuple(entries), lambda: check_lines(ctx, _("Ship screen"), entries))


def warn_of_splits(preview: Preview) -> None:
    """Say which lines leave boxes behind, before they are sent."""
    parts: Sequence[str] = [
        _("{number}: {boxes} of {ordered} boxes leave").format(
            number=draft.po_number,
            boxes=draft.content["boxes"],
            ordered=number(float(draft.found.get("boxes") or 0)),
        )
        for draft in partial_shipments(preview)
    ]
    if parts:
        more = f"\n- … (+{len(parts) - 10})" if len(parts) > 10 else ""
        st.warning(
            _("Partial shipments: Komet splits these lines, and the boxes left behind get a new"
              " line ID, which is followed:")
            + "".join(f"\n- {failures.plain(part)}" for part in parts[:10])
            + more,
            icon=":material/call_split:",
        )  # fmt: skip
