"""Migrations on SQLite and PostgreSQL: from nothing, from every earlier schema, and back."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from alembic import command
from alembic.script import ScriptDirectory
from server_fakes import golden_replies
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from server.db import Database, create_engine
from server.log.repository import LogRepository
from server.log.search import newest_hits, phrases
from server.log.turns import TurnLog
from server.migrate import alembic_config, migrate
from server.settings import async_database_url

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TABLES = ("conversation", "turn", "reply")
ADDED = {"flagged_topic": None, "flagged_at": None, "watch_topic": None, "watch_reminders": 0, "last_seq": 2}
UNNUMBERED = ["0001", "0002"]
EARLIER = [*UNNUMBERED, "0003", "0004", "0005", "0006", "0007"]


@pytest.fixture
def url(database_url: str) -> str:
    """A database of the newest schema."""
    return async_database_url(database_url)


@pytest_asyncio.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on it."""
    engine = create_engine(url)
    yield engine
    await engine.dispose()


async def move(engine: AsyncEngine, revision: str) -> None:
    """Go to a revision, up or down."""
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), revision))


async def test_every_earlier_schema_is_tried(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        config = await connection.run_sync(alembic_config)
    revisions = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    assert revisions - {"0008"} == set(EARLIER)


async def test_models_and_migrations_agree_and_migrating_goes_back(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        # Raises if autogenerate would find anything to do.
        await connection.run_sync(lambda sync: command.check(alembic_config(sync)))
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "base"))
        assert await connection.run_sync(_tables) == ["alembic_version"]


@pytest.mark.parametrize("revision", EARLIER)
async def test_the_log_survives_migrating_and_back(engine: AsyncEngine, revision: str) -> None:
    await move(engine, revision)
    async with engine.begin() as connection:
        await connection.run_sync(_fill)
        old = await connection.run_sync(_rows)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))
        [conversation], [turn], replies = await connection.run_sync(_rows)
        assert conversation == {**ADDED, **old[0][0]}
        assert turn == {**old[1][0], "claim": None, "lease_until": None}
        assert replies == old[2]
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), revision))
        assert await connection.run_sync(_rows) == old


@pytest.mark.parametrize("revision", UNNUMBERED)
async def test_an_old_conversation_goes_on_with_the_next_number(engine: AsyncEngine, url: str, revision: str) -> None:
    await move(engine, revision)
    async with engine.begin() as connection:
        await connection.run_sync(_fill)
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))
    database = Database(url)
    async with database.session() as session:
        numbered = await TurnLog(session).number("c", 1, datetime.now(UTC))
        assert numbered
        assert numbered.last_seq == 3
        assert [m.text for m in await LogRepository(session).messages("c", 0)] == ["hello", "hi"]
        await LogRepository(session).add_api_conversation("d", "h", golden_replies())
    await database.close()


async def test_the_inbox_is_filled_from_the_log_of_before(engine: AsyncEngine, url: str) -> None:
    await move(engine, "0004")
    is_sqlite = engine.dialect.name == "sqlite"
    async with engine.begin() as connection:
        await connection.run_sync(_fill)
        await connection.run_sync(_fill_turn, 3, "my chest hurts", "safety", {"severity": "emergency", "topics": ["a"]})
        await connection.run_sync(_fill_turn, 5, "and now?", "clarify", {"confidence": 0.4, "topics": ["a", "b"]})
        await connection.run_sync(_fill_turn, 7, "hm", "fallback", "damaged {" if is_sqlite else [])
        rated = "INSERT INTO feedback VALUES (:id, 'c', :rating, NULL, '2026-01-02 03:04:05+00')"
        for reply, rating in (("r3", "up"), ("r5", "down"), ("r7", "down")):
            await connection.execute(text(rated), {"id": reply, "rating": rating})
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))
        entry = (await connection.execute(text("SELECT * FROM inbox_entry"))).mappings().one()
        flag = (await connection.execute(text("SELECT * FROM red_flag"))).mappings().one()
        notices = (await connection.execute(text("SELECT COUNT(*) FROM notice"))).scalar_one()
    assert (entry["turns"], entry["last_seq"], entry["topics"], entry["gravity"]) == (4, 8, " a b ", 1)
    assert (entry["outcomes"], entry["lowest_confidence"], entry["ratings"]) == (2 | 8 | 16 | 32, 0.4, 3)
    assert (flag["topic"], flag["gravity"], flag["turn_id"], notices) == ("a", 1, "t3", 0)
    database = Database(url)
    async with database.session() as session:
        dialect = session.get_bind().dialect.name
        found = [list(await session.scalars(newest_hits(dialect, phrases(q)))) for q in ("chest", "hurting", "unheard")]
    await database.close()
    assert found == [["c"], ["c"], []]


async def test_several_servers_that_start_together_migrate_once(engine: AsyncEngine, url: str) -> None:
    if engine.dialect.name == "sqlite":
        return  # one file, one machine: `make run` migrates before it starts the server
    await move(engine, "base")
    await asyncio.gather(*(migrate(url) for _ in range(4)))
    async with engine.connect() as connection:
        assert "turn" in await connection.run_sync(_tables)


async def test_a_new_sqlite_file_gets_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "x.db"
    await migrate(f"sqlite+aiosqlite:///{file}")
    assert file.exists()


def _tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()


def _fill(connection: Connection) -> None:
    """A conversation with a turn and its reply, as the first schema holds them."""
    at = AT if connection.dialect.name == "postgresql" else "2026-01-02 03:04:05"
    rows: dict[str, dict[str, object]] = {
        "conversation": {"id": "c", "token_hash": "h", "channel": "api", "created_at": at, "last_at": at},
        "turn": {"id": "t", "conversation_id": "c", "seq": 1, "client_message_id": "m", "text": "hello"}
        | {"state": "answered", "received_at": at, "finished_at": at},
        "reply": {"id": "r", "turn_id": "t", "conversation_id": "c", "seq": 2, "text": "hi", "buttons": "[]"}
        | {"kind": "service", "metadata": "{}", "at": at},
    }
    for table, row in rows.items():
        statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"
        connection.execute(text(statement), row)


def _fill_turn(connection: Connection, seq: int, question: str, kind: str, metadata: object) -> None:
    at = AT if connection.dialect.name == "postgresql" else "2026-01-02 03:04:05"
    details = metadata if isinstance(metadata, str) else json.dumps(metadata)
    turn = {"id": f"t{seq}", "conversation_id": "c", "seq": seq, "client_message_id": f"m{seq}", "text": question}
    turn |= {"state": "answered", "received_at": at, "finished_at": at}
    reply = {
        "id": f"r{seq}",
        "turn_id": f"t{seq}",
        "conversation_id": "c",
        "seq": seq + 1,
        "text": "hi",
        "buttons": "[]",
    }
    reply |= {"kind": kind, "metadata": details, "at": at}
    for table, row in (("turn", turn), ("reply", reply)):
        statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"
        connection.execute(text(statement), row)


def _rows(connection: Connection) -> list[list[dict[str, object]]]:
    """All rows of the log's tables."""
    return [[dict(row) for row in connection.execute(text(f"SELECT * FROM {t}")).mappings()] for t in TABLES]
