"""Vendors' invoices: checked against the PO and sent once; an importer's own: listed and marked."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.api.methods import method
from komet.api.request import MAX_FILE, build_request
from komet.clients.model import Provider
from komet.dispatch.invoice_files import file_kind, match_files
from komet.dispatch.invoices import (
    InvoiceEntry,
    InvoiceFilter,
    check_invoice,
    check_invoices,
    list_invoice_states,
    parse_total,
)
from komet.dispatch.listed_invoices import (
    list_invoices,
    load_invoice_lines,
    mark_invoices,
    may_list_invoices,
)
from komet.dispatch.model import Preview, Receipt, Remark, WriteState
from komet.dispatch.outbox import queue_writes, settle_by_person
from komet.dispatch.planning_again import plan_again
from komet.dispatch.preview import describe
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.send import send_batch
from komet.errors import InvalidInput
from komet.permissions import GRANTS, Actor, NotPermitted, Permission, Role
from komet.sandbox.companies import PETALO_OWN_VENDOR_ID
from komet.sandbox.effects import Effect
from komet.sandbox.records import PurchaseOrder
from komet.sandbox.tokens import IMPORTER_A_COMPANY

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
METHOD = "v2/vendor/invoice"
BACK, AHEAD = 7, 2
"""Days in which both clients have shipped something, whatever day it is."""


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    """On a sandbox that knows its POs, PDFs and pictures, and locks what is synchronized."""
    found = downloaded(BACK, AHEAD)
    found.sandbox.state.strict = True
    return found


def orders_of(accounts: Accounts, *, shipped: bool, key: str = "magnolia") -> list[PurchaseOrder]:
    """POs of the downloaded days, as the sandbox has them, of which all lines (or none) shipped."""
    first, last = accounts.days(BACK, AHEAD)
    found = []
    for order in accounts.sandbox.state.all_orders(key):
        own = key == "magnolia" or order.vendor_id == PETALO_OWN_VENDOR_ID
        if first <= order.ship_date <= last and order.status != "CA" and own:
            lines = {line.status == "Shipped" for line in order.lines if line.status != "Cancelled"}
            if lines == {shipped}:
                found.append(order)
    return found


@pytest.fixture
def order(accounts: Accounts) -> PurchaseOrder:
    return orders_of(accounts, shipped=True)[0]


def stored_total(accounts: Accounts, order: PurchaseOrder) -> str:
    """What Komet's own answer says of the PO, read past the program."""
    with accounts.ctx.read() as con:
        total = con.value(
            "SELECT total_cost FROM purchase_orders WHERE po_id = $id", {"id": str(order.id)}
        )
    return f"{total:.2f}"


def check(
    accounts: Accounts,
    order: PurchaseOrder,
    number: str = "F-001",
    total: str | None = None,
    content: bytes = PDF,
    name: str = "invoice.pdf",
    provider: Provider | None = None,
) -> Preview:
    total = stored_total(accounts, order) if total is None else total
    provider = provider or accounts.magnolia
    return check_invoice(accounts.ctx, provider.id, str(order.number), name, content, number, total)


def send(accounts: Accounts, preview: Preview, *, accepted: bool = False) -> Receipt:
    queued = queue_writes(accounts.ctx, ACTOR, preview, accepted=accepted)
    return send_batch(accounts.ctx, ACTOR, queued.batch_id)


def reasons(remarks: tuple[Remark, ...]) -> str:
    return " ".join(remark.reason for remark in remarks)


def effects(accounts: Accounts) -> tuple[Effect, ...]:
    return accounts.sandbox.state.effects.all(METHOD)


