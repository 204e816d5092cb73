"""Stock from a file: split at 100 boxes, never added twice, nothing skipped without a word."""

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.catalogs.lists import fetch_list
from komet.dispatch.model import Preview, Receipt, WriteKind, WriteState
from komet.dispatch.outbox import list_writes, queue_writes, settle_by_person
from komet.dispatch.planning_again import plan_again
from komet.dispatch.preview import describe
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.row_fields import COLUMNS, headings_of
from komet.dispatch.row_templates import template_bytes
from komet.dispatch.send import send_batch
from komet.dispatch.stock import check_stock_file
from komet.errors import InvalidInput
from komet.language import languages, using
from komet.permissions import GRANTS, Actor, NotPermitted, Permission, Role
from komet.sandbox.masters import Company
from komet.text import normalize_text

AWB = "729-12345675"  # 1234567 = 7 × 176366 + 5
HEADINGS = ["Fecha de despacho", "Guía", "Proveedor", "Producto", "Cajas", "Tipo de caja",
            "Unidad", "Ramos por caja", "Tallos por ramo", "Costo unitario"]  # fmt: skip
Cells = Sequence[object]


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(0, 2)


@pytest.fixture
def magnolia(accounts: Accounts) -> Company:
    return accounts.sandbox.state.companies["magnolia"]


def csv_file(headings: Sequence[str], *rows: Cells, delimiter: str = ";") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([headings, *rows])
    return text.getvalue().encode("cp1252")


def row(company: Company, boxes: object, *, product: object = None, cost: str = "0,32") -> Cells:
    vendor = next(one for one in company.vendors if one.active)
    listed = company.products[3]
    return ["28/11/2026", AWB, str(vendor.id) if product is None else vendor.id,
            product or listed.id, boxes, "qb", "tallos", 10, 25, cost]  # fmt: skip


def check(
    accounts: Accounts,
    data: bytes,
    kind: WriteKind = WriteKind.ADD_STOCK,
    *,
    again: bool = False,
    name: str = "stock.csv",
) -> Preview:
    return check_stock_file(accounts.ctx, accounts.magnolia.id, data, name, kind, again=again)


def send(accounts: Accounts, preview: Preview, *, accepted: bool = False) -> Receipt:
    queued = queue_writes(accounts.ctx, ACTOR, preview, accepted=accepted)
    assert queued.overtaken == ()
    return send_batch(accounts.ctx, ACTOR, queued.batch_id)


def arrived(accounts: Accounts, method: str = "inventory.add") -> list[int]:
    """Boxes of every effect, as the sandbox itself has noted them."""
    effects = accounts.sandbox.state.effects.all(method)
    return [int(str(effect.parameters.get("quantity", 0))) for effect in effects]


def test_a_row_of_250_boxes_is_three_requests_and_the_sum_arrives_once(
    accounts: Accounts, magnolia: Company
) -> None:
    boxes = [250, 7, 100, 7]
    data = csv_file(HEADINGS, *(row(magnolia, n) for n in boxes))
    preview = check(accounts, data)
    assert preview.problems == ()
    assert preview.requests == 6
    receipt = send(accounts, preview)
    assert receipt.all_sent
    assert sorted(arrived(accounts)) == [7, 7, 50, 100, 100, 100]
    assert sum(arrived(accounts)) == sum(boxes)
    effect = accounts.sandbox.state.effects.all("inventory.add")[0]
    assert effect.parameters["unitCost"] == "0.320"
    assert effect.parameters["shipDate"] == "2026-11-28"
    # the same file, saved by another program, sends nothing more
    again = check(accounts, csv_file(HEADINGS, *(row(magnolia, n) for n in boxes), delimiter=","))
    assert again.is_empty
    assert len(again.left_out) == 6
    with pytest.raises(InvalidInput):
        queue_writes(accounts.ctx, ACTOR, again)
    # one more equal row is one more write, and a deliberate repeat is possible
    third = check(accounts, csv_file(HEADINGS, *(row(magnolia, n) for n in [*boxes, 7])))
    assert [draft.content["boxes"] for draft in third.drafts] == [7]
    assert send(accounts, check(accounts, data, again=True)).all_sent
    assert sum(arrived(accounts)) == 2 * sum(boxes)


