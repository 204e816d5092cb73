"""A day's dispatch at random, for tests: files that people fill in, a Komet that breaks, and what
must hold afterwards by the sandbox's own log of effects and its own records."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from prepared import PreparedFolders
from sample_accounts import ACTOR, Accounts, make_accounts, stored_accounts

from komet.backup.table import odd_writes
from komet.context import AppContext
from komet.dispatch.follow import refresh_orders
from komet.dispatch.model import Draft, LineEntry, Preview, Write, WriteKind, WriteState
from komet.dispatch.outbox import list_writes
from komet.sandbox.companies import MAGNOLIA, PETALO, PETALO_OWN_VENDOR_ID
from komet.sandbox.effects import Effect
from komet.sandbox.server import Sandbox, build_application
from komet.sandbox.state import SandboxState
from komet.sandbox.truth import LineTruth
from komet.settings import Settings

AWBS = ("729-12345675", "145-00000011", "369-70000011")
"""By hand: 1234567 = 7 × 176366 + 5; 1 = 7 × 0 + 1; 7000001 = 7 × 1000000 + 1."""
CLIENTS = {MAGNOLIA: None, PETALO: PETALO_OWN_VENDOR_ID}
"""Importer → the vendor whose lines the client's token sees; None: all of them."""
METHODS = {
    "purchase.order.item.confirm": WriteKind.CONFIRM,
    "purchase.order.item.reference.update": WriteKind.REFERENCE,
    "purchase.order.items.awb.add": WriteKind.SHIP,
    "purchase.order.item.delete": WriteKind.DELETE_LINE,
    "box.code.change": WriteKind.BOX_CODE,
    "box.move.awb": WriteKind.MOVE_BOX,
}
SETTLED = (WriteState.SENT, WriteState.REFUSED, WriteState.NOT_SENT)
_STATUS = {"Pending": "P", "Confirmed": "C", "Partially Confirmed": "PC", "Shipped": "S",
           "Cancelled": "CA"}  # fmt: skip
_BAD = (
    {"boxes": "three"}, {"boxes": "-1"}, {"boxes": "1.5"}, {"awb": "729-12345674"},
    {"awb": "729-1234567"}, {"house_awb": "HAWB-1"}, {"awb": AWBS[0], "lot": "1000"},
    {"awb": AWBS[0], "lot": "99999"}, {"awb": AWBS[0], "ship_date": "31.12.2026"},
    {"box_codes": "X-1, X-1"}, {"box_codes": "a box code that is too long"},
    {"reference": "a reference that is too long"},
)  # fmt: skip
_serial = count(1)
_folders = count()


