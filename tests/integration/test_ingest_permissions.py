"""Who may not download, schedule or import writes nothing, and nothing is asked of Komet."""

from collections.abc import Callable
from datetime import date

import pytest
from orderfile_samples import workbook
from sample_accounts import Accounts

from komet.ingest import by_number, engine, imports, runs, schedules
from komet.ingest.model import ScheduleFields
from komet.ingest.plan import plan_days
from komet.ingest.sources.portal_file.source import slices_of
from komet.ingest.worker import Worker
from komet.permissions import GRANTS, SYSTEM, Actor, NotPermitted, Permission, Role

READER = Actor(name="Reader")
MORNING = ScheduleFields(name="Morning", times=("06:00",))


def planned_run(accounts: Accounts) -> str:
    plan = plan_days(accounts.ctx, accounts.both, accounts.today, accounts.today)
    return runs.start_run(accounts.ctx, SYSTEM, plan, source="app")[0].id


def start_run(accounts: Accounts, _run_id: str, actor: Actor) -> None:
    plan = plan_days(accounts.ctx, accounts.both, *accounts.days(1, 1))
    runs.start_run(accounts.ctx, actor, plan, source="app")


def import_file(accounts: Accounts, _run_id: str, actor: Actor) -> None:
    imports.import_order_file(accounts.ctx, actor, checked_file(accounts))


def import_slices(accounts: Accounts, _run_id: str, actor: Actor) -> None:
    checked = checked_file(accounts)
    slices = slices_of(checked.file, checked.provider_id, accounts.ctx.now())
    imports.import_slices(accounts.ctx, actor, slices, "by hand")


def checked_file(accounts: Accounts) -> imports.FileDryRun:
    rows = [["PO #", "Ship date", "Vendor", "Product", "B/T", "Boxes", "Unit cost"],
            ["P1", date(2026, 11, 20), "Bloom", "Rose", "HB", 2, 0.3]]  # fmt: skip
    return imports.check_order_file(accounts.ctx, workbook(rows), "p.xlsx", accounts.magnolia.id)


def cancel_in_worker(accounts: Accounts, run_id: str, actor: Actor) -> None:
    Worker(accounts.ctx).cancel(actor, run_id)


WRITING: dict[str, tuple[Permission, Callable[[Accounts, str, Actor], object]]] = {
    "start_run": (Permission.DOWNLOAD, start_run),
    "execute": (Permission.DOWNLOAD, lambda a, run_id, who: engine.execute(a.ctx, who, run_id)),
    "retry_run": (Permission.DOWNLOAD, lambda a, run_id, who: runs.retry_run(a.ctx, who, run_id)),
    "cancel_run": (Permission.DOWNLOAD, lambda a, run_id, who: runs.cancel_run(a.ctx, who, run_id)),
    "Worker.cancel": (Permission.DOWNLOAD, cancel_in_worker),
    "download_numbers": (
        Permission.DOWNLOAD,
        lambda a, _id, who: by_number.download_numbers(a.ctx, who, {a.magnolia.id: ["1"]}),
    ),
    "import_order_file": (Permission.IMPORT_ORDERS, import_file),
    "import_slices": (Permission.IMPORT_ORDERS, import_slices),
    "save_schedule": (
        Permission.SCHEDULE,
        lambda a, _id, who: schedules.save_schedule(a.ctx, who, MORNING),
    ),
    "delete_schedule": (
        Permission.SCHEDULE,
        lambda a, _id, who: schedules.delete_schedule(
            a.ctx, who, schedules.list_schedules(a.ctx)[0].id
        ),
    ),
}


@pytest.mark.parametrize("name", WRITING)
def test_a_role_without_the_permission_writes_and_asks_nothing(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    permission, operation = WRITING[name]
    run_id = planned_run(accounts)
    schedules.save_schedule(accounts.ctx, SYSTEM, MORNING)
    granted = frozenset(Permission) - {permission}
    monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, granted)
    asked = accounts.sandbox.state.requests.total()
    before = everything(accounts)
    with pytest.raises(NotPermitted):
        operation(accounts, run_id, READER)
    assert everything(accounts) == before
    assert accounts.sandbox.state.requests.total() == asked


def everything(accounts: Accounts) -> dict[str, list[dict[str, object]]]:
    tables = ("runs", "run_slices", "schedules", "purchase_orders", "api_calls", "audit",
              "request_reservations")  # fmt: skip
    with accounts.ctx.read() as con:
        return {table: con.rows(f"FROM {table}") for table in tables}