def test_a_corrected_row_is_asked_about_before_it_adds_its_boxes_again(
    accounts: Accounts, magnolia: Company
) -> None:
    assert send(accounts, check(accounts, csv_file(HEADINGS, row(magnolia, 40)))).all_sent
    corrected = check(accounts, csv_file(HEADINGS, row(magnolia, 40, cost="0,33")))
    (question,) = corrected.questions
    assert "add 40 boxes" in question.reason
    with pytest.raises(InvalidInput):
        queue_writes(accounts.ctx, ACTOR, corrected)
    assert send(accounts, corrected, accepted=True).all_sent
    assert arrived(accounts) == [40, 40]


def test_a_list_that_is_fetched_meanwhile_sends_nothing_again(
    accounts: Accounts, magnolia: Company
) -> None:
    product = magnolia.products[3]
    headings = [*HEADINGS[:2], "Código del proveedor", *HEADINGS[3:]]
    cells = [*row(magnolia, 5)]
    cells[2], cells[3] = magnolia.vendors[0].code, product.id
    assert send(accounts, check(accounts, csv_file(headings, cells))).all_sent
    fetch_list(accounts.ctx, ACTOR, accounts.magnolia, "vendors")
    assert check(accounts, csv_file(headings, cells)).is_empty
    cells[1] = "729 1234 5675"
    assert check(accounts, csv_file(headings, cells)).is_empty


def test_two_people_with_one_file_send_it_once(accounts: Accounts, magnolia: Company) -> None:
    data = csv_file(HEADINGS, row(magnolia, 5), row(magnolia, 6))
    first, second = check(accounts, data), check(accounts, data)
    queued = queue_writes(accounts.ctx, ACTOR, first)
    late = queue_writes(accounts.ctx, Actor(name="Ana"), second)
    assert (queued.writes, late.writes, len(late.overtaken)) == (2, 0, 2)
    assert "Tester" in late.overtaken[0].reason
    assert send_batch(accounts.ctx, ACTOR, queued.batch_id).all_sent
    assert arrived(accounts) == [5, 6]


def test_bad_rows_are_named_and_the_others_are_sent(accounts: Accounts, magnolia: Company) -> None:
    good = [row(magnolia, n) for n in (1, 2, 3)]
    bad = [
        row(magnolia, 4, product="UNKNOWN"),
        row(magnolia, 5, product="999999999"),
        row(magnolia, "6,5"),
        ["05/13/2026x", *row(magnolia, 7)[1:]],
        [row(magnolia, 8)[0], "729-12345670", *row(magnolia, 8)[2:]],
        [*row(magnolia, 9)[:5], "ZZZ", *row(magnolia, 9)[6:]],
        row(magnolia, 10, cost="0,12345"),
    ]
    rows = [
        cells for pair in zip(bad, [*good, *[None] * 4], strict=True) for cells in pair if cells
    ]
    preview = check(accounts, csv_file(HEADINGS, *rows))
    wrong = {remark.row: remark.reason for remark in preview.problems}
    assert sorted(wrong) == sorted(at for at, cells in enumerate(rows, start=2) if cells in bad)
    said = " ".join(wrong.values())
    for word in ("UNKNOWN", "999999999", "6,5", "05/13/2026x", "check digit", "ZZZ", "0,12345"):
        assert word in said
    assert send(accounts, preview).all_sent
    assert sorted(arrived(accounts)) == [1, 2, 3]


def test_what_the_orders_show_of_an_unknown_product_is_none(
    accounts: Accounts, magnolia: Company
) -> None:
    with accounts.ctx.write(ACTOR, Permission.DOWNLOAD) as con:
        con.run(
            "INSERT INTO komet_products (provider_id, product_id, description, source) VALUES"
            " ($id, '0', 'UNKNOWN Rose', 'orders'), ($id, '77', 'Unknown', 'orders')",
            {"id": accounts.magnolia.id},
        )
    data = csv_file(HEADINGS, *(row(magnolia, 1, product=one) for one in ("0", "77")))
    assert [remark.row for remark in check(accounts, data).problems] == [2, 3]


def test_doubtful_dates_and_numbers_are_refused(accounts: Accounts, magnolia: Company) -> None:
    doubtful = ["05/12/2026", *row(magnolia, "1.234", cost="1")[1:]]
    (problem,) = check(accounts, csv_file(HEADINGS, doubtful)).problems
    assert "2026-05-12" in problem.reason
    assert "2026-12-05" in problem.reason
    assert "1.234" in problem.reason
    # another date of the column decides
    proof = row(magnolia, 1, cost="1")
    days = check(accounts, csv_file(HEADINGS, ["05/12/2026", *proof[1:]], proof)).drafts
    assert [draft.content["ship_date"] for draft in days] == ["2026-12-05", "2026-11-28"]


