"""One more file type is one registration; who may not export, edit or maintain is refused."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sample_accounts import ACTOR, Accounts
from streamlit.testing.v1 import AppTest

from komet import permissions
from komet.activity.model import ActivityFilter
from komet.backup.archive import make_backup
from komet.backup.doctor import check_health
from komet.backup.restore import restore_backup
from komet.cli import export as command_line
from komet.cli import keeping
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.export.activity import export_activity, export_activity_bytes
from komet.export.orders import export_orders, export_orders_bytes
from komet.export.reports import (
    export_changes,
    export_changes_bytes,
    export_planning,
    export_planning_bytes,
)
from komet.export.sheet import Sheet
from komet.export.template import PLAIN_ERP, parse_template
from komet.export.templates import (
    delete_template,
    export_by_template,
    export_by_template_bytes,
    list_templates,
    save_template,
)
from komet.export.writers import WRITERS
from komet.export.writers.writer import Dialect
from komet.orders.changes import ChangeFilter
from komet.orders.filters import OrderFilter
from komet.orders.model import Pivot
from komet.orders.planning import plan_weeks
from komet.permissions import NotPermitted, Permission, Role
from komet.replacing import replacing

EVERYTHING = OrderFilter()


class JsonLines:
    """A fourth file type: a line of JSON a row."""

    suffix = ".jsonl"
    label = "JSON, a line an item"
    media_type = "application/jsonl"
    has_sheets = False
    has_dialect = False
    cell_bytes = 20.0

    def write(self, target: Path, sheets: Sequence[Sheet], dialect: Dialect) -> None:
        with replacing(target) as part:
            sheets[0].frame.write_ndjson(part)


@pytest.fixture
def fourth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WRITERS, JsonLines.suffix, JsonLines())


@pytest.fixture
def here(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> AppContext:
    """The installation that the functions of the command line open in this process."""
    for module in (command_line, keeping):
        monkeypatch.setattr(module, "open_context", lambda: accounts.ctx)
    return accounts.ctx


def read(target: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in target.read_text("utf-8").splitlines()]


@pytest.mark.usefixtures("fourth")
def test_a_fourth_file_type_works_from_operation_command_and_template(
    accounts: Accounts, here: AppContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.download(*accounts.days(1, 1))
    totals = export_orders(here, ACTOR, EVERYTHING, tmp_path / "one.jsonl")
    rows = read(tmp_path / "one.jsonl")
    assert len(rows) == totals.items > 0
    assert rows[0]["PO number"]
    assert export_orders_bytes(here, ACTOR, EVERYTHING, ".jsonl").count(b"\n") == totals.items
    assert command_line.export(tmp_path / "two.JSONL") == 0
    assert read(tmp_path / "two.JSONL") == rows

    template = parse_template(
        PLAIN_ERP.model_dump(mode="json") | {"name": "Lines", "file_type": ".jsonl"}
    )
    save_template(here, ACTOR, template)
    (tmp_path / "made").mkdir()
    assert command_line.export(tmp_path / "made", template="lines") == 0
    [made] = (tmp_path / "made").iterdir()
    assert made.suffix == ".jsonl"
    assert {row["source"] for row in read(made)} == {"komet"}

    capsys.readouterr()
    with pytest.raises(InvalidInput, match=r"\.xlsx, \.csv, \.parquet or \.jsonl"):
        export_orders(here, ACTOR, EVERYTHING, tmp_path / "one.txt")
    with pytest.raises(InvalidInput, match="--separator"):
        command_line.export(tmp_path / "three.jsonl", separator="tab")


def _menu(ctx) -> None:  # its source runs alone, without our names
    from komet.orders.filters import OrderFilter
    from komet.orders.query import total_items
    from komet.web.screens.export_menu import export_menu

    export_menu(ctx, OrderFilter(), total_items(ctx, OrderFilter()))


def _editor() -> None:
    from komet.export.template import KOMET_DESK
    from komet.web.screens.template_editor import template_editor

    template_editor(KOMET_DESK, "k")


@pytest.mark.usefixtures("fourth")
def test_the_export_menu_and_the_template_editor_offer_it(ctx: AppContext) -> None:
    menu = AppTest.from_function(_menu, kwargs={"ctx": ctx}).run()
    assert not menu.exception
    labels = [button.proto.label.split(" · ")[0] for button in menu.get("download_button")]
    assert labels == [
        "Excel, all sheets", "CSV, items", "Parquet, items", "JSON, a line an item",
        "With this template",
    ]  # fmt: skip
    editor = AppTest.from_function(_editor).run()
    assert not editor.exception
    assert editor.selectbox(key="type_k").options == [".xlsx", ".csv", ".parquet", ".jsonl"]


def without(monkeypatch: pytest.MonkeyPatch, permission: Permission) -> None:
    """Everybody's role may all but that."""
    granted = permissions.GRANTS[Role.ADMINISTRATOR] - {permission}
    monkeypatch.setitem(permissions.GRANTS, Role.ADMINISTRATOR, granted)


