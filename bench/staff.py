"""A member of staff who works with the console's own pages, at the speed of a machine."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.models import StaffAccount
from server.console.roles import Role
from server.console.sessions import StaffSessions
from server.console.teaching.lessons import Lessons
from server.console.teaching.models import LearnRun
from server.console.teaching.runs import Runs
from server.db import Database
from server.log.models import Turn
from server.settings import async_database_url

_T = TypeVar("_T")
_BROWSER = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
_LOOK_EVERY_SECONDS = 1.0
_TAUGHT_WITHIN_SECONDS = 1200


class Console:
    """Signed in as a manager. What pages do not tell to a machine is read from the database."""

    def __init__(self, url: str, database_url: str) -> None:
        self._database_url = async_database_url(database_url)
        cookie = self._read(_signed_in)
        self._http = httpx.Client(
            base_url=url, headers=_BROWSER, cookies={"staff": cookie}, timeout=60, trust_env=False
        )

    def judge(self, conversation_id: str, right_topic: str | None) -> None:
        """Judge the one turn of a conversation: right, or what the right topic's title is."""
        form = {"verdict": "wrong", "topic": right_topic} if right_topic else {"verdict": "right"}
        query = select(Turn.id).where(Turn.conversation_id == conversation_id)
        turn_id = self._read(lambda session: session.scalar(query))
        path = f"/staff/teaching/turns/{turn_id}"
        self._http.post(path, data={**form, "seen": "0"}, headers={"HX-Request": "true"}).raise_for_status()

    def accept_all(self) -> None:
        """Accept every question that waits."""
        form = {"decision": "accepted", "lesson": self._read(_waiting)}
        if self._http.post("/staff/teaching", data=form).is_error:
            raise RuntimeError("The questions could not be accepted.")

    def teach(self, tell: Callable[[str], None]) -> LearnRun:
        """Press the button and wait for the end; `tell` is told every step. Raises RuntimeError if it fails."""
        started = self._http.post("/staff/teaching/models")
        if "problem" in started.headers["Location"]:
            raise RuntimeError(f"The bot was not taught: {started.headers['Location']}")
        run_id = started.headers["Location"].rsplit("/", 1)[-1]
        deadline, step = time.monotonic() + _TAUGHT_WITHIN_SECONDS, ""
        while time.monotonic() < deadline:
            run = self._read(lambda session: Runs(session).find(run_id))
            if run and run.state == "failed":
                raise RuntimeError(f"The bot was not taught: {' '.join(run.reasons)}")
            if run and run.state != "running":
                tell(run.state)
                return run
            if run and run.step != step:
                tell(step := run.step)
            time.sleep(_LOOK_EVERY_SECONDS)
        raise RuntimeError(f"The bot was not taught within {_TAUGHT_WITHIN_SECONDS} s.")

    def _read(self, work: Callable[[AsyncSession], Awaitable[_T]]) -> _T:
        return asyncio.run(self._within(work))

    async def _within(self, work: Callable[[AsyncSession], Awaitable[_T]]) -> _T:
        database = Database(self._database_url)
        try:
            async with database.session() as session:
                return await work(session)
        finally:
            await database.close()


async def _signed_in(session: AsyncSession) -> str:
    roles = [Role.REVIEWER.value, Role.MANAGER.value]
    account = StaffAccount(
        id=uuid4().hex, email="bench@clinic.example", name="Bench", roles=roles, created_at=datetime.now(UTC)
    )
    session.add(account)
    await session.flush()
    return await StaffSessions(session).start(account.id, complete=True)


async def _waiting(session: AsyncSession) -> list[str]:
    return [p.id for p in await Lessons(session).of_states("waiting", "apart")]
