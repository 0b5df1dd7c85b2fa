"""The widget's files, for pages of any site."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from server_fakes import FakeBot, client_of

from server.main import create_app
from server.settings import Settings

pytestmark = pytest.mark.asyncio


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "widget.js").write_text("let here = 1;\n", encoding="utf-8")
    (folder / "panel-a1_B-2.js").write_text("export {};\n", encoding="utf-8")
    (folder / "secret.txt").write_text("no", encoding="utf-8")
    return folder


@pytest_asyncio.fixture
async def client(settings: Settings, bot: FakeBot, built: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"widget_dir": built}), bot)
    async with app.router.lifespan_context(app), client_of(app) as client:
        yield client


async def test_the_loader_comes_with_the_clinics_data_and_is_asked_for_again(client: httpx.AsyncClient) -> None:
    response = await client.get("/widget.js")
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"] == "no-cache"
    before, _, after = response.text.partition("let here = 1;")
    assert before == "(function(PUMPTALK_BAKED){"
    baked = json.loads(after.strip().removeprefix("})(").removesuffix(");"))
    assert baked["clinic"] == (await client.get("/api/v1/clinic")).json()
    assert baked["limit"] == 50

    again = await client.get("/widget.js", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_panel_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    response = await client.get("/widget/panel-a1_B-2.js")
    assert response.text == "export {};\n"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["secret.txt", "widget.js", "panel-.js", "..%2fsecret.txt", "panel-other.js"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/widget/{name}")).status_code == 404


async def test_without_a_build_the_server_says_how_to_make_one(
    settings: Settings, bot: FakeBot, tmp_path: Path
) -> None:
    app = create_app(settings.model_copy(update={"widget_dir": tmp_path / "none"}), bot)
    async with client_of(app) as client:
        response = await client.get("/widget.js")
    assert response.status_code == 404
    assert "make widget" in response.json()["detail"]