def test_the_right_bytes_arrive_once_and_the_token_in_the_header_only(
    accounts: Accounts, order: PurchaseOrder
) -> None:
    content = PDF + bytes(range(256)) * 4
    preview = check(accounts, order, content=content, name="factura ñ.pdf")
    assert (preview.problems, preview.questions, preview.requests) == ((), (), 1)
    receipt = send(accounts, preview)
    assert receipt.all_sent
    assert receipt.not_refreshed is None
    (effect,) = effects(accounts)
    assert effect.target == order.number
    assert effect.parameters["attachment"] == {
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert effect.parameters["invoiceNumber"] == "F-001"
    # Magnolia has several locations, and its client names none: the PO's own
    assert effect.parameters["locationId"] == str(order.location_id)
    assert effect.parameters["invoiceTotal"] == stored_total(accounts, order)
    assert IMPORTER_A_COMPANY.secret not in json.dumps(effect.parameters)
    request = build_request(method(METHOD), {"poNumber": "P1", "attachment": content}, "a-token")
    assert request.secrets.headers == {"authenticationToken": "a-token"}
    assert not {**request.secrets.query, **request.secrets.body}
    assert "a-token" not in f"{request.path} {request.query} {request.headers} {request.body}"
    with accounts.ctx.read() as con:
        kept = con.frame("SELECT content, found, answer, outcome_data FROM outbox")
    assert IMPORTER_A_COMPANY.secret not in str(kept.rows())
    # the same once more sends nothing: also under another name, and with the total corrected
    for again in (
        check(accounts, order, content=content, name="factura ñ.pdf"),
        check(accounts, order, content=content, name="copy.pdf"),
        check(accounts, order, content=content, number="f-001", total="1"),
    ):
        assert again.is_empty
        assert "Sent already, by Tester" in reasons(again.left_out)
    assert len(effects(accounts)) == 1


def test_a_total_that_differs_is_asked_with_both_figures(
    accounts: Accounts, order: PurchaseOrder
) -> None:
    own = Decimal(stored_total(accounts, order))
    wanted = own + Decimal("1234.50")
    preview = check(accounts, order, total=f"$ {wanted:,.2f}")
    told = reasons(preview.questions)
    assert f"The invoice says {wanted:,.2f}, the PO {own:,.2f}: 1,234.50 apart." in told
    with pytest.raises(InvalidInput, match="nothing to send"):
        queue_writes(accounts.ctx, ACTOR, preview)
    assert send(accounts, preview, accepted=True).all_sent
    assert effects(accounts)[0].parameters["invoiceTotal"] == f"{wanted:.2f}"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1234.5", "1234.50"), ("1.234,50", "1234.50"), ("1,234.50", "1234.50"),
        ("US$ 1 234.50", "1234.50"), ("1,234", "1234.00"), ("1.234", "1234.00"),
        ("12,5", "12.50"), ("1.234.567,8", "1234567.80"), ("99999999.99", "99999999.99"),
    ],
)  # fmt: skip
def test_totals_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert str(parse_total(written)) == meant


