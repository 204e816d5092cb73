"""Box codes on the screen: from the client's pattern, from a file, or scanned one by one."""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.dispatch.box_codes import (
    LONGEST,
    Pattern,
    make_box_codes,
    pack_boxes,
    save_pattern,
    show_pattern,
)
from komet.dispatch.model import Packing
from komet.dispatch.packing import compact_codes, pack_file, scan_box
from komet.dispatch.shipping import boxes_going
from komet.language import _, _n
from komet.messages import FAILURES, message
from komet.web.screens.ship import chosen_lines, draw_anew, written_codes
from komet.web.shell import failures, state
from komet.web.shell.session import actor

Row = Mapping[str, object]


def pattern_menu(ctx: AppContext, lines: pl.DataFrame) -> None:
    """A client's pattern, and codes of it for the chosen lines that have none."""
    with st.popover(_("Codes from pattern"), icon=":material/pin:"):
        names = dict(lines.select("provider_id", "provider").unique(maintain_order=True).rows())
        if not names:
            st.caption(_("No line is shown."))
            return
        client = st.selectbox(
            _("Importer"), list(names), format_func=lambda id_: names[id_], key="pattern_client"
        )
        kept = show_pattern(ctx, client) or Pattern("", 1, 8)
        prefix = st.text_input(
            _("Prefix"), kept.prefix, max_chars=LONGEST - 1, key=f"pattern_prefix_{client}"
        )
        first, second = st.columns(2)
        following = first.number_input(
            _("Next number"), 0, 10**15, kept.next_number,
            key=f"pattern_next_{client}_{kept.next_number}",
        )  # fmt: skip
        length = second.number_input(
            _("Length"), 2, LONGEST, kept.length, key=f"pattern_length_{client}",
            help=_("Of the whole code; the number is filled up with zeros."),
        )  # fmt: skip
        pattern = Pattern(prefix, int(following), int(length))
        with failures.shown():
            st.caption(_("For example {code}").format(code=pattern.code(pattern.next_number)))
        wanted = [
            (row["po_item_id"], boxes_going(row))
            for row in lines.iter_rows(named=True)
            if row["provider_id"] == client and not row["packed"]
            and (client, row["po_item_id"]) in chosen_lines()
        ]  # fmt: skip
        total = sum(boxes for _item, boxes in wanted)
        bar = st.container(horizontal=True)
        if bar.button(
            _n("Give codes to {n} box", "Give codes to {n} boxes", total).format(n=total),
            type="primary", disabled=not total, key="pattern_give",
        ):  # fmt: skip
            with failures.shown():
                if pattern != kept or show_pattern(ctx, client) is None:
                    save_pattern(ctx, actor(), client, pattern)
                make_box_codes(ctx, actor(), client, wanted)
                _packed(total)
        if bar.button(_("Save pattern"), key="pattern_save"):
            with failures.shown():
                save_pattern(ctx, actor(), client, pattern)
                failures.notice(_("The pattern is saved."))
                st.rerun()
        if not total:
            st.caption(_("Tick lines of this importer that have no codes yet."))


def code_file_menu(ctx: AppContext, lines: pl.DataFrame) -> None:
    """Codes from a file of two columns."""
    with st.popover(_("Codes from CSV"), icon=":material/upload:"):
        uploaded = st.file_uploader(
            _("Line ID or PO, and box code: a row a box"),
            type=["csv", "tsv", "txt", "xlsx"],
            key=f"code_file_{st.session_state.get(state.SHIP_GRID, 0)}",
        )
        if uploaded is not None and st.button(
            _("Give these codes"), type="primary", key="code_file_give"
        ):
            with failures.shown():
                found = pack_file(ctx, actor(), lines, uploaded.getvalue(), uploaded.name)
                st.session_state[state.DISPATCH_PASTED] = found.problems
                _packed(found.codes)


def take_off(ctx: AppContext, lines: pl.DataFrame) -> None:
    """Take the codes off the chosen lines again."""
    packed = [
        Packing(row["provider_id"], row["po_item_id"], ())
        for row in lines.iter_rows(named=True)
        if row["packed"] and (row["provider_id"], row["po_item_id"]) in chosen_lines()
    ]
    label = _("Take codes off ({n})").format(n=len(packed))
    if packed and st.button(label, icon=":material/backspace:", key="take_off"):
        with failures.shown():
            pack_boxes(ctx, actor(), packed)
            for packing in packed:
                written_codes().pop((packing.provider_id, packing.po_item_id), None)
            draw_anew()
            st.rerun()


def _packed(total: int) -> None:
    draw_anew()
    failures.notice(
        _n("{n} box has a code now.", "{n} boxes have a code now.", total).format(n=total)
    )
    st.rerun()


def scan_desk(ctx: AppContext, lines: pl.DataFrame) -> None:
    """A field for a scanner, which types a code and presses Enter; each is kept at once."""
    with st.expander(_("Scan box codes"), icon=":material/barcode_scanner:"):
        rows = {(row["provider_id"], row["po_item_id"]): row for row in lines.iter_rows(named=True)}
        if not rows:
            st.caption(_("No line is shown."))
            return
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            line = st.selectbox(
                _("Line"), list(rows), format_func=lambda key: _line_words(rows[key]),
                key="scan_line", on_change=_forget_scan,
            )  # fmt: skip
        row = rows[line]
        with right:
            st.text_input(
                _("Scan here"), key="scan_code", on_change=_scanned, args=(ctx, *line),
                placeholder=_("code, then Enter"),
            )  # fmt: skip
        packed, ordered = row["packed"], int(row["boxes"])
        st.progress(
            min(1.0, len(packed) / max(1, ordered)),
            text=_("{n} of {all} boxes have a code").format(n=len(packed), all=ordered),
        )
        said: tuple[bool, str] | None = st.session_state.get(state.SCANNED)
        if said is not None:
            good, words = said
            (st.success if good else st.error)(failures.plain(words))
        if packed:
            st.caption(failures.plain(compact_codes(packed)))
            last = packed[-1]
            if st.button(
                _("Take {code} off again").format(code=failures.plain(last)), key="scan_undo"
            ):
                with failures.shown():
                    pack_boxes(ctx, actor(), [Packing(*line, tuple(packed[:-1]))])
                    _forget_scan()
                    draw_anew()
                    st.rerun()


def _line_words(row: Row) -> str:
    return f"{row['po_number']} · {row['product']} · {row['customer'] or row['provider']}"


def _forget_scan() -> None:
    st.session_state.pop(state.SCANNED, None)


def _scanned(ctx: AppContext, provider_id: str, po_item_id: str) -> None:
    code = st.session_state["scan_code"]
    st.session_state["scan_code"] = ""
    if not code.strip():
        return
    try:
        packed = scan_box(ctx, actor(), provider_id, po_item_id, code)
    except FAILURES as error:
        st.session_state[state.SCANNED] = False, message(error)
        return
    written_codes().pop((provider_id, po_item_id), None)
    draw_anew()
    st.session_state[state.SCANNED] = (
        True,
        _("{code}: box {n}").format(code=code.strip(), n=len(packed)),
    )
