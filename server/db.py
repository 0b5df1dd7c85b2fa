"""The database: one engine, and sessions that commit in this one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from server.metrics import stage

# WAL lets readers and the writer work side by side; a writer waits for another instead of failing at once.
_SQLITE_PRAGMAS = ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 10000")


def create_engine(url: str) -> AsyncEngine:
    """An engine for the address that `Settings.database_url` holds."""
    # hide_parameters: a database error would otherwise quote the visitor's message.
    engine = create_async_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class Database:
    """Hands out sessions. Keep them short: none may stay open while Rasa is asked."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        # Rows stay readable after the commit, because a turn is used between two sessions.
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A unit of work: committed when the block ends, rolled back when it raises."""
        with stage("database"):
            async with self._sessions() as session, session.begin():
                yield session

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