def test_a_product_is_found_by_code_sku_or_name(accounts: Accounts, magnolia: Company) -> None:
    by_name = next(
        one for one in magnolia.products
        if one.legacy_code and sum(o.description == one.description for o in magnolia.products) == 1
    )  # fmt: skip
    data = csv_file(
        HEADINGS,
        row(magnolia, 1, product=by_name.description.upper()),
        row(magnolia, 2, product=by_name.legacy_code),
    )
    preview = check(accounts, data)
    assert [draft.content["product_id"] for draft in preview.drafts] == [str(by_name.id)] * 2


@pytest.mark.parametrize(("body", "effect"), [("drop", "before"), ("drop", "after")])
def test_what_broke_on_the_way_is_unknown_and_is_never_sent_again(
    accounts: Accounts, magnolia: Company, body: str, effect: str
) -> None:
    data = csv_file(HEADINGS, row(magnolia, 250))
    accounts.sandbox.state.faults.add(
        "inventory.add",
        body=body,
        effect=effect,
        skip=1,  # type: ignore[arg-type]
    )
    receipt = send(accounts, check(accounts, data))
    assert receipt.count(WriteState.SENT) == 2
    (unknown,) = [write for write in receipt.writes if write.state is WriteState.UNKNOWN]
    assert unknown.content["boxes"] == 100
    assert arrived(accounts) == ([100, 100, 50] if effect == "after" else [100, 50])
    # neither the file again nor reading sends it: Komet gives nothing to go by
    assert check(accounts, data).is_empty
    assert [w.outcome_code for w in resolve_unknown(accounts.ctx, ACTOR).unknown] == ["cannot_tell"]
    # a person has looked, and says
    settle_by_person(accounts.ctx, ACTOR, [unknown.id], sent=effect == "after")
    if effect == "before":
        anew = plan_again(accounts.ctx, [unknown.id])
        assert send(accounts, anew).all_sent
    assert sum(arrived(accounts)) == 250
    assert check(accounts, data).is_empty


FAULTS: list[dict[str, Any]] = [
    {"body": "drop", "effect": "before"},
    {"body": "drop", "effect": "after"},
    {"body": "reset"},
    {"body": "cut"},
    {"body": "html"},
    {"status": 500},
    {"status": 500, "effect": "after"},
    {"status": 429},
    {"status": 200, "message": "No."},
    {"body": "not_json", "effect": "after"},
]


def test_random_files_on_a_komet_that_breaks_arrive_once_and_whole(
    accounts: Accounts, magnolia: Company
) -> None:
    """Every row in the end, none twice: by the sandbox's own log, whatever broke on the way."""
    dice = random.Random(10)
    log = accounts.sandbox.state.effects
    wanted: Counter[str] = Counter()
    for at, fault in enumerate(FAULTS):
        serial = 1_000_000 + at
        headings = [*HEADINGS, "Reference"]
        rows = []
        for number in range(dice.randint(1, 4)):
            cells = [*row(magnolia, dice.choice([1, 7, 100, 130, 250])), f"R{at}-{number}"]
            cells[1] = f"729-{serial}{serial % 7}"
            wanted[str(cells[-1])] += int(str(cells[4]))
            rows.append(cells)
        data = csv_file(headings, *rows)
        accounts.sandbox.state.faults.add("inventory.add", skip=dice.randint(0, 2), **fault)
        for _attempt in range(3):
            preview = check(accounts, data)
            if preview.drafts:
                queue_writes(accounts.ctx, ACTOR, preview)
            waiting = list_writes(accounts.ctx, states=[WriteState.PLANNED])
            for batch_id in {write.batch_id for write in waiting}:
                send_batch(accounts.ctx, ACTOR, batch_id)
            for write in resolve_unknown(accounts.ctx, ACTOR).unknown:
                made = effects_like(accounts, write.content)
                sent = list_writes(accounts.ctx, states=[WriteState.SENT])
                known = sum(other.content == write.content for other in sent)
                settle_by_person(accounts.ctx, ACTOR, [write.id], sent=made > known)
        assert check(accounts, data).is_empty
        accounts.sandbox.state.faults.clear()
    made = Counter[str]()
    for effect in log.all("inventory.add"):
        made[str(effect.parameters["reference"])] += int(str(effect.parameters["quantity"]))
    assert made == wanted
    settled = list_writes(accounts.ctx, states=[WriteState.SENT], limit=10_000)
    assert len(settled) == len(log.all("inventory.add"))


