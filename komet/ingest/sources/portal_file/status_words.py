"""The words of a file's status columns as Komet's codes, in English and Spanish.

A word that is in neither list stays as it is.
"""

from komet.language import LANGUAGES, using
from komet.orders import statuses
from komet.text import normalize_text

# As growers write them, besides the app's own translations.
_SPANISH_HEADER = {
    "pendiente de aprobación": "PA", "pendiente por aprobar": "PA", "aprobado": "A",
    "aprobada": "A", "confirmado por finca": "CF", "confirmado por la finca": "CF",
    "confirmada por finca": "CF", "confirmada por la finca": "CF", "enviado a Cargomaster": "SC",
    "enviada a Cargomaster": "SC", "cancelado": "CA", "cancelada": "CA", "anulado": "CA",
    "anulada": "CA",
}  # fmt: skip
_SPANISH_LINE = {
    "pendiente": "P", "confirmado": "C", "confirmada": "C", "parcialmente confirmado": "PC",
    "parcialmente confirmada": "PC", "confirmado parcialmente": "PC", "confirmado parcial": "PC",
    "cancelado": "CA", "cancelada": "CA", "anulado": "CA", "anulada": "CA", "despachado": "S",
    "despachada": "S", "enviado": "S", "enviada": "S", "embarcado": "S", "embarcada": "S",
}  # fmt: skip
_OTHER_SPELLINGS_HEADER = {"canceled": "CA"}
_OTHER_SPELLINGS_LINE = {"canceled": "CA"}
_HEADER = {
    normalize_text(word, solid=True): code
    for word, code in (_SPANISH_HEADER | _OTHER_SPELLINGS_HEADER).items()
}
_LINE = {
    normalize_text(word, solid=True): code
    for word, code in (_SPANISH_LINE | _OTHER_SPELLINGS_LINE).items()
}


def header_code(word: str) -> str:
    """The code of a PO's status; what is none comes back as it is."""
    return _code(statuses.HEADER, _HEADER, word)


def line_code(word: str) -> str:
    """The code of a line's status; what is none comes back as it is."""
    return _code(statuses.LINE, _LINE, word)


def is_line_word(word: str) -> bool:
    """Whether it is a status of lines and not of POs: "Shipped", "Confirmed"."""
    return header_code(word) not in statuses.HEADER and line_code(word) in statuses.LINE


def _code(codes: dict[str, str], words: dict[str, str], word: str) -> str:
    for language in LANGUAGES:
        with using(language):
            found = statuses.code_of(codes, word)
        if found in codes:
            return found
    return words.get(normalize_text(word, solid=True), word.strip())
