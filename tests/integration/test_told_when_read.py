"""What went wrong is stored as a code and data: it speaks the language of whoever reads it."""

import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from pydantic import SecretStr
from sample_accounts import ACTOR, Accounts, Komet

from komet import language
from komet.activity.failures import list_failures
from komet.activity.model import ActivityFilter
from komet.activity.timeline import list_entries
from komet.clients import tokens
from komet.clients.check import Check, check_token
from komet.clients.table import calls
from komet.context import AppContext
from komet.db import audit
from komet.explorer.calls import call_method
from komet.export.activity import export_activity
from komet.ingest.model import RunState, ScheduleFields
from komet.ingest.runs import list_days
from komet.ingest.schedules import Scheduler, list_schedules, save_schedule
from komet.ingest.table import runs
from komet.ingest.worker import Worker
from komet.permissions import SYSTEM

REFUSED = {
    "en": "Komet refused the request (HTTP 400). Komet says: “No.”.",
    "es": "Komet rechazó la solicitud (HTTP 400). Komet dice: “No.”.",
}
RETIRED = {"en": "The token is retired.", "es": "El token está retirado."}
FAILED = {
    "en": "2 days failed; the other days are there.",
    "es": "2 días fallaron; los demás días están.",
}


@pytest.fixture
def failed(accounts: Accounts) -> Accounts:
    """One day that Komet has refused, and one of a client whose token is retired."""
    day = accounts.today.isoformat()
    accounts.sandbox.state.faults.add(
        "purchase.order.list", date=day, status=400, times=None, message="No."
    )
    tokens.retire_token(accounts.ctx, SYSTEM, accounts.petalo.token_id or "", in_use_too=True)
    with language.using("en"):
        accounts.download(accounts.today, accounts.today)
    return accounts


def wrong(ctx: AppContext) -> pl.DataFrame:
    return list_failures(ctx)


@pytest.mark.parametrize("code", ["en", "es"])
def test_a_failure_is_told_in_the_readers_language(
    failed: Accounts, tmp_path: Path, code: str
) -> None:
    ctx = failed.ctx
    with language.using(code):
        with ctx.db.read() as con:
            [run] = runs.latest_runs(con, ctx.now())
            slices = runs.slices_of(con, run.id)
        told = list_entries(ctx, ActivityFilter(), limit=1)
        on_screen = list_days(ctx, run.id)["reason"].to_list()
        export_activity(ctx, ACTOR, ActivityFilter(), tmp_path / "activity.xlsx")
        by_reason = wrong(ctx)
    assert run.message == FAILED[code]
    refused = f"Magnolia, {failed.today.isoformat()}: {REFUSED[code]}"
    for reasons in (on_screen, [slice_.reason for slice_ in slices]):
        assert refused in reasons
        assert any(str(reason).startswith(RETIRED[code]) for reason in reasons)
    assert FAILED[code] in told["details"][0]
    assert REFUSED[code] in by_reason["reason"].to_list()
    sheet = openpyxl.load_workbook(tmp_path / "activity.xlsx").worksheets[2]
    assert REFUSED[code] in [row[3] for row in sheet.iter_rows(values_only=True)]


def test_the_command_line_tells_it_in_its_language(failed: Accounts, komet: Komet) -> None:
    for code in ("en", "es"):
        done = komet("runs", "--last", "--json", env={"KOMET_LANGUAGE": code})
        told = json.loads(done.stdout)
        assert told["message"] == FAILED[code]
        assert any(REFUSED[code] in day["reason"] for day in told["slices"])


def test_the_figures_by_reason_are_the_same_in_every_language(failed: Accounts) -> None:
    with language.using("es"):
        failed.download(failed.today, failed.today)
        spanish = wrong(failed.ctx)
    with language.using("en"):
        failed.download(failed.today, failed.today)
        english = wrong(failed.ctx)
        days = english.filter(source="day").select("outcome", "client", "times", "open")
    assert sorted(days.rows()) == [("", "Pétalo", 3, 1), ("Rejected", "Magnolia", 3, 1)]
    with language.using("es"):
        again = wrong(failed.ctx)
    figures = ("outcome", "source", "client", "method", "times", "open", "last_seen")
    assert sorted(again.select(figures).rows(), key=str) == sorted(
        english.select(figures).rows(), key=str
    )
    assert spanish.height == again.height


