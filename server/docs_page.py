"""The API's description as a page, from files of this server: no other host, nothing inline."""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

_URL = "/api/v1/docs"
_PAGE = f"""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>PumpTalk API</title>
    <link rel="icon" href="{_URL}/files/favicon.png">
    <link rel="stylesheet" href="{_URL}/files/swagger-ui.css">
  </head>
  <body>
    <div id="page"></div>
    <script src="{_URL}/files/swagger-ui-bundle.js"></script>
    <script src="{_URL}/start.js"></script>
  </body>
</html>
"""
# persistAuthorization: a token typed here must not outlive the page.
_START = """SwaggerUIBundle({
  url: "/api/v1/openapi.json", dom_id: "#page", deepLinking: true, persistAuthorization: false, validatorUrl: null,
});
"""


def install_docs_page(app: FastAPI) -> None:
    """Serve the page at /api/v1/docs, with the files of Swagger UI that fastapi-offline carries."""

    @app.get(_URL, include_in_schema=False)
    async def page() -> HTMLResponse:
        return HTMLResponse(_PAGE)

    @app.get(f"{_URL}/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, media_type="text/javascript")

    app.mount(f"{_URL}/files", StaticFiles(directory=str(files("fastapi_offline") / "static")))
