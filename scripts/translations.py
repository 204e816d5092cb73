"""Bring the catalogs of `komet/locale/` up to date with the texts of the program.

`python scripts/translations.py` adds what is new with an empty translation, and takes out what is
no longer used; a unit test fails while any is empty. `python scripts/translations.py pt` begins a
catalog: the language shows up wherever languages are chosen as soon as its file is there.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "komet" / "locale"
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
    path = FOLDER / f"{language}.po"
    return read_po(BytesIO(path.read_bytes()) if path.exists() else BytesIO(b""), locale=language)


def update(language: str) -> None:
    """Update one catalog and say what it lacks."""
    stored = catalog(language)
    before, created = _texts_in(stored), stored.creation_date
    stored.update(texts(), no_fuzzy_matching=True)
    stored.obsolete.clear()
    if _texts_in(stored) == before:
        stored.creation_date = created  # nothing new: the file stays as it is, byte for byte
    out = BytesIO()
    write_po(out, stored, width=100, sort_output=True, no_location=True, omit_header=False)
    (FOLDER / f"{language}.po").write_bytes(out.getvalue())
    missing = [
        message
        for message in stored
        if message.id
        and not (all(message.string) if isinstance(message.string, tuple) else message.string)
    ]
    print(f"{language}: {len(stored)} texts, {len(missing)} without a translation")  # noqa: T201


def _texts_in(stored: Catalog) -> set[object]:
    return {message.id for message in stored}


def main() -> None:
    """Update every catalog, and begin those that are named."""
    for language in sorted({path.stem for path in FOLDER.glob("*.po")} | set(sys.argv[1:])):
        update(language)


if __name__ == "__main__":
    main()
