"""Every code of a failure has its sentences, in the language of whoever reads."""

import ast
import importlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet import api, language, messages
from komet.api import errors
from komet.api.errors import KometError, QuotaExhausted, Rejected, Unavailable
from komet.errors import AppError, InvalidInput
from komet.language import _
from komet.messages import describe, message, stored_message, to_store

KOMET = Path(messages.__file__).parent
KINDS = {
    name
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, KometError)
}


def _codes_raised(kinds: set[str], folder: Path, place: int = 0) -> Iterator[str]:
    """The argument at that place of every call of one of these names, where it is a text."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in kinds
                and len(node.args) > place
                and isinstance(node.args[place], ast.Constant)
            ):
                yield node.args[place].value


def test_every_code_that_is_raised_has_its_sentences_and_no_other_has() -> None:
    raised = set(_codes_raised(KINDS | {"outcome_to_store"}, KOMET)) | {"allowance_spent"}
    raised |= set(_codes_raised({"Outcome"}, KOMET, place=1))  # what became of a write
    assert raised == set(messages._MESSAGES)


def test_every_problem_of_a_call_has_its_sentence_and_no_other_has() -> None:
    found = set(_codes_raised({"_problem"}, Path(api.__file__).parent))
    assert found == set(messages._PROBLEMS)


def test_a_failure_says_what_happened_why_and_what_to_do() -> None:
    error = Unavailable("cannot_answer_now", http_status=503, provider="Rosas", method="x.list")
    error.day = date(2026, 11, 20)
    assert describe(error) == (
        "Komet cannot answer now (HTTP 503).",
        "",
        "Try again later.",
    )
    assert message(error) == (
        "Rosas, 2026-11-20: Komet cannot answer now (HTTP 503). Try again later."
    )
    error.maybe_done = True
    assert describe(error).next_step.startswith("It may have been done all the same")
    said = Rejected("refused", http_status=400, komet_message="No.")
    assert message(said) == "Komet refused the request (HTTP 400). Komet says: “No.”."
    ours = InvalidInput("A token needs a label.", next_step="Enter one.")
    assert message(ours) == "A token needs a label. Enter one."
    assert describe(ours) == ("A token needs a label.", "", "Enter one.")


def test_the_sentence_is_made_when_it_is_read() -> None:
    with language.using("en"):
        error = QuotaExhausted(datetime(2026, 11, 21, tzinfo=UTC))
        assert "2026-11-21 00:00 (UTC)" in message(error)
    with language.using("es"):
        assert describe(error).title == "Las solicitudes a Komet de hoy se agotaron."
        assert "21/11/2026 00:00 (UTC)" in message(error)


@pytest.mark.parametrize("code", ["not_reached", "proxy_does_not_connect"])
def test_what_the_network_says_is_the_reason(code: str) -> None:
    assert describe(Unavailable(code, why="[Errno 111] refused")).reason == "[Errno 111] refused"


def test_every_kind_of_our_own_failures_has_a_code_of_its_own() -> None:
    for name in ("cli", "web", "demo"):
        importlib.import_module(f"komet.{name}")
    kinds = list(_below(AppError))
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes) > 20
    assert all("code" in vars(kind) for kind in kinds)
    assert not set(codes) & set(messages._MESSAGES)


def test_our_own_failures_are_told_again_in_another_language() -> None:
    with language.using("en"):
        error = InvalidInput(
            _("There is no time zone “{zone}”.").format(zone="Mars"),
            next_step=_("Choose one such as America/Guayaquil."),
        )
        stored = to_store(error)
        assert stored.text == str(error)
    with language.using("es"):
        assert "Mars" in stored.text
        assert stored.text != str(error)
    assert stored.code == "invalid_input"
    assert stored_message(None, None, "as it was") == "as it was"


def _below(kind: type[AppError]) -> Iterator[type[AppError]]:
    for found in kind.__subclasses__():
        if found.__module__.startswith("komet."):
            yield found
            yield from _below(found)


@given(st.dictionaries(st.text("abc", min_size=1), st.integers() | st.dates() | st.decimals(
    allow_nan=False) | st.text()))  # fmt: skip
def test_what_a_text_was_filled_with_is_kept(data: dict[str, object]) -> None:
    text = " ".join(f"{{{name}}}" for name in data)
    told = language.Message(text, {"text": text}).format(**data)
    assert language.from_json(json.loads(json.dumps(language.to_json(told)))) == told