@dataclass
class World:
    """Two clients at a sandbox; `dice` throws all that is random."""

    accounts: Accounts
    dice: Random
    said: dict[str, bool] = field(default_factory=dict)
    """What a person has said of writes that reading could not tell, by what the log shows."""

    @property
    def state(self) -> SandboxState:
        return self.accounts.sandbox.state

    def provider_id(self, company: str) -> str:
        found = {MAGNOLIA: self.accounts.magnolia, PETALO: self.accounts.petalo}
        return found[company].id

    def truth(self, company: str) -> list[LineTruth]:
        """The sandbox's own lines of the days that were downloaded, as far as the token sees."""
        first, last = (day.isoformat() for day in self.accounts.days(0, 2))
        vendor = CLIENTS[company]
        return [
            line
            for line in self.state.lines(company)
            if first <= line.ship_date <= last and vendor in {None, line.vendor_id}
        ]

    # --- what people want -----------------------------------------------------------------------

    def entries(self) -> list[LineEntry]:
        """A file: some lines of both clients, mostly sensible."""
        chosen = [
            (company, line)
            for company in CLIENTS
            for line in self.truth(company)
            if line.status != "Shipped" or self.dice.random() < 0.1
        ]
        self.dice.shuffle(chosen)
        chosen = chosen[: self.dice.randint(1, 12)]
        found = []
        for row, (company, line) in enumerate(chosen, start=2):
            values: dict[str, Any] = self._wanted(line)
            if self.dice.random() < 0.12:
                values |= self.dice.choice(_BAD)
            found.append(LineEntry(row, self.provider_id(company), str(line.po_item_id), **values))
        return found

    def _wanted(self, line: LineTruth) -> dict[str, str]:
        dice, boxes = self.dice, line.boxes
        wanted: dict[str, str] = {}
        if dice.random() < 0.7:
            number = dice.choice((boxes, boxes, dice.randint(0, boxes), 0, boxes + 1))
            wanted["boxes"] = dice.choice((str(number), f"{number}.0", f" {number} "))
        if dice.random() < 0.25:
            wanted["reference"] = f"R-{next(_serial)}"
        if dice.random() < 0.5:
            wanted["awb"] = dice.choice((AWBS[0], AWBS[1], AWBS[0].replace("-", " ")))
            wanted["boxes"] = str(boxes)
            if dice.random() < 0.6:
                going = dice.choice((boxes, dice.randint(1, boxes)))
                prefix, start = f"K{next(_serial)}-", dice.randint(1, 90)
                wanted["box_codes"] = f"{prefix}{start:03d}…{prefix}{start + going - 1:03d}"
                wanted.pop("boxes")
                if dice.random() < 0.5:
                    wanted["boxes"] = str(going)
            if dice.random() < 0.3:
                wanted["house_awb"] = f"H{next(_serial)}"
            if dice.random() < 0.3:
                wanted["lot"] = dice.choice(("999", "100000", "L-7"))
        return wanted

    def box_drafts(self) -> list[Draft]:
        """Exchanged codes, moved boxes and deleted lines, of what was shipped or not."""
        dice = self.dice
        found: list[Draft] = []
        for company in CLIENTS:
            lines = self.truth(company)
            boxes = [(line, box) for line in lines for box in line.cartons]
            for line, box in dice.sample(boxes, min(len(boxes), dice.randint(0, 3))):
                taken = dice.choice(boxes)[1].code
                new = taken if dice.random() < 0.15 else f"N{next(_serial)}"
                if new != box.code:
                    content: dict[str, Any] = {"box_code": new}
                    found.append(self._draft(company, line, WriteKind.BOX_CODE, box.code, content))
            for line, box in dice.sample(boxes, min(len(boxes), dice.randint(0, 2))):
                # a box that is there already would tell nothing
                awb = dice.choice([awb for awb in AWBS if awb != box.awb])
                content = {"awb": awb, "ship_date": line.ship_date}
                found.append(self._draft(company, line, WriteKind.MOVE_BOX, box.code, content))
            still = [line for line in lines if line.status != "Shipped"]
            if still and dice.random() < 0.15:
                line = dice.choice(still)
                target = str(line.po_item_id)
                found.append(self._draft(company, line, WriteKind.DELETE_LINE, target, {}))
        dice.shuffle(found)
        return found

    def _draft(
        self, company: str, line: LineTruth, kind: WriteKind, target: str, content: dict[str, Any]
    ) -> Draft:
        return Draft(
            self.provider_id(company), kind, target, content, po_id=str(line.order_id),
            po_number=line.number, po_item_id=str(line.po_item_id), row=1_000 + next(_serial),
        )  # fmt: skip

    # --- what goes wrong ------------------------------------------------------------------------

    def break_komet(self) -> list[dict[str, Any]]:
        """Faults around the next writes, and now and then around the reading afterwards."""
        dice, made = self.dice, []
        for _fault in range(dice.randint(0, 4)):
            method = dice.choice(list(METHODS))
            several = METHODS[method] in {WriteKind.SHIP, WriteKind.BOX_CODE, WriteKind.MOVE_BOX}
            effect: Any = dice.choice(("before", "after"))
            fault: dict[str, Any] = dice.choice((
                {"body": "cut", "effect": effect}, {"body": "reset", "effect": effect},
                {"body": "html", "effect": effect}, {"body": "not_json", "effect": effect},
                {"body": "drop", "effect": effect}, {"status": 500, "effect": effect},
                {"status": 503, "effect": effect}, {"status": 408, "effect": effect},
                {"status": 500, "body": "html", "effect": effect},
                {"status": 429}, {"status": 429, "retry_after": 1}, {"status": 400},
                {"status": 401}, {"status": 429, "retry_after": "Wed, 25 Nov 2026 12:00:00 GMT"},
                {"message": "Not today.", "effect": effect if several else "before"},
                {"delay": 0.05},
            ))  # fmt: skip
            if dice.random() < 0.01:
                fault = {"delay": 3.5, "effect": effect}
            fault |= {"skip": dice.choice((0, 0, 1, 2)), "times": dice.choice((1, 1, 2))}
            self.state.faults.add(method, **fault)
            made.append({"method": method, **fault})
        if dice.random() < 0.04:
            self.state.faults.add("purchase.order.list", body="html", times=2)
            made.append({"method": "purchase.order.list", "body": "html"})
        return made

    # --- what must hold -------------------------------------------------------------------------

    def check_outbox(self) -> None:
        """Held against the log of effects: every write once, and its state is the truth."""
        writes = list_writes(self.accounts.ctx, limit=100_000)
        assert not [write for write in writes if write.state is WriteState.SENDING]
        for write in writes:
            if write.state is WriteState.UNKNOWN:
                assert write.reason, write
        effects = Counter(self._made(effect) for effect in self.state.effects.all())
        by_state = {state: Counter[Any]() for state in WriteState}
        for write in writes:
            if write.request_id:  # the others were never sent from here
                by_state[self._state(write)][_wanted_of(write)] += 1
        sent, unknown = by_state[WriteState.SENT], by_state[WriteState.UNKNOWN]
        assert not sent - effects, f"sent without an effect: {sent - effects}"
        twice = effects - sent - unknown
        assert not twice, f"done, and not known to be: {twice}"
        with self.accounts.ctx.read() as con:  # what the doctor looks for never comes about
            odd = [one for one in odd_writes(con) if one.what != "sending"]
        assert not odd, odd

    def _state(self, write: Write) -> WriteState:
        if write.outcome_code in {"said_to_be_done", "said_not_to_be_done"}:
            return WriteState.SENT if self.said[write.id] else WriteState.NOT_SENT
        return write.state

    def _made(self, effect: Effect) -> tuple[Any, ...]:
        given, kind = effect.parameters, METHODS[effect.method]
        key = (self.provider_id(effect.company), kind, effect.target)
        match kind:
            case WriteKind.CONFIRM:
                return *key, int(str(given["quantityConfirmed"]))
            case WriteKind.REFERENCE:
                return *key, given["reference"]
            case WriteKind.SHIP:
                codes: Any = given.get("boxCodes") or ()
                return (*key, given["awb"], given.get("houseAWB"), given.get("lotNumber"),
                        given["shipDate"], tuple(codes))  # fmt: skip
            case WriteKind.BOX_CODE:
                return *key, given["newBoxCode"]
            case WriteKind.MOVE_BOX:
                return *key, given["awb"], given["shipDate"]
            case _:
                return key

    def said_by_log(self, write: Write) -> bool:
        """Whether an unknown write was done, as somebody sees who looks into Komet."""
        wanted = _wanted_of(write)
        done = Counter(self._made(effect) for effect in self.state.effects.all())[wanted]
        others = [
            one for one in list_writes(self.accounts.ctx, limit=100_000)
            if one.id != write.id and _wanted_of(one) == wanted
            and self._state(one) is WriteState.SENT
        ]  # fmt: skip
        return done > len(others)

    def check_store(self) -> None:
        """What is stored of every line is what the sandbox holds of it."""
        writes = [w for w in list_writes(self.accounts.ctx, limit=100_000) if w.state in SETTLED]
        refreshed = refresh_orders(self.accounts.ctx, ACTOR, writes)
        assert refreshed.why is None
        for company in CLIENTS:
            assert dict(self._stored(company)) == {
                str(line.po_item_id): (
                    line.number, line.boxes, line.quantity_confirmed, _STATUS[line.status],
                    line.reference, sorted(box.code for box in line.cartons),
                )
                for line in self.truth(company)
            }  # fmt: skip

    def _stored(self, company: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
        with self.accounts.ctx.read() as con:
            rows = con.rows(
                "SELECT po_item_id, po_number, total_boxes, quantity_confirmed, line_item_status,"
                " reference_number, (SELECT list(box_code ORDER BY box_code) FROM po_boxes b"
                "   WHERE b.provider_id = l.provider_id AND b.po_item_id = l.po_item_id) AS codes"
                " FROM po_lines l WHERE provider_id = $p AND gone_at IS NULL",
                {"p": self.provider_id(company)},
            )
        for row in rows:
            confirmed, status = row["quantity_confirmed"], row["line_item_status"]
            yield row["po_item_id"], (
                row["po_number"], int(row["total_boxes"]),
                None if confirmed is None else int(confirmed), _STATUS.get(status, status),
                row["reference_number"], row["codes"] or [],
            )  # fmt: skip

    def wait_for_effects(self, wanted: int, seconds: float = 20) -> None:
        """Until so many changes have been made."""
        deadline = monotonic() + seconds
        while len(self.state.effects.all()) < wanted:
            assert monotonic() < deadline, "the changes have not come"
            sleep(0.02)

    def requests(self) -> Counter[str]:
        """Method → requests that have reached the sandbox, of those that write."""
        counts = Counter[str]()
        for (method, _day), number in self.state.requests.counts().items():
            if method in METHODS:
                counts[method] += number
        return counts


def _wanted_of(write: Write) -> tuple[Any, ...]:
    content = write.content
    key = (write.provider_id, write.kind, write.target)
    match write.kind:
        case WriteKind.CONFIRM:
            return *key, content["boxes"]
        case WriteKind.REFERENCE:
            return *key, content["reference"]
        case WriteKind.SHIP:
            return (*key, content["awb"], content.get("house_awb"), content.get("lot"),
                    content["ship_date"], tuple(content.get("box_codes") or ()))  # fmt: skip
        case WriteKind.BOX_CODE:
            return *key, content["box_code"]
        case WriteKind.MOVE_BOX:
            return *key, content["awb"], content["ship_date"]
        case _:
            return key


def previewed(preview: Preview) -> Counter[str]:
    """Method → requests that a preview has announced."""
    counts = Counter[str]()
    for row in preview.counts:
        counts[row.method] += row.requests
    return counts


class ThreeDays(SandboxState):
    """A sandbox whose window is small, so that every call is quick."""

    def window(self) -> tuple[date, date]:
        return self.today, self.today + timedelta(days=2)


class Worlds:
    """Worlds that begin alike, each with a data folder and a sandbox of its own."""

    def __init__(self, sandbox: Sandbox, prepared: PreparedFolders, folder: Path) -> None:
        self._sandbox, self._prepared, self._folder = sandbox, prepared, folder
        self._today = SandboxState().today

    def new(self, dice: Random, **settings: Any) -> World:
        state = ThreeDays(
            today=self._today, evolve=False, orders_per_day=7, lines_per_order=3,
            unknown_products=0.1, strict=dice.random() < 0.5,
        )  # fmt: skip
        for company in CLIENTS:
            lines = state.lines(company)
            held = dice.sample(lines, len(lines) // 20)
            state.hold_checkout(company, [line.po_item_id for line in held])
        self._sandbox.state = state
        assert self._sandbox._server
        self._sandbox._server.config.loaded_app = build_application(state)

        def make(ctx: AppContext) -> None:
            made = make_accounts(ctx, self._sandbox)
            made.download(*made.days(0, 2))

        home = self._folder / f"home-{next(_folders)}"
        port = urlsplit(self._sandbox.url).port
        ctx = self._prepared.copy(f"dispatch-{self._today:%Y%m%d}-at-{port}", home, make)
        chosen = Settings(**{"home": home, "late_effect": 0, "read_timeout": 3} | settings)
        state.requests.clear()
        return World(stored_accounts(replace(ctx, settings=chosen), self._sandbox), dice)

    def forget(self, world: World) -> None:
        world.accounts.ctx.db._lease.close_for_good()
        shutil.rmtree(world.accounts.ctx.settings.home, ignore_errors=True)
