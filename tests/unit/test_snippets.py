"""A call as other programs would make it: it runs, and holds no token."""

import ast
import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

from komet.api.checking import sample_parameters
from komet.api.methods import registry
from komet.explorer import snippets

DAY = date(2026, 11, 20)
URL = "http://127.0.0.1:8600/api"


@pytest.mark.parametrize("name", sorted(registry()))
def test_python_compiles_and_names_the_token_only(name: str) -> None:
    spec = registry()[name]
    if spec.token_in == "none":
        return
    sample = snippets.without_files(sample_parameters(spec, DAY))
    for make in (snippets.as_httpx, snippets.as_client):
        code = make(spec, sample, URL)
        ast.parse(code)
        assert 'os.environ["KOMET_TOKEN"]' in code
        assert "$KOMET_TOKEN" not in code
    assert "••••" in snippets.as_request(spec, sample, URL)


@pytest.mark.parametrize(
    "name", ["purchase.order.list", "box.code.change", "company.location.list"]
)
def test_the_shell_fills_the_token_in(name: str, tmp_path: Path) -> None:
    spec = registry()[name]
    sample = sample_parameters(spec, DAY)
    fake = tmp_path / "curl"
    fake.write_text('#!/bin/sh\nfor a in "$@"; do printf "%s\\n" "$a"; done\n')
    fake.chmod(0o755)
    ran = subprocess.run(
        ["/bin/sh", "-c", snippets.as_curl(spec, sample, URL)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "KOMET_TOKEN": "it's a token"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "it's a token" in ran.stdout
    assert f"{URL}/{spec.path}" in ran.stdout.splitlines()
    if spec.parameters_in == "json":
        body = ran.stdout.split("--data\n", 1)[1]
        assert json.loads(body)["authenticationToken"] == "it's a token"


def test_a_file_is_a_word() -> None:
    assert snippets.without_files({"a": b"1234", "b": 1}) == {"a": "<4 bytes in Base64>", "b": 1}
