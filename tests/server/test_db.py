"""What a visitor meets when the database lets go of a transaction."""

import pytest
from real_postgres import Postgres
from sqlalchemy import text

from server.db import Database, DatabaseUnavailableError
from server.settings import async_database_url

pytestmark = pytest.mark.asyncio

_STILL_THERE = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")


async def test_a_transaction_that_postgresql_found_idle_too_long_is_an_outage(postgres: Postgres) -> None:
    database = Database(async_database_url(postgres.url("postgres")))
    try:
        with pytest.raises(DatabaseUnavailableError):
            async with database.session() as session:
                await session.execute(text("SET idle_in_transaction_session_timeout = 1"))
                pid = await session.scalar(text("SELECT pg_backend_pid()"))
                async with database.session() as other:
                    while await other.scalar(_STILL_THERE, {"pid": pid}):
                        pass
                await session.execute(text("SELECT 1"))
    finally:
        await database.close()
