"""Adds the console to the application."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from server.console import assets
from server.console.access import (
    ElsewhereError,
    NotSignedInError,
    https_in_production,
    own_pages_only,
    storable_text_only,
)
from server.console.analytics import routes as analytics
from server.console.answers import routes as answers
from server.console.console import Console
from server.console.inbox import routes_conversation, routes_list, routes_marks, routes_red_flags
from server.console.pages import page, see_other
from server.console.people import routes_accounts, routes_me, routes_provider, routes_sign_in
from server.console.teaching.router import router as teaching
from server.console.trail_page import routes as trail_page
from server.errors import failure

# One router a part, each in a package of its own.
_ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    routes_sign_in.router,
    routes_provider.router,
    routes_me.router,
    routes_accounts.router,
    trail_page.router,
    routes_list.router,
    routes_conversation.router,
    routes_marks.router,
    routes_red_flags.router,
    teaching,
    answers.router,
    analytics.router,
)


def install_console(app: FastAPI, console: Console) -> None:
    """Serve /staff."""
    app.state.console = console
    asked_first = [Depends(https_in_production), Depends(own_pages_only), Depends(storable_text_only)]
    for router in _ROUTERS:
        app.include_router(router, include_in_schema=False, dependencies=asked_first)
    app.exception_handler(NotSignedInError)(_lead_to_sign_in)
    app.exception_handler(ElsewhereError)(_lead_elsewhere)


async def _lead_to_sign_in(request: Request, error: NotSignedInError) -> Response:
    if request.headers.get("HX-Request"):
        # htmx would put a sign-in page into the middle of the page; this makes it go there instead.
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": "/staff/sign-in"})
    if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        asked = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            # A link in a web mail: the browser leaves the cookie out. It sends it when our own page asks again.
            return page(request, "people/onward.html", onward=asked)
        return see_other(f"/staff/sign-in?next={quote(asked)}")
    return failure(request.scope, error.status, error.detail, code=error.code)


async def _lead_elsewhere(_: Request, error: ElsewhereError) -> Response:
    return see_other(error.path)