@pytest.mark.parametrize("text", ["", "abc", "0", "-5", "1.2345", "100000000", "12,34.5", "1e3"])
def test_what_is_no_total_is_named(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_total(text)


def test_a_file_that_komet_would_not_take_is_refused_before_anything_is_sent(
    accounts: Accounts, order: PurchaseOrder
) -> None:
    told = {
        "large.pdf": (PDF + bytes(MAX_FILE - len(PDF) + 1), "20,971,521 bytes"),
        "program.pdf": (b"MZ\x90\x00 this is a program", "neither a PDF nor a picture"),
        "sheet.pdf": (b"PK\x03\x04 xlsx", "neither a PDF nor a picture"),
        "empty.pdf": (b"", "is empty"),
    }
    for name, (content, why) in told.items():
        preview = check(accounts, order, content=content, name=name)
        assert preview.is_empty
        assert why in reasons(preview.problems)
        assert name in reasons(preview.problems)
    assert METHOD not in {name for name, _day in accounts.sandbox.state.requests.counts()}


def test_exactly_20_mb_arrive(accounts: Accounts, order: PurchaseOrder) -> None:
    content = PDF + bytes(MAX_FILE - len(PDF))
    assert send(accounts, check(accounts, order, content=content)).all_sent
    (effect,) = effects(accounts)
    digest = hashlib.sha256(content).hexdigest()
    assert effect.parameters["attachment"] == {"size": MAX_FILE, "sha256": digest}


def test_pictures_are_known_by_their_content() -> None:
    found = [
        file_kind(content)
        for content in (b"\x89PNG\r\n\x1a\n..", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\x00", b"BM6",
                        b"\r\n%PDF-1.7", b"RIFF....WEBP", b"<html>%PD")
    ]  # fmt: skip
    assert found == ["PNG", "JPEG", "GIF", "TIFF", "BMP", "PDF", None, None]


def test_the_po_is_downloaded_and_its_clients_own(accounts: Accounts, order: PurchaseOrder) -> None:
    foreign = check(accounts, order, total="1", provider=accounts.petalo)
    assert foreign.is_empty
    assert "is one of Magnolia, not of this importer" in reasons(foreign.problems)
    nowhere = check_invoice(accounts.ctx, accounts.magnolia.id, "P999", "a.pdf", PDF, "1", "1")
    assert "not among the downloaded orders" in reasons(nowhere.problems)
    unwritten = check_invoice(accounts.ctx, accounts.magnolia.id, " ", "a.pdf", PDF, "1", "1")
    assert "names no PO" in reasons(unwritten.problems)
    for number, total, why in (("", "1", "no number"), ("1", " ", "no total"), ("1", "x", "“x”")):
        assert why in reasons(check(accounts, order, number=number, total=total).problems)


def test_a_po_that_is_not_shipped_and_a_second_invoice_are_asked_about(accounts: Accounts) -> None:
    pending = orders_of(accounts, shipped=False)[0]
    preview = check(accounts, pending)
    lines = sum(line.status != "Cancelled" for line in pending.lines)
    assert f"{lines} of its {lines} line" in reasons(preview.questions)
    assert send(accounts, preview, accepted=True).all_sent
    second = check(accounts, pending, number="F-002", content=PDF + b"2")
    assert "The PO has an invoice already: F-001" in reasons(second.questions)
    corrected = check(accounts, pending, content=PDF + b"3")
    assert "Another file went to this PO already as invoice F-001" in reasons(corrected.questions)
    renumbered = check(accounts, pending, number="F-009")
    assert "This file went to this PO already as invoice F-001" in reasons(renumbered.questions)
    other = orders_of(accounts, shipped=False)[1]
    told = reasons(check(accounts, other).questions)
    assert f"This file went to the PO {pending.number} already" in told


def test_the_second_of_two_people_is_told(accounts: Accounts, order: PurchaseOrder) -> None:
    ana, luis = check(accounts, order), check(accounts, order, name="the same (1).pdf")
    assert send(accounts, ana).all_sent
    queued = queue_writes(accounts.ctx, Actor(name="Luis"), luis)
    assert (queued.batch_id, queued.writes) == ("", 0)
    assert "Sent already, by Tester" in reasons(queued.overtaken)
    assert len(effects(accounts)) == 1


def test_several_files_are_told_apart(accounts: Accounts) -> None:
    first, second = orders_of(accounts, shipped=True)[:2]

    def entry(row: int, order: PurchaseOrder, content: bytes) -> InvoiceEntry:
        total = stored_total(accounts, order)
        name = f"{row}.pdf"
        return InvoiceEntry(
            row, accounts.magnolia.id, str(order.number).lower(), name, content, f"F-{row}", total
        )

    preview = check_invoices(
        accounts.ctx,
        "three files",
        [entry(1, first, PDF), entry(2, second, PDF + b"2"), entry(3, first, PDF),
         entry(4, first, PDF + b"4"), entry(5, second, PDF)],
    )  # fmt: skip
    assert [(one.row, one.reason) for one in preview.problems] == [
        (3, "Row 1 is the same file for the same PO.")
    ]
    asked = [(one.row, one.reason) for one in preview.questions]
    assert asked == [
        (4, "Row 1 is an invoice for the same PO."),
        (5, "Row 1 is the same file."),
        (5, "Row 2 is an invoice for the same PO."),
    ]
    assert send(accounts, preview).all_sent  # without the questions, two go out
    assert [effect.target for effect in effects(accounts)] == [first.number, second.number]


def test_files_are_matched_by_the_number_in_their_name(accounts: Accounts) -> None:
    first, second = (str(order.number) for order in orders_of(accounts, shipped=True)[:2])
    bare = second.lstrip("P0")
    names = [
        f"Invoice {first}.pdf", f"factura-{bare}_enero.PDF", f"{first} y {second}.pdf",
        "scan.pdf", f"{first.lower()}(2).jpg", "P99.pdf",
    ]  # fmt: skip
    found = match_files(accounts.ctx, names)
    assert [match.po_number for match in found] == [first, second, "", "", first, ""]
    assert {match.provider_id for match in found} == {accounts.magnolia.id, ""}
    assert found[2].numbers == tuple(sorted([first, second]))
    assert match_files(accounts.ctx, names[:1], [accounts.petalo.id])[0].po_number == ""


@pytest.mark.parametrize(("body", "arrives"), [("reset", True), ("drop", False)])
def test_a_broken_connection_is_unknown_until_a_person_says(
    accounts: Accounts, order: PurchaseOrder, body: str, arrives: bool
) -> None:
    accounts.sandbox.state.faults.add(METHOD, body=body)  # type: ignore[arg-type]
    receipt = send(accounts, check(accounts, order))
    assert receipt.count(WriteState.UNKNOWN) == 1
    assert len(effects(accounts)) == arrives
    (write,) = resolve_unknown(accounts.ctx, ACTOR).unknown
    assert write.outcome_code == "cannot_tell"
    waiting = check(accounts, order)
    assert waiting.is_empty
    assert "Unknown by Tester since" in reasons(waiting.left_out)
    settle_by_person(accounts.ctx, ACTOR, [write.id], sent=arrives)
    if arrives:
        assert "Sent already" in reasons(check(accounts, order).left_out)
    else:
        again = plan_again(accounts.ctx, [write.id])
        assert send(accounts, again).all_sent
    assert len(effects(accounts)) == 1


def test_a_refusal_of_komet_and_of_ours(
    accounts: Accounts, order: PurchaseOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = "This security token has no privilege to call v2/vendor/invoice."
    accounts.sandbox.state.faults.add(METHOD, status=401, message=fault)
    receipt = send(accounts, check(accounts, order))
    assert receipt.count(WriteState.REFUSED) == 1
    assert effects(accounts) == ()
    once_more = check(accounts, order)
    assert "Komet has refused v2/vendor/invoice to this token." in reasons(once_more.problems)
    monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, frozenset({Permission.READ_KOMET}))
    reader = Actor(name="Reader")
    petalo = orders_of(accounts, shipped=True, key="petalo")[0]
    preview = check(accounts, petalo, provider=accounts.petalo)
    assert preview.drafts
    with pytest.raises(NotPermitted):
        queue_writes(accounts.ctx, reader, preview, accepted=True)
    with pytest.raises(NotPermitted):
        monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, frozenset())
        list_invoices(accounts.ctx, reader, accounts.magnolia, *accounts.days(1, 1))


