"""The widget's files. Any site may load them, so they are open to every origin; they hold nothing secret."""

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from server.chat.content import Content
from server.errors import NotFoundError

_PANEL = re.compile(r"panel-[A-Za-z0-9_-]+\.js")
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_JAVASCRIPT = "text/javascript; charset=utf-8"
# Its name holds a hash of its content.
_FOR_EVER = "public, max-age=31536000, immutable"
# Always asked for again, so that a new panel reaches visitors at once; with its ETag that costs next to nothing.
_ASK_AGAIN = "no-cache"

router = APIRouter(include_in_schema=False)


class WidgetFiles:
    """The built widget: the loader with the clinic's data in it, and the panel. Without a build there is none."""

    def __init__(self, folder: Path, content: Content, max_message_chars: int) -> None:
        baked = json.dumps({"clinic": content.clinic_page.model_dump(), "limit": max_message_chars})
        loader = folder / "widget.js"
        script = loader.read_text(encoding="utf-8") if loader.is_file() else None
        # A function around the loader hands it the data without a global name.
        self.loader = f"(function(PUMPTALK_BAKED){{{script}}})({baked});\n" if script else None
        self.etag = f'"{hashlib.sha256((self.loader or "").encode()).hexdigest()[:16]}"'
        self.panels = {p.name: p.read_bytes() for p in folder.glob("panel-*.js") if _PANEL.fullmatch(p.name)}


def install_widget(app: FastAPI, folder: Path, content: Content, max_message_chars: int) -> None:
    """Serve /widget.js and the panel that it loads, under /widget/."""
    app.state.widget = WidgetFiles(folder, content, max_message_chars)
    app.include_router(router)


def _files(request: Request) -> WidgetFiles:
    files: WidgetFiles = request.app.state.widget
    return files


Files = Annotated[WidgetFiles, Depends(_files)]


@router.get("/widget.js")
async def loader(request: Request, files: Files) -> Response:
    """The script that a page includes."""
    if files.loader is None:
        raise NotFoundError("The widget is not built; run `make widget`.")
    headers = {**_HEADERS, "Cache-Control": _ASK_AGAIN, "ETag": files.etag}
    if files.etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(files.loader, headers=headers, media_type=_JAVASCRIPT)


@router.get("/widget/{name}")
async def panel(name: str, files: Files) -> Response:
    """The panel, which the loader asks for when the chat is first opened."""
    if name not in files.panels:
        raise NotFoundError("There is no such file; the page that asks for it is older than the server: load it again.")
    headers = {**_HEADERS, "Cache-Control": _FOR_EVER}
    return Response(files.panels[name], headers=headers, media_type=_JAVASCRIPT)
