"""The sample data: two downloads with changes between them, and more with every refresh."""

from pathlib import Path

from sample_accounts import ACTOR

from komet import demo
from komet.activity import hints
from komet.clients.providers import list_providers
from komet.context import AppContext, open_context
from komet.ingest.engine import execute
from komet.ingest.model import RunState
from komet.ingest.plan import plan_refresh
from komet.ingest.runs import show_run, start_run
from komet.permissions import Actor
from komet.sandbox.server import Sandbox
from komet.settings import Settings


def found(ctx: AppContext, run_id: str) -> dict[str, int]:
    return show_run(ctx, run_id).summary


def test_there_are_changes_at_once_and_with_every_refresh(tmp_path: Path) -> None:
    ctx = open_context(Settings(home=tmp_path / "home"))
    with Sandbox() as sandbox:
        chosen = demo.prepare(ctx, ACTOR, sandbox)
        first, second = demo.start_passes(ctx, ACTOR, sandbox, chosen)
        assert first.before is None
        assert execute(ctx, ACTOR, first.run.id).state is RunState.DONE
        assert second.before
        second.before()
        assert execute(ctx, ACTOR, second.run.id).state is RunState.DONE
        assert found(ctx, first.run.id)["changed"] == 0
        assert found(ctx, second.run.id)["changed"] > 0
        assert found(ctx, second.run.id)["moved"] > 0
        for _press in range(2):
            run, _resumed = start_run(
                ctx, ACTOR, plan_refresh(ctx, list_providers(ctx)), source="refresh"
            )
            execute(ctx, ACTOR, run.id)
            assert found(ctx, run.id)["changed"] > 0


def test_a_hint_is_put_away_for_one_person(ctx: AppContext) -> None:
    hints.put_away(ctx, ACTOR, hints.SAMPLE_TOUR)
    assert hints.is_put_away(ctx, ACTOR, hints.SAMPLE_TOUR)
    assert not hints.is_put_away(ctx, Actor(name="Luis"), hints.SAMPLE_TOUR)
