"""The driver with one step a statement gives what SQLAlchemy's own gives, in one step."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from server.db import Database
from server.sqlite_driver import OneStepSqlite

pytestmark = pytest.mark.asyncio

TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"
INSERT = "INSERT INTO t (name) VALUES (:name)"


async def _told(connection: AsyncConnection) -> list[Any]:
    """Everything that a statement of each kind tells."""
    await connection.execute(text(TABLE))
    one = await connection.execute(text(INSERT), {"name": "a"})
    many = await connection.execute(text(INSERT), [{"name": "b"}, {"name": "c"}])
    back = await connection.execute(text(f"{INSERT} RETURNING id, name"), {"name": "d"})
    returned = [tuple(row) for row in back]
    changed = await connection.execute(text("UPDATE t SET name = name || 'x' WHERE id > 1"))
    found = await connection.execute(text("SELECT id, name FROM t ORDER BY id"))
    nobody = await connection.execute(text("SELECT id FROM t WHERE id > 99"))
    keys, rows = list(found.keys()), [tuple(row) for row in found]
    return [one.rowcount, one.lastrowid, many.rowcount, returned, changed.rowcount, keys, rows, nobody.one_or_none()]


async def _in(folder: Path, **options: Any) -> list[Any]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'log.db'}", **options)
    try:
        async with engine.begin() as connection:
            return await _told(connection)
    finally:
        await engine.dispose()


async def test_it_tells_what_sqlalchemys_own_tells(tmp_path: Path) -> None:
    for name in ("own", "one-step"):
        (tmp_path / name).mkdir()
    own = await _in(tmp_path / "own")
    assert await _in(tmp_path / "one-step", module=OneStepSqlite()) == own
    assert own[-2] == [(1, "a"), (2, "bx"), (3, "cx"), (4, "dx")]


async def test_errors_are_the_same_and_the_connection_goes_on(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'log.db'}", module=OneStepSqlite())
    async with engine.begin() as connection:
        await connection.execute(text(TABLE))
        await connection.execute(text(INSERT), {"name": "a"})
    for statement, error in ((INSERT, IntegrityError), ("SELECT nothing FROM nowhere", OperationalError)):
        async with engine.connect() as connection:
            with pytest.raises(error):
                await connection.execute(text(statement), {"name": "a"} if ":name" in statement else None)
            await connection.rollback()
            assert (await connection.execute(text("SELECT count(*) FROM t"))).scalar() == 1
    await engine.dispose()


async def test_a_statement_takes_one_step(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'log.db'}", module=OneStepSqlite())
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))  # opens the transaction
        aio: Any = (await connection.get_raw_connection()).driver_connection
        steps, original = [], aio._execute

        async def counting(*arguments: Any) -> Any:
            steps.append(arguments)
            return await original(*arguments)

        aio._execute = counting
        assert (await connection.execute(text("SELECT 2"))).scalar() == 2
        assert len(steps) == 1
        aio._execute = original
    await engine.dispose()


async def test_a_statement_cancelled_on_its_way_leaves_nothing_open(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'log.db'}", module=OneStepSqlite())
    async with engine.begin() as connection:
        await connection.execute(text(TABLE))

    async def write() -> None:
        async with engine.begin() as connection:
            aio: Any = (await connection.get_raw_connection()).driver_connection
            # The thread is kept from its work, so that the statement is cancelled before it is begun.
            blocked = asyncio.ensure_future(aio._execute(gate.wait))
            await asyncio.sleep(0)
            waiting.set()
            await connection.execute(text(INSERT), {"name": "a"})
            await blocked

    gate, waiting = threading.Event(), asyncio.Event()
    task = asyncio.create_task(write())
    await waiting.wait()
    await asyncio.sleep(0)
    task.cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with engine.begin() as connection:
        # Would wait, and fail, if a transaction held the file.
        await connection.execute(text(INSERT), {"name": "b"})
        assert (await connection.execute(text("SELECT name FROM t"))).scalars().all() == ["b"]
    await engine.dispose()


async def test_what_visitors_write_goes_through_one_connection(tmp_path: Path) -> None:
    """Of several SQLite would turn all but one away, and these look again after pauses that grow."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'log.db'}")
    opened: list[object] = []
    event.listen(database._writer.sync_engine, "connect", lambda connection, _: opened.append(connection))
    async with database.writing_session() as session:
        await session.execute(text(TABLE))

    async def write(name: str) -> None:
        async with database.writing_session() as session:
            await session.execute(text(INSERT), {"name": name})

    await asyncio.gather(*(write(str(i)) for i in range(20)))
    async with database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM t"))).scalar() == 20
    assert len(opened) == 1
    await database.close()
