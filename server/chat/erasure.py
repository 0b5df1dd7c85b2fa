"""Erasing conversations everywhere: in the log at once, in Rasa's memory as soon as Rasa can be reached.

What Rasa still has to forget is noted in the same transaction that empties the log, so that no stop of a process and
no outage of Rasa lets a conversation stay behind.
"""

import logging

from server.bot_client import Bot, BotUnavailable
from server.db import Database
from server.log.retention import RetentionRepository

logger = logging.getLogger(__name__)

_AT_ONCE = 100


class Eraser:
    """Erases conversations."""

    def __init__(self, database: Database, bot: Bot) -> None:
        self._database, self._bot = database, bot

    async def erase(self, conversation_id: str) -> None:
        """Erase a conversation from the log, and let Rasa forget it now or later."""
        async with self._database.session() as session:
            await RetentionRepository(session).erase([conversation_id])
        await self.forget(conversation_id)

    async def settle(self) -> int:
        """Let Rasa forget what it still has to; stops at the first refusal. The number of conversations."""
        async with self._database.session() as session:
            pending = await RetentionRepository(session).to_forget(_AT_ONCE)
        for done, conversation_id in enumerate(pending):
            if not await self.forget(conversation_id):
                return done
        return len(pending)

    async def forget(self, conversation_id: str) -> bool:
        """Let Rasa forget a conversation that is gone from the log; False if that has to wait."""
        try:
            await self._bot.forget(conversation_id)
        except BotUnavailable as e:
            logger.warning("erasure in Rasa has to wait", extra={"fields": {"reason": e.reason}})
            return False
        async with self._database.session() as session:
            await RetentionRepository(session).forgotten(conversation_id)
        return True
