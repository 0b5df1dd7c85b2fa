"""schemathesis asks the running application what its OpenAPI promises: no 5xx, and nothing that is not written there."""

import asyncio
from collections.abc import Iterator

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings as hypothesis_settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from server_fakes import FakeBot

from server.main import create_app
from server.settings import Settings

_EXAMPLES = 8
_UNLIMITED = {name: "" for name in ("rate_limit_visitor", "rate_limit_address", "rate_limit_everybody", "rate_limit_requests")}
_CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
