"""Work lists of the dispatch: what they list is what the sandbox and the outbox say."""

from datetime import timedelta

import pytest
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.dispatch.check import check_lines
from komet.dispatch.model import LineEntry, WriteState
from komet.dispatch.outbox import (
    count_writes,
    list_writes,
    queue_writes,
    settle_by_person,
    withdraw_writes,
)
from komet.dispatch.send import send_batch
from komet.orders.filters import OrderFilter
from komet.orders.query import list_items, total_items
from komet.orders.work_lists import OF_DISPATCH, WorkList
from komet.sandbox.records import Line, PurchaseOrder

AWB = "729-12345675"  # 1234567 = 7 × 176366 + 5


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(1, 2)


def orders_of(accounts: Accounts, company: str) -> list[PurchaseOrder]:
    """Orders of the downloaded days, as the sandbox itself has them now."""
    first, last = accounts.days(1, 2)
    every = accounts.sandbox.state.known_orders(company)
    return [order for order in every if first <= order.ship_date <= last and order.status != "CA"]


def pending(accounts: Accounts, company: str = "magnolia") -> list[Line]:
    with accounts.ctx.read() as con:
        rows = con.rows(
            "SELECT po_item_id FROM po_lines WHERE provider_id = $id",
            {"id": getattr(accounts, company).id},
        )
    stored = {row["po_item_id"] for row in rows}
    return [
        line
        for order in orders_of(accounts, company)
        if order.status == "A"
        for line in order.lines
        if line.status == "Pending" and not line.unknown and str(line.id) in stored
    ]


def listed(accounts: Accounts, work: WorkList, provider: str = "magnolia") -> set[str]:
    chosen = OrderFilter(work=work, providers=(getattr(accounts, provider).id,))
    frame = list_items(accounts.ctx, chosen, limit=100_000)
    assert total_items(accounts.ctx, chosen).items == frame.height
    return set(frame["po_item_id"])


def plan(accounts: Accounts, *entries: LineEntry) -> str:
    preview = check_lines(accounts.ctx, "test", entries)
    assert preview.problems == ()
    return queue_writes(accounts.ctx, ACTOR, preview, accepted=True).batch_id


def test_shipped_lines_wait_for_an_invoice(accounts: Accounts) -> None:
    shipped = {
        str(line.id): order.number
        for order in orders_of(accounts, "magnolia")
        for line in order.lines
        if line.status == "Shipped"
    }
    assert listed(accounts, WorkList.NO_INVOICE) == set(shipped) != set()
    number = next(iter(shipped.values()))
    with accounts.ctx.db.write() as con:
        con.run(
            "INSERT INTO outbox (id, provider_id, kind, target, po_number, state)"
            " VALUES ('1', $provider, 'invoice', $number, $number, 'sent')",
            {"provider": accounts.magnolia.id, "number": number},
        )
    left = {item for item, of in shipped.items() if of != number}
    assert listed(accounts, WorkList.NO_INVOICE) == left


def test_confirmed_lines_that_ship_by_tomorrow(accounts: Accounts) -> None:
    tomorrow = accounts.today + timedelta(days=1)
    later = {
        line.id
        for order in orders_of(accounts, "magnolia")
        if order.ship_date > tomorrow
        for line in order.lines
    }
    soon = [line for line in pending(accounts) if line.id not in later]
    far = [line for line in pending(accounts) if line.id in later]
    first, second, third = soon[0], soon[1], far[0]
    before = listed(accounts, WorkList.NOT_SHIPPED)
    own = accounts.magnolia.id
    entries = [
        LineEntry(at, own, str(line.id), boxes=str(line.boxes))
        for at, line in enumerate((first, second, third))
    ]
    send_batch(accounts.ctx, ACTOR, plan(accounts, *entries))
    now = {
        str(line.id)
        for order in orders_of(accounts, "magnolia")
        if order.ship_date <= tomorrow
        for line in order.lines
        if line.status != "Shipped" and (line.quantity_confirmed or line.status == "Confirmed")
    }
    assert (
        listed(accounts, WorkList.NOT_SHIPPED)
        == now
        >= before
        | {
            str(first.id),
            str(second.id),
        }
    )
    send_batch(accounts.ctx, ACTOR, plan(accounts, LineEntry(1, own, str(first.id), awb=AWB)))
    assert listed(accounts, WorkList.NOT_SHIPPED) == now - {str(first.id)}
    assert str(first.id) in listed(accounts, WorkList.NO_INVOICE)