def test_what_was_stored_as_a_sentence_is_shown_as_it_is(failed: Accounts) -> None:
    ctx = failed.ctx
    day = failed.today
    with ctx.db.write() as con:
        con.run(
            "UPDATE run_slices SET reason_code = NULL, reason_data = NULL,"
            f" reason = 'Magnolia, {day}: Komet refused the request (HTTP 400).'"
            " WHERE reason_code = 'refused'"
        )
        con.run("UPDATE runs SET message_code = NULL, message = '2 days failed.'")
    with language.using("es"):
        with ctx.db.read() as con:
            [run] = runs.latest_runs(con, ctx.now())
        assert run.message == "2 days failed."
        reasons = list_days(ctx, run.id)["reason"].to_list()
        assert f"Magnolia, {day}: Komet refused the request (HTTP 400)." in reasons
        [old] = wrong(ctx).filter(source="day", client="Magnolia").to_dicts()
    assert (old["outcome"], old["reason"]) == ("Rejected", "Komet refused the request (HTTP 400).")


def test_a_pause_names_its_clients_in_every_language(accounts: Accounts) -> None:
    ctx = accounts.ctx
    one = {"called_at": ctx.now(), "token_id": accounts.magnolia.token_id,
           "method": "purchase.order.list", "attempt": 1, "outcome": "ok"}  # fmt: skip
    with ctx.db.write() as con:
        calls.record(con, [one] * 1000)
    run = accounts.download(*accounts.days(1, 0), [accounts.magnolia])
    assert run.state is RunState.PAUSED
    with language.using("es"), ctx.db.read() as con:
        told = runs.run_by_id(con, run.id, ctx.now()).message
        [pause] = list_failures(ctx).to_dicts()
    assert told == pause["reason"]
    assert str(told).startswith("Magnolia: Las solicitudes a Komet de hoy se agotaron.")


def test_the_check_of_a_token_keeps_codes(accounts: Accounts) -> None:
    faults = accounts.sandbox.state.faults
    faults.add("purchase.order.list", body="html", times=None)
    faults.add("product.list", status=400, times=None, message="Odd.")
    token_id = accounts.magnolia.token_id or ""
    with language.using("en"):
        done = check_token(accounts.ctx, SYSTEM, token_id)
    assert done.results["purchase.order.list"] == "Komet's answer is not complete JSON."
    assert done.results["product.list"] == "Odd."
    with language.using("es"):
        stored = Check(tokens.get_token(accounts.ctx, token_id).check_result)
    assert stored.results["purchase.order.list"] == "La respuesta de Komet no es JSON completo."
    assert stored.results["product.list"] == "Odd."


def test_the_outcome_of_a_schedule_and_of_a_call_keep_codes(accounts: Accounts) -> None:
    ctx = accounts.ctx
    fields = ScheduleFields(name="Nightly", times=("06:00",), time_zone="UTC",
                            provider_ids=("gone",))  # fmt: skip
    schedule = save_schedule(ctx, SYSTEM, fields)
    scheduler = Scheduler(ctx, Worker(ctx))
    try:
        with language.using("en"):
            assert scheduler.fire(schedule.id) is None
    finally:
        scheduler.stop()
    told = {}
    for code in ("en", "es"):
        with language.using(code):
            [told[code]] = [stored.last_outcome for stored in list_schedules(ctx)]
            # whoever saves a schedule keeps what its last start came to
            save_schedule(ctx, SYSTEM, fields, schedule_id=schedule.id)
    assert told["en"]
    assert told["es"]
    assert told["en"] != told["es"]


def test_a_call_that_was_refused_is_told_in_the_readers_language(accounts: Accounts) -> None:
    ctx = accounts.ctx
    accounts.sandbox.state.faults.add("box.code.change", status=400, times=None, message="No.")
    with language.using("en"):
        boxes = [{"currentBoxCode": "1", "newBoxCode": "2"}]
        params = {"boxes": boxes}
        call_method(ctx, SYSTEM, accounts.magnolia, "box.code.change", params, writes_allowed=True)
    with language.using("es"):
        [details] = list_entries(ctx, ActivityFilter(), limit=1)["details"].to_list()
    assert REFUSED["es"] in details


def test_a_secret_is_in_none_of_it(accounts: Accounts) -> None:
    ctx, secret = accounts.ctx, "canary-secret-77aa"
    token_id = accounts.magnolia.token_id or ""
    tokens.replace_secret(ctx, SYSTEM, token_id, SecretStr(secret))
    with ctx.db.write() as con:
        audit.record(con, "method called", "x", ctx.now(), {"result": "ok"})
    accounts.sandbox.state.faults.add(status=400, times=None, message=f"echo {secret}")
    accounts.download(accounts.today, accounts.today, [accounts.magnolia])
    check_token(ctx, SYSTEM, token_id)
    with ctx.db.read() as con:
        stored = con.rows("SELECT reason_code, reason_data FROM run_slices")
        stored += con.rows("SELECT check_result FROM tokens")
    assert "echo" in str(stored)
    assert secret not in str(stored)
