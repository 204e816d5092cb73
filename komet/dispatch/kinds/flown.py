"""Which boxes fly under an AWB, as awb.list of Komet's pages says it; Company tokens only."""

from collections.abc import Collection

from komet.dispatch.kinds.kind import ReadBack, rows_of

_ROOM = 500
"""Characters of the codes of an AWB, by the page: long lists may be cut."""


def fly_under(komet: ReadBack, codes: Collection[str], awb: str, ship_date: str) -> bool | None:
    """Whether all these boxes fly under the AWB on that day; None where it cannot be told.

    Komet finds AWBs by their last four digits, which several may share. The day of one may have
    changed since, by moving any box to it (box.move.awb). A list of codes that is cut tells nothing
    of a box that it does not name. Raises `LookupError` where Komet cannot be asked.
    """
    answer = komet.call("awb.list", awb=awb[-4:])
    flown: set[str] = set()
    on_other_days: set[str] = set()
    cut = False
    for row in rows_of(answer, "awbs"):
        if _digits(row.get("awb")) == _digits(awb):
            text = str(row.get("boxesCodes") or "")
            codes_listed = text.split(",")
            if len(text) >= _ROOM:
                cut = True
                codes_listed.pop()  # it may be the beginning of a longer one
            listed = {code.strip() for code in codes_listed} - {""}
            if str(row.get("shipDate")) == ship_date:
                flown |= listed
            else:
                on_other_days |= listed
            cut = cut or str(row.get("pieces")) != str(len(listed))
    if set(codes) <= flown:
        return True
    return None if cut or set(codes) & (flown | on_other_days) else False


def _digits(awb: object) -> str:
    return "".join(filter(str.isdigit, str(awb)))
