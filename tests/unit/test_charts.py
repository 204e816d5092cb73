"""Colours of importers: kept, and told apart by people who see fewer of them; weeks for days."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import polars as pl
import pytest

from komet.orders.planning import shows_weeks, sum_days_by_week
from komet.web.screens.charts import IMPORTERS, boxes_by_ship_date, importer_scale

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision
# deficiency" (2009), severity 1, on linear RGB
EYES = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
DAY = date(2026, 11, 30)  # a Monday


def seen(colour: str, eyes: str) -> tuple[float, float, float]:
    """CIE L*a*b* of a colour as these eyes see it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    r, g, b = (
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True))))
        for row in EYES[eyes]
    )
    x, y, z = (
        c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116
        for c in (
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eyes", EYES)
def test_any_two_importers_are_told_apart(eyes: str) -> None:
    assert len(IMPORTERS) > 9
    apart = [
        sum((p - q) ** 2 for p, q in zip(seen(one, eyes), seen(other, eyes), strict=True)) ** 0.5
        for one, other in combinations(IMPORTERS, 2)
    ]
    assert min(apart) > 11  # a difference of 2 is just noticed


def test_an_importer_keeps_its_colour_whoever_else_is_shown() -> None:
    numbers = {f"Importer {n}": n for n in range(25)}
    every = importer_scale(numbers, numbers).to_dict()
    of_all = dict(zip(every["domain"], every["range"], strict=True))
    assert len({of_all[name] for name in list(numbers)[: len(IMPORTERS)]}) == len(IMPORTERS)
    for few in (["Importer 7"], ["Importer 3", "Importer 12"], list(reversed(numbers))):
        scale = importer_scale(few, numbers).to_dict()
        assert dict(zip(scale["domain"], scale["range"], strict=True)) == {
            name: of_all[name] for name in few
        }
    assert importer_scale(["Nobody"], numbers).to_dict()["range"] == [IMPORTERS[0]]


def days(span: int) -> pl.DataFrame:
    rows = [(DAY + timedelta(n), name, 1.0 + n) for n in range(span) for name in ("A", "B")]
    return pl.DataFrame(rows, schema=["ship_date", "provider", "boxes"], orient="row")


def test_many_days_are_shown_by_week() -> None:
    assert not shows_weeks(days(91))
    assert not shows_weeks(days(0))
    assert shows_weeks(days(92))
    weeks = sum_days_by_week(days(100))
    mondays = weeks["ship_date"].unique().sort().to_list()
    assert mondays[0] == DAY
    assert {(b - a).days for a, b in pairwise(mondays)} == {7}
    assert weeks.filter(pl.col("provider") == "A")["boxes"][0] == sum(1.0 + n for n in range(7))
    assert weeks["boxes"].sum() == days(100)["boxes"].sum()
    chart = boxes_by_ship_date(weeks, {"A": 0, "B": 1}, weeks=True).to_dict()
    assert chart["encoding"]["x"]["title"] == "Ship week, from Monday"
    assert chart["encoding"]["x2"]["field"] == "until"
    of_days = boxes_by_ship_date(days(30), {"A": 0, "B": 1}, weeks=False).to_dict()
    assert of_days["encoding"]["x"]["title"] == "Ship date"
    assert "x2" not in of_days["encoding"]
