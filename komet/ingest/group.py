"""Day slices that are compared with the store, and written to it, by the same few statements."""

from collections.abc import Sequence

import polars as pl

from komet.db.database import TIME, Connection, Schema
from komet.ingest import compare, judge
from komet.ingest.frames import (
    DAY,
    LINE,
    PO,
    OrderFrames,
    SameAnswer,
    SliceFrames,
    ordered_join,
    together,
)
from komet.ingest.merge import Verdict, merge_orders
from komet.ingest.model import SliceResult
from komet.ingest.slots import Slot
from komet.ingest.sources import SOURCES
from komet.ingest.table import differences, mirror, slices
from komet.ingest.table.slices import DAY_SLICES
from komet.orders.table import day_sums
from komet.orders.table.items import ASKED

_KEY: Schema = {"n": pl.Int64, "provider_id": pl.String, "slice_date": pl.Date}
_SLICES: Schema = {
    **_KEY,
    "source": pl.String,
    "whole": pl.Boolean,
    "at": TIME,
    "is_first": pl.Boolean,
    "commit_no": pl.Int64,
    **ASKED,
}
_CHANGED = ("n", *compare.CHANGES)
_CHANGES: Schema = {
    "n": pl.Int64,
    **dict.fromkeys(compare.CHANGES, pl.String),
    "first_download": pl.Boolean,
}


