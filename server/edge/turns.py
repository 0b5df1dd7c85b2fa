"""The turns in flight: how many there are, how many may be, and that none is left when the server stops."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from server import metrics
from server.bot_client import Bot, BotUnavailable, Notes
from server.messages import BotReply


class TurnsInFlight:
    """Counts turns from the door to the answer. `most` of them may be there; then only danger is let in."""

    def __init__(self, most: int) -> None:
        self.most, self.count = most, 0
        self._is_closed = False
        self._none_left = asyncio.Event()
        self._none_left.set()

    @property
    def is_full(self) -> bool:
        """Whether no calm message may come in: there are too many, or the server is about to stop."""
        return self._is_closed or self.count >= self.most

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn, for as long as it takes."""
        self.count += 1
        metrics.TURNS_IN_FLIGHT.set(self.count)
        self._none_left.clear()
        try:
            yield
        finally:
            self.count -= 1
            metrics.TURNS_IN_FLIGHT.set(self.count)
            if self.count == 0:
                self._none_left.set()

    async def finish(self, seconds: float) -> bool:
        """Let no calm message in any more and wait until all turns are answered; False if they take too long."""
        self._is_closed = True
        try:
            async with asyncio.timeout(seconds):
                await self._none_left.wait()
        except TimeoutError:
            return False
        return True


class BoundedBot:
    """A bot that is asked `most` questions at once. One more is refused at once instead of waiting behind them.

    Messages in danger come in even when the server is full; so they get their safety reply now, not after the queue.
    """

    def __init__(self, bot: Bot, most: int) -> None:
        self._bot, self._most, self._asked = bot, most, 0

    async def ask(self, sender: str, message: str, notes: Notes) -> list[BotReply]:
        """Ask the bot. Raises BotUnavailable, also when too many questions wait."""
        if self._asked >= self._most:
            raise BotUnavailable("too many questions at once")
        self._asked += 1
        try:
            with metrics.stage("rasa"):
                return await self._bot.ask(sender, message, notes)
        finally:
            self._asked -= 1

    async def forget(self, sender: str) -> None:
        """Let the bot forget a conversation. Raises BotUnavailable if it cannot be told."""
        await self._bot.forget(sender)

    async def close(self) -> None:
        """Close the bot."""
        await self._bot.close()
