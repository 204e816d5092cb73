"""The two status axes, decoded. An unknown code is shown as it is.

The header's status and a line's status are different lists (Komet says so itself); the codes of
the header are documented, those of lines only in part (UNOSOF's manual: C confirmed, S shipped).
"""

from komet.language import _, _later

HEADER = {
    "PA": _later("Pending approval"),
    "A": _later("Approved"),
    "CF": _later("Confirmed by farm"),
    "SC": _later("Sent to Cargomaster"),
    "CA": _later("Cancelled"),
}
LINE = {
    "P": _later("Pending"),
    "C": _later("Confirmed"),
    "PC": _later("Partially confirmed"),
    "CA": _later("Cancelled"),
    "S": _later("Shipped"),
}
ORDER_TYPE = {"P": _later("Prebook"), "S": _later("Standing order"), "D": _later("Double")}


def decoded(codes: dict[str, str], code: str | None) -> str:
    """The word for a code; an unknown code, or a word that Komet sent, as it is."""
    if not code:
        return ""
    return _(codes.get(code.upper(), code))


def code_of(codes: dict[str, str], word: str) -> str:
    """The code for a code or a word in any case; what is neither comes back as it is."""
    wanted = word.strip().casefold()
    for code, meaning in codes.items():
        if wanted in {code.casefold(), meaning.casefold(), _(meaning).casefold()}:
            return code
    return word.strip()


def sql(codes: dict[str, str], column: str) -> str:
    """The same decoding as an SQL expression; empty stays null."""
    cases = " ".join(
        f"WHEN '{code}' THEN '{_(word).replace(chr(39), chr(39) * 2)}'"
        for code, word in codes.items()
    )
    return f"CASE upper({column}) {cases} ELSE {column} END"