def effects_like(accounts: Accounts, content: dict[str, Any]) -> int:
    return sum(
        effect.parameters["reference"] == content["reference"]
        and str(effect.parameters["quantity"]) == str(content["boxes"])
        for effect in accounts.sandbox.state.effects.all("inventory.add")
    )


def test_boxes_are_added_to_a_stock_line_and_never_set(accounts: Accounts) -> None:
    fetch_list(accounts.ctx, ACTOR, accounts.magnolia, "inventory")
    stock = accounts.sandbox.state.books["magnolia"].rows("inventory")
    line, other = stock[0], stock[1]
    before = line["quantity"]
    headings = ["Inventory ID", "Boxes to add", "Unit cost", "Price A"]
    data = csv_file(
        headings, [line["inventoryId"], 130, "0.41", "0.6"], [other["inventoryId"], "", "", ""],
        [77, 5, "0.2", ""], delimiter=",",
    )  # fmt: skip
    preview = check(accounts, data, WriteKind.UPDATE_STOCK)
    assert [remark.row for remark in preview.problems] == [4]
    assert [draft.content["boxes"] for draft in preview.drafts] == [100, 30]
    assert send(accounts, preview).all_sent
    assert arrived(accounts, "inventory.update") == [100, 30]
    assert line["quantity"] == before + 130
    assert check(accounts, data, WriteKind.UPDATE_STOCK).is_empty


def test_a_cut_update_is_seen_where_the_stock_grew_by_just_its_boxes(accounts: Accounts) -> None:
    fetch_list(accounts.ctx, ACTOR, accounts.magnolia, "inventory")
    line = accounts.sandbox.state.books["magnolia"].rows("inventory")[0]
    data = csv_file(["inventoryId", "quantity", "unitCost"], [line["inventoryId"], 5, "0.4"])
    accounts.sandbox.state.faults.add("inventory.update", body="drop", effect="after")
    assert (
        send(accounts, check(accounts, data, WriteKind.UPDATE_STOCK)).count(WriteState.UNKNOWN) == 1
    )
    line["quantity"] -= 1  # sold meanwhile: nobody can tell
    assert len(resolve_unknown(accounts.ctx, ACTOR).unknown) == 1
    before, line["quantity"] = line["quantity"] + 1, "many"
    (odd,) = resolve_unknown(accounts.ctx, ACTOR).unknown
    assert odd.outcome_code == "not_readable"
    line["quantity"] = before
    assert resolve_unknown(accounts.ctx, ACTOR).unknown == []
    assert [write.state for write in list_writes(accounts.ctx)] == [WriteState.SENT]


@pytest.mark.parametrize("effect", ["before", "after"])
def test_a_deleted_line_is_looked_for_in_the_stock(accounts: Accounts, effect: str) -> None:
    fetch_list(accounts.ctx, ACTOR, accounts.magnolia, "inventory")
    line = accounts.sandbox.state.books["magnolia"].rows("inventory")[0]
    data = csv_file(["ID de inventario"], [line["inventoryId"]])
    accounts.sandbox.state.faults.add("inventory.delete", body="drop", effect=effect)  # type: ignore[arg-type]
    send(accounts, check(accounts, data, WriteKind.DELETE_STOCK))
    (write,) = resolve_unknown(accounts.ctx, ACTOR).writes
    if effect == "after":
        assert write.state is WriteState.SENT
    else:
        assert write.outcome_code == "too_early_to_tell"


def test_a_vendor_token_may_not_touch_the_stock_and_is_told_so(
    accounts: Accounts, magnolia: Company
) -> None:
    petalo = accounts.sandbox.state.companies["petalo"]
    vendor = petalo.vendors[0]
    cells = [*row(petalo, 5)]
    cells[2] = vendor.id
    preview = check_stock_file(
        accounts.ctx, accounts.petalo.id, csv_file(HEADINGS, cells), "s.csv", WriteKind.ADD_STOCK
    )
    assert preview.drafts == preview.by_hand == ()
    assert "Vendor" in preview.problems[0].reason
    assert "inventory.add" in preview.problems[0].reason


