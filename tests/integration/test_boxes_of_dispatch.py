"""Box codes of dispatch: scanned, from a file, exchanged and moved; every rule by its reason."""

import polars as pl
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded

from komet.dispatch.awb import format_awb
from komet.dispatch.box_codes import parse_box_codes
from komet.dispatch.boxes import Exchange, exchange_box_codes, list_boxes, move_boxes
from komet.dispatch.check import check_lines
from komet.dispatch.lines import LineFilter, list_lines
from komet.dispatch.model import LineEntry, Receipt, WriteState
from komet.dispatch.outbox import queue_writes
from komet.dispatch.packing import compact_codes, pack_file, scan_box
from komet.dispatch.send import send_batch
from komet.errors import InvalidInput
from komet.labels.boxes import list_label_boxes
from komet.orders.filters import OrderFilter

AWB = "729-12345675"  # 1234567 = 7 × 176366 + 5
OTHER = "045-76543213"  # 7654321 = 7 × 1093474 + 3


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(0, 2)


def chosen(accounts: Accounts) -> LineFilter:
    first, last = accounts.days(0, 2)
    return LineFilter(date_from=first, date_to=last, providers=(accounts.magnolia.id,))


def lines(accounts: Accounts) -> pl.DataFrame:
    """Lines of Magnolia that can be shipped, with three boxes or more."""
    found = list_lines(accounts.ctx, chosen(accounts))
    return found.filter(pl.col("state").is_in(["to_confirm", "confirmed"]) & (pl.col("boxes") > 2))


def shipped(accounts: Accounts, codes: str) -> tuple[str, Receipt]:
    """A line that has left with these codes; its ID, and the receipt."""
    item = lines(accounts)["po_item_id"][0]
    entry = LineEntry(1, accounts.magnolia.id, item, awb=AWB, box_codes=codes)
    queued = queue_writes(accounts.ctx, ACTOR, check_lines(accounts.ctx, "test", [entry]))
    return item, send_batch(accounts.ctx, ACTOR, queued.batch_id)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("R-0001", "R-0002", "R-0003"), "R-0001…R-0003"),
        (("A9", "A10", "A11"), "A9, A10, A11"),
        (("97", "98", "99", "100", "101", "102"), "97…99, 100…102"),
        (("R-1", "R-2", "X"), "R-1, R-2, X"),
        (("X", "Y"), "X, Y"),
        ((), ""),
    ],
)
def test_codes_are_shortened_so_that_they_can_be_read_back(
    codes: tuple[str, ...], expected: str
) -> None:
    assert compact_codes(codes) == expected
    assert parse_box_codes(expected) == codes


def test_each_scan_is_kept_and_doubles_are_refused_at_once(accounts: Accounts) -> None:
    first, second = lines(accounts)["po_item_id"][:2]
    ctx, magnolia = accounts.ctx, accounts.magnolia.id
    assert scan_box(ctx, ACTOR, magnolia, first, " S-1 ") == ("S-1",)
    assert scan_box(ctx, ACTOR, magnolia, first, "S-2") == ("S-1", "S-2")
    with pytest.raises(InvalidInput, match="box 1 of this line"):
        scan_box(ctx, ACTOR, magnolia, first, "S-1")
    with pytest.raises(InvalidInput, match="belongs to another line"):
        scan_box(ctx, ACTOR, magnolia, second, "S-2")
    with pytest.raises(InvalidInput, match="too long"):
        scan_box(ctx, ACTOR, magnolia, second, "x" * 21)
    for text in ("AB 12", "R-1..R-3", "A,B", ""):
        with pytest.raises(InvalidInput):
            scan_box(ctx, ACTOR, magnolia, second, text)
    boxes = int(lines(accounts).filter(po_item_id=second)["boxes"][0])
    for number in range(boxes):
        scan_box(ctx, ACTOR, magnolia, second, f"T-{number}")
    with pytest.raises(InvalidInput, match="All boxes of this line"):
        scan_box(ctx, ACTOR, magnolia, second, "T-more")
    found = list_lines(ctx, chosen(accounts)).filter(po_item_id=second)
    assert found["packed"][0].to_list() == [f"T-{number}" for number in range(boxes)]
    assert found["state"][0] == "packed"