def test_sending_anew_knows_what_was_sent_since(accounts: Accounts, order: PurchaseOrder) -> None:
    accounts.sandbox.state.faults.add(METHOD, status=400, message="The total is not right.")
    (refused,) = send(accounts, check(accounts, order, total="1"), accepted=True).writes
    assert refused.state is WriteState.REFUSED
    anew = plan_again(accounts.ctx, [refused.id])
    assert "The invoice says 1.00" in reasons(anew.questions)
    assert send(accounts, check(accounts, order)).all_sent  # with the total corrected
    late = plan_again(accounts.ctx, [refused.id])
    assert late.is_empty
    assert "Sent already" in reasons(late.left_out)


def test_shipped_pos_that_lack_an_invoice(accounts: Accounts, order: PurchaseOrder) -> None:
    first, last = accounts.days(BACK, AHEAD)
    chosen = InvoiceFilter(first, last, (accounts.magnolia.id,), lacking=True)
    before = list_invoice_states(accounts.ctx, chosen)
    full = {str(one.number) for one in orders_of(accounts, shipped=True)}
    none = {str(one.number) for one in orders_of(accounts, shipped=False)}
    assert full <= set(before["po_number"])
    assert not none & set(before["po_number"])
    total = Decimal(stored_total(accounts, order)) + 1
    send(accounts, check(accounts, order, total=str(total)), accepted=True)
    after = list_invoice_states(accounts.ctx, chosen)
    assert set(before["po_number"]) - set(after["po_number"]) == {order.number}
    have = list_invoice_states(accounts.ctx, InvoiceFilter(first, last, lacking=False))
    (row,) = have.rows(named=True)
    assert (row["po_number"], row["invoices"], row["numbers"]) == (order.number, 1, "F-001")
    assert (row["invoiced"], row["total"]) == (total, total - 1)


