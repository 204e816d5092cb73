"""What an answer says of each PO: new, touched, the same, or known better by now. Pure.

Several slices are judged at once (`n` is the index of each), and written together as far as none
of them depends on another: whoever writes them one by one comes to the same store.
"""

from collections.abc import Sequence

import polars as pl

from komet.ingest.frames import DAY, PO, ordered_join
from komet.ingest.model import KOMET
from komet.ingest.sources import SOURCES, stand_ins
from komet.orders.table.items import ASKED

_SEEN = ("seen_commit", "seen_by", "seen_turn")


def judge_orders(slices: pl.DataFrame, orders: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """What becomes of each incoming PO: `state` is new, touched, same or later.

    `slices`: n, `DAY`, at, `ASKED`, is_first. `stored`: as `mirror.stored_heads` gives it. A PO is
    `later` where an answer asked for later than ours, of another day or by number, showed it.
    Returns n, `PO`, slice_date, number, at, `ASKED`, is_first, state and day_was: the day that it
    is stored on.
    """
    heads = orders.select(*PO, "slice_date", "number", "content_hash")
    heads = ordered_join(heads, slices, on=DAY)
    before = stored.rename({"slice_date": "day_was", "content_hash": "hash_was"})
    heads = ordered_join(heads, before, on=PO, how="left")
    is_stored, is_there = pl.col("day_was").is_not_null(), pl.col("gone_at").is_null()
    is_same = (
        is_there
        & pl.col("content_hash").eq_missing(pl.col("hash_was"))
        & (pl.col("slice_date") == pl.col("day_was"))
    )
    state = (
        pl.when(~is_stored).then(pl.lit("new"))
        .when(is_there & _asked_before_seen()).then(pl.lit("later"))
        .when(is_same).then(pl.lit("same"))
        .otherwise(pl.lit("touched"))
    )  # fmt: skip
    return heads.with_columns(state=state).select(
        "n", *PO, "slice_date", "number", "at", *ASKED, "is_first", "state", "day_was"
    )


def missing_orders(
    slices: pl.DataFrame, orders: pl.DataFrame, stored: pl.DataFrame
) -> pl.DataFrame:
    """The POs stored of whole slices' days that the answers leave out: n, `PO`, at and is_gone.

    Of one that an answer asked for later has shown, it is not said that it is gone.
    """
    whole = slices.filter("whole").select("n", *DAY, "at", "source", *ASKED)
    missing = ordered_join(stored.filter(pl.col("gone_at").is_null()), whole, on=DAY)
    missing = ordered_join(missing, orders, on=PO, how="anti")
    missing = missing.filter(_answers_for())
    return missing.select("n", *PO, "at", (~_asked_before_seen()).alias("is_gone"))


def count_independent(
    slices: pl.DataFrame, heads: pl.DataFrame, lines: pl.DataFrame, elsewhere: pl.DataFrame
) -> int:
    """How many of the slices, from the first, neither share nor take from each other anything.

    `slices`: n and `DAY`. `heads`: as judged. `lines` and `elsewhere`: n, provider_id, po_item_id:
    the lines that are written, and those of them that are stored under another PO, with po_id and
    slice_date.
    """
    if slices.height < 2:
        return slices.height
    days = [slices, heads.select("n", "provider_id", slice_date="day_was"), elsewhere]
    claims = (
        (DAY, days),
        (PO, [heads, elsewhere]),
        (("provider_id", "po_item_id"), [lines]),
    )
    shared = [
        _first_shared(pl.concat([part.select("n", *key) for part in parts]), key)
        for key, parts in claims
    ]
    return min([slices.height, *(n for n in shared if n is not None)])


def _first_shared(claims: pl.DataFrame, key: Sequence[str]) -> int | None:
    """The first slice that claims what an earlier one has claimed."""
    claims = claims.drop_nulls()
    if claims.select(key).is_unique().all():
        return None
    claimed = claims.group_by(key).agg(pl.col("n").unique().sort().get(1, null_on_oob=True))
    found = claimed["n"].min()
    return found if isinstance(found, int) else None


def _asked_before_seen() -> pl.Expr:
    """`RequestMark.before`: whether we asked before whoever saw the stored PO last."""
    commit, process, turn = (pl.col(name) for name in ASKED)
    seen_commit, seen_by, seen_turn = (pl.col(name) for name in _SEEN)
    return pl.when(process == seen_by).then(turn < seen_turn).otherwise(commit < seen_commit)


def _answers_for() -> pl.Expr:
    """Whether a day's answer of this source that leaves a PO out says that it is gone.

    Each source answers for its own orders. What stood in for them is deleted by then, so a PO whose
    ID looks like a stand-in's is this source's own.
    """
    is_own = pl.lit(value=False)
    is_marked = pl.lit(value=False)
    standing_in = [source.name for source in stand_ins()]
    for source in SOURCES.values():
        if not source.id_prefix:
            continue
        is_its = ~is_marked & pl.col("po_id").str.starts_with(source.id_prefix)
        is_marked |= is_its
        answers = pl.col("source") == source.name
        if source.stands_in:
            answers |= ~pl.col("source").is_in(standing_in)
        is_own |= is_its & answers
    return is_own | (~is_marked & (pl.col("source") == KOMET))
