"""Databases, servers and visitors for the faults, and the table of what became of the visitors' messages."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import parts
import pytest
import pytest_asyncio
import real_postgres
from checker import Tally, check
from parts import Part
from real_postgres import Postgres
from traffic import Told, Visitor

from server.migrate import migrate
from server.settings import async_database_url

_ROWS: list[tuple[str, Tally]] = []
_HEAD = ("fault", "acknowledged", "stored", "answered", "failed", "lost", "duplicated", "out of order", "outage s")
_COUNT = itertools.count()


def pytest_configure(config: pytest.Config) -> None:
    """Name our mark."""
    config.addinivalue_line("markers", "quick: part of `make test`; the others run with `make test-faults` only")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if not _ROWS:
        return
    terminalreporter.section("What became of the visitors' messages")
    width = max(len(name) for name, _ in _ROWS)
    terminalreporter.line(f"{_HEAD[0]:{width}} " + " ".join(f"{name:>12}" for name in _HEAD[1:]))
    for name, t in _ROWS:
        numbers = (t.acknowledged, t.stored, t.answered, t.failed, t.lost, t.duplicated, t.out_of_order)
        terminalreporter.line(f"{name:{width}} " + " ".join(f"{n:12}" for n in numbers) + f" {t.longest:12.1f}")


@dataclass
class Stage:
    """What a test plays on: the servers' addresses, the database, and the visitors."""

    folder: Path
    database_url: str
    http: httpx.AsyncClient
    told: Told = field(default_factory=Told)
    started: list[Part] = field(default_factory=list)

    @property
    def database(self) -> str:
        """The kind of its database."""
        return "SQLite" if self.database_url.startswith("sqlite") else "PostgreSQL"

    async def start(self, *new: Part, path: str = "/healthz") -> None:
        """Start processes together, which end with the test."""
        for part in new:
            part.start()
            self.started.append(part)
        await asyncio.gather(*(part.up(path) for part in new))

    async def servers(self, count: int, rasa_url: str, **environment: str) -> list[Part]:
        """Start servers on the database."""
        new = [parts.server(self.folder, self.database_url, rasa_url, **environment) for _ in range(count)]
        await self.start(*new)
        return new

    async def arrive(self, *servers: Part) -> Visitor:
        """A new visitor, whose messages go to these servers by turns."""
        return await Visitor.arrive(self.http, [server.url for server in servers], self.told)

    async def verdict(self, fault: str) -> Tally:
        """Count, note the row, and hold it against the promise."""
        tally = await check(self.database_url, self.told)
        _ROWS.append((fault, tally))
        tally.assert_kept()
        return tally


OpenStage = Callable[[str], Awaitable[Stage]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL that writes to its disk as a clinic's does."""
    if not real_postgres.is_installed():
        pytest.skip(real_postgres.ABSENT)
    with real_postgres.postgres(durable=True) as server:
        yield server


@pytest_asyncio.fixture
async def stage_on(tmp_path: Path) -> AsyncIterator[OpenStage]:
    """A stage on a database address, which is migrated first. Its processes end with the test."""
    stages: list[Stage] = []
    limits = httpx.Limits(max_connections=200)

    async def open_stage(database_url: str) -> Stage:
        await migrate(async_database_url(database_url))
        stage = Stage(tmp_path, database_url, httpx.AsyncClient(trust_env=False, timeout=60, limits=limits))
        stages.append(stage)
        return stage

    yield open_stage
    for stage in stages:
        await stage.http.aclose()
        for part in stage.started:
            part.kill()


@pytest_asyncio.fixture
async def on_sqlite(stage_on: OpenStage, tmp_path: Path) -> Stage:
    """A stage on SQLite."""
    return await stage_on(f"sqlite:///{tmp_path / 'log.db'}")


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """A new database on it."""
    name = f"log_{next(_COUNT)}"
    postgres.psql(f"CREATE DATABASE {name}")
    return postgres.url(name)


@pytest_asyncio.fixture
async def on_postgres(stage_on: OpenStage, postgres_url: str) -> Stage:
    """A stage on PostgreSQL."""
    return await stage_on(postgres_url)


@pytest_asyncio.fixture(params=["SQLite", "PostgreSQL"])
async def on_each(stage_on: OpenStage, tmp_path: Path, request: pytest.FixtureRequest) -> Stage:
    """A stage on each of the two."""
    is_sqlite = request.param == "SQLite"
    return await stage_on(f"sqlite:///{tmp_path / 'log.db'}" if is_sqlite else request.getfixturevalue("postgres_url"))
