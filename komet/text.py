"""How texts are compared: one normal form, and what surrounds a pasted cell.

`normalize_text` is for names, headings and words; `comparison_key` for the columns of a frame.
"""

import unicodedata

import polars as pl

# What surrounds cells pasted from web pages and PDFs: besides blanks, no-break and zero-width.
EDGES = " \t\n\r\v\f\x85\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
EDGES += "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"


_QUOTES = str.maketrans({"”": '"', "“": '"', "″": '"', "’": "'", "´": "'", "`": "'"})


def normalize_text(text: str, *, solid: bool = False) -> str:
    """Lower case, no accents, one kind of quotation mark, single blanks: " Código" → "codigo".

    `solid` keeps letters and digits alone: "Código SKU" → "codigosku".
    """
    text = text.translate(_QUOTES)
    for _twice in range(2):  # what is taken apart may have a case of its own: "𝐀", "｀"
        text = unicodedata.normalize("NFKD", text.casefold()).translate(_QUOTES)
    if solid:
        return "".join(char for char in text if char.isalnum())
    return " ".join("".join(char for char in text if not unicodedata.combining(char)).split())


def comparison_key(text: pl.Expr) -> pl.Expr:
    """A column of codes or descriptions without case and blanks; accents count, "" is null.

    Stricter than `normalize_text`: these lists may hold "Niña" beside "Nina".
    """
    key = text.str.normalize("NFC").str.to_lowercase().str.replace_all(r"\s+", "")
    return pl.when(key != "").then(key)
