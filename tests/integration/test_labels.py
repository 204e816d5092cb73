"""Labels of what Komet has shown: which boxes, who may print, what is remembered and refused."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import pytest
from label_samples import GTINS, gs1_template, label_box, read_barcodes, read_texts, template
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.activity.model import ActivityFilter
from komet.activity.timeline import list_entries
from komet.context import AppContext
from komet.dispatch.box_codes import pack_boxes
from komet.dispatch.check import check_lines
from komet.dispatch.model import LineEntry, Packing
from komet.dispatch.outbox import queue_writes
from komet.dispatch.send import send_batch
from komet.errors import InvalidInput, NotFound
from komet.labels import table
from komet.labels.boxes import list_label_boxes
from komet.labels.model import Field
from komet.labels.printing import preview_labels, print_labels
from komet.labels.template import (
    READY_MADE,
    Barcode,
    GtinSource,
    Media,
    parse_template,
)
from komet.labels.templates import delete_template, find_template, list_templates, save_template
from komet.orders.filters import OrderFilter
from komet.permissions import GRANTS, Actor, NotPermitted, Permission, Role
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_B_VENDOR


@pytest.fixture
def shipped(downloaded: Downloaded) -> Accounts:
    return downloaded(3, 1)


def komet_boxes(accounts: Accounts) -> Counter[str]:
    """Codes of the boxes of standing lines, as the sandbox itself gives them."""
    found: Counter[str] = Counter()
    first, last = accounts.days(3, 1)
    for token in (IMPORTER_A_COMPANY, IMPORTER_B_VENDOR):
        day = first
        while day <= last:
            answer = httpx.get(
                f"{accounts.sandbox.base_url}/purchase.order.list",
                params={"authenticationToken": token.secret, "date": str(day)},
            ).json()
            day = day.fromordinal(day.toordinal() + 1)
            for order in answer.get("purchaseOrders") or []:
                if str(order.get("status")).upper() in {"CA", "CANCELLED"}:
                    continue
                for line in order.get("details") or []:
                    if str(line.get("lineItemStatus")).upper() in {"CA", "CANCELLED"}:
                        continue
                    found.update(str(box["boxCode"]) for box in line.get("boxes") or [])
    return found


def test_every_box_that_komet_shows_gets_a_label(shipped: Accounts, tmp_path: Path) -> None:
    found = list_label_boxes(shipped.ctx, OrderFilter())
    assert Counter(box.box_code for box in found.boxes) == komet_boxes(shipped)
    assert len(found.boxes) > 50
    assert found.without_codes
    lines = {(box.provider_id, box.po_item_id) for box in found.boxes}
    for key in lines:
        of_line = [box for box in found.boxes if (box.provider_id, box.po_item_id) == key]
        assert [box.position for box in of_line] == list(range(1, len(of_line) + 1))
        assert {box.of for box in of_line} == {max(of_line[0].of, len(of_line))}
    target = tmp_path / "all.pdf"
    outcome = print_labels(shipped.ctx, ACTOR, found.boxes, READY_MADE["Box A4, 8 a sheet"], target)
    assert outcome.labels == len(found.boxes) - len(outcome.refused)
    seen = Counter(code.text for page in read_barcodes(target.read_bytes(), 203) for code in page)
    assert seen == Counter(dict.fromkeys(komet_boxes(shipped), 1))


def test_what_a_label_says_is_what_the_order_says(shipped: Accounts) -> None:
    with shipped.ctx.read() as con:
        stored = {
            row["box_code"]: row
            for row in con.rows(
                "SELECT b.box_code, b.lot_number, l.* FROM po_boxes b"
                " JOIN po_lines l USING (provider_id, po_id, po_item_id)"
            )
        }
        parts = con.rows("SELECT po_item_id, sum(bunches * stems_bunch) AS stems, count(*) AS n"
                         " FROM po_breakdowns GROUP BY ALL")  # fmt: skip
    mixed = {row["po_item_id"]: row for row in parts}
    boxes = list_label_boxes(shipped.ctx, OrderFilter()).boxes
    for box in boxes:
        row = stored[box.box_code]
        assert box.po_number == row["po_number"]
        assert box.customer == (row["customer_name"] or "")
        assert box.mark == (row["mark_code"] or "")
        assert box.product == row["product_description"]
        assert box.lot == (row["lot_number"] or "")
        if box.po_item_id in mixed:
            assert box.stems == mixed[box.po_item_id]["stems"]
            assert box.contents.count(";") == mixed[box.po_item_id]["n"] - 1
        elif row["bunches"] is not None and row["stems_bunch"] is not None:
            assert box.stems == row["bunches"] * row["stems_bunch"]
    assert mixed.keys() & {box.po_item_id for box in boxes}


def test_an_awb_that_komet_sends_is_on_the_label(shipped: Accounts) -> None:
    boxes = list_label_boxes(shipped.ctx, OrderFilter()).boxes
    with shipped.ctx.db.write() as con:
        con.run("UPDATE po_lines SET extra = $extra WHERE po_item_id = $line",
                {"extra": json.dumps({"AWB": "729-12345675", "houseAwb": "H1"}),
                 "line": boxes[0].po_item_id})  # fmt: skip
    changed = list_label_boxes(shipped.ctx, OrderFilter()).boxes
    assert {(box.awb, box.house_awb) for box in changed} == {
        ("729-1234 5675", "H1"),
        ("", ""),
    }


def test_packed_boxes_have_labels_before_and_after_they_are_shipped(
    downloaded: Downloaded, tmp_path: Path
) -> None:
    """Also what is left behind on a new line by a partial shipment: its labels are the same."""
    accounts = downloaded(0, 2)
    ctx, client = accounts.ctx, accounts.magnolia.id
    with ctx.read() as con:
        line = con.rows(
            "SELECT po_item_id, po_number, total_boxes::INTEGER AS boxes FROM po_lines"
            " WHERE provider_id = $client AND total_boxes BETWEEN 3 AND 20 AND gone_at IS NULL"
            " AND line_item_status IN ('P', 'Pending') AND po_status IN ('A', 'Approved')"
            " ORDER BY po_item_id LIMIT 1",
            {"client": client},
        )[0]
    chosen = OrderFilter(providers=(client,), po_numbers=(line["po_number"],))
    codes = tuple(f"Z-{n:04d}" for n in reversed(range(line["boxes"])))
    before = list_label_boxes(ctx, chosen)
    pack_boxes(ctx, ACTOR, [Packing(client, line["po_item_id"], codes, "L77")])
    packed = list_label_boxes(ctx, chosen)
    boxes = [box for box in packed.boxes if box.po_item_id == line["po_item_id"]]
    assert [box.box_code for box in boxes] == list(codes)
    assert {(box.planned, box.lot, box.awb, box.of) for box in boxes} == {
        (True, "L77", "", line["boxes"])
    }
    assert len(packed.without_codes) == len(before.without_codes) - 1
    print_labels(ctx, ACTOR, boxes, template(), tmp_path / "l.pdf")

    entry = LineEntry(1, client, line["po_item_id"], awb="729 1234 5675",
                      box_codes=", ".join(codes[:2]), lot="77")  # fmt: skip
    preview = check_lines(ctx, "test", [entry])
    assert preview.problems == ()
    queued = queue_writes(ctx, ACTOR, preview, accepted=True)
    assert send_batch(ctx, ACTOR, queued.batch_id).all_sent
    after = list_label_boxes(ctx, chosen)
    shipped = [box for box in after.boxes if box.box_code in codes[:2]]
    assert {box.box_code for box in shipped} == set(codes[:2])
    assert {(box.planned, box.awb) for box in shipped} == {(False, "729-1234 5675")}
    rest = next(line_ for line_ in after.without_codes if line_.boxes == line["boxes"] - 2)
    assert rest.po_number == line["po_number"]
    with ctx.read() as con:
        new_line = con.value(
            "SELECT max(po_item_id::BIGINT)::VARCHAR FROM po_lines WHERE po_number = $number"
            " AND provider_id = $client",
            {"number": line["po_number"], "client": client},
        )
    pack_boxes(ctx, ACTOR, [Packing(client, new_line, codes[2:])])
    again = list_label_boxes(ctx, chosen)
    assert {box.box_code for box in again.boxes} >= set(codes)
    assert not {box.box_code for box in again.unprinted} & set(codes)


def test_filters_choose_and_cancelled_lines_get_no_label(shipped: Accounts) -> None:
    every = list_label_boxes(shipped.ctx, OrderFilter())
    first = every.boxes[0]
    chosen = OrderFilter(providers=(first.provider_id,), po_numbers=(first.po_number,))
    found = list_label_boxes(shipped.ctx, chosen)
    assert {(box.provider_id, box.po_number) for box in found.boxes} == {
        (first.provider_id, first.po_number)
    }
    with shipped.ctx.db.write() as con:
        for name in ("po_lines", "order_items"):
            column = "line_item_status" if name == "po_lines" else "line_status"
            con.run(f"UPDATE {name} SET {column} = 'CA' WHERE po_item_id = $line",
                    {"line": first.po_item_id})  # fmt: skip
    left = list_label_boxes(shipped.ctx, OrderFilter())
    assert first.po_item_id not in {box.po_item_id for box in left.boxes}


def test_who_may_not_export_prints_nothing(
    ctx: AppContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, frozenset(Permission) - {Permission.EXPORT})
    with pytest.raises(NotPermitted):
        print_labels(ctx, ACTOR, [label_box()], template(), tmp_path / "l.pdf")
    assert list(tmp_path.glob("*.pdf")) == []
    with ctx.read() as con:
        assert table.printed(con, [label_box().key]) == {}


def test_a_label_that_is_printed_again_says_so_and_by_whom(ctx: AppContext, tmp_path: Path) -> None:
    target = tmp_path / "l.pdf"
    boxes = [label_box(), label_box(box_code="B2")]
    assert print_labels(ctx, Actor(name="Ana"), boxes[:1], template(), target).reprints == 0
    outcome = print_labels(ctx, Actor(name="Luis"), boxes, template(), target)
    assert (outcome.labels, outcome.reprints, outcome.pages) == (2, 1, 2)
    first, second = read_texts(target.read_bytes())
    assert "REPRINT 1" in first
    assert "REPRINT" not in second
    print_labels(ctx, ACTOR, boxes, template(language="es"), target)
    first, second = read_texts(target.read_bytes())
    assert "REIMPRESIÓN 2" in first
    assert "REIMPRESIÓN 1" in second
    with ctx.read() as con:
        records = table.printed(con, [box.key for box in boxes])
    assert [records[box.key].times for box in boxes] == [3, 2]
    assert records[boxes[0].key].printed_by == ACTOR.name
    told = list_entries(ctx, ActivityFilter())
    assert [event for event in told["event"] if event == "Labels printed: l.pdf"]


def test_a_preview_is_the_page_and_prints_nothing(ctx: AppContext, tmp_path: Path) -> None:
    boxes = [label_box(box_code=f"B{n}") for n in range(9)]
    picture, outcome = preview_labels(ctx, boxes, template(media=Media.A4_8), start=2)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert (outcome.labels, outcome.pages, outcome.reprints) == (9, 2, 0)
    with ctx.read() as con:
        assert table.printed(con, [box.key for box in boxes]) == {}


@pytest.mark.parametrize(("start", "pages"), [(1, 2), (8, 2), (7, 2), (2, 2)])
def test_a_begun_sheet_is_filled_from_the_place_that_is_free(
    ctx: AppContext, tmp_path: Path, start: int, pages: int
) -> None:
    boxes = [label_box(box_code=f"B{n}") for n in range(9)]
    target = tmp_path / "l.pdf"
    outcome = print_labels(ctx, ACTOR, boxes, template(media=Media.A4_8), target, start)
    assert outcome.pages == pages
    first, second = read_barcodes(target.read_bytes(), 203)
    assert [code.text for code in (*first, *second)] == [box.box_code for box in boxes]
    assert len(first) == 8 - (start - 1)
    width, height = 210 / 25.4 * 203, 297 / 25.4 * 203
    corner = first[0].position.top_left
    assert (corner.x > width / 2) == (start % 2 == 0)
    assert int((corner.y - 13.1 / 25.4 * 203) / (67.7 / 25.4 * 203)) == (start - 1) // 2
    assert corner.y < height


def test_a_place_that_is_not_on_the_sheet_is_refused(ctx: AppContext, tmp_path: Path) -> None:
    for start in (0, 9):
        with pytest.raises(InvalidInput):
            print_labels(
                ctx, ACTOR, [label_box()], template(media=Media.A4_8), tmp_path / "l.pdf", start
            )


def test_an_sscc_is_given_once_and_kept(ctx: AppContext, tmp_path: Path) -> None:
    target = tmp_path / "l.pdf"
    chosen = gs1_template(barcodes=(Barcode.SSCC,))

    def printed(*codes: str) -> list[str]:
        print_labels(ctx, ACTOR, [label_box(box_code=code) for code in codes], chosen, target)
        return [page[0].text for page in read_barcodes(target.read_bytes(), 203)]

    first = printed("A", "B")
    assert printed("B", "C", "A") == [first[1], printed("C")[0], first[0]]
    assert len({*first, *printed("C")}) == 2 + 1
    chosen = gs1_template(barcodes=("sscc",), extension=3)
    assert printed("D")[0].startswith("0030614141")


def test_people_who_print_at_once_are_counted_and_share_no_sscc(
    ctx: AppContext, tmp_path: Path
) -> None:
    chosen = gs1_template(barcodes=("box_code", "sscc"))

    def run(n: int) -> bytes:
        target = tmp_path / f"{n}.pdf"
        boxes = [label_box(box_code="shared"), label_box(box_code=f"own-{n}")]
        print_labels(ctx, ACTOR, boxes, chosen, target)
        return target.read_bytes()

    with ThreadPoolExecutor(6) as pool:
        files = list(pool.map(run, range(6)))
    first_labels = [read_texts(file)[0] for file in files]
    numbers = [text.partition("REPRINT ")[2][:1] for text in first_labels]
    assert sorted(numbers) == ["", "1", "2", "3", "4", "5"]
    ssccs = [[page[1].text for page in read_barcodes(file, 203)] for file in files]
    assert len({shared for shared, _own in ssccs}) == 1
    assert len({sscc for both in ssccs for sscc in both}) == 7
    with ctx.read() as con:
        assert table.printed(con, [label_box(box_code="shared").key]).popitem()[1].times == 6


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"box_code": "CAJA-ñ"}, "accents"),
        ({"box_code": "x" * 21}, "20"),
        ({"sku": ""}, "GTIN"),
        ({"sku": "RT-W-60"}, "RT-W-60"),
        ({"sku": "09506000134353"}, "2"),
        ({"lot": "Lote Ñ"}, "Lote Ñ"),
    ],
)
def test_a_box_that_cannot_be_printed_is_named_and_the_rest_is_printed(
    ctx: AppContext, tmp_path: Path, wrong: dict[str, str], word: str
) -> None:
    target = tmp_path / "l.pdf"
    boxes = [
        label_box(box_code="A"),
        label_box(**{"box_code": "B"} | wrong),
        label_box(box_code="C"),
    ]
    chosen = gs1_template(barcodes=("box_code", "gs1"))
    outcome = print_labels(ctx, ACTOR, boxes, chosen, target)
    assert (outcome.labels, outcome.pages) == (2, 2)
    [refused] = outcome.refused
    assert refused.box == boxes[1]
    assert word in refused.reason
    assert [page[0].text for page in read_barcodes(target.read_bytes(), 203)] == ["A", "C"]
    with ctx.read() as con:
        assert boxes[1].key not in table.printed(con, [box.key for box in boxes])


def test_a_code_on_two_boxes_is_printed_once(ctx: AppContext, tmp_path: Path) -> None:
    boxes = [label_box(), label_box(po_item_id="78"), label_box(provider_id="q")]
    outcome = print_labels(ctx, ACTOR, boxes, template(), tmp_path / "l.pdf")
    assert outcome.labels == 2
    assert [refused.box.po_item_id for refused in outcome.refused] == ["78"]


def test_where_no_label_is_left_there_is_no_file(ctx: AppContext, tmp_path: Path) -> None:
    for boxes in ([], [label_box(box_code="ñ")]):
        outcome = print_labels(ctx, ACTOR, boxes, template(), tmp_path / "l.pdf")
        assert (outcome.labels, outcome.pages) == (0, 0)
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_letter_that_the_font_lacks_is_a_square(ctx: AppContext, tmp_path: Path) -> None:
    print_labels(ctx, ACTOR, [label_box(customer="花 Hana\n& Co")], template(), tmp_path / "l.pdf")
    assert "□ Hana & Co" in read_texts((tmp_path / "l.pdf").read_bytes())[0]


def test_a_gtin_comes_from_where_the_template_says(ctx: AppContext, tmp_path: Path) -> None:
    box = label_box(sku="", reference=GTINS[1], custom_field1="036000291452")
    expected = {
        GtinSource.REFERENCE: GTINS[1],
        GtinSource.CUSTOM_FIELD: GTINS[2],
        GtinSource.FIXED: GTINS[3],
    }
    for source, gtin in expected.items():
        chosen = gs1_template(barcodes=("gs1",), gtin_source=source, gtin=GTINS[3], with_lot=False)
        print_labels(ctx, ACTOR, [box], chosen, tmp_path / "l.pdf")
        [[seen]] = read_barcodes((tmp_path / "l.pdf").read_bytes(), 203)
        assert seen.text == f"01{gtin}"


def test_templates_are_saved_found_and_deleted(ctx: AppContext) -> None:
    save_template(ctx, ACTOR, template(name="Mine", media=Media.A4_14))
    save_template(ctx, ACTOR, template(name="MINE", fields=(Field.MARK,)))
    assert find_template(ctx, " mine ").fields == (Field.MARK,)
    assert set(list_templates(ctx).usable) == {*READY_MADE, "MINE"}
    with pytest.raises(InvalidInput):
        save_template(ctx, ACTOR, template(name="box a4, 8 a sheet"))
    with ctx.db.write() as con:
        con.run('UPDATE label_templates SET definition = \'{"name": "MINE"}\'')
    assert set(list_templates(ctx).broken) == {"MINE"}
    with pytest.raises(InvalidInput):
        find_template(ctx, "mine")
    delete_template(ctx, ACTOR, "mine")
    with pytest.raises(NotFound):
        find_template(ctx, "mine")


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": ()},
        {"fields": ("mark", "mark")},
        {"barcodes": ()},
        {"barcodes": ("gs1", "box_code"), "media": "a4-14"},
        {"barcodes": ("sscc",), "company_prefix": "12"},
        {"barcodes": ("gs1",), "gtin_source": "fixed", "gtin": "123"},
        {"language": "tlh"},
        {"dpi": 72},
        {"extension": 10},
    ],
)
def test_a_template_that_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    definition = template().model_dump(mode="json") | wrong
    with pytest.raises(InvalidInput):
        parse_template(definition)


def test_the_command_line_prints_and_tells(shipped: Accounts, komet: Komet, tmp_path: Path) -> None:
    days = [str(day) for day in shipped.days(3, 1)]
    target = tmp_path / "labels.pdf"
    # which client has shipped by now differs from day to day
    of_client = {
        client.name: list_label_boxes(shipped.ctx, OrderFilter(providers=(client.id,))).boxes
        for client in shipped.both
    }
    name, boxes = max(of_client.items(), key=lambda entry: len(entry[1]))
    arguments = ("labels", str(target), "--from", days[0], "--to", days[1], "--provider", name)
    done = komet(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["labels"] == len(boxes) > 0
    assert told["reprints"] == 0
    assert told["refused"] == []
    with pypdfium2.PdfDocument(target) as document:
        assert len(document) == len(boxes)
    again = komet(*arguments, "--template", "caja 4 × 3 in")
    assert again.returncode == 0
    assert f"{len(boxes)} of them reprints" in again.stdout
    assert "no box codes yet" in again.stderr
    nothing = komet(*arguments, "--unprinted")
    assert nothing.returncode == 1
    zpl = komet(*arguments[:1], str(tmp_path / "l.zpl"), *arguments[2:])
    assert zpl.returncode == 0
    assert (tmp_path / "l.zpl").read_text().count("^XA") == len(boxes)
    refused = komet(*arguments, "--start", "2")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
