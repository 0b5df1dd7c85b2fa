"""Alive, and ready."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from server_fakes import FakeBot, golden_replies

from server.db import Database
from server.operations import CANARY_QUESTION, Readiness
from server.settings import Settings

pytestmark = pytest.mark.asyncio


class Clock:
    """A clock that the test moves."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The migrated database."""
    database = Database(settings.database_url)
    yield database
    await database.close()


async def test_the_process_is_alive(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_ready(client: httpx.AsyncClient, bot: FakeBot) -> None:
    response = await client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "checks": {"database": "ok", "bot": "ok"}}
    assert bot.asked[0][1] == CANARY_QUESTION


async def test_not_ready_without_the_bot(client: httpx.AsyncClient, bot: FakeBot) -> None:
    bot.is_down()
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "checks": {"database": "ok", "bot": "no connection"}}


async def test_not_ready_when_the_bot_does_not_understand(client: httpx.AsyncClient, bot: FakeBot) -> None:
    bot.replies = golden_replies()[1:2]
    assert (await client.get("/readyz")).json()["checks"]["bot"] == "the canary question was not answered"


@pytest.mark.parametrize("file", ["never-migrated.db", "no-such-folder/x.db"])
async def test_not_ready_without_the_database(tmp_path: Path, bot: FakeBot, file: str) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / file}")
    report = await Readiness(database, bot).report()
    await database.close()
    assert report.checks == {"database": "not reachable, or not migrated", "bot": "ok"}
    assert report.status == "not ready"


async def test_a_report_is_kept_for_five_seconds(database: Database, bot: FakeBot) -> None:
    clock = Clock()
    readiness = Readiness(database, bot, clock)
    await asyncio.gather(*(readiness.report() for _ in range(10)))
    clock.now += 4.9
    await readiness.report()
    assert len(bot.asked) == 1
    clock.now += 0.1
    await readiness.report()
    assert len(bot.asked) == 2


async def test_the_canary_changes_its_name_after_fifty_questions(database: Database, bot: FakeBot) -> None:
    clock = Clock()
    readiness = Readiness(database, bot, clock)
    for _ in range(51):
        await readiness.report()
        clock.now += 5
    senders = [sender for sender, _ in bot.asked]
    assert len(set(senders[:50])) == 1
    assert senders[50] != senders[49]
    assert all(sender.startswith("canary-") for sender in senders)
