"""The Postman collection, run from top to bottom by Postman's own runner against the sandbox.

`scripts/newman.sh` (`make newman`) brings newman; without it, or without node, this is skipped.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sample_accounts import ROOT, Komet

from komet.api.methods import registry
from komet.sandbox.server import Sandbox

NEWMAN = ROOT / ".cache" / "newman" / "node_modules" / "newman" / "bin" / "newman.js"
NOT_SHOWN = {"inventory.delete", "web-order-item.delete"}
"""Komet's pages do not show which parameters these take."""

needs_newman = pytest.mark.skipif(
    shutil.which("node") is None or not NEWMAN.is_file(),
    reason="no newman to run the Postman collection with: `make newman` brings it, given npm",
)


def _run(sandbox: Sandbox, komet: Komet, folder: Path, **variables: str) -> list[dict[str, Any]]:
    port = sandbox.url.rsplit(":", 1)[1]
    (folder / "komet.json").write_text(komet("postman", "--sandbox", "--port", port).stdout)
    given = [f"--env-var={name}={value}" for name, value in variables.items()]
    ran = subprocess.run(
        ["node", str(NEWMAN), "run", "komet.json", "-r", "json",
         "--reporter-json-export", "out.json", *given],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (folder / "out.json").is_file(), ran.stdout + ran.stderr
    executions = json.loads((folder / "out.json").read_text())["run"]["executions"]
    return [execution for execution in executions if "response" in execution]


def _succeeded(execution: dict[str, Any]) -> bool:
    """Judged from the answer itself, not by the collection's own tests."""
    answer = execution["response"]
    body = json.loads(bytes(answer["stream"]["data"]).decode())
    return answer["code"] == 200 and str(body.get("status", 1)) == "1"


@needs_newman
def test_the_collection_succeeds_in_order_on_a_fresh_sandbox(
    sandbox: Sandbox, komet: Komet, tmp_path: Path
) -> None:
    executions = _run(sandbox, komet, tmp_path)
    assert {execution["item"]["name"] for execution in executions} == set(registry())
    failed = {execution["item"]["name"] for execution in executions if not _succeeded(execution)}
    assert failed == NOT_SHOWN
    assert len(executions) - len(failed) == 111
    told = {
        execution["item"]["name"]
        for execution in executions
        if any("error" in one for one in execution["assertions"])
    }
    assert told == failed


@needs_newman
def test_what_changes_data_is_not_sent_unless_it_is_allowed(
    sandbox: Sandbox, komet: Komet, tmp_path: Path
) -> None:
    executions = _run(sandbox, komet, tmp_path, allowWrites="no")
    sent = {execution["item"]["name"] for execution in executions}
    assert sent == {spec.name for spec in registry().values() if not spec.writes}
    asked_for = {method for method, _day in sandbox.state.requests.counts()}
    assert asked_for == sent
