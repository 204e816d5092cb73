"""Slices written together, in any groups, leave the store that writing them one by one leaves.

And an answer that was not read, because its digest is the stored one's, leaves what reading it
leaves: whatever happened to its day in between. KOMET_EXAMPLES raises the number of examples.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import duckdb
import hypothesis
import pytest
from hypothesis import strategies as st
from record_rows import slice_rows

from komet.api.client import Slice
from komet.api.models import DataProblem, PurchaseOrder
from komet.db.database import Connection
from komet.db.migrate import migrate
from komet.ingest.commit import write_slices
from komet.ingest.commit_clock import RequestMark
from komet.ingest.frames import SameAnswer, SliceFrames, to_frames
from komet.ingest.model import SliceResult
from komet.ingest.sources.portal_file.source import NAME as FILE

_DAYS = tuple(date(2026, 11, 23) + timedelta(days=n) for n in range(4))
_START = datetime(2026, 11, 20, tzinfo=UTC)
_TABLES = (
    "purchase_orders", "po_lines", "po_breakdowns", "po_boxes", "order_items", "po_changes",
    "po_differences", "day_slices", "data_problems", "komet_products", "commit_counter",
)  # fmt: skip
_LINE = st.tuples(
    st.sampled_from(["l1", "l2", "l3", "l4", "l5", "l6"]),
    st.fixed_dictionaries(
        {
            "boxes": st.integers(0, 3),
            "product": st.sampled_from(["r", "s", None]),
            "status": st.sampled_from(["P", "CA"]),
            "mixed": st.booleans(),
        }
    ),
)
_ORDER = st.fixed_dictionaries(
    {
        "day": st.integers(0, 3),
        "status": st.sampled_from(["Pending", "CA"]),
        "lines": st.lists(_LINE, max_size=3, unique_by=lambda line: line[0]),
    }
)
_WORLD = st.dictionaries(st.sampled_from(["p1", "p2", "p3", "p4"]), _ORDER, max_size=4)
_SLICE = st.fixed_dictionaries(
    {
        "provider": st.sampled_from(["a", "a", "b"]),
        "day": st.integers(0, 3),
        # of a refresh by number, or of a file, all is not said
        "kind": st.sampled_from(["whole", "whole", "whole", "whole", "numbers", "file"]),
        "late": st.integers(0, 2),
        "process": st.sampled_from(["ours", "ours", "theirs"]),
        "same": st.booleans(),
    }
)
_STEPS = st.lists(st.tuples(_WORLD, st.lists(_SLICE, max_size=8)), min_size=1, max_size=4)
_MANY = hypothesis.settings(
    max_examples=int(os.environ.get("KOMET_EXAMPLES", "12")),
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.too_slow,
    ],
)


@pytest.fixture
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        migrate(connection)
        yield connection


def order(po_id: str, told: dict[str, Any]) -> dict[str, Any]:
    details = [
        {"poItemId": item, "productId": line["product"],
         "productDescription": f"Rose {line['product']} {line['boxes']}",
         "totalBoxes": line["boxes"], "totalUnits": line["boxes"] * 100,
         "totalCost": line["boxes"] * 30, "lineItemStatus": line["status"],
         "boxes": [{"boxCode": f"{item}-{n}"} for n in range(line["boxes"])],
         "breakdowns": [{"productId": p, "productDescription": f"Mix {p}",
                         "bunches": line["boxes"], "stemsBunch": 25} for p in ("x", "y")]
         if line["mixed"] else []}
        for item, line in told["lines"]
    ]  # fmt: skip
    return {"id": po_id, "number": po_id.upper(), "shipDate": str(_DAYS[told["day"]]),
            "status": told["status"], "details": details}  # fmt: skip


def slice_of(world: dict[str, Any], asked: dict[str, Any], moment: int) -> SliceFrames:
    """The answer to that question; `late`: sent as many commits before."""
    day = _DAYS[asked["day"]]
    found = [order(po, told) for po, told in world.items() if told["day"] == asked["day"]]
    if asked["kind"] == "numbers":
        found = found[:1]
    digest = hashlib.sha256(json.dumps(found).encode()).hexdigest()
    prefix = "file:" if asked["kind"] == "file" else ""
    at = _START + timedelta(minutes=moment)
    orders = [PurchaseOrder.model_validate(one | {"id": prefix + one["id"]}) for one in found]
    problems = [DataProblem("notes", "?", one.id) for one in orders if one.number == "P2"]
    mark = RequestMark(max(0, moment - 10 * asked["late"]), asked["process"], moment)
    rows = slice_rows(asked["provider"], day, Slice(orders, problems, at), mark)
    rows.whole = asked["kind"] == "whole"
    if prefix:
        rows.source = FILE
    return replace(to_frames(rows), digest=digest if rows.whole else None)


def unread(slice_: SliceFrames) -> SameAnswer:
    assert slice_.digest is not None
    return SameAnswer(
        slice_.provider_id, slice_.day, slice_.requested_at, slice_.digest, asked=slice_.asked
    )


def content(con: Connection) -> dict[str, list[str]]:
    """Every row of every table that a slice writes to, but the time of the machine's clock."""
    return {
        table: sorted(
            str({k: v for k, v in row.items() if k != "updated_at"})
            for row in con.rows(f"FROM {table}")
        )
        for table in _TABLES
    }


