"""The matrix of roles and routes: every cell is tried, and the page that tells of it is of today."""

import inspect
import os

import pytest
from conftest import Member
from console_matrix import BETWEEN, OPEN, REPORT, calls_of, report, routes_of, try_all
from fastapi import FastAPI

from server.console.roles import Role

pytestmark = pytest.mark.asyncio


async def test_every_route_names_its_action_or_is_open_on_purpose(app: FastAPI) -> None:
    routes = routes_of(app)
    open_to_all = {reached.name for reached in routes if not reached.needs_sign_in}
    assert open_to_all == OPEN | BETWEEN
    without = {reached.name for reached in routes if reached.needs_sign_in and reached.action is None}
    assert all(name in ("GET /staff",) or "/staff/me" in name for name in without), without


async def test_every_role_gets_where_it_may_and_nowhere_else(app: FastAPI, member: Member) -> None:
    async def browser_of(role: Role | None) -> object:
        return await (member(role) if role else member())

    tried, routes = await try_all(app, browser_of), routes_of(app)
    wrong = {
        (reached.name, role): tried[reached.name, role]
        for reached in routes
        for role in (None, *Role)
        if tried[reached.name, role] != reached.may(role)
    }
    assert wrong == {}
    if "UPDATE_ROLES" in os.environ:
        REPORT.write_text(report(tried, routes), encoding="utf-8")
    assert REPORT.read_text(encoding="utf-8") == report(tried, routes), "run `make roles`"


async def test_nothing_that_a_route_asks_for_waits_for_a_thread(app: FastAPI) -> None:
    # FastAPI hands a plain function to a pool of threads, where it waits behind whatever else is there.
    plain = {
        call
        for call in calls_of(app)
        if not inspect.iscoroutinefunction(call) and not inspect.iscoroutinefunction(call.__call__)
    }
    assert plain == set()
