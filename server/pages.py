"""The demonstration page, with headers that let it run nothing but its own files."""

from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import NotFoundError

_HEADERS = {
    # default-src does not cover the three that follow it.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


def install_pages(app: FastAPI, folder: Path) -> None:
    """Serve the folder's index.html at / and its files under /demo/. What is not there is a 404."""

    async def index(scope: Scope, receive: Receive, send: Send) -> None:
        page = folder / "index.html"
        if not page.is_file():
            raise NotFoundError("There is no page here; the API is under /api/v1.")
        await FileResponse(page)(scope, receive, send)

    app.router.routes.append(Route("/", _WithHeaders(index), methods=["GET", "HEAD"]))
    if folder.is_dir():
        app.mount("/demo", _WithHeaders(StaticFiles(directory=folder)))


class _WithHeaders:
    """Adds the pages' headers to what an app sends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)
