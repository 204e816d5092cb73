"""The pieces by which every screen sends, in Streamlit's own test runner: preview, press, receipt;
and the press by which In transit asks what became of what was sent.

The sandbox answers over HTTP, and what it has afterwards is its own.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from sample_accounts import ACTOR, ROOT, Accounts, Downloaded
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from komet import language, time_zone
from komet.dispatch.check import check_lines
from komet.dispatch.model import LineEntry, WriteState
from komet.dispatch.outbox import list_writes, queue_writes
from komet.dispatch.send import send_batch
from komet.sandbox.records import Line
from komet.settings import settings
from komet.web.shell import resources, state


@pytest.fixture
def accounts(downloaded: Downloaded) -> Iterator[Accounts]:
    """The accounts of this process' one installation, as in a server."""
    made = downloaded(0, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KOMET_HOME", str(made.ctx.settings.home))
        patch.setattr(PagesManager, "__init__", _init_of_a_server_at_work)
        _forget()
        yield made
        resources.scheduler().stop()
        _forget()
    language.follow(lambda: None)
    time_zone.follow(lambda: None)
    time_zone.use_by_default("UTC")


_init = PagesManager.__init__


def _init_of_a_server_at_work(self: PagesManager, *args: Any, **kwargs: Any) -> None:
    """The test runner is a new server in each run, in which a page is first run past the app."""
    _init(self, *args, **kwargs)
    PagesManager.uses_pages_directory = False


def _forget() -> None:
    settings.cache_clear()
    st.cache_resource.clear()
    st.cache_data.clear()


def pending(accounts: Accounts) -> list[Line]:
    found = []
    for order in accounts.sandbox.state.all_orders("magnolia"):
        if accounts.today <= order.ship_date <= accounts.days(0, 2)[1]:
            found += [ln for ln in order.lines if ln.status == "Pending" and order.status == "A"]
    return found


def confirmed(accounts: Accounts, line: Line) -> int:
    for order in accounts.sandbox.state.known_orders("magnolia"):
        for one in order.lines:
            if one.id == line.id:
                return int(one.quantity_confirmed or 0)
    raise LookupError(line.id)


def visitor() -> AppTest:
    visit = AppTest.from_file(str(ROOT / "navigation.py"), default_timeout=60)
    visit.session_state[state.LANGUAGE] = "en"
    visit.session_state[state.PERSON] = "Ana"
    return visit


def open_screen(screen: str, **link: str) -> AppTest:
    """A screen by a link with these parameters."""
    visit = visitor().run().switch_page(f"pages/{screen}.py")
    for name, value in link.items():
        visit.query_params[name] = value
    return visit.run()


def outbox(accounts: Accounts, *rows: tuple[str, str, str], batch: str = "") -> AppTest:
    """The Outbox of a visitor with a preview of these rows (provider ID, line ID, boxes)."""
    visit = visitor()
    entries = [LineEntry(n, p, line, boxes=boxes) for n, (p, line, boxes) in enumerate(rows, 1)]
    if entries:
        preview = check_lines(accounts.ctx, "test", entries)
        visit.session_state[state.PREVIEWS] = {"outbox": (None, preview)}
    visit.run().switch_page("pages/outbox.py")
    if batch:
        visit.query_params["batch"] = batch
    return visit.run()


def words(visit: AppTest) -> str:
    tables = [table.value.to_csv() for table in visit.dataframe]
    return "\n".join([*(str(getattr(element, "value", "")) for element in visit), *tables])


def until_through(visit: AppTest) -> AppTest:
    batch_id = visit.query_params["batch"]
    deadline = time.monotonic() + 30
    while resources.sender().is_busy(batch_id):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return visit.run()


def test_what_is_previewed_is_sent_and_its_receipt_found_again_by_its_address(
    accounts: Accounts,
) -> None:
    first, second, third = pending(accounts)[:3]
    magnolia = accounts.magnolia.id
    visit = outbox(
        accounts,
        (magnolia, str(first.id), str(first.boxes)),
        (magnolia, str(second.id), "x"),
        (magnolia, str(third.id), str(third.boxes + 1)),
    )
    assert not visit.exception
    assert "is not a number of boxes" in words(visit)
    button = visit.button(key="send_outbox")
    assert button.label == "Send to Komet (1)"  # the third asks first
    visit.checkbox[0].check().run()
    assert visit.button(key="send_outbox").label == "Send to Komet (2)"
    visit.button(key="send_outbox").click().run()
    visit = until_through(visit)
    assert not visit.exception
    assert [one.value for one in visit.warning] == ["Refused: 1 · Sent: 1"]
    assert confirmed(accounts, first) == first.boxes
    assert [confirmed(accounts, line) for line in (second, third)] == [0, 0]
    # what was refused can be planned anew, and asks the same again
    batch_id = visit.query_params["batch"]
    visit.button(key=f"anew_{batch_id}").click().run()
    assert not visit.exception
    assert visit.button(key=f"send_{batch_id}").label == "Send to Komet (0)"
    visit.button(key=f"cancel_{batch_id}").click().run()
    assert not [button for button in visit.button if button.key == f"send_{batch_id}"]
    # another tab, by the same address
    other = outbox(accounts, batch=visit.query_params["batch"])
    assert [one.value for one in other.warning] == ["Refused: 1 · Sent: 1"]


def test_the_second_tab_is_told_who_was_first(accounts: Accounts) -> None:
    line = pending(accounts)[0]
    row = (accounts.magnolia.id, str(line.id), str(line.boxes))
    visit = outbox(accounts, row)
    entry = LineEntry(1, *row[:2], boxes=row[2])
    queue_writes(accounts.ctx, ACTOR, check_lines(accounts.ctx, "other", [entry]))
    visit.button(key="send_outbox").click().run()
    assert not visit.exception
    assert "somebody else was first" in words(visit)
    assert "Planned by Tester" in words(visit)
    assert len(list_writes(accounts.ctx)) == 1


def test_what_is_planned_and_was_never_sent_is_sent_or_withdrawn(accounts: Accounts) -> None:
    first, second = pending(accounts)[:2]
    for line in (first, second):
        entry = LineEntry(1, accounts.magnolia.id, str(line.id), boxes=str(line.boxes))
        queue_writes(accounts.ctx, ACTOR, check_lines(accounts.ctx, "lost", [entry]))
    visit = outbox(accounts)
    assert visit.button(key="withdraw_outbox").label == "Withdraw (2)"
    one, other = (write.batch_id for write in list_writes(accounts.ctx))
    visit = outbox(accounts, batch=one)
    visit.button(key=f"go_{one}").click().run()
    visit = until_through(visit)
    assert [said.value for said in visit.success] == ["Sent: 1"]
    assert confirmed(accounts, first) == first.boxes
    visit.button(key="withdraw_outbox").click().run()
    assert not visit.exception
    [left] = list_writes(accounts.ctx, batch_id=other)
    assert left.state is WriteState.WITHDRAWN
    assert confirmed(accounts, second) == 0


def test_what_is_unknown_is_found_out_by_a_button(accounts: Accounts) -> None:
    line = pending(accounts)[0]
    accounts.sandbox.state.faults.add("purchase.order.item.confirm", body="html")
    visit = outbox(accounts, (accounts.magnolia.id, str(line.id), str(line.boxes)))
    visit.button(key="send_outbox").click().run()
    visit = until_through(visit)
    assert [one.value for one in visit.warning] == ["Unknown: 1"]
    batch_id = visit.query_params["batch"]
    visit.button(key=f"resolve_{batch_id}").click().run()
    done = confirmed(accounts, line) == line.boxes
    (write,) = list_writes(accounts.ctx)
    assert (write.state is WriteState.SENT) == done
    assert accounts.sandbox.state.requests.counts()["purchase.order.item.confirm", None] == 1


def test_lines_of_a_vendor_token_wait_to_be_done_by_hand(accounts: Accounts) -> None:
    with accounts.ctx.read() as con:
        [row] = con.rows(
            "SELECT po_item_id, total_boxes::BIGINT AS boxes FROM po_lines"
            " WHERE provider_id = $id AND line_item_status = 'Pending' AND total_boxes > 0"
            " ORDER BY po_item_id LIMIT 1",
            {"id": accounts.petalo.id},
        )
    visit = outbox(accounts, (accounts.petalo.id, row["po_item_id"], str(row["boxes"])))
    assert visit.button(key="send_outbox").label == "Put on the list to do by hand"
    visit.button(key="send_outbox").click().run()
    visit = until_through(visit)
    assert [one.value for one in visit.success] == ["To do by hand: 1"]
    batch_id = visit.query_params["batch"]
    visit.button(key=f"done_{batch_id}").click().run()
    assert not visit.exception
    (write,) = list_writes(accounts.ctx)
    assert (write.state, write.outcome_code) == (WriteState.SENT, "said_to_be_done")


def test_a_link_opens_dispatch_on_its_days_client_and_state(accounts: Accounts) -> None:
    first, last = (day.isoformat() for day in accounts.days(0, 2))
    link = {"from": first, "to": last, "client": accounts.magnolia.id, "state": "to_confirm"}
    visit = open_screen("dispatch", **link)
    assert not visit.exception
    assert dict(visit.query_params) == link
    [grid] = [table.value for table in visit.dataframe]
    assert {state for [state] in grid["state"]} == {"To confirm"}
    assert set(grid["provider"]) == {"Magnolia"}
    approved = sum("its PO is not approved yet" not in told for told in grid["what"])
    assert 0 < approved < len(grid)
    visit.button(key="confirm_all").click().run()
    assert visit.button(key="send_dispatch").label == f"Send to Komet ({approved})"
    assert "All as ordered." in words(visit)
    visit.button(key="clear_typed").click().run()
    assert not [button for button in visit.button if button.key == "send_dispatch"]


def test_lines_of_both_importers_leave_under_one_awb(accounts: Accounts) -> None:
    first, last = (day.isoformat() for day in accounts.days(0, 2))
    visit = open_screen("ship", **{"from": first, "to": last, "state": "to_confirm"})
    [grid] = [table.value for table in visit.dataframe]
    assert set(grid["provider"]) == {"Magnolia", "Pétalo"}
    visit.button(key="ship_all").click().run()
    awb = next(field for field in visit.text_input if field.label == "AWB")
    awb.set_value("729-1234 5674").run()
    assert "wrong check digit" in words(visit)
    assert not [button for button in visit.button if button.key == "send_ship"]
    awb = next(field for field in visit.text_input if field.label == "AWB")
    awb.set_value("72912345675").run()
    button = visit.button(key="send_ship")
    count = button.label.split("(")[1].rstrip(")")
    button.click().run()
    visit = until_through(visit)
    assert not visit.exception
    assert [one.value for one in visit.success] == [f"Sent: {count}"]
    for importer in ("magnolia", "petalo"):
        flown = {
            carton.awb
            for order in accounts.sandbox.state.known_orders(importer)
            for line in order.lines
            for carton in line.packed or ()
        }
        assert "729-12345675" in flown, importer


def test_a_scanner_types_and_presses_enter(accounts: Accounts) -> None:
    day = accounts.days(0, 2)[1].isoformat()
    visit = open_screen("ship", **{"from": day, "to": day})
    for code, said in (("B-1", "B-1: box 1"), ("B-1", "scanned already: box 1"), ("B-2", "box 2")):
        visit.text_input(key="scan_code").set_value(code).run()
        assert not visit.exception
        assert visit.text_input(key="scan_code").value == ""
        assert said in words(visit).replace("\\", "")
    with accounts.ctx.read() as con:
        kept = con.rows("SELECT box_code FROM packed_boxes ORDER BY position")
    assert [row["box_code"] for row in kept] == ["B-1", "B-2"]


def test_in_transit_asks_komet_by_a_press(accounts: Accounts) -> None:
    line = next(one for one in pending(accounts) if not one.unknown)
    entry = LineEntry(1, accounts.magnolia.id, str(line.id), awb="729-12345675")
    preview = check_lines(accounts.ctx, "test", [entry])
    send_batch(accounts.ctx, ACTOR, queue_writes(accounts.ctx, ACTOR, preview).batch_id)
    visit = AppTest.from_file(str(ROOT / "navigation.py"), default_timeout=60)
    visit.session_state[state.LANGUAGE] = "en"
    visit.session_state[state.PERSON] = "Ana"
    visit.run().switch_page("pages/in_transit.py")
    visit.run()
    before = visit.dataframe[0].value
    assert list(before["boxes"][before["awb"] == "729-1234 5675"]) == [line.boxes]
    assert before["pieces"].isna().all()
    asked = sum(accounts.sandbox.state.requests.counts().values())
    [cost] = [one.value for one in visit.caption if "requests" in one.value]
    next(one for one in visit.button if one.label == "Refresh").click().run()
    assert not visit.exception
    spent = sum(accounts.sandbox.state.requests.counts().values()) - asked
    assert cost.startswith(f"{spent} requests")
    after = visit.dataframe[0].value
    assert list(after["pieces"][after["awb"] == "729-1234 5675"]) == [line.boxes]
