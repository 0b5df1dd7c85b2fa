"""The trail keeps what was done, in order, and shows if somebody changed it afterwards."""

import asyncio

import pytest
from console_tampering import let_the_trail_be_changed
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from server.console.models import TrailEntry
from server.console.roles import Role
from server.console.staff import Staff
from server.console.trail import Trail
from server.db import Database

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]

NURSE = Staff("1", "nurse@clinic.example", "Nurse", frozenset({Role.REVIEWER}))


async def record(database: Database, number: int) -> None:
    async with database.session() as session:
        await Trail(session).record(NURSE, "seen", "conversation", f"c{number}", turns=number)


async def first_fault(database: Database) -> int | None:
    async with database.session() as session:
        return await Trail(session).first_fault()


async def test_entries_written_at_once_stand_in_one_chain(database: Database) -> None:
    await asyncio.gather(*(record(database, n) for n in range(12)))
    async with database.session() as session:
        assert await Trail(session).first_fault() is None


@pytest.mark.parametrize(
    "change",
    [
        update(TrailEntry).where(TrailEntry.seq == 2).values(object_id="another"),
        delete(TrailEntry).where(TrailEntry.seq == 2),
    ],
    ids=["changed", "deleted"],
)
async def test_a_change_shows(database: Database, change: object) -> None:
    for number in range(3):
        await record(database, number)
    async with database.session() as session:
        await let_the_trail_be_changed(session)
        await session.execute(change)
    assert await first_fault(database) == 2


@pytest.mark.parametrize("statement", ["UPDATE trail_entry SET object_id = 'x'", "DELETE FROM trail_entry"])
async def test_the_database_refuses_a_change(database: Database, statement: str) -> None:
    await record(database, 1)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.session() as session:
            await session.execute(text(statement))
    assert await first_fault(database) is None


async def test_the_last_entry_missing_shows(database: Database) -> None:
    for number in range(3):
        await record(database, number)
    async with database.session() as session:
        await let_the_trail_be_changed(session)
        await session.execute(delete(TrailEntry).where(TrailEntry.seq == 3))
    assert await first_fault(database) == 3


async def test_what_was_rolled_back_leaves_no_entry(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.session() as session:
            await Trail(session).record(NURSE, "seen", "conversation", "c")
            raise RuntimeError
    await record(database, 1)
    assert await first_fault(database) is None
