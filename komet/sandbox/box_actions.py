"""Boxes and air waybills: what is on its way, and the methods that scan and move it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, day, members, same, texts
from komet.sandbox.records import RECEIVED, SENT_ON, Carton, Line, PurchaseOrder, awb_id, cartons_of
from komet.sandbox.shipping import check_code
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_UNKNOWN = "Box code does not exist"
_CODES = 500
_FLIGHT = timedelta(days=1)


@dataclass(frozen=True)
class Found:
    """A carton with its line and its order."""

    order: PurchaseOrder
    line: Line
    carton: Carton


class BoxActions:
    """`box.*` and `awb.*` on a state."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._future: dict[str, list[Answer]] = {
            key: [_to_fly(state.today)] for key in state.companies
        }
        self.methods: dict[str, Act] = {
            "awb.list": self.awbs,
            "awb.details.list": self.awb_details,
            "awb.future.list": self.future_awbs,
            "awb.future.save": self.save_future_awb,
            "box.code.change": self.change_codes,
            "box.externalcode.update": self.external_codes,
            "box.invoice.shipment.confirm": self.confirm_shipment,
            "box.move.awb": self.move,
            "box.position.change": self.position,
            "box.warehouse.receive": self.receive,
            "box.warehouse.ship": self.send_on,
        }

    def awbs(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Air waybills by their last four digits or the ship date.

        The codes of the boxes are one text, of the contract's 500 characters in a strict sandbox.
        """
        rows = []
        for head, found in self._by_awb(token, parameters):
            codes = ",".join(one.carton.code for one in found)
            rows.append(head | {"boxesCodes": codes[:_CODES] if self._state.strict else codes})
        return _list(rows)

    def awb_details(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The same with each box."""
        rows = []
        for head, found in self._by_awb(token, parameters):
            boxes = [
                {
                    "code": one.carton.code,
                    "unitCost": float(one.line.unit_cost),
                    "carrierName": one.line.carrier_name,
                    "carrierCode": self._carrier_code(token, one.line.carrier_id),
                    "truckDate": str(one.line.truck_date or one.order.ship_date),
                    "shipToId": one.line.customer_id,
                }
                for one in found
            ]
            rows.append(head | {"boxes": boxes})
        return _list(rows)

    def future_awbs(self, token: SampleToken, parameters: Parameters) -> Answer:
        """What `awb.future.save` has kept."""
        rows = [row for row in self._future[token.company] if _awb_matches(row, parameters)]
        return _list(rows)

    def save_future_awb(self, token: SampleToken, parameters: Parameters) -> Answer:
        """An AWB that is still to fly; one that is known is written over."""
        awb, ship = parameters["awb"], day("shipDate", parameters["shipDate"])
        row: Answer = {
            "awbId": awb_id(awb),
            "awb": awb,
            "originCode": parameters["originCode"],
            "shipDate": ship.isoformat(),
            "instructions": parameters.get("instructions"),
            "houses": members("houses", parameters["houses"]),
        }
        others = [other for other in self._future[token.company] if other["awb"] != awb]
        self._future[token.company] = [*others, row]
        return OK

    def change_codes(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another code for each box, with an outcome of its own under a status of 1.

        A code that is too long, or that another box has, is refused for that box alone.
        """
        outcomes: list[Answer] = []
        done = 0
        for item in members("boxes", parameters["boxes"]):
            new = item.get("newBoxCode", "")
            outcome = _outcome(True) | {"message": "success"}
            try:
                self._change_code(token, item.get("currentBoxCode", ""), new)
            except RefusalError as refusal:
                outcome = {"status": "0", "message": refusal.message}
            else:
                done += 1
            outcomes.append({"newBoxCode": new, **outcome})
        counts = f"{done} boxes were changed, {len(outcomes) - done} failed."
        return {"status": "1", "message": counts, "boxes": outcomes}

    def _change_code(self, token: SampleToken, old: str, new: str) -> None:
        found = self._box(token, old)
        check_code(new)
        if self._state.find_box(token.company, new):
            raise RefusalError(400, f"The box code {new} is used already.")
        self._write(token, found, replace(found.carton, code=new))
        given = {"currentBoxCode": old, "newBoxCode": new}
        self._state.effects.note(
            "box.code.change", token.company, old, given, {"poItemId": found.line.id}
        )

    def external_codes(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A code of somebody else's for each box."""
        outcomes: list[Answer] = []
        for item in members("boxes", parameters["boxes"]):
            code = item.get("boxCode", "")
            done = self._changed(token, code, external_code=item.get("externalCode", ""))
            outcomes.append({"boxCode": code, **_outcome(done)})
        return OK | {"boxes": outcomes}

    def confirm_shipment(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Boxes of an order leave for the customer."""
        codes = texts(parameters["boxCodes"])
        state_id, state = SENT_ON
        done = [self._changed(token, code, state_id=state_id, state=state) for code in codes]
        if not any(done):
            raise RefusalError(404, _UNKNOWN)
        return OK | {"updatedBoxes": str(sum(done))}

    def move(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Boxes to another AWB; those that are unknown are named. The AWB takes the ship date."""
        awb, ship_date = parameters["awb"], day("shipDate", parameters["shipDate"])
        failed = []
        for code in texts(parameters["boxCodes"]):
            if self._changed(token, code, awb=awb, ship_date=ship_date):
                given = {**parameters, "boxCodes": code}
                self._state.effects.note("box.move.awb", token.company, code, given)
            else:
                failed.append(code)
        for found in list(self._cartons(token)):
            if found.carton.awb == awb and _ship_date(found) != ship_date:
                self._changed(token, found.carton.code, ship_date=ship_date)
        return OK | {"failedBoxes": failed}

    def position(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another place in the warehouse."""
        found = self._box(token, parameters["boxCode"])
        self._write(token, found, replace(found.carton, position=parameters.get("position", "")))
        return OK | {"boxOldPosition": found.carton.position}

    def receive(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A box has arrived in the warehouse."""
        found = self._box(token, parameters["boxCode"])
        state_id, state = RECEIVED
        position = parameters.get("position") or found.carton.position
        after = replace(found.carton, state_id=state_id, state=state, position=position)
        self._write(token, found, after)
        return OK

    def send_on(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A box has left the warehouse."""
        found = self._box(token, parameters["boxCode"])
        state_id, state = SENT_ON
        self._write(token, found, replace(found.carton, state_id=state_id, state=state))
        return OK

    def _cartons(self, token: SampleToken) -> Iterator[Found]:
        for order in self._state.known_orders(token.company):
            if token.vendor_id in {None, order.vendor_id}:
                for line in order.lines:
                    for carton in cartons_of(order, line):
                        yield Found(order, line, carton)

    def _by_awb(
        self, token: SampleToken, parameters: Parameters
    ) -> Iterator[tuple[Answer, list[Found]]]:
        groups: dict[tuple[str, date], list[Found]] = {}
        for found in self._cartons(token):
            groups.setdefault((found.carton.awb, _ship_date(found)), []).append(found)
        company = self._state.companies[token.company]
        codes = {row.id: row.code for row in company.locations}
        for (awb, ship), cartons in groups.items():
            first = cartons[0].order
            received = sum(one.carton.state_id == RECEIVED[0] for one in cartons)
            head: Answer = {
                "awbId": awb_id(awb),
                "awb": awb,
                "origin": first.origin,
                "shipDate": ship.isoformat(),
                "arrivalDate": (ship + _FLIGHT).isoformat(),
                "pieces": len(cartons),
                "piecesReceived": received,
                "locationCode": codes.get(first.location_id, ""),
                "status": int(received < len(cartons)),  # 1 open, 0 closed
            }
            if _awb_matches(head, parameters):
                yield head, cartons

    def _carrier_code(self, token: SampleToken, carrier_id: int) -> str:
        rows = self._state.companies[token.company].carriers
        return next((row.code for row in rows if row.id == carrier_id), "")

    def _box(self, token: SampleToken, code: str) -> Found:
        found = self._state.find_box(token.company, code)
        if found is None or token.vendor_id not in {None, found[0].vendor_id}:
            raise RefusalError(404, _UNKNOWN)
        return Found(*found)

    def _changed(self, token: SampleToken, box: str, /, **fields: object) -> bool:
        try:
            found = self._box(token, box)
        except RefusalError:
            return False
        self._write(token, found, replace(found.carton, **fields))  # type: ignore[arg-type]
        return True

    def _write(self, token: SampleToken, found: Found, after: Carton) -> None:
        cartons = cartons_of(found.order, found.line)
        packed = tuple(after if one.code == found.carton.code else one for one in cartons)
        lines = tuple(
            replace(line, packed=packed) if line.id == found.line.id else line
            for line in found.order.lines
        )
        self._state.edit(token.company, replace(found.order, lines=lines))


def _ship_date(found: Found) -> date:
    return found.carton.ship_date or found.order.ship_date


def _to_fly(today: date) -> Answer:
    awb = "729-70001234"
    houses = [{"house": "H-1", "vendorCode": "FVA", "locationCode": "", "instructions": ""}]
    return {
        "awbId": awb_id(awb),
        "awb": awb,
        "originCode": "BOG",
        "shipDate": (today + timedelta(days=3)).isoformat(),
        "instructions": "Keep at 2 °C",
        "houses": houses,
    }


def _list(rows: list[Answer]) -> Answer:
    # A number here, by the contract's own sample.
    return OK | {"status": 1, "awbs": rows} if rows else {"status": 1, "message": "AWB not found."}


def _awb_matches(row: Answer, parameters: Parameters) -> bool:
    digits = parameters.get("awb")
    return (
        (not digits or str(row["awb"]).endswith(digits))
        and same(parameters.get("shipDate"), row["shipDate"])
        and same(parameters.get("originCode"), row.get("origin") or row.get("originCode"))
        and same(parameters.get("locationCode"), row.get("locationCode"))
    )


def _outcome(done: bool) -> Answer:
    return OK if done else {"status": "0", "message": _UNKNOWN}
