"""Shipping PO lines on air waybills: `purchase.order.item.awb.add` and the one for several."""

from dataclasses import replace
from itertools import count, islice

from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, day, members, texts
from komet.sandbox.dialect import Dialect
from komet.sandbox.held_orders import HeldOrders, with_lines
from komet.sandbox.records import SHIPPED, Carton, Line
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

LONGEST_CODE = 20
_SPLIT = 5_000_000_000
_KOMETS_LOTS = range(1_000, 100_000)


class Shipping:
    """`ship` one line, or several, on a state. Each line that is shipped is one effect."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._orders = HeldOrders(state)
        self.methods: dict[str, Act] = {
            "purchase.order.item.awb.add": self.ship,
            "purchase.order.items.awb.add": self.ship_several,
        }

    def ship(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Ship a line under an AWB. Fewer box codes than boxes split off what is left.

        A product that is UNKNOWN is skipped: success, and no box code.
        """
        # The one-line call has no house AWB.
        given = {name: value for name, value in parameters.items() if name != "houseAWB"}
        shipped, rest = self._shipped("purchase.order.item.awb.add", token, given)
        answer: Answer = {
            "status": 1,
            "message": "OK",
            "boxCodes": [carton.code for carton in shipped.packed],
        }
        company = self._state.companies[token.company]
        dialect = Dialect.of(company, quirks=self._state.quirks)
        return answer | ({"newPOItemId": dialect.integer(rest.id)} if rest else {})

    def ship_several(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The same for several lines, each with an outcome of its own under a status of 1.

        There is no message on top, and no ID of the line that a partial shipment leaves behind. A
        line of an UNKNOWN product is skipped: without boxes, or not told at all by the importer
        that writes numbers as text.
        """
        skips_silently = self._state.companies[token.company].text_numbers
        results: list[Answer] = []
        for item in members("poItems", parameters.get("poItems")):
            answer: Answer = {"poItemId": item.get("poItemId", "")}
            try:
                vendor = item.get("vendorId") or parameters.get("vendorId")
                self._check_vendor(token, item.get("poItemId"), vendor)
                shipped, _rest = self._shipped("purchase.order.items.awb.add", token, item)
            except RefusalError as refusal:
                results.append(answer | {"status": "0", "message": refusal.message})
            else:
                if shipped.unknown and skips_silently:
                    continue
                codes = [carton.code for carton in shipped.packed]
                lot = shipped.packed[0].lot if shipped.packed else ""
                results.append(answer | OK | {"boxCodes": codes, "lotNumber": lot})
        return {"status": "1", "purchaseOrderItemDetailsAWBAddAPIResultList": results}

    def _check_vendor(self, token: SampleToken, item_id: str | None, vendor: str | None) -> None:
        if token.vendor_id is not None:
            return
        if not vendor and self._state.strict:
            raise RefusalError(400, "The parameter vendorId is required.")
        order, _line = self._orders.line(token, item_id)
        if vendor and vendor != str(order.vendor_id):
            raise RefusalError(400, "The item belongs to another vendor.")

    def _shipped(
        self, method: str, token: SampleToken, given: Parameters
    ) -> tuple[Line, Line | None]:
        order, line = self._orders.line(token, given.get("poItemId"))
        codes = texts(given.get("boxCodes"))
        self._check(token, line, given, codes)
        if line.unknown:
            return line, None
        house = given.get("houseAWB", "")
        ship_date = day("shipDate", given.get("shipDate") or "")
        names = codes or self._free_codes(token, line)
        lot = given.get("lotNumber") or str(100_000 + line.id % 90_000)
        packed = tuple(
            Carton(
                code, lot, "", *SHIPPED, given["awb"], house_awb=house, ship_date=ship_date
            )
            for code in names
        )  # fmt: skip
        shipped = replace(
            line, boxes=len(names), quantity_confirmed=len(names), status="Shipped", packed=packed
        )
        rest = _left(line, len(names))
        self._orders.save(token, with_lines(order, line, [shipped, *([rest] if rest else [])]))
        made = {"boxCodes": names, "lotNumber": lot, **({"newPOItemId": rest.id} if rest else {})}
        told = {**given, **({"boxCodes": codes} if "boxCodes" in given else {})}
        self._state.effects.note(method, token.company, line.id, told, made)
        return shipped, rest

    def _free_codes(self, token: SampleToken, line: Line) -> list[str]:
        """Codes of Komet's own for all boxes of a line, none that somebody has given to a box."""
        made = (f"{line.id}{at:03d}" for at in count(1))
        free = (code for code in made if not self._state.find_box(token.company, code))
        return list(islice(free, line.boxes))

    def _check(
        self, token: SampleToken, line: Line, given: Parameters, codes: list[str]
    ) -> None:  # fmt: skip
        if line.status == "Shipped":
            raise RefusalError(400, "The item was shipped already.")
        if line.status == "Cancelled":
            raise RefusalError(400, "The item was cancelled.")
        if len(codes) > line.boxes:
            raise RefusalError(400, f"The item has {line.boxes} boxes only.")
        if not given.get("awb"):
            raise RefusalError(400, "The parameter awb is required.")
        lot = given.get("lotNumber", "")
        if lot.isdecimal() and int(lot) in _KOMETS_LOTS:
            raise RefusalError(400, "Lot numbers from 1000 to 99999 are reserved.")
        for code in codes:
            check_code(code)
            if codes.count(code) > 1 or self._state.find_box(token.company, code):
                raise RefusalError(400, f"The box code {code} is used already.")


def check_code(code: str) -> None:
    """Refuse a box code that Komet cannot keep with 400."""
    if not code or len(code) > LONGEST_CODE:
        raise RefusalError(400, f"A box code has 1 to {LONGEST_CODE} characters.")


def _left(line: Line, shipped: int) -> Line | None:
    """The new line for the boxes that stay behind."""
    if shipped >= line.boxes:
        return None
    left = line.boxes - shipped
    confirmed = line.quantity_confirmed
    if confirmed is not None:
        confirmed = min(left, max(0, confirmed - shipped))
    return replace(line, id=line.id + _SPLIT, boxes=left, quantity_confirmed=confirmed)
