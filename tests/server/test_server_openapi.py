"""schemathesis asks the application what its OpenAPI promises: no 5xx, and no answer that is not written there."""

import asyncio
from collections.abc import Callable

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from server_fakes import FakeBot, Visitor, client_of

from server.main import create_app
from server.settings import Settings

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
NO_LIMITS = {f"rate_limit_{name}": "" for name in ("visitor", "address", "everybody", "requests")}
# Bounded, so that all operations together take less than a minute.
BOUNDED = bounds(
    max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def unlimited(settings: Settings) -> FastAPI:
    return create_app(settings.model_copy(update=NO_LIMITS), FakeBot())


def test_a_stranger_gets_only_what_is_described(unlimited: FastAPI) -> None:
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    assert ask_all(unlimited, ask) >= 10


def test_a_visitor_gets_only_what_is_described(unlimited: FastAPI) -> None:
    visitor = asyncio.run(_arrive(unlimited))
    statuses: set[int] = set()

    def ask(case: schemathesis.Case) -> None:
        if "conversation_id" in case.path_parameters:
            case.path_parameters["conversation_id"] = visitor.id
            statuses.add(case.call_and_validate(headers=visitor.headers, checks=CHECKS).status_code)

    ask_all(unlimited, ask)
    assert {200, 422} <= statuses


async def _arrive(app: FastAPI) -> Visitor:
    async with client_of(app) as client:
        return await Visitor.arrive(client)


def ask_all(app: FastAPI, ask: Callable[[schemathesis.Case], None]) -> int:
    """Ask with made-up cases of every operation; how many operations there are."""
    operations = [
        found.ok() for found in schemathesis.openapi.from_asgi("/api/v1/openapi.json", app).get_all_operations()
    ]
    for operation in operations:
        BOUNDED(given(operation.as_strategy())(ask))()
    return len(operations)
