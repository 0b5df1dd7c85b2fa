"""What a running server does by itself: ends turns that were left open, deletes by policy, lets Rasa forget."""

import logging
from datetime import UTC, datetime, timedelta

from server.chat.erasure import Eraser
from server.chat.turns import Turns
from server.db import Database
from server.log.retention import Due, Policy, RetentionRepository
from server.rounds import rounds
from server.usage.usage import Usage

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 10.0
_PURGE_EVERY = timedelta(hours=1)
_DELETED_AT_ONCE = 100
# Longer than counting ten days takes; a log without counts is caught up with round by round.
_COUNT_EVERY = timedelta(minutes=1)


class Retention:
    """Deletes what is older than the policy allows."""

    def __init__(self, database: Database, policy: Policy) -> None:
        self._database, self._policy = database, policy

    async def due(self) -> Due:
        """What a purge would delete now."""
        async with self._database.session() as session:
            return await RetentionRepository(session).due(self._policy, datetime.now(UTC))

    async def purge(self) -> Due:
        """Delete it, a hundred conversations a transaction, so that visitors are not kept waiting."""
        due, now = await self.due(), datetime.now(UTC)
        while await self._purge_some(now):
            pass
        async with self._database.session() as session:
            await RetentionRepository(session).delete_old_contacts(self._policy, now)
        return due

    async def _purge_some(self, now: datetime) -> bool:
        async with self._database.session() as session:
            log = RetentionRepository(session)
            ids = await log.old_conversations(self._policy, now, _DELETED_AT_ONCE)
            await log.erase(ids, silent_since=now - self._policy.conversations)
        return bool(ids)


class Housekeeper:
    """Does its rounds while the server runs. Every process ends open turns and follows today's use; one of them purges,
    one counts the days that are over.
    """

    def __init__(self, database: Database, turns: Turns, eraser: Eraser, retention: Retention, usage: Usage) -> None:
        self._database, self._turns, self._eraser, self._retention = database, turns, eraser, retention
        self._usage = usage

    async def run(self) -> None:
        """Round after round until cancelled."""
        # Counted before anything is deleted.
        steps = (self._end_open_turns, self._follow, self._count_if_due, self._purge_if_due, self._eraser.settle)
        await rounds(steps, _EVERY_SECONDS)

    async def _end_open_turns(self) -> None:
        ended = await self._turns.give_up_abandoned()
        if ended:
            logger.warning("open turns marked failed", extra={"fields": {"turns": ended}})

    async def _follow(self) -> None:
        await self._usage.follow(datetime.now(UTC))

    async def _count_if_due(self) -> None:
        if await self._is_ours("count", _COUNT_EVERY):
            await self._usage.count_up(datetime.now(UTC))

    async def _is_ours(self, job: str, every: timedelta) -> bool:
        async with self._database.session() as session:
            return await RetentionRepository(session).take_job(job, datetime.now(UTC), every)

    async def _purge_if_due(self) -> None:
        if await self._is_ours("purge", _PURGE_EVERY):
            purged = await self._retention.purge()
            fields = {"conversations": purged.conversations, "contacts": purged.contacts}
            logger.info("purged", extra={"fields": fields})
