"""How texts are compared: one normal form, and what surrounds a pasted cell.

`normalize_text` is for names, headings and words; `comparison_key` for the columns of a frame.
"""

import re
import unicodedata

import polars as pl

# What surrounds cells pasted from web pages and PDFs: besides blanks, no-break and zero-width.
EDGES = " \t\n\r\v\f\x85\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
EDGES += "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"

_QUOTE = re.compile("[”“″’´`]")
_ONE_KIND = {"”": '"', "“": '"', "″": '"'}


def normalize_text(text: str, *, solid: bool = False) -> str:
    """Lower case, no accents, one kind of quotation mark, single blanks: " Código" → "codigo".

    `solid` keeps letters and digits alone: "Código SKU" → "codigosku".
    """
    text = _straighten_quotes(text)
    if text.isascii():  # most cells of most files
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKD", text.casefold())
        # what is taken apart may have a case of its own, or be a quotation mark: "𝐀", "｀"
        if (again := text.casefold()) != text:
            text = unicodedata.normalize("NFKD", again)
        text = "".join(char for char in text if not unicodedata.combining(char))
        text = _straighten_quotes(text)
    if solid:
        return "".join(char for char in text if char.isalnum())
    return " ".join(text.split())


def _straighten_quotes(text: str) -> str:
    return _QUOTE.sub(lambda mark: _ONE_KIND.get(mark[0], "'"), text)


def comparison_key(text: pl.Expr) -> pl.Expr:
    """A column of codes or descriptions without case and blanks; accents count, "" is null.

    Stricter than `normalize_text`: these lists may hold "Niña" beside "Nina".
    """
    key = text.str.normalize("NFC").str.to_lowercase().str.replace_all(r"\s+", "")
    return pl.when(key != "").then(key)