def test_invoices_of_an_importer_are_listed_and_marked(accounts: Accounts) -> None:
    assert may_list_invoices(accounts.ctx) == [accounts.magnolia]
    days = accounts.days(5, 9)
    rows = accounts.sandbox.state.books["magnolia"].rows("invoices")
    found = list_invoices(accounts.ctx, ACTOR, accounts.magnolia, *days)
    shown = [row for row in rows if days[0].isoformat() <= row["shipDate"] <= days[1].isoformat()]
    assert {one.id for one in found} == {str(row["id"]) for row in shown}
    assert {one.synced for one in found} == {False}
    lines = load_invoice_lines(accounts.ctx, ACTOR, accounts.magnolia, found[0].id)
    details = next(row["details"] for row in rows if str(row["id"]) == found[0].id)
    assert lines["detailId"].to_list() == [str(line["detailId"]) for line in details]

    before = {str(row["id"]): row["status"] for row in rows}
    preview = mark_invoices(accounts.ctx, accounts.magnolia.id, found[:2])
    assert "which locks its order" in describe(preview.drafts[0])
    assert send(accounts, preview).all_sent
    marked = {str(row["id"]) for row in rows if row.get("locked")}
    assert marked == {one.id for one in found[:2]}
    # the old list knows nothing of it: told; a new one: left out as well
    again = mark_invoices(accounts.ctx, accounts.magnolia.id, found[:1])
    assert "Sent already" in reasons(again.left_out)
    now = list_invoices(accounts.ctx, ACTOR, accounts.magnolia, *days)
    assert {one.id for one in now if one.synced} == marked
    synced = [one for one in now if one.synced]
    twice = mark_invoices(accounts.ctx, accounts.magnolia.id, synced)
    assert "already" in reasons(twice.left_out)
    assert twice.is_empty

    # in error: unlocked, and the status is left alone unless it is asked for
    wrong = mark_invoices(accounts.ctx, accounts.magnolia.id, synced[:1], error="No customer")
    assert send(accounts, wrong).all_sent
    (effect,) = accounts.sandbox.state.effects.all("invoice.mark.sync.status.error")
    assert (effect.parameters["unconfirm"], effect.parameters["message"]) == ("0", "No customer")
    back = mark_invoices(
        accounts.ctx, accounts.magnolia.id, synced[1:], error="Twice", restore_status=True
    )
    assert send(accounts, back).all_sent
    sent = accounts.sandbox.state.effects.all("invoice.mark.sync.status.error")
    assert sent[-1].parameters["unconfirm"] == "1"
    now_held = {
        str(row["id"]): (row["status"], bool(row["locked"]))
        for row in rows
        if str(row["id"]) in marked
    }
    assert now_held[synced[0].id] == (1, False)
    assert now_held[synced[1].id] == (before[synced[1].id], False)
    # what Komet shows as not synchronized can be marked once more
    later = list_invoices(accounts.ctx, ACTOR, accounts.magnolia, *days)
    assert mark_invoices(accounts.ctx, accounts.magnolia.id, later[:2]).drafts


