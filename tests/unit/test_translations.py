"""Every text that the program shows has a translation, with the same placeholders."""

import re
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from komet import language
from komet.language import _, _n, languages

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import translations

OTHERS = [code for code in languages() if code != language.DEFAULT]
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def forms(text: object) -> list[str]:
    return [str(part) for part in text] if isinstance(text, tuple | list) else [str(text)]


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_lacks_a_translation(code: str) -> None:
    held = translations.catalog(code)
    missing = []
    for message in translations.texts():
        if message.id:
            found = held.get(forms(message.id)[0])
            if found is None or not all(forms(found.string)) or found.fuzzy:
                missing.append(message.id)
    assert missing == [], "run `python scripts/translations.py`, then translate these"


@pytest.mark.parametrize("code", OTHERS)
def test_none_is_kept_that_is_not_used(code: str) -> None:
    used = {forms(message.id)[0] for message in translations.texts()}
    held = {forms(message.id)[0] for message in translations.catalog(code)}
    assert held - used == set()


@pytest.mark.parametrize("code", OTHERS)
def test_the_placeholders_are_the_same(code: str) -> None:
    def placeholders(texts: Iterable[str]) -> set[tuple[str, ...]]:
        return {tuple(sorted(_PLACEHOLDER.findall(text))) for text in texts}

    for message in translations.catalog(code):
        if message.id:
            assert placeholders(forms(message.string)) == placeholders(forms(message.id)), (
                message.id
            )


def test_numbers_and_dates_follow_the_language() -> None:
    day, moment = date(2026, 11, 20), datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
    assert _("{n:,} requests a day").format(n=12_345) == "12,345 requests a day"
    assert _("{start} to {end}").format(start=day, end=moment) == "2026-11-20 to 2026-11-20 06:05"
    assert language.number(Decimal("1234.50")) == "1,234.5"
    with language.using("es"):
        assert _("{n:,} requests a day").format(n=12_345) == "12.345 solicitudes al día"
        assert _("{start} to {end}").format(start=day, end=moment) == (
            "20/11/2026 a 20/11/2026 06:05"
        )
        assert language.number(Decimal("1234.50"), 2) == "1.234,50"
        assert _n("{n:,} row", "{n:,} rows", 1).format(n=1) == "1 fila"
        assert _n("{n:,} row", "{n:,} rows", 2_000).format(n=2_000) == "2.000 filas"
    assert _("Purchase orders") == "Purchase orders"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("es-EC", "es"),
        ("es_CO.UTF-8", "es"),
        ("en-US", "en"),
        ("fr", "en"),
        (None, "en"),
        ("C", "en"),
    ],
)
def test_the_nearest_language(tag: str | None, code: str) -> None:
    assert language.nearest(tag) == code


def test_every_figure_in_a_sentence_is_written_as_the_language_writes_it() -> None:
    said = 0
    with language.using("es"):
        for message in translations.catalog("es"):
            if not message.id or ":,}" not in forms(message.id)[0]:
                continue
            one, many = forms(message.id)[0], forms(message.id)[-1]
            names = {place[1:-1].partition(":")[0] for place in _PLACEHOLDER.findall(many)}
            told = _n(one, many, 2) if isinstance(message.id, tuple | list) else _(one)
            shown = told.format(**dict.fromkeys(names, 1_234_567))
            assert "1.234.567" in shown, shown
            assert "1,234,567" not in shown, shown
            said += 1
    assert said > 30


def test_no_figure_goes_past_the_language() -> None:
    """Thousands are separated by `number` or in a text, never by Python alone."""
    separated = re.compile(r"f\"[^\"\n]*\{[^{}\"\n]*:,")
    root = Path(__file__).parents[2]
    folders = (root / "komet" / "cli", root / "komet" / "web", root / "pages")
    found = [
        f"{path.name}: {line.strip()}"
        for folder in folders
        for path in folder.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if separated.search(line)
    ]
    assert found == []


def test_no_text_hides_in_an_f_string() -> None:
    """Babel does not look inside of them, so that nobody would miss a translation."""
    root = Path(__file__).parents[2]
    hidden = re.compile(r"""\bf("|').*\{_n?\(["']""")
    lines = [
        f"{path.name}: {line.strip()}"
        for folder in ("komet", "pages")
        for path in (root / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if hidden.search(line)
    ]
    assert lines == []


# One word for one thing: the farm is no client, the importer no provider (the set-up screen keeps
# the users' own "client provider"), and the florist behind the importer is the end customer.
OTHER_WORDS = {
    "en": r"(?<!client )(?<!--)\bproviders?\b(?! (add|set|list)\b)|\bclients?\b(?! provider)"
    r"|\bgrowers?\b|\bpurchasers?\b",
    "es": r"\bimportador|\bmape|(?<!cliente )(?<!clientes )(?<!portal de )\bproveedor"
    r"|\bclientes?\b(?! (proveedor|final))|\bubicaci|\bborr|\bplanead|\bheredad|\bcomputadora"
    r"|\brespaldo|\b(el|los|un|del|al|su|sus) pedidos?\b|[«»]|\blocalidad"
    r"|\bimportes?\b|datos de muestra",
}
OF_THE_PROGRAM = {"The token is not a parameter: the client adds it by itself."}
"""Here a client is a program."""


@pytest.mark.parametrize("code", OTHER_WORDS)
def test_one_word_for_one_thing(code: str) -> None:
    other = re.compile(OTHER_WORDS[code], re.IGNORECASE)
    texts = translations.texts() if code == language.DEFAULT else translations.catalog(code)
    bad = [
        text
        for message in texts
        if message.id and message.id not in OF_THE_PROGRAM
        for text in forms(message.id if code == language.DEFAULT else message.string)
        if other.search(_PLACEHOLDER.sub("", text))
    ]
    assert bad == []