def test_codes_from_a_file_go_to_their_lines(accounts: Accounts) -> None:
    shown = lines(accounts)
    item, number = shown["po_item_id"][0], shown["po_number"][1]
    text = f"Line;Code\n{item};C-001\n{item};C-002\n{item};C-002\nP999999;C-003\n{number};C-004\n"
    found = pack_file(accounts.ctx, ACTOR, shown, text.encode(), "codes.csv")
    assert found.codes == 3
    assert [(one.row, one.reason.split(".")[0]) for one in found.problems] == [
        (4, "The box code C-002 is there twice"),
        (5, "No PO or line of this name is among the lines shown"),
    ]
    packed = list_lines(accounts.ctx, chosen(accounts)).filter(po_item_id=item)["packed"][0]
    assert packed.to_list()[:2] == ["C-001", "C-002"]
    # two importers with the same PO number: neither gets the codes of the other
    of_another = shown.with_columns(
        provider_id=pl.lit(accounts.petalo.id), provider=pl.lit("Pétalo")
    )
    text = f"{number};D-001\n"
    both = pl.concat([shown, of_another])
    found = pack_file(accounts.ctx, ACTOR, both, text.encode(), "codes.csv")
    assert found.codes == 0
    assert "Choose one of them" in found.problems[0].reason


def test_a_box_code_is_exchanged_and_back_again(accounts: Accounts) -> None:
    shipped(accounts, "K-0001…K-0003")
    ctx, magnolia = accounts.ctx, accounts.magnolia.id
    boxes = list_boxes(ctx, chosen(accounts)).filter(pl.col("box_code").str.starts_with("K-"))
    assert boxes["box_code"].to_list() == ["K-0001", "K-0002", "K-0003"]
    assert set(boxes["awb"]) == {AWB}
    preview = exchange_box_codes(
        ctx,
        "test",
        [
            Exchange(1, magnolia, "K-0001", "N-1"),
            Exchange(2, magnolia, "K-0002", "N-1"),
            Exchange(3, magnolia, "K-0002", "K-0003"),
            Exchange(4, magnolia, "K-0003", "x" * 21),
            Exchange(5, magnolia, "K-9", "N-2"),
            Exchange(6, accounts.petalo.id, "K-0003", "N-3"),
        ],
    )
    assert [draft.row for draft in preview.drafts] == [1]
    assert [problem.row for problem in preview.problems] == [2, 3, 4, 5, 6]
    for old, new in (("K-0001", "N-1"), ("N-1", "K-0001")):
        preview = exchange_box_codes(ctx, "test", [Exchange(1, magnolia, old, new)])
        receipt = send_batch(ctx, ACTOR, queue_writes(ctx, ACTOR, preview).batch_id)
        assert [write.state for write in receipt.writes] == [WriteState.SENT]
        assert new in list_boxes(ctx, chosen(accounts))["box_code"].to_list()


def test_boxes_move_to_another_awb_where_the_token_may(accounts: Accounts) -> None:
    item, _receipt = shipped(accounts, "K-0001…K-0003")
    ctx, magnolia = accounts.ctx, accounts.magnolia.id
    with pytest.raises(InvalidInput, match="wrong check digit"):
        move_boxes(ctx, "test", [(magnolia, "K-0001")], "729-12345674", accounts.today)
    preview = move_boxes(
        ctx, "test", [(magnolia, "K-0001"), (magnolia, "gone")], OTHER, accounts.today
    )
    assert [problem.row for problem in preview.problems] == [2]
    receipt = send_batch(ctx, ACTOR, queue_writes(ctx, ACTOR, preview).batch_id)
    assert [write.state for write in receipt.writes] == [WriteState.SENT]
    state = accounts.sandbox.state
    packed = next(
        line.packed
        for order in state.known_orders("magnolia")
        for line in order.lines
        if str(line.id) == item
    )
    assert {carton.code: carton.awb for carton in packed}["K-0001"] == OTHER
    assert {carton.code: carton.awb for carton in packed}["K-0002"] == AWB
    listed = list_boxes(ctx, chosen(accounts)).filter(po_item_id=item)
    assert dict(listed.select("box_code", "awb").rows()) == {
        "K-0001": OTHER, "K-0002": AWB, "K-0003": AWB
    }  # fmt: skip
    labels = list_label_boxes(ctx, OrderFilter(providers=(magnolia,))).boxes
    assert {box.box_code: box.awb for box in labels if box.po_item_id == item} == {
        "K-0001": format_awb(OTHER), "K-0002": format_awb(AWB), "K-0003": format_awb(AWB)
    }  # fmt: skip