@pytest.mark.parametrize("error", [None, "Not found"])
def test_a_mark_that_is_unknown_is_read_back(accounts: Accounts, error: str | None) -> None:
    days = accounts.days(5, 9)
    found = list_invoices(accounts.ctx, ACTOR, accounts.magnolia, *days)
    if error:
        assert send(accounts, mark_invoices(accounts.ctx, accounts.magnolia.id, found)).all_sent
        found = list_invoices(accounts.ctx, ACTOR, accounts.magnolia, *days)
    name = f"invoice.mark.sync.status.{'error' if error else 'ok'}"
    accounts.sandbox.state.faults.add(name, body="reset")
    accounts.sandbox.state.faults.add(name, body="drop")
    preview = mark_invoices(accounts.ctx, accounts.magnolia.id, found[:2], error=error)
    assert send(accounts, preview).count(WriteState.UNKNOWN) == 2
    done = {effect.target for effect in accounts.sandbox.state.effects.all(name)}
    writes = resolve_unknown(accounts.ctx, ACTOR).writes
    assert {write.target for write in writes if write.state is WriteState.SENT} == done
    assert {write.outcome_code for write in writes if write.target not in done} == {
        "too_early_to_tell"
    }


def test_a_range_and_a_message_that_komet_would_refuse(accounts: Accounts) -> None:
    with pytest.raises(InvalidInput, match="at most 31 days"):
        list_invoices(accounts.ctx, ACTOR, accounts.magnolia, *accounts.days(20, 11))
    for text in ("", "x" * 51):
        with pytest.raises(InvalidInput, match="50 characters"):
            mark_invoices(accounts.ctx, accounts.magnolia.id, [], error=text)


def test_the_command_line_sends_once_and_asks(
    accounts: Accounts, order: PurchaseOrder, komet: Komet, tmp_path: Path
) -> None:
    file = tmp_path / "F-77.pdf"
    file.write_bytes(PDF)

    def run(*more: str, total: str | None = None) -> tuple[int, str, str]:
        given = ["--provider", "magnolia", "--po", str(order.number), "--number", "F-77"]
        total = total or stored_total(accounts, order)
        done = komet("invoice", "send", str(file), *given, "--total", total, *more)
        return done.returncode, done.stdout, done.stderr

    code, _out, said = run(total="1.00")
    assert (code, effects(accounts)) == (1, ())
    assert "The invoice says 1.00" in said
    assert "--yes" in said
    code, out, _said = run()
    assert code == 0
    assert "Sent" in out
    code, out, _said = run()
    assert code == 0
    assert "Sent already" in out
    assert len(effects(accounts)) == 1
    file.write_bytes(PDF + b"2")
    code, out, said = run("--yes", "--json", total="1.00")
    assert code == 0, said
    assert [write["state"] for write in json.loads(out)["writes"]] == ["sent"]
    with file.open("wb") as large:
        large.truncate(MAX_FILE + 1)
    code, _out, said = run("--yes")
    assert code == 1
    assert "20,971,521 bytes" in said
    file.write_bytes(PDF + b"3")
    accounts.sandbox.state.faults.add(METHOD, body="reset")
    code, out, _said = run("--yes")
    assert code == 1
    assert "Unknown" in out
    code, out, _said = run("--yes")
    assert code == 1
    assert "Unknown by" in out
    assert len(effects(accounts)) == 3