def test_the_command_line_sends_once_and_says_what_it_did(
    accounts: Accounts, magnolia: Company, komet: Komet, tmp_path: Path
) -> None:
    file = tmp_path / "stock.csv"
    file.write_bytes(csv_file(HEADINGS, row(magnolia, 130), row(magnolia, "x")))
    words = ["stock", "add", str(file), "--provider", "Magnolia"]
    tried = komet(*words, "--dry-run")
    assert (tried.returncode, arrived(accounts)) == (1, [])
    assert "“x” is not a number" in tried.stderr
    assert komet(*words).returncode == 2  # nobody there to ask
    accounts.sandbox.state.faults.add("inventory.add", body="drop", effect="after", skip=1)
    file.write_bytes(csv_file(HEADINGS, row(magnolia, 130)))
    sent = komet(*words, "--yes", "--json")
    assert sent.returncode == 1
    assert json.loads(sent.stdout)["receipt"]["counts"] == {"sent": 1, "unknown": 1}
    again = komet(*words, "--yes", "--json")
    assert again.returncode == 1  # it is unknown still, and is not sent
    assert len(json.loads(again.stdout)["left_out"]) == 2
    assert arrived(accounts) == [100, 30]
    # what was planned and never sent, as after a kill, is taken up
    rest = csv_file(HEADINGS, row(magnolia, 5), row(magnolia, 6))
    planned = check(accounts, csv_file(HEADINGS, row(magnolia, 5)))
    queue_writes(accounts.ctx, ACTOR, planned, accepted=True)
    file.write_bytes(rest)
    assert komet(*words, "--yes", env={"KOMET_PERSON": ACTOR.name}).returncode == 0
    assert arrived(accounts) == [100, 30, 5, 6]


def test_the_template_of_the_stock_is_filled_in_and_read_back(accounts: Accounts) -> None:
    fetch_list(accounts.ctx, ACTOR, accounts.magnolia, "inventory")
    given = template_bytes(accounts.ctx, ACTOR, WriteKind.UPDATE_STOCK, accounts.magnolia.id)
    book = openpyxl.load_workbook(io.BytesIO(given))
    sheet = book.worksheets[0]
    at = {cell.value: cell.column for cell in sheet[1]}
    stock = accounts.sandbox.state.books["magnolia"].rows("inventory")
    assert sheet.max_row == 1 + len(stock)
    assert check(accounts, given, WriteKind.UPDATE_STOCK, name="t.xlsx").is_empty
    sheet.cell(3, at["Boxes to add"]).value = 4
    sheet.cell(3, at["Unit cost"]).value = 0.35
    saved = io.BytesIO()
    book.save(saved)
    preview = check(accounts, saved.getvalue(), WriteKind.UPDATE_STOCK, name="t.xlsx")
    assert preview.problems == ()
    assert preview.left_out == ()
    (draft,) = preview.drafts
    assert draft.content == {
        "inventory_id": str(stock[1]["inventoryId"]), "boxes": 4, "unit_cost": "0.350"
    }  # fmt: skip
    assert f"to the {stock[1]['quantity']} of" in describe(draft)


def test_a_column_that_is_not_known_is_named(accounts: Accounts, magnolia: Company) -> None:
    data = csv_file([*HEADINGS, "Precio Z", "Nota vacía"], [*row(magnolia, 5), "0,40", ""])
    preview = check(accounts, data)
    assert len(preview.drafts) == 1
    assert [(one.row, one.subject) for one in preview.left_out] == [(1, "Precio Z")]


def test_who_may_not_export_takes_no_stock_away_in_a_template(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = frozenset(Permission) - {Permission.EXPORT}
    monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, without)
    with pytest.raises(NotPermitted, match="export"):
        template_bytes(accounts.ctx, ACTOR, WriteKind.UPDATE_STOCK, accounts.magnolia.id)


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_template_has_headings_that_are_read_again(
    accounts: Accounts, kind: WriteKind
) -> None:
    for code in languages():
        with using(code):
            given = template_bytes(accounts.ctx, ACTOR, kind)
            headings = [c.value for c in openpyxl.load_workbook(io.BytesIO(given)).worksheets[0][1]]
        known = headings_of(kind)
        read = [known.get(normalize_text(str(heading), solid=True)) for heading in headings]
        assert None not in read
        assert len(set(read)) == len(read)


def test_a_file_without_a_needed_column_is_refused_whole(accounts: Accounts) -> None:
    with pytest.raises(InvalidInput, match="Unit cost"):
        check(accounts, csv_file(["Inventory ID", "Boxes"], [1, 2]), WriteKind.UPDATE_STOCK)
