"""A plain caller of one sandbox, and the days that its tests ask for."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from komet.api.methods import registry
from komet.sandbox import tokens
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_B_COMPANY, SampleToken
from komet.sandbox.truth import LineTruth

TODAY = date(2026, 11, 20)  # a Friday
PAST = "2026-11-10"
SUNDAY = "2026-11-15"
BOTH = pytest.mark.parametrize("token", [IMPORTER_A_COMPANY, IMPORTER_B_COMPANY])


class Komet:
    """A plain caller of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx.Client(timeout=10)

    def get(self, method: str, token: SampleToken | None, **parameters: str) -> httpx.Response:
        if token is not None:
            parameters["authenticationToken"] = token.secret
        return self.http.get(f"{self.sandbox.base_url}/{method}", params=parameters)

    def post(
        self, method: str, token: SampleToken = IMPORTER_A_COMPANY, **body: Any
    ) -> httpx.Response:
        body["authenticationToken"] = token.secret
        return self.http.post(f"{self.sandbox.base_url}/{method}", json=body)

    def ok(self, method: str, token: SampleToken = IMPORTER_A_COMPANY, **body: Any) -> Any:
        answer = self.post(method, token, **body)
        assert answer.status_code == 200, answer.text
        assert str(answer.json()["status"]) == "1", answer.text
        return answer.json()

    def refused(self, method: str, token: SampleToken = IMPORTER_A_COMPANY, **body: Any) -> str:
        answer = self.post(method, token, **body)
        assert str(answer.json()["status"]) == "0", answer.text
        return str(answer.json()["message"])

    def lines(self, token: SampleToken, day: date | str, least: int = 1) -> list[Any]:
        """Lines of the day that may still be confirmed and shipped, of so many boxes or more."""
        return [
            {**line, "vendorId": order["vendorId"], "number": order["number"]}
            for order in self.orders(token, day)
            for line in order["details"]
            if line["lineItemStatus"] not in {"Shipped", "Cancelled"}
            and number(line["totalBoxes"]) >= least
        ]

    def truth(self, item: Any, company: str = "magnolia") -> LineTruth:
        held = self.sandbox.state.line(company, item)
        assert held is not None
        return held

    def effects(self, method: str | None = None) -> list[Any]:
        query = {"method": method} if method else {}
        found: list[Any] = self.control("GET", "effects", params=query).json()["effects"]
        return found

    def orders(self, token: SampleToken, day: date | str, **parameters: str) -> list[Any]:
        answer = self.get("purchase.order.list", token, date=str(day), **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json().get("purchaseOrders", [])

    def control(self, verb: str, path: str, **kwargs: Any) -> httpx.Response:
        return self.http.request(verb, f"{self.sandbox.url}/_sandbox/{path}", **kwargs)


def token_for(name: str) -> SampleToken:
    return tokens.token_for(registry()[name])


def number(value: Any) -> Decimal:
    return Decimal(str(value).replace(",", ""))


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