Act = Callable[[AppContext, Path], object]


def _pivot(ctx: AppContext) -> Pivot:
    return plan_weeks(ctx, EVERYTHING, rows=("product",), column=None, measure="boxes")


EXPORTS: dict[str, Act] = {
    **{
        f"orders {suffix}": lambda ctx, out, suffix=suffix: export_orders(
            ctx, ACTOR, EVERYTHING, out / f"o{suffix}"
        )
        for suffix in WRITERS
    },
    "by template": lambda ctx, out: export_by_template(ctx, ACTOR, PLAIN_ERP, EVERYTHING, out),
    "changes": lambda ctx, out: export_changes(ctx, ACTOR, ChangeFilter(), out / "c.xlsx"),
    "planning": lambda ctx, out: export_planning(
        ctx, ACTOR, _pivot(ctx), "boxes", EVERYTHING, out / "p.xlsx"
    ),
    "screen: orders": lambda ctx, _out: export_orders_bytes(ctx, ACTOR, EVERYTHING, ".xlsx"),
    "screen: template": lambda ctx, _out: export_by_template_bytes(
        ctx, ACTOR, PLAIN_ERP, EVERYTHING
    ),
    "screen: changes": lambda ctx, _out: export_changes_bytes(ctx, ACTOR, ChangeFilter()),
    "screen: planning": lambda ctx, _out: export_planning_bytes(
        ctx, ACTOR, _pivot(ctx), "boxes", EVERYTHING
    ),
    "command": lambda _ctx, out: command_line.export(out / "o.xlsx"),
    "command with a template": lambda _ctx, out: command_line.export(out, template=PLAIN_ERP.name),
}


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of every file that is written, temporary ones too."""
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


UNRECORDED: dict[str, Act] = {
    "activity": lambda ctx, out: export_activity(ctx, ACTOR, ActivityFilter(), out / "a.xlsx"),
    "screen: activity": lambda ctx, _out: export_activity_bytes(ctx, ACTOR, ActivityFilter()),
}
"""Exports of what the program itself has kept: no row of it more."""


def _audited(ctx: AppContext) -> int:
    with ctx.read() as con:
        return int(con.value("SELECT count(*) FROM audit"))


def test_who_may_not_export_is_refused_everywhere(
    here: AppContext, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _audited(here)
    with monkeypatch.context() as restricted:
        without(restricted, Permission.EXPORT)
        for name, act in (EXPORTS | UNRECORDED).items():
            with pytest.raises(NotPermitted) as refused:
                act(here, out)
            assert refused.value.permission is Permission.EXPORT, name
            assert list(out.iterdir()) == [], name
    assert _audited(here) == before
    for act in EXPORTS.values():
        act(here, out)
    assert _audited(here) == before + len(EXPORTS)
    for act in UNRECORDED.values():
        act(here, out)


def test_who_may_not_edit_templates_is_refused(
    here: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = PLAIN_ERP.model_copy(update={"name": "Mine"})
    save_template(here, ACTOR, mine)
    before = _audited(here)
    without(monkeypatch, Permission.EDIT_TEMPLATES)
    with pytest.raises(NotPermitted):
        save_template(here, ACTOR, mine.model_copy(update={"guard_formulas": True}))
    with pytest.raises(NotPermitted):
        delete_template(here, ACTOR, "Mine")
    assert list_templates(here).usable["Mine"] == mine
    assert _audited(here) == before


def test_who_may_not_maintain_is_refused(
    here: AppContext, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = out.parent / "good.zip"
    make_backup(here, ACTOR, good)
    home = sorted(here.settings.home.rglob("*"))
    without(monkeypatch, Permission.MAINTAIN)
    acts: list[Callable[[], object]] = [
        lambda: make_backup(here, ACTOR, out / "b.zip"),
        lambda: restore_backup(here, ACTOR, good),
        lambda: check_health(here, ACTOR),
        lambda: keeping.backup(out / "b.zip"),
        lambda: keeping.restore(good),
        keeping.doctor,
    ]
    for act in acts:
        with pytest.raises(NotPermitted):
            act()
    assert list(out.iterdir()) == []
    assert sorted(here.settings.home.rglob("*")) == home
