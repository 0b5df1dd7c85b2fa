"""SQLite through aiosqlite with one step to its thread for each statement, where SQLAlchemy takes four.

aiosqlite runs SQLite in a thread of its own. SQLAlchemy makes a cursor there, executes, fetches and closes, each a step
for itself that wakes two threads (docs/decisions/0028-one-step-to-sqlite.md). What is overridden is the cursor and
the connection of SQLAlchemy's adapter, which are inner classes: the lock file pins its version, and
tests/server/test_sqlite_driver.py holds them against SQLAlchemy's own.
"""

import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite import aiosqlite as adapter

_Parameters = Sequence[Any] | Mapping[str, Any]
_Result = tuple[list[Any], Any, int, int | None]


class _OneStepCursor(adapter.AsyncAdapt_aiosqlite_cursor):
    """A cursor that is made, used and closed in one step; it has all rows before the statement is over."""

    __slots__ = ("_found",)

    def __init__(self, adapt_connection: adapter.AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows: deque[Any] = deque()
        self._found: _Result = ([], None, -1, None)

    @property
    def description(self) -> Any:
        return self._found[1]

    @property
    def rowcount(self) -> int:
        return self._found[2]

    @property
    def lastrowid(self) -> int | None:  # type: ignore[override]  # None before a statement, as sqlite3 has it
        return self._found[3]

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """The thread's cursor is closed already."""

    async def _execute_async(self, operation: str, parameters: _Parameters | None) -> None:
        await self._step(_execute, operation, parameters or ())

    async def _executemany_async(self, operation: str, seq_of_parameters: Sequence[Any]) -> None:
        await self._step(_execute_many, operation, seq_of_parameters)

    async def _step(self, *work: Any) -> None:
        function, *arguments = work
        connection = self._connection
        async with self._adapt_connection._execute_mutex:
            self._found = await connection._execute(function, connection._conn, *arguments)
            self._rows = deque(self._found[0])


class _OneStepConnection(adapter.AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = _OneStepCursor  # type: ignore[assignment]  # mypy takes a class with another __init__ for another type

    # SQLAlchemy rolls back each connection that is given back, and commits what only read: both are steps for nothing.
    # A statement that was cancelled on its way cannot be overlooked, as its connection is closed.

    def rollback(self) -> None:
        if self._connection.in_transaction:
            super().rollback()

    def commit(self) -> None:
        if self._connection.in_transaction:
            super().commit()


def _execute(connection: sqlite3.Connection, operation: str, parameters: _Parameters) -> _Result:
    cursor = connection.execute(operation, parameters)
    try:
        rows = cursor.fetchall() if cursor.description else []
        return rows, cursor.description, cursor.rowcount, cursor.lastrowid
    finally:
        cursor.close()


def _execute_many(connection: sqlite3.Connection, operation: str, rows: Sequence[Sequence[Any]]) -> _Result:
    cursor = connection.executemany(operation, rows)
    try:
        return [], None, cursor.rowcount, cursor.lastrowid
    finally:
        cursor.close()


class OneStepSqlite(adapter.AsyncAdapt_aiosqlite_dbapi):
    """The driver as SQLAlchemy asks for it: `create_async_engine(url, module=OneStepSqlite())`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arguments: Any, **options: Any) -> _OneStepConnection:
        """Open a connection."""
        return _OneStepConnection(self, super().connect(*arguments, **options)._connection)
