"""A migrated database for each test, a small content of its own, and a fake bot.

Tests marked `both_databases` run on SQLite and on a real PostgreSQL, the others on SQLite.
"""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import real_postgres
from fastapi import FastAPI
from real_postgres import Postgres
from server_fakes import FakeBot, Visitor, client_of

from server.main import create_app
from server.migrate import migrate
from server.privacy import load_redactor
from server.safety import RED_FLAGS, load_safety
from server.settings import ROOT, Settings, async_database_url

DATA = Path(__file__).parent / "data"
_COUNT = itertools.count()


def pytest_configure(config: pytest.Config) -> None:
    """Name our mark."""
    config.addinivalue_line("markers", "both_databases: runs on SQLite and on PostgreSQL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for each database that it is marked for."""
    if "database_url" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases")
        metafunc.parametrize("database_url", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Warnings are errors, in this folder's tests."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error"))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests' own content, with the real rules of red flags and their real replies."""
    folder = shutil.copytree(DATA, tmp_path_factory.mktemp("content") / "data")
    for part in ("safety", "privacy"):
        shutil.copytree(ROOT / "data" / part, folder / part)
    for topic in RED_FLAGS:
        shutil.copy(ROOT / "data" / "answers" / f"{topic}.yml", folder / "answers")
    return folder


@pytest.fixture(scope="session", autouse=True)
def rules_read_once() -> Iterator[None]:
    """Reading the rules takes longer than a test, and neither layer remembers anything: one serves all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.main.load_redactor", lru_cache(load_redactor))
        patch.setattr("server.main.load_safety", lru_cache(load_safety))
        yield


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy from, because migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("database") / "migrated.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL with a migrated database to copy from."""
    if not real_postgres.is_installed():
        pytest.skip(real_postgres.ABSENT)
    with real_postgres.postgres() as server:
        server.psql("CREATE DATABASE migrated")
        asyncio.run(migrate(async_database_url(server.url("migrated"))))
        yield server


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database of the test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), tmp_path / 'test.db')}"
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test_{next(_COUNT)}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE migrated")
    return server.url(name)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, data: Path) -> Settings:
    """Settings of a server on its own database."""
    demo = tmp_path / "demo"
    demo.mkdir()
    (demo / "index.html").write_text("<!doctype html><title>Demo</title>", encoding="utf-8")
    (demo / "chat.js").write_text("export {}\n", encoding="utf-8")
    return Settings(
        database_url=database_url,
        data_dir=data,
        clinic_file=DATA / "clinic.yml",
        demo_dir=demo,
        # The real one takes long to start; a test that needs the bot's environment says so.
        bot_python=tmp_path / "no-bot",
        max_message_chars=50,
    )


@pytest.fixture
def bot() -> FakeBot:
    """A bot that answers with the contract's answer."""
    return FakeBot()


@pytest_asyncio.fixture
async def app(settings: Settings, bot: FakeBot) -> AsyncIterator[FastAPI]:
    """A started application."""
    app = create_app(settings, bot)
    async with app.router.lifespan_context(app):
        yield app


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application."""
    async with client_of(app) as client:
        yield client


@pytest_asyncio.fixture
async def visitor(client: httpx.AsyncClient) -> Visitor:
    """A visitor who has just been greeted."""
    return await Visitor.arrive(client)
