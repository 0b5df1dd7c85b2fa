"""The door to the chat: within the limits everybody is let in, beyond them only messages that speak of danger."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from server import metrics
from server.chat.text import clean, without_command
from server.edge.limits import LimitName, RateLimits
from server.edge.turns import TurnsInFlight
from server.errors import BusyError, OverloadedError, TooManyRequestsError
from server.safety import SafetyLayer

logger = logging.getLogger(__name__)

Counted = tuple[LimitName, str]

# When there are too many turns, most of them are answered after this.
_OVERLOADED_SECONDS = 5


class Doorway:
    """Lets conversations and turns in. `address` is the client's, as limits count it; `apology` goes with a refusal."""

    def __init__(self, safety: SafetyLayer, limits: RateLimits, turns: TurnsInFlight, apology: str) -> None:
        self._safety, self._limits, self._turns, self._apology = safety, limits, turns, apology

    async def admit_conversation(self, address: str) -> None:
        """Let a new conversation in. Raises BusyError."""
        await self._refuse_if_busy(_of_everybody(address))

    @asynccontextmanager
    async def turn(
        self, address: str, visitor: str | None, text: str, admit: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncIterator[None]:
        """A turn, from here to its end; `visitor` is a conversation, known by any name. Raises BusyError.

        `admit` raises if the sender has no part in the conversation: who only guesses takes nobody's place.
        """
        counted = _of_everybody(address)
        try:
            await self._refuse_if_busy([("visitor", visitor), *counted] if visitor else counted, admit)
        except BusyError:
            if not self._safety.read(without_command(clean(text))).flags:
                raise
            if admit is not None:
                await admit()
            logger.warning("let in beyond the limits because of a red flag")
        with self._turns.one():
            yield

    async def _refuse_if_busy(
        self, counted: Sequence[Counted], admit: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        for name, key in counted:
            seconds = await self._limits.wait(name, key)
            if seconds is not None:
                raise TooManyRequestsError(self._apology, seconds)
        if admit is not None and not self._turns.is_full:
            await admit()
        if self._turns.is_full:
            metrics.LIMIT_HITS.labels("turns").inc()
            raise OverloadedError(self._apology, _OVERLOADED_SECONDS)


def _of_everybody(address: str) -> list[Counted]:
    return [("address", address), ("everybody", "")]
