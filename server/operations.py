"""Is the process alive, and is it ready to serve visitors?"""

import asyncio
import hmac
import logging
import os
import time
from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from server import metrics
from server.bot_client import Bot, BotUnavailable
from server.db import Database, DatabaseUnavailableError
from server.edge.limits import RateLimits
from server.errors import NotFoundError, problem_response
from server.log.repository import LogRepository

logger = logging.getLogger(__name__)

CANARY_QUESTION = "How long does the battery last?"
_KEEP_SECONDS = 5.0
# A canary conversation this long is left for a new one, so that Rasa's tracker of it stays small.
_QUESTIONS_PER_SENDER = 50

_LOOPBACK = ("127.0.0.1", "::1")

router = APIRouter(tags=["operations"])


Status = Literal["ready", "degraded", "not ready"]


class ReadinessReport(BaseModel):
    """Whether the server can serve visitors; each check is `ok` or says what is wrong.

    `degraded`: visitors are served, and something is amiss that they do not feel yet.
    """

    status: Status
    checks: dict[str, str]


class Readiness:
    """Checks the database and the bot. A report is kept for some seconds so that nobody can hammer Rasa with it."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        clock: Callable[[], float] = time.monotonic,
        limits: RateLimits | None = None,
    ) -> None:
        self._database, self._bot, self._limits, self._clock = database, bot, limits, clock
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
        redis = await self._limits.check() if self._limits else None
        if redis is None:
            return ReadinessReport(status="ready" if is_ready else "not ready", checks=checks)
        # Without Redis this server counts its limits alone: that is no reason to send visitors away.
        status: Status = "not ready" if not is_ready else "ready" if redis == "ok" else "degraded"
        return ReadinessReport(status=status, checks={**checks, "redis": redis})

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
    response.status_code = 503 if report.status == "not ready" else 200
    return report


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={"4XX": problem_response("The metrics are not for this caller")},
)
async def read_metrics(request: Request) -> Response:
    """Read the metrics, as Prometheus does; with the token if one is set, else from this machine only."""
    if not _may_read_metrics(request):
        raise NotFoundError("There is nothing at this address.")
    return Response(generate_latest(metrics.REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: Request) -> bool:
    token: str = request.app.state.metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    # What a proxy on this machine passes on comes from elsewhere.
    is_forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded"))
    return request.client is not None and request.client.host in _LOOPBACK and not is_forwarded
