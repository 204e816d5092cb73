"""A client whose Komet answers each day as a test scripts it, downloaded by real runs."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sample_accounts import add_client
from scripted_server import Asked, Reply, ScriptedServer

from komet.context import AppContext
from komet.ingest.engine import execute
from komet.ingest.model import Run
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.permissions import SYSTEM

DAY = date(2026, 11, 24)
NEXT = DAY + timedelta(days=1)
EMPTY = {"status": "0", "message": "Orders not found."}
Answer = dict[str, Any] | list[dict[str, Any]] | Callable[[], Any]


def line(item: int, boxes: int = 2, **other: Any) -> dict[str, Any]:
    shown = {
        "poItemId": item, "productId": 1, "productDescription": "Rose", "boxType": "HB",
        "totalBoxes": boxes, "bunches": 10, "stemsBunch": 25, "unitType": "Stem",
        "totalUnits": boxes * 250, "unitCost": "0.30", "totalCost": f"{boxes * 75}.00",
        "lineItemStatus": "P", "customerId": 7, "customerName": "Bloom",
    }  # fmt: skip
    return shown | other


def order(po: int, *lines: dict[str, Any], day: date = DAY, **other: Any) -> dict[str, Any]:
    shown = {"id": po, "number": f"P{po}", "shipDate": str(day), "status": "A"}
    return shown | {"details": list(lines)} | other


class ScriptedKomet:
    """`answers` by day: POs, a whole answer, or what a function gives each time it is asked."""

    def __init__(self, ctx: AppContext) -> None:
        self.ctx = ctx
        self.answers: dict[date, Answer] = {}
        self.asked: list[date] = []
        self.server = ScriptedServer(self._reply)
        self.provider = add_client(ctx, "Rosas", self.server.base_url)

    def download(self, *days: date, ctx: AppContext | None = None) -> Run:
        ctx = ctx or self.ctx
        plan = plan_days(ctx, [self.provider], min(days), max(days))
        run, _resumed = start_run(ctx, SYSTEM, plan, source="test", workers=1)
        return execute(ctx, SYSTEM, run.id)

    def _reply(self, asked: Asked) -> Reply:
        path = urlsplit(asked.path)
        given = {name: values[0] for name, values in parse_qs(path.query).items()}
        if not path.path.endswith("purchase.order.list"):
            said = "Products not found." if "product" in path.path else "Boxtype not found."
            return Reply(body=json.dumps({"status": 1, "message": said}).encode())
        if "date" not in given:
            found = [o for a in self.answers.values() if isinstance(a, list) for o in a
                     if o["number"] in given["number"].split(",")]  # fmt: skip
            return Reply(body=json.dumps({"status": 1, "purchaseOrders": found}).encode())
        day = date.fromisoformat(given["date"])
        self.asked.append(day)
        answer = self.answers.get(day, [])
        answer = answer() if callable(answer) else answer
        if isinstance(answer, list):
            answer = {"status": 1, "purchaseOrders": answer} if answer else EMPTY
        return Reply(body=json.dumps(answer).encode())
