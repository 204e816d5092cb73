"""The sandbox's own switches under `/_sandbox`: advance, faults, requests, effects, the truth of a
PO line, totals, health."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from komet.sandbox.state import SandboxState


class FaultOrder(BaseModel):
    """A fault as posted. `times` of null strikes always; left out it strikes once."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = None
    date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    status: int | None = Field(default=None, ge=200, le=599)
    delay: float | None = Field(default=None, ge=0)
    body: Literal["cut", "drop", "html", "not_json", "reset"] | None = None
    retry_after: int | str | None = None
    times: int | None = Field(default=1, ge=1)
    message: str | None = None
    effect: Literal["before", "after"] | Annotated[int, Field(ge=1)] | None = None
    skip: int = Field(default=0, ge=0)


class LineOrder(BaseModel):
    """What to do with lines: unmap their products, or let exactly them wait for a checkout."""

    model_config = ConfigDict(extra="forbid")

    company: str
    poItemIds: tuple[int, ...]  # noqa: N815 (Komet's word)
    unknown: bool = False
    awaiting_checkout: bool = False


class Control:
    """The switches on one state."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """The routes, to be mounted under `/_sandbox`."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/advance", self.advance, methods=["POST"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/requests", self.list_requests, methods=["GET"]),
            Route("/requests", self.clear_requests, methods=["DELETE"]),
            Route("/effects", self.list_effects, methods=["GET"]),
            Route("/effects", self.clear_effects, methods=["DELETE"]),
            Route("/lines", self.line, methods=["GET"]),
            Route("/lines", self.change_lines, methods=["POST"]),
            Route("/strict", self.be_strict, methods=["PUT", "DELETE"]),
            Route("/totals", self.totals, methods=["GET"]),
        ]

    async def health(self, _request: Request) -> Response:
        """Whether it is up, what day it takes for today, and the revisions."""
        state = self._state
        first, last = state.window()
        return JSONResponse(
            {
                "status": "ok",
                "today": state.today.isoformat(),
                "first_day": first.isoformat(),
                "last_day": last.isoformat(),
                "revisions": {key: state.revision(key) for key in state.companies},
            }
        )

    async def advance(self, _request: Request) -> Response:
        """Take every importer to its next revision."""
        return JSONResponse({"revisions": self._state.advance()})

    async def add_fault(self, request: Request) -> Response:
        """Add a fault."""
        try:
            order = FaultOrder.model_validate_json(await request.body())
        except ValidationError as error:
            return _not_valid(error)
        fault = self._state.faults.add(**order.model_dump())
        return JSONResponse(asdict(fault), 201)

    async def list_faults(self, _request: Request) -> Response:
        """Every fault with how often it has struck."""
        return JSONResponse({"faults": [asdict(fault) for fault in self._state.faults.all()]})

    async def clear_faults(self, _request: Request) -> Response:
        """Forget every fault."""
        self._state.faults.clear()
        return Response(status_code=204)

    async def list_requests(self, _request: Request) -> Response:
        """Counts of the requests received."""
        counts = [
            {"method": method, "date": day, "count": count}
            for (method, day), count in self._state.requests.counts().items()
        ]
        total = sum(int(str(row["count"])) for row in counts)
        return JSONResponse({"requests": counts, "total": total})

    async def clear_requests(self, _request: Request) -> Response:
        """Count from zero."""
        self._state.requests.clear()
        return Response(status_code=204)

    async def list_effects(self, request: Request) -> Response:
        """Every change made, in order; those of a `method` or on a `target` where one is given."""
        query = request.query_params
        found = self._state.effects.all(query.get("method"), query.get("target"))
        return JSONResponse({"effects": [asdict(effect) for effect in found]})

    async def clear_effects(self, _request: Request) -> Response:
        """Forget every effect; what they have changed stays."""
        self._state.effects.clear()
        return Response(status_code=204)

    async def line(self, request: Request) -> Response:
        """What the sandbox holds of the PO line `poItemId` of a `company`; 404 where it is gone."""
        query = request.query_params
        try:
            truth = self._state.line(query["company"], query["poItemId"])
        except KeyError as error:
            return JSONResponse({"error": f"missing or unknown: {error.args[0]}"}, 400)
        if truth is None:
            return JSONResponse({"error": "no such line"}, 404)
        return JSONResponse(asdict(truth))

    async def change_lines(self, request: Request) -> Response:
        """Make lines such as Komet skips or refuses, see `LineOrder`."""
        try:
            order = LineOrder.model_validate_json(await request.body())
        except ValidationError as error:
            return _not_valid(error)
        if order.company not in self._state.companies:
            return JSONResponse({"error": f"missing or unknown: {order.company}"}, 400)
        if order.unknown:
            self._state.mark_unknown(order.company, order.poItemIds)
        if order.awaiting_checkout:
            self._state.hold_checkout(order.company, order.poItemIds)
        return Response(status_code=204)

    async def be_strict(self, request: Request) -> Response:
        """Hold every rule of the contract from now on (PUT), or not any more (DELETE)."""
        self._state.strict = request.method == "PUT"
        return Response(status_code=204)

    async def totals(self, request: Request) -> Response:
        """Exact sums from the records; decimals as text."""
        query = request.query_params
        try:
            totals = self._state.totals(
                query["company"],
                date.fromisoformat(query["from"]),
                date.fromisoformat(query["to"]),
                int(query["vendorId"]) if query.get("vendorId") else None,
            )
        except KeyError as error:
            return JSONResponse({"error": f"missing or unknown: {error.args[0]}"}, 400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(
            {
                name: value if isinstance(value, int) else str(value)
                for name, value in totals.items()
            }
        )


def _not_valid(error: ValidationError) -> Response:
    return JSONResponse({"error": error.errors(include_url=False, include_input=False)}, 400)