class Group:
    """Slices and what the store has of their POs, as far as it matters to what is written."""

    def __init__(self, con: Connection, run_id: str, slots: Sequence[Slot]) -> None:
        self._con = con
        self._run_id = run_id
        self._slots = slots
        self._parts = {
            slot.n: slot.slice
            for slot in slots
            if isinstance(slot.slice, SliceFrames) and slot.commit_no is not None
        }
        self._slices = pl.DataFrame(
            [
                {
                    **slot.key,
                    **slot.mark,
                    "source": slot.slice.source,
                    "whole": self._parts[slot.n].whole,
                    "at": slot.slice.requested_at,
                    "is_first": slot.is_first,
                    "commit_no": slot.commit_no,
                }
                for slot in slots
                if slot.n in self._parts
            ],
            schema=_SLICES,
        )
        self._incoming = together([part.orders for part in self._parts.values()])
        orders = self._incoming.purchase_orders
        stored = pl.DataFrame(schema=mirror.STORED_HEADS)
        if self._parts:
            stored = mirror.stored_heads(con, self._slices, orders)
        self._heads = judge.judge_orders(self._slices, orders, stored)
        self._missing = judge.missing_orders(self._slices, orders, stored)
        self._written = self._heads.filter(pl.col("state").is_in(["new", "touched"]))
        # a line that two POs have is the last one's
        self._owners = ordered_join(
            self._incoming.po_lines.select(LINE), self._written.select(*PO, "n"), on=PO
        ).unique(["n", "provider_id", "po_item_id"], keep="last", maintain_order=True)
        self._elsewhere = pl.DataFrame(schema=mirror.LINES_ELSEWHERE)
        if self._owners.height:
            self._elsewhere = mirror.lines_elsewhere(con, self._owners)

    def count_independent(self) -> int:
        """How many of them, from the first, do not depend on each other."""
        every = pl.DataFrame([slot.key for slot in self._slots], schema=_KEY)
        return judge.count_independent(every, self._heads, self._owners, self._elsewhere)

    def write(self, replaced: Sequence[str]) -> list[SliceResult | None]:
        """Write all of them; `replaced`: numbers of POs that stood in for the first one's."""
        changes = pl.DataFrame(schema=_CHANGES)
        if self._written.height or self._missing["is_gone"].any():
            changes = self._write_orders()
        counts = self._counts()
        self._record_answers(counts)
        self._renew_answers()
        return self._results(changes, counts, replaced)

    def _write_orders(self) -> pl.DataFrame:
        """Write what is new, touched and gone; returns the changes."""
        con, written = self._con, self._written
        touched = written.filter(pl.col("state") == "touched")
        gone = self._missing.filter("is_gone").drop("is_gone")
        known = pl.concat([touched.select("n", *PO), gone.select("n", *PO)])
        incoming = self._incoming
        if written.height < self._heads.height:
            incoming = incoming.of_orders(written)
        stored = mirror.stored_orders(con, known) if known.height else incoming.clear()
        # lines that are taken from POs which are left as they are otherwise
        moved = ordered_join(self._elsewhere, known, on=PO, how="anti")
        moved_lines = mirror.stored_lines(con, moved)

        own = compare.order_changes(stored.of_orders(touched), incoming.of_orders(touched))
        own = ordered_join(own, written.select("n", *PO), on=PO)
        again = slices.withdraw_gone(con, self._run_id, touched).with_columns(kind=pl.lit("back"))
        own = ordered_join(own, again, on=(*PO, "kind"), how="anti")
        changes = self._all_changes(own, stored.of_orders(gone), moved_lines)
        verdict = Verdict(written.select("n", *PO, "at", *ASKED), gone, own, self._owners)
        rows = merge_orders(stored, incoming, verdict)
        before, items = mirror.stored_items(con, known, moved), mirror.derive_items(con, rows)
        mirror.delete_orders(con, known)
        mirror.delete_lines(con, moved)
        with con.tables(
            items=items,
            items_before=before,
            recorded=self._recorded(),
            first_orders=changes.filter("first_download").select(PO),
        ):
            mirror.insert_orders(con, rows)
            differences.record(con, are_all_new=before.is_empty())
        day_sums.refresh(con, pl.concat([before.select(DAY), items.select(DAY)]))
        mirror.learn_products(con, rows)
        slices.record_changes(con, ordered_join(changes, self._recorded(), on=("n",)))
        gone_before = moved_lines.filter(pl.col("gone_at").is_not_null())
        slices.record_taken_lines(con, self._run_id, gone_before)
        left = touched.filter(pl.col("day_was") != pl.col("slice_date"))
        left_days = pl.concat([left.select("provider_id", slice_date="day_was"), moved.select(DAY)])
        slices.forget_digests(con, left_days)
        return changes

    def _all_changes(
        self, own: pl.DataFrame, gone: OrderFrames, moved_lines: pl.DataFrame
    ) -> pl.DataFrame:
        """With what is new and gone as a whole, and the lines that other POs have taken."""
        new = self._written.filter(pl.col("state") == "new")
        firsts = new.filter("is_first").select(*PO, first_download=pl.lit(value=True))
        missing = ordered_join(gone.purchase_orders, self._missing.select("n", *PO), on=PO)
        # of a PO that is gone: shown only where that comes back (`NOT_IMPLIED`)
        lost = ordered_join(
            pl.concat([gone.po_lines, moved_lines]),
            self._owners.select("n", "provider_id", "po_item_id"),
            on=("provider_id", "po_item_id"),
        )
        found = pl.concat(
            part.select(_CHANGED)
            for part in (
                compare.whole_orders("new", new),
                own,
                compare.whole_orders("gone", missing),
                compare.lines_gone(lost),
            )
        )
        is_new = pl.col("kind") == "new"
        return ordered_join(found, firsts, on=PO, how="left").with_columns(
            first_download=(
                is_new & pl.col("po_item_id").is_null() & pl.col("first_download")
            ).fill_null(value=False)
        )

    def _recorded(self) -> pl.DataFrame:
        """What every row of a slice is recorded with, by n."""
        return self._slices.select(
            "n", "slice_date", "commit_no", seen_at="at", run_id=pl.lit(self._run_id)
        )

    def _record_answers(self, counts: dict[int, tuple[int, int]]) -> None:
        """Record the answers that were read, with their data problems."""
        # where not all stands as the answer says, the same answer would have to be read again
        in_part = {
            *self._missing.filter(~pl.col("is_gone"))["n"],
            *self._heads.filter(pl.col("state") == "later")["n"],
        }
        days, problems = [], []
        for slot in self._slots:
            part = self._parts.get(slot.n)
            if part is None:
                continue
            if _answers_day(part):
                orders, lines = counts[slot.n]
                digest = part.digest if part.whole and slot.n not in in_part else None
                days.append(
                    slot.row(self._run_id) | {"orders": orders, "lines": lines, "digest": digest}
                )
                problems.append(part.problems)
                continue
            heads = self._heads.filter(pl.col("state") != "later")
            slices.record_orders(self._con, heads, slot.asked, part.problems)
            stored_on = heads.select("provider_id", slice_date="day_was").drop_nulls()
            own = pl.DataFrame([slot.key], schema=_KEY).select(DAY)
            slices.forget_digests(self._con, pl.concat([stored_on, own]))
        if days:
            frame = pl.DataFrame(days, schema=DAY_SLICES)
            again = any(slot.newest for slot in self._slots)
            slices.record_slices(self._con, frame, pl.concat(problems), again=again)

    def _renew_answers(self) -> None:
        """Record the answers that were not read, because they are the stored ones."""
        same = [
            slot.row(self._run_id)
            for slot in self._slots
            if slot.commit_no is not None and slot.n not in self._parts
        ]
        if same:
            slices.renew_slices(self._con, pl.DataFrame(same, schema=DAY_SLICES))

    def _counts(self) -> dict[int, tuple[int, int]]:
        """n → POs of the answer that stand on its day now, and their lines."""
        is_here = (pl.col("state") != "later") | (pl.col("day_was") == pl.col("slice_date"))
        lines = self._incoming.po_lines.group_by(PO).len("lines")
        here = self._heads.filter(is_here).join(lines, on=PO, how="left")
        counts = here.group_by("n").agg(pl.len(), pl.col("lines").sum())
        found = dict.fromkeys(self._parts, (0, 0))
        return found | {n: (orders, count) for n, orders, count in counts.iter_rows()}

    def _results(
        self,
        changes: pl.DataFrame,
        counts: dict[int, tuple[int, int]],
        replaced: Sequence[str],
    ) -> list[SliceResult | None]:
        kinds = _count_kinds(changes) if changes.height else {}
        problems = slices.count_problems(
            self._con,
            pl.DataFrame(
                [slot.key for slot in self._slots if isinstance(slot.slice, SameAnswer)],
                schema=_KEY,
            ),
        )
        results: list[SliceResult | None] = []
        for slot in self._slots:
            slice_ = slot.slice
            if isinstance(slice_, SameAnswer):
                results.append(
                    SliceResult(
                        orders=slot.newest.orders,
                        lines=slot.newest.lines,
                        problems=0 if slot.is_old else problems.get(slot.n, 0),
                    )
                    if slot.newest and slot.is_same
                    else None
                )
            elif slot.n not in self._parts:
                unwritten = slice_.orders
                results.append(
                    SliceResult(unwritten.purchase_orders.height, unwritten.po_lines.height)
                )
            else:
                orders, lines = counts[slot.n]
                results.append(
                    SliceResult(
                        orders=orders,
                        lines=lines,
                        problems=slice_.problems.height,
                        replaced=tuple(replaced),
                        **kinds.get(slot.n, {}),
                    )
                )
        return results


def _answers_day(part: SliceFrames) -> bool:
    """Whether it is recorded as the newest answer of its day, and not as one of single POs."""
    return part.whole or not SOURCES[part.source].gives_whole_days


def _count_kinds(changes: pl.DataFrame) -> dict[int, dict[str, int]]:
    """n → POs by what became of them, as `SliceResult` names that."""
    is_whole = pl.col("kind").is_in(["new", "first", "gone"])
    kind = (
        pl.when("first_download").then(pl.lit("first"))
        .when(pl.col("po_item_id").is_null()).then("kind")
        .otherwise(pl.lit("changed"))
    )  # fmt: skip
    found = changes.with_columns(kind=kind).select("n", *PO, "kind").unique()
    whole = found.filter(is_whole).select("n", *PO, is_whole=pl.lit(value=True))
    found = found.join(whole, on=["n", *PO], how="left")
    found = found.filter((pl.col("kind") != "changed") | pl.col("is_whole").is_null())
    counts: dict[int, dict[str, int]] = {}
    for n, name, count in found.group_by("n", "kind").len().iter_rows():
        counts.setdefault(n, {})[f"{name}_orders"] = count
    return counts
