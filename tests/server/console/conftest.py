"""Members of staff who are already signed in, as a browser is."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from console_talks import Talks
from fastapi import FastAPI
from server_fakes import FakeBot, client_of

from server.console.models import StaffAccount
from server.console.roles import Role
from server.console.sessions import StaffSessions
from server.db import Database
from server.settings import Settings

Member = Callable[..., Awaitable[httpx.AsyncClient]]
_BROWSER = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """A hash is meant to be dear, and these tests make hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.console.people.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=64))
        yield


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The application's database."""
    database = Database(settings.database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def member(app: FastAPI, database: Database) -> AsyncIterator[Member]:
    """`await member(Role.REVIEWER)`: a browser in which somebody with these roles is signed in; without, nobody."""
    async with AsyncExitStack() as stack:

        async def sign_in(*roles: Role) -> httpx.AsyncClient:
            client = await stack.enter_async_context(client_of(app))
            client.headers.update(_BROWSER)
            if roles:
                client.cookies.set("staff", await _session(database, roles))
            return client

        yield sign_in


async def _session(database: Database, roles: tuple[Role, ...]) -> str:
    name = "-".join(roles)
    account = StaffAccount(
        id=uuid4().hex,
        email=f"{name}-{uuid4().hex[:6]}@clinic.example",
        name=name,
        roles=list(roles),
        created_at=datetime.now(UTC),
    )
    async with database.session() as session:
        session.add(account)
        await session.flush()
        return await StaffSessions(session).start(account.id, complete=True)


@pytest_asyncio.fixture
async def talks(client: httpx.AsyncClient, bot: FakeBot) -> Talks:
    """Makes conversations."""
    return Talks(client, bot)


@pytest_asyncio.fixture
async def nurse(member: Member) -> httpx.AsyncClient:
    """The browser of a reviewer."""
    return await member(Role.REVIEWER)
