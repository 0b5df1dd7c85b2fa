"""Every route of the console, and what becomes of a request of each role: found in the application, not in a list."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from server.console.access import allowed_to, signed_in
from server.console.roles import ALLOWED, Action, Role
from server.settings import ROOT

REPORT = ROOT / "docs" / "console" / "roles.md"
# Open to everybody, on purpose: how one gets in, and what the pages look like.
OPEN = {
    "GET /staff/assets/{name}",
    "GET /staff/sign-in",
    "POST /staff/sign-in",
    "POST /staff/sign-out",
    "GET /staff/sign-in/provider",
    "GET /staff/sign-in/provider/back",
}
# For somebody who has shown the password only.
BETWEEN = {f"{method} /staff/sign-in/{stage}" for method in ("GET", "POST") for stage in ("code", "password", "set-up")}


@dataclass(frozen=True)
class Reached:
    """A route: method and path, the action that it asks for, if it asks for one, and whether one must be signed in."""

    name: str
    method: str
    path: str
    action: Action | None
    needs_sign_in: bool
    dependant: Dependant
    parameters: tuple[str, ...]

    def may(self, role: Role | None) -> bool:
        """Whether somebody of this role (None: nobody) is to be let in."""
        if role is None:
            return not self.needs_sign_in and self.name not in BETWEEN
        return self.action is None or self.action in ALLOWED[role]


def routes_of(app: FastAPI) -> list[Reached]:
    """Every route of the console."""
    found = []
    for route in iter_route_contexts(app.routes):
        if not (route.path or "").startswith("/staff"):
            continue
        calls = list(_calls(route.dependant))
        actions = [call.action for call in calls if isinstance(call, allowed_to)]
        for method in sorted(route.methods):
            name = f"{method} {route.path}"
            action, names = next(iter(actions), None), tuple(route.param_convertors)
            found.append(Reached(name, method, route.path, action, signed_in in calls, route.dependant, names))
    return sorted(found, key=lambda reached: (reached.path, reached.method))


def calls_of(app: FastAPI) -> set[Any]:
    """Everything that the routes of the console depend on."""
    return {call for reached in routes_of(app) for call in _calls(reached.dependant)}


def disarm(app: FastAPI) -> None:
    """Let every route of the console do nothing but say that it was reached, once all that it depends on agreed."""
    for dependant in {id(reached.dependant): reached.dependant for reached in routes_of(app)}.values():
        _disarm(dependant)


async def outcome(client: httpx.AsyncClient, reached: Reached) -> bool:
    """Whether the request got through to the route (or to what it says of an empty form)."""
    path = reached.path
    for name in reached.parameters:
        path = path.replace(f"{{{name}}}", "1").replace(f"{{{name}:path}}", "1")
    answer = await client.request(reached.method, path)
    is_denied = answer.status_code in (401, 403) or "/staff/sign-in" in answer.headers.get("Location", "")
    if not is_denied and answer.status_code not in (204, 422):
        raise AssertionError(f"{reached.name} answered {answer.status_code}: neither reached nor denied")
    return not is_denied


def report(tried: Mapping[tuple[str, Role | None], bool], routes: list[Reached]) -> str:
    """The matrix as a page: what was asked, by whom, and whether it got through."""
    roles: list[Role | None] = [None, *Role]
    lines = [
        "# Who may do what",
        "",
        "Written by `make roles`, which sends a request to every route of the console as nobody and as each role. A",
        "test holds the outcome against `server/console/roles.py`. Who has several roles may do what any of them may.",
        "",
        f"{len(routes)} routes, {len(tried)} requests, {sum(not ok for ok in tried.values())} of them denied.",
        "",
        "| what | action | nobody | " + " | ".join(Role) + " |",
        "|---|---|" + "---|" * len(roles),
    ]
    for reached in routes:
        asked = reached.action or ("any role" if reached.needs_sign_in else "none")
        asked = "the password" if reached.name in BETWEEN else asked
        cells = " | ".join("yes" if tried[reached.name, role] else "no" for role in roles)
        lines.append(f"| `{reached.name}` | {asked} | {cells} |")
    return "\n".join(lines) + "\n"


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _disarm(dependant: Dependant) -> None:
    async def reached(**_: object) -> Response:
        return Response(status_code=204)

    assert inspect.iscoroutinefunction(dependant.call), f"{dependant.call} is not async: disarm it in another way"
    dependant.call = reached


async def try_all(app: FastAPI, client_of: Any) -> dict[tuple[str, Role | None], bool]:
    """Whether each request got through, by route and role. `client_of(role)` gives a browser of it (None: nobody)."""
    disarm(app)
    tried = {}
    for role in (None, *Role):
        client = await client_of(role)
        for reached in routes_of(app):
            tried[reached.name, role] = await outcome(client, reached)
    return tried
