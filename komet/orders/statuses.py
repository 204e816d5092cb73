"""Statuses, order types and units in words. An unknown code is shown as it is.

The header's status and a line's status are different lists (Komet says so itself); the codes of
the header are documented, those of lines only in part (UNOSOF's manual: C confirmed, S shipped).
"""

from collections.abc import Mapping, Sequence

from komet.language import _, _later

CANCELLED = "CA"
"""The code of what was cancelled, of POs and of lines."""
HEADER = {
    "PA": _later("Pending approval"),
    "A": _later("Approved"),
    "CF": _later("Confirmed by farm"),
    "SC": _later("Sent to Cargomaster"),
    CANCELLED: _later("Cancelled"),
}
LINE = {
    "P": _later("Pending"),
    "C": _later("Confirmed"),
    "PC": _later("Partially confirmed"),
    CANCELLED: _later("Cancelled"),
    "S": _later("Shipped"),
}
ORDER_TYPE = {"P": _later("Prebook"), "S": _later("Standing order"), "D": _later("Double")}
UNIT = {
    "Stem": _later("Stem"),
    "Stems": _later("Stem"),
    "Bunch": _later("Bunch"),
    "Bunches": _later("Bunch"),
}
"""Komet writes words here, not codes, and not always the same."""
BOX = {
    "Shipped": _later("Shipped"),
    "In transit": _later("In transit"),
    "Received": _later("Received"),
    "Shipped to customer": _later("Shipped to customer"),
}
"""The states of a box as far as we have seen them: Komet documents no list."""


def decode(codes: Mapping[str, str], code: str | None) -> str:
    """The word for a code, or for a word that Komet sent; what is neither as it is."""
    if not code:
        return ""
    known = find_code(codes, code)
    return _(codes[known]) if known in codes else code


def list_spellings(codes: Mapping[str, str], chosen: Sequence[str]) -> list[str]:
    """The chosen codes and words, each with its code and with Komet's word for it."""
    found: list[str] = []
    for value in chosen:
        code = find_code(codes, value)
        found += [value.strip(), code, *([codes[code]] if code in codes else [])]
    return list(dict.fromkeys(found))


def find_code(codes: Mapping[str, str], word: str) -> str:
    """The code for a code or a word in any case; what is neither comes back as it is."""
    folded = word.strip().casefold()
    for code, meaning in codes.items():
        if folded in {code.casefold(), meaning.casefold(), _(meaning).casefold()}:
            return code
    return word.strip()


def decode_sql(codes: Mapping[str, str], column: str) -> str:
    """The same decoding as an SQL expression; empty stays null."""
    cases = " ".join(
        f"WHEN '{spelling.upper()}' THEN '{_(word).replace(chr(39), chr(39) * 2)}'"
        for code, word in codes.items()
        for spelling in (code, word)
    )
    return f"CASE upper({column}) {cases} ELSE {column} END"
