"""Requests that schemathesis makes from our OpenAPI file: the sandbox never breaks, and agrees."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from sandbox_caller import TODAY, token_for
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from komet.api.methods import registry
from komet.api.openapi import document
from komet.sandbox.server import Sandbox

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described() -> Iterator[Any]:
    with Sandbox(today=TODAY, evolve=False) as sandbox:
        schema = schemathesis.openapi.from_dict(document(sandbox.base_url))
        schema.config.update(base_url=sandbox.base_url)
        yield schema


def with_token(case: schemathesis.Case, secret: str) -> schemathesis.Case:
    """The request with a token that works, wherever the method wants one."""
    case.headers = {**(case.headers or {}), "authenticationToken": secret}
    case.query = {**(case.query or {}), "authenticationToken": secret}
    if isinstance(case.body, dict):
        case.body |= {
            name: secret for name in ("authenticationToken", "companyToken") if name in case.body
        }
    return case


@pytest.mark.parametrize("name", sorted(registry()))
def test_the_sandbox_answers_what_the_document_says(described: Any, name: str) -> None:
    spec = registry()[name]
    operation = described[f"/{spec.path}"][spec.verb]

    @hypothesis.settings(max_examples=12, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=operation.as_strategy())
    def answers(case: schemathesis.Case) -> None:
        with_token(case, token_for(name).secret).call_and_validate(checks=CHECKS)

    answers()
