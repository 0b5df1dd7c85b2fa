"""The console's script and style sheet, as the web build made them."""

from fastapi import APIRouter, Response
from starlette.responses import FileResponse

from server.console.console import OfConsole
from server.errors import NotFoundError

_FILES = {"console.js": "text/javascript; charset=utf-8", "console.css": "text/css; charset=utf-8"}
# Asked for again at every visit; the ETag makes that cheap.
_HEADERS = {"Cache-Control": "no-cache"}

router = APIRouter()


@router.get("/staff/assets/{name}")
async def asset(name: str, console: OfConsole) -> Response:
    """One file of the build."""
    path = console.settings.widget_dir / "console" / name
    if name not in _FILES or not path.is_file():
        raise NotFoundError("There is no such file; if the console has never been built, run `make widget`.")
    return FileResponse(path, media_type=_FILES[name], headers=_HEADERS)
