"""Boxes to confirm as people paste them: what is understood, and what is named as not."""

import polars as pl
import pytest

from komet.dispatch.pasted import read_pasted

A, B, C = ("m", "11"), ("m", "12"), ("p", "21")


@pytest.fixture
def lines() -> pl.DataFrame:
    """PO P1 with two lines, and P2 with one, of another client; both clients have a PO P3."""
    names = ("provider_id", "provider", "po_number", "po_item_id", "boxes", "sku", "product",
             "product_id", "mark_code", "customer")  # fmt: skip
    rows = [
        ("m", "Magnolia", "P1", "11", 10, "RT-60", "Rose Tibet", "501", "AB", "Shop"),
        ("m", "Magnolia", "P1", "12", 4, None, "Rose Freedom", "502", "AB", "Shop"),
        ("p", "Pétalo", "P2", "21", 6, "CL", "Clavel", "503", None, None),
        ("m", "Magnolia", "P3", "13", 2, "GYP", "Gypsophila", "504", None, "Shop"),
        ("p", "Pétalo", "P3", "22", 3, "CL", "Clavel", "503", None, None),
    ]
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P2\t5", {C: 5}),
        ("p2 5", {C: 5}),
        ("P2: 5", {C: 5}),
        ("P2;5,0", {C: 5}),
        ("11\t8\n12\t4", {A: 8, B: 4}),
        ("P1\tRose Freedom\t3", {B: 3}),
        ("P1\trt-60\t10\t8", {A: 8}),
        ("PO\tBoxes\nP2\t6", {C: 6}),
        ("Orden\tCajas\nP1\ttodo", {A: 10, B: 4}),
        ("P1  all", {A: 10, B: 4}),
        ("\n\nP2\t0\n", {C: 0}),
        ("P2\t5\nP2\t5", {C: 5}),
        ("P3\tClavel\t1", {("p", "22"): 1}),
        ("P3\tmagnolia\ttodo", {("m", "13"): 2}),
    ],
)
def test_what_is_pasted_is_understood(
    lines: pl.DataFrame, text: str, expected: dict[tuple[str, str], int]
) -> None:
    found = read_pasted(lines, text)
    assert found.problems == []
    assert found.boxes == expected


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        ("P9\t5", 1, "No PO or line of this name"),
        ("P2\t6\nP1\t5", 2, "PO P1 has 2 lines"),
        ("P2\tmany", 1, "no number of boxes"),
        ("P2\t5\nP2\t6", 2, "another number for the same line"),
        ("P2\t1.5", 1, "no number of boxes"),
        ("P3\ttodo", 1, "Magnolia, Pétalo each have P3"),
        ("P3\t2", 1, "Magnolia, Pétalo each have P3"),
    ],
)
def test_what_cannot_be_used_is_named(
    lines: pl.DataFrame, text: str, row: int, reason: str
) -> None:
    [problem] = read_pasted(lines, text).problems
    assert problem.row == row
    assert reason in problem.reason
