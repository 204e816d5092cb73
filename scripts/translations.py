"""Bring the catalogs of `komet/locale/` up to date with the texts of the program.

`python scripts/translations.py` adds what is new with an empty translation, and takes out what is
no longer used; a unit test fails while any is empty.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "_n": (1, 2), "_later": None}


def texts() -> Catalog:
    """Every text that the program shows, as Babel finds it in the sources."""
    found = Catalog(charset="utf-8")
    for folder in ("komet", "pages"):
        for name, line, message, comments, context in extract_from_dir(
            ROOT / folder, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            del line
            found.add(message, None, [(f"{folder}/{name}", 1)], user_comments=comments,
                      context=context)  # fmt: skip
    for _line, message, comments, context in extract_from_file(
        "python", ROOT / "navigation.py", keywords=KEYWORDS
    ):
        found.add(message, None, [("navigation.py", 1)], user_comments=comments, context=context)
    return found


def catalog(language: str) -> Catalog:
    """The catalog as it is stored."""
    path = ROOT / "komet" / "locale" / f"{language}.po"
    return read_po(BytesIO(path.read_bytes()) if path.exists() else BytesIO(b""), locale=language)


def main() -> None:
    """Update the Spanish catalog and say what is missing."""
    held = catalog("es")
    held.update(texts(), no_fuzzy_matching=True)
    held.obsolete.clear()
    out = BytesIO()
    write_po(out, held, width=100, sort_output=True, no_location=True, omit_header=False)
    (ROOT / "komet" / "locale" / "es.po").write_bytes(out.getvalue())
    missing = [
        m for m in held if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)
    ]
    print(f"{len(held)} texts, {len(missing)} without a translation")  # noqa: T201


if __name__ == "__main__":
    main()
