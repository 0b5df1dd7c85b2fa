"""The database: one engine, and sessions that commit in this one place."""

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Any, ClassVar

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from server.errors import ProblemError
from server.metrics import stage
from server.sqlite_driver import OneStepSqlite

logger = logging.getLogger(__name__)

# WAL lets readers and the writer work side by side; a writer waits for another instead of failing at once.
_SQLITE_PRAGMAS = ("journal_mode = WAL", "foreign_keys = ON", "busy_timeout = 10000")
# A visitor waits at most this long for a connection, for its making, and for a statement.
_PATIENCE_SECONDS = 5
# PostgreSQL's code for a transaction in which we said nothing for as long, say because the machine stood still.
_IDLE_IN_TRANSACTION = "25P03"
# No session is open while Rasa is asked, so a few connections serve many visitors.
_CONNECTIONS = 15
# SQLite has one writer at a time, and lets others look again after pauses that grow. So what visitors write queues for
# one connection.
_ONE_WRITER = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 2 * _PATIENCE_SECONDS}


class DatabaseUnavailableError(ProblemError):
    """503: the log cannot be reached or cannot store (stopped, full, locked too long). Nothing was committed."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "log-unavailable"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


def create_engine(url: str, **options: Any) -> AsyncEngine:
    """An engine for the address that `Settings.database_url` holds; `options` are SQLAlchemy's."""
    # hide_parameters: a database error would otherwise quote the visitor's message.
    engine = create_async_engine(url, hide_parameters=True, **_options(url), **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _options(url: str) -> dict[str, Any]:
    driver = make_url(url).drivername
    if driver == "sqlite+aiosqlite":
        return {"module": OneStepSqlite()}
    if driver != "postgresql+psycopg":
        return {}
    limits = f"-c statement_timeout={_PATIENCE_SECONDS}s -c idle_in_transaction_session_timeout={_PATIENCE_SECONDS}s"
    return {
        "connect_args": {"connect_timeout": _PATIENCE_SECONDS, "options": limits},
        # Of the connections that a restarted PostgreSQL has closed, none reaches a visitor.
        "pool_pre_ping": True,
        "pool_size": _CONNECTIONS,
        "max_overflow": 0,
        "pool_timeout": _PATIENCE_SECONDS,
    }


def _prepare_sqlite(connection: DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class Database:
    """Hands out sessions. Keep them short: none may stay open while Rasa is asked."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        is_sqlite = self._engine.dialect.name == "sqlite"
        self._writer = create_engine(url, **_ONE_WRITER) if is_sqlite else self._engine
        # Rows stay readable after the commit, because a turn is used between two sessions.
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._writing_sessions = async_sessionmaker(self._writer, expire_on_commit=False)

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A unit of work: committed when the block ends, rolled back when it raises.

        Raises DatabaseUnavailableError if the database cannot be reached or cannot store.
        """
        return _unit(self._sessions)

    def writing_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """As `session`, for what visitors write: it waits in a queue where the database has but one writer."""
        return _unit(self._writing_sessions)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
        await self._writer.dispose()


@asynccontextmanager
async def _unit(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    try:
        with stage("database"):
            async with sessions() as session, session.begin():
                yield session
    except SQLAlchemyError as e:
        if not _is_outage(e):
            raise
        reason = type(getattr(e, "orig", None) or e).__name__
        logger.error("log unavailable", extra={"fields": {"reason": reason}})
        raise DatabaseUnavailableError("The chat cannot store messages right now. Please try again soon.") from e


def _is_outage(error: SQLAlchemyError) -> bool:
    """Whether the database could not be reached or could not store, as against a fault in what it was told."""
    idle = getattr(getattr(error, "orig", None), "sqlstate", None) == _IDLE_IN_TRANSACTION
    return idle or isinstance(error, OperationalError | InterfaceError | PoolTimeout)
