"""Tells those who wait in a conversation that something was finished there, within this process."""

import asyncio
from contextlib import suppress
from weakref import WeakValueDictionary


class Bells:
    """A bell for each conversation in which somebody waits."""

    def __init__(self) -> None:
        self._bells: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def bell(self, conversation_id: str) -> asyncio.Event:
        """The bell that rings next. Take it before looking whether there is anything to wait for."""
        return self._bells.setdefault(conversation_id, asyncio.Event())

    def ring(self, conversation_id: str) -> None:
        """Wake all who wait."""
        bell = self._bells.pop(conversation_id, None)
        if bell:
            bell.set()


async def heard(bell: asyncio.Event, seconds: float) -> None:
    """Wait until the bell rings, at most so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await bell.wait()
