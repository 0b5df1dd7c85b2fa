"""Adds the console to the application."""

from http import HTTPStatus

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.responses import RedirectResponse

from server.console import assets
from server.console.access import NotSignedInError, own_pages_only
from server.console.console import Console
from server.errors import problem

# One router a part, each in a package of its own.
_ROUTERS: tuple[APIRouter, ...] = (assets.router,)


def install_console(app: FastAPI, console: Console) -> None:
    """Serve /staff."""
    app.state.console = console
    for router in _ROUTERS:
        app.include_router(router, include_in_schema=False, dependencies=[Depends(own_pages_only)])
    app.exception_handler(NotSignedInError)(_lead_to_sign_in)


async def _lead_to_sign_in(request: Request, error: NotSignedInError) -> Response:
    if request.headers.get("HX-Request"):
        # htmx would put a sign-in page into the middle of the page; this makes it go there instead.
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": "/staff/sign-in"})
    if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        return RedirectResponse("/staff/sign-in", HTTPStatus.SEE_OTHER)
    return problem(error.status, error.detail, code=error.code)
