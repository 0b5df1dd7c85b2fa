"""`make purge` as staff run it, and backups that can be restored, on both databases."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from server_fakes import FakeBot, Visitor, client_of
from sqlalchemy import update

from server import purge
from server.db import Database
from server.housekeeping import Housekeeper
from server.log.models import Conversation
from server.main import create_app
from server.settings import Settings, async_database_url

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def no_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's own purge, on its first round, would come before or after the one that is tested, as it happens."""

    async def idle(_: Housekeeper) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Housekeeper, "run", idle)


async def run(settings: Settings, *arguments: str) -> str:
    """What the command prints. It is awaited, because a test's loop runs already."""
    conversation = arguments[arguments.index("--conversation") + 1] if "--conversation" in arguments else None
    return await purge._purged(settings, conversation, "--yes" in arguments)


async def test_a_purge_previews_and_then_deletes(visitor: Visitor, settings: Settings) -> None:
    database = Database(settings.database_url)
    async with database.session() as session:
        await session.execute(update(Conversation).values(last_at=datetime.now(UTC) - timedelta(days=91)))
    await database.close()
    kept = await Visitor.arrive(visitor.client)
    preview = await run(settings)
    assert preview.startswith("Would delete (nothing is deleted without --yes): 1 conversations silent for 90 days")
    assert len(await visitor.history()) == 1
    assert (await run(settings, "--yes")).startswith("Deleted: 1 conversations")
    assert (await visitor.send("hello")).status_code == 404
    assert len(await kept.history()) == 1


async def test_staff_can_erase_one_conversation(visitor: Visitor, settings: Settings) -> None:
    assert "no conversation" in await run(settings, "--conversation", "unknown", "--yes")
    assert (await run(settings, "--conversation", visitor.id)).startswith("Would delete")
    assert len(await visitor.history()) == 1
    assert (await run(settings, "--conversation", visitor.id, "--yes")).startswith("Deleted: 1")
    assert (await visitor.send("hello")).status_code == 404


async def test_a_backup_taken_while_the_server_runs_can_be_restored(
    visitor: Visitor, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = (await visitor.send("hello")).json()
    if settings.database_url.startswith("sqlite"):
        restored = f"sqlite:///{_sqlite_backup(Path(settings.database_url.partition(':///')[2]), tmp_path)}"
    else:
        restored = _postgres_backup(settings.database_url, tmp_path, request)
    await visitor.send("after the backup", "m-2")
    again = settings.model_copy(update={"database_url": async_database_url(restored)})
    app = create_app(again, FakeBot())
    async with app.router.lifespan_context(app), client_of(app) as client:
        returning = Visitor(client, visitor.opened)
        assert (await returning.send("hello")).json() == before
        assert len(await returning.history()) == 3
        assert (await returning.send("and on it goes", "m-3")).json()["state"] == "answered"


def _sqlite_backup(database: Path, folder: Path) -> Path:
    """What `sqlite3 FILE ".backup 'backup.db'"` does."""
    copy = folder / "backup.db"
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    return copy


def _postgres_backup(url: str, folder: Path, request: pytest.FixtureRequest) -> str:
    server = request.getfixturevalue("postgres")
    name = url.rpartition("/")[2]
    dump = server.folder / f"{name}.dump"
    server.dump(name, dump)
    server.psql(f"CREATE DATABASE {name}_restored")
    server.restore(dump, f"{name}_restored")
    restored: str = server.url(f"{name}_restored")
    return restored
