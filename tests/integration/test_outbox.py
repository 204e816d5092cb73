"""The outbox: every write once, its outcome known or named, read back where it is unknown."""

import pytest
from sample_accounts import ACTOR, Accounts, Downloaded

from komet.dispatch.check import check_lines
from komet.dispatch.model import LineEntry, Receipt, WriteState
from komet.dispatch.outbox import count_writes, list_writes, queue_writes
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.send import send_batch
from komet.sandbox.records import Line

AWB = "729-12345675"  # 1234567 = 7 × 176366 + 5


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(0, 2)


def lines_of(accounts: Accounts, vendor: int | None = None) -> list[Line]:
    """Pending lines of the first days at Magnolia, as the sandbox itself has them."""
    state = accounts.sandbox.state
    found = []
    for order in state.all_orders("magnolia"):
        if accounts.today <= order.ship_date <= accounts.days(0, 2)[1]:
            found += [ln for ln in order.lines if ln.status == "Pending" and order.status == "A"]
    return found


def in_komet(accounts: Accounts, line_id: int) -> Line:
    for order in accounts.sandbox.state.known_orders("magnolia"):
        for line in order.lines:
            if line.id == line_id:
                return line
    raise LookupError(line_id)


def entry(accounts: Accounts, line: Line, row: int = 1, **values: str) -> LineEntry:
    return LineEntry(row, accounts.magnolia.id, str(line.id), **values)


def send(accounts: Accounts, *entries: LineEntry, accepted: bool = False) -> Receipt:
    preview = check_lines(accounts.ctx, "test", entries)
    assert preview.problems == ()
    queued = queue_writes(accounts.ctx, ACTOR, preview, accepted=accepted)
    assert queued.overtaken == ()
    return send_batch(accounts.ctx, ACTOR, queued.batch_id)


def test_confirmed_lines_are_confirmed_in_komet_and_in_the_store(accounts: Accounts) -> None:
    first, second = lines_of(accounts)[:2]
    wanted = {first.id: first.boxes, second.id: max(second.boxes - 1, 0)}
    receipt = send(
        accounts,
        *(
            entry(accounts, line, row, boxes=str(wanted[line.id]))
            for row, line in enumerate((first, second), start=1)
        ),
    )
    assert receipt.not_refreshed is None
    assert receipt.all_sent
    for line_id, boxes in wanted.items():
        assert in_komet(accounts, line_id).quantity_confirmed == boxes
    with accounts.ctx.read() as con:
        stored = con.rows(
            "SELECT po_item_id, quantity_confirmed FROM po_lines"
            " WHERE list_contains($ids, po_item_id)",
            {"ids": [str(line_id) for line_id in wanted]},
        )
    assert {int(r["po_item_id"]): int(r["quantity_confirmed"]) for r in stored} == wanted
    # the same file once more sends nothing
    again = check_lines(accounts.ctx, "test", [entry(accounts, first, boxes=str(first.boxes))])
    assert again.is_empty
    assert len(again.left_out) == 1


def test_a_partial_shipment_is_followed_to_its_new_line(accounts: Accounts) -> None:
    line = next(one for one in lines_of(accounts) if one.boxes > 2)
    codes = "K-0001…K-0002"
    receipt = send(accounts, entry(accounts, line, awb="729 1234 5675", box_codes=codes))
    assert receipt.all_sent
    shipped = in_komet(accounts, line.id)
    assert [carton.code for carton in shipped.packed] == ["K-0001", "K-0002"]
    assert {carton.awb for carton in shipped.packed} == {AWB}
    (write,) = receipt.writes
    assert write.outcome_code == "line_split"
    rest = in_komet(accounts, int(str(write.reason).split("(")[1].rstrip(").")))
    assert rest.boxes == line.boxes - 2


@pytest.mark.parametrize("body", ["reset", "html", "cut"])
def test_a_broken_answer_is_unknown_until_it_is_read_back(accounts: Accounts, body: str) -> None:
    line = lines_of(accounts)[0]
    accounts.sandbox.state.faults.add("purchase.order.item.confirm", body=body)  # type: ignore[arg-type]
    receipt = send(accounts, entry(accounts, line, boxes=str(line.boxes)))
    assert receipt.count(WriteState.UNKNOWN) == 1
    done = in_komet(accounts, line.id).quantity_confirmed == line.boxes
    found = resolve_unknown(accounts.ctx, ACTOR)
    if done:
        assert [write.state for write in found.writes] == [WriteState.SENT]
    else:
        assert [write.outcome_code for write in found.unknown] == ["too_early_to_tell"]
    assert accounts.sandbox.state.requests.counts()["purchase.order.item.confirm", None] == 1
    assert sum(count_writes(accounts.ctx).values()) == len(list_writes(accounts.ctx)) == 1
