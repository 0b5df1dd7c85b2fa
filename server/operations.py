"""Is the process alive, and is it ready to serve visitors?"""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from server.bot_client import Bot, BotUnavailable
from server.db import Database, DatabaseUnavailableError
from server.log.repository import LogRepository

logger = logging.getLogger(__name__)

CANARY_QUESTION = "How long does the battery last?"
_KEEP_SECONDS = 5.0
# A canary conversation this long is left for a new one, so that Rasa's tracker of it stays small.
_QUESTIONS_PER_SENDER = 50

router = APIRouter(tags=["operations"])


class ReadinessReport(BaseModel):
    """Whether the server can serve visitors; each check is `ok` or says what is wrong."""

    status: Literal["ready", "not ready"]
    checks: dict[str, str]


class Readiness:
    """Checks the database and the bot. A report is kept for some seconds so that nobody can hammer Rasa with it."""

    def __init__(self, database: Database, bot: Bot, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._bot, self._clock = database, bot, clock
        self._lock = asyncio.Lock()
        self._asked = 0
        self._report: ReadinessReport | None = None
        self._made_at = 0.0

    async def report(self) -> ReadinessReport:
        """The report of now or of a moment ago; callers at the same time share one."""
        async with self._lock:
            if self._report is None or self._clock() - self._made_at >= _KEEP_SECONDS:
                self._report = await self._check()
                self._made_at = self._clock()
            return self._report

    async def _check(self) -> ReadinessReport:
        checks = {"database": await self._check_database(), "bot": await self._check_bot()}
        is_ready = all(result == "ok" for result in checks.values())
        return ReadinessReport(status="ready" if is_ready else "not ready", checks=checks)

    async def _check_database(self) -> str:
        try:
            async with self._database.session() as session:
                await LogRepository(session).probe()
        except (SQLAlchemyError, DatabaseUnavailableError):
            logger.exception("database not ready")
            return "not reachable, or not migrated"
        return "ok"

    async def _check_bot(self) -> str:
        sender = f"canary-{os.getpid()}-{self._asked // _QUESTIONS_PER_SENDER}"
        self._asked += 1
        try:
            replies = await self._bot.ask(sender, CANARY_QUESTION, {})
        except BotUnavailable as e:
            return e.reason
        return "ok" if any(r.metadata.kind == "answer" for r in replies) else "the canary question was not answered"


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process is alive."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": ReadinessReport, "description": "Not ready"}})
async def readyz(request: Request, response: Response) -> ReadinessReport:
    """Say whether visitors can be served; 503 if not."""
    readiness: Readiness = request.app.state.readiness
    report = await readiness.report()
    response.status_code = 200 if report.status == "ready" else 503
    return report
