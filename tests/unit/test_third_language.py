"""A third language is its catalog alone."""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from babel.messages.catalog import Catalog

from komet import language
from komet.errors import InvalidInput
from komet.export.template import ExportTemplate, TemplateColumn
from komet.export.writers.csv import write_csv
from komet.export.writers.writer import dialect_of
from komet.language import CATALOGS, _, _n, languages, nearest
from komet.settings import Settings, settings
from komet.web.screens.charts import in_our_language

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import translations

_PORTUGUESE = """
msgid ""
msgstr ""
"Language: pt\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Purchase orders"
msgstr "Pedidos de compra"

msgid "{n:,} row"
msgid_plural "{n:,} rows"
msgstr[0] "{n:,} linha"
msgstr[1] "{n:,} linhas"

msgid "{start} to {end}"
msgstr "{start} até {end}"
"""
_OTHERS = {"de": "Deutsch", "fr": "Français", "zh": "中文"}


@pytest.fixture
def catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Our catalogs, with others beside them."""
    folder = tmp_path / "locale"
    shutil.copytree(CATALOGS, folder)
    (folder / "pt.po").write_text(_PORTUGUESE, encoding="utf-8")
    for code in _OTHERS:
        (folder / f"{code}.po").write_text('msgid ""\nmsgstr ""\n"Language: xx\\n"\n')
    monkeypatch.setattr(language, "CATALOGS", folder)
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.mark.usefixtures("catalogs")
def test_it_can_be_chosen_under_its_own_name() -> None:
    assert languages() == {"en": "English", **_OTHERS, "es": "Español", "pt": "Português"}
    assert next(iter(languages())) == "en"
    assert nearest("pt-BR") == nearest("pt_PT.UTF-8") == "pt"
    assert Settings(language="pt").language == "pt"
    with language.using("pt"):
        assert language.current() == "pt"


def test_without_its_catalog_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    assert languages() == {"en": "English", "es": "Español"}
    assert nearest("pt-BR") == "en"
    monkeypatch.setenv("KOMET_LANGUAGE", "pt")
    settings.cache_clear()
    with pytest.raises(InvalidInput, match="it must be one of 'en' or 'es'"):
        settings()
    settings.cache_clear()


@pytest.mark.usefixtures("catalogs")
def test_texts_numbers_and_dates_follow() -> None:
    day, moment = date(2026, 11, 20), datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
    with language.using("pt"):
        assert _("Purchase orders") == "Pedidos de compra"
        assert _n("{n:,} row", "{n:,} rows", 1).format(n=1) == "1 linha"
        assert _n("{n:,} row", "{n:,} rows", 2_000).format(n=2_000) == "2.000 linhas"
        assert language.number(Decimal("1234.50"), 2) == "1.234,50"
        assert _("{start} to {end}").format(start=day, end=moment) == (
            "20/11/2026 até 20/11/2026 06:05"
        )
        assert language.day_pattern() == "DD/MM/YYYY"
        assert in_our_language()["time"]["months"][0] == "janeiro"
        assert in_our_language()["number"]["decimal"] == ","


@pytest.mark.usefixtures("catalogs")
@pytest.mark.parametrize(
    ("code", "figure", "pattern"),
    [
        ("en", "1,234.50", "YYYY-MM-DD"),
        ("es", "1.234,50", "DD/MM/YYYY"),
        ("de", "1.234,50", "DD.MM.YYYY"),
        ("fr", "1\u202f234,50", "DD/MM/YYYY"),
        ("zh", "1,234.50", "YYYY/MM/DD"),
    ],
)
def test_each_language_writes_figures_and_days_its_own_way(
    code: str, figure: str, pattern: str
) -> None:
    with language.using(code):
        assert language.number(Decimal("1234.50"), 2) == figure
        assert language.day_pattern() == pattern


@pytest.mark.usefixtures("catalogs")
def test_a_csv_file_and_an_export_template_follow(tmp_path: Path) -> None:
    usual = dialect_of("pt")
    assert (usual.separator, usual.decimal_comma) == (";", True)
    assert not dialect_of("zh").decimal_comma
    write_csv(
        tmp_path / "o.csv", pl.DataFrame({"a": [0.5], "b": ["x"]}),
        delimiter=usual.separator, decimal_comma=usual.decimal_comma,
    )  # fmt: skip
    assert (tmp_path / "o.csv").read_text(encoding="utf-8-sig") == "a;b\n0,5;x\n"
    columns = (TemplateColumn(source="po_number", heading="Pedido"),)
    assert ExportTemplate(name="Pedidos", columns=columns, language="pt").language == "pt"


def test_the_script_begins_a_catalog(catalogs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = Catalog(charset="utf-8")
    texts.add("Purchase orders")
    texts.add(("{n:,} row", "{n:,} rows"))
    monkeypatch.setattr(translations, "FOLDER", catalogs)
    monkeypatch.setattr(translations, "texts", lambda: texts)
    translations.update("it")
    assert {message.id: message.string for message in translations.catalog("it") if message.id} == {
        "Purchase orders": "",
        ("{n:,} row", "{n:,} rows"): ("", ""),
    }
    with language.using("it"):
        assert "it" in languages()
        assert _("Purchase orders") == "Purchase orders"  # until somebody has translated it
    begun = (catalogs / "it.po").read_bytes()
    translations.update("it")
    assert (catalogs / "it.po").read_bytes() == begun
