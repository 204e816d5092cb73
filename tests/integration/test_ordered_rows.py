"""Columns of templates are put in order by arrows, and what was written in them goes along."""

from random import Random

import pytest
from streamlit.testing.v1 import AppTest

from komet.web.screens.ordered_rows import move_row


def _screen() -> None:
    import streamlit as st

    from komet.web.screens.ordered_rows import ordered_rows

    rows = [{"source": name, "heading": ""} for name in ("Boxes", "Stems", "Product")]
    found = ordered_rows(
        "k", rows, {"source": "Column", "heading": "Heading"}, disabled=("source",),
        add=lambda word: {"source": word, "heading": ""}, choices=["Boxes", "Cost"],
        add_label="Add a column", once="source",
    )  # fmt: skip
    st.code("\n".join(f"{row['source']}={row['heading']}" for row in found))


@pytest.fixture
def screen() -> AppTest:
    return AppTest.from_function(_screen).run()


def shown(screen: AppTest) -> list[str]:
    assert not screen.exception
    return screen.code[0].value.split("\n")


def test_a_column_is_added_at_the_end_and_what_was_written_stays(screen: AppTest) -> None:
    assert shown(screen) == ["Boxes=", "Stems=", "Product="]
    screen.session_state["k_0"] = {
        "edited_rows": {1: {"heading": "Tallos"}}, "added_rows": [], "deleted_rows": [],
    }  # fmt: skip
    assert shown(screen.run()) == ["Boxes=", "Stems=Tallos", "Product="]
    assert screen.selectbox[0].options == ["Cost"]
    screen.selectbox[0].select("Cost").run()
    assert shown(screen) == ["Boxes=", "Stems=Tallos", "Product=", "Cost="]
    assert screen.selectbox[0].options == []


def test_a_row_moves_by_one_place_and_no_row_is_lost() -> None:
    chance = Random(5)
    rows = [{"source": str(n)} for n in range(6)]
    for _turn in range(200):
        at = chance.randrange(len(rows))
        to = at + chance.choice((-1, 1))
        moved = move_row(rows, at, to)
        if 0 <= to < len(rows):
            assert moved[to] == rows[at]
            assert moved[at] == rows[to]
        else:
            assert moved == rows
        assert sorted(row["source"] for row in moved) == list("012345")
        rows = moved
    assert move_row(rows, 2, None) == rows[:2] + rows[3:]
