"""The demonstration page. Its headers come from the edge, and let it run nothing but this server's files."""

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from server.errors import NotFoundError


def install_pages(app: FastAPI, folder: Path) -> None:
    """Serve the folder's index.html at / and its files under /demo/. What is not there is a 404."""

    async def index(_: Request) -> FileResponse:
        page = folder / "index.html"
        if not page.is_file():
            raise NotFoundError("There is no page here; the API is under /api/v1.")
        return FileResponse(page)

    app.router.routes.append(Route("/", index, methods=["GET", "HEAD"]))
    if folder.is_dir():
        app.mount("/demo", StaticFiles(directory=folder))