def write(con: Connection, group: Sequence[SliceFrames], skip: Sequence[bool]) -> list[SliceFrames]:
    """Write a group, where `skip` as the answers that nobody read; returns it as it was written."""
    given = [
        unread(slice_) if skipped and slice_.digest else slice_
        for slice_, skipped in zip(group, skip, strict=True)
    ]
    results = write_slices(con, given, "run")
    believed = [s for s, result in zip(group, results, strict=True) if result is not None]
    refused = [s for s, result in zip(group, results, strict=True) if result is None]
    assert all(isinstance(g, SameAnswer) for g, r in zip(given, results, strict=True) if r is None)
    if refused:
        assert None not in write_slices(con, refused, "run")
    return believed + refused


@_MANY
@hypothesis.given(steps=_STEPS, sizes=st.lists(st.integers(1, 8), min_size=40, max_size=40))
def test_any_groups_leave_the_same_store(
    raw: duckdb.DuckDBPyConnection, steps: list[tuple[Any, list[Any]]], sizes: list[int]
) -> None:
    asked = [(world, slice_) for world, found in steps for slice_ in found]
    every = [slice_of(world, slice_, n) for n, (world, slice_) in enumerate(asked, start=1)]
    skip = [slice_["same"] for _world, slice_ in asked]
    con = Connection(raw)
    raw.execute("BEGIN")
    waiting, groups = iter(zip(every, skip, strict=True)), iter(sizes)
    written: list[SliceFrames] = []
    while group := list(islice(waiting, next(groups))):
        written += write(con, [one for one, _skip in group], [skipped for _one, skipped in group])
    together = content(con)
    raw.execute("ROLLBACK")
    raw.execute("BEGIN")
    for slice_ in written:
        write_slices(con, [slice_], "run")
    alone = content(con)
    raw.execute("ROLLBACK")
    for table in _TABLES:
        assert together[table] == alone[table], table


@_MANY
@hypothesis.given(world=_WORLD, asked=_SLICE)
def test_an_answer_that_is_the_same_counts_as_if_it_were_read(
    raw: duckdb.DuckDBPyConnection, world: dict[str, Any], asked: dict[str, Any]
) -> None:
    whole = asked | {"kind": "whole", "late": 0}
    first, second = slice_of(world, whole, 1), slice_of(world, whole, 2)
    con = Connection(raw)
    found: list[tuple[list[SliceResult | None], dict[str, list[str]]]] = []
    for again in (second, unread(second)):
        raw.execute("BEGIN")
        write_slices(con, [first], "run 1")
        result = write_slices(con, [again], "run 2")
        found.append((result, content(con)))
        raw.execute("ROLLBACK")
    assert found[0] == found[1]


def test_an_answer_that_is_not_the_stored_one_any_more_is_not_believed(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    told = {"day": 0, "status": "Pending", "lines": []}
    asked = {"provider": "a", "day": 0, "kind": "whole", "late": 0, "process": "ours"}
    here, gone = slice_of({"p1": told}, asked, 1), slice_of({}, asked, 2)
    con = Connection(raw)
    assert write_slices(con, [unread(here)], "run") == [None]
    write_slices(con, [here, gone], "run")
    late = replace(here, asked=RequestMark(3, "ours", 3))
    assert write_slices(con, [unread(late)], "run") == [None]
    assert con.value("SELECT count(*) FROM purchase_orders WHERE gone_at IS NULL") == 0