def test_what_was_planned_and_what_is_unknown(accounts: Accounts, komet: Komet) -> None:
    first, second = (str(line.id) for line in pending(accounts)[:2])
    own = accounts.magnolia.id
    one, other = LineEntry(1, own, first, boxes="1"), LineEntry(2, own, second, boxes="1")
    batch = plan(accounts, one)
    assert listed(accounts, WorkList.PLANNED) == {first}
    assert listed(accounts, WorkList.UNKNOWN) == set()
    out = accounts.ctx.settings.home / "planned.csv"
    done = komet("export", str(out), "--work", "planned")
    assert done.returncode == 0, done.stderr
    assert first in out.read_text("utf-8-sig")
    withdraw_writes(accounts.ctx, ACTOR, [write.id for write in list_writes(accounts.ctx)])
    assert listed(accounts, WorkList.PLANNED) == set()
    accounts.sandbox.state.faults.add("purchase.order.item.confirm", body="reset")
    batch = plan(accounts, other)
    send_batch(accounts.ctx, ACTOR, batch)
    assert listed(accounts, WorkList.UNKNOWN) == {second}
    ids = [write.id for write in list_writes(accounts.ctx, states=[WriteState.UNKNOWN])]
    settle_by_person(accounts.ctx, ACTOR, ids, sent=False)
    assert listed(accounts, WorkList.UNKNOWN) == set()


def test_what_a_process_left_is_unknown_after_a_while(accounts: Accounts) -> None:
    line = str(pending(accounts)[0].id)
    plan(accounts, LineEntry(1, accounts.magnolia.id, line, boxes="1"))
    for minutes, found in ((1, set()), (11, {line})):
        with accounts.ctx.db.write() as con:
            con.run(
                "UPDATE outbox SET state = 'sending', sending_at = $at",
                {"at": accounts.ctx.now() - timedelta(minutes=minutes)},
            )
        assert listed(accounts, WorkList.UNKNOWN) == found


def test_by_hand_until_a_download_shows_it(accounts: Accounts) -> None:
    line, other = pending(accounts, "petalo")[:2]
    own = accounts.petalo.id
    entries = [
        LineEntry(1, own, str(line.id), boxes=str(line.boxes)),
        LineEntry(2, own, str(other.id), reference="R-77"),
    ]
    plan(accounts, *entries)
    assert listed(accounts, WorkList.BY_HAND, "petalo") == {str(line.id), str(other.id)}
    assert listed(accounts, WorkList.BY_HAND) == set()
    assert count_writes(accounts.ctx)[WriteState.BY_HAND] == 2
    with accounts.ctx.db.write() as con:  # what the next download writes
        con.run(
            "UPDATE order_items SET quantity_confirmed = $boxes WHERE po_item_id = $item"
            " AND provider_id = $own",
            {"boxes": line.boxes, "item": str(line.id), "own": own},
        )
    assert listed(accounts, WorkList.BY_HAND, "petalo") == {str(other.id)}
    with accounts.ctx.db.write() as con:
        con.run(
            "UPDATE po_lines SET reference_number = 'R-77' WHERE po_item_id = $item"
            " AND provider_id = $own",
            {"item": str(other.id), "own": own},
        )
    assert listed(accounts, WorkList.BY_HAND, "petalo") == set()


def test_every_list_has_its_words() -> None:
    assert len({work.label for work in OF_DISPATCH}) == 5
    assert all(work.meaning.endswith(".") for work in OF_DISPATCH)
