"""Several Rasa processes: which of them is asked about a conversation, and which are left alone because they fail."""

import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from server.metrics import BREAKER_OPEN

# After so many failures one after the other an address is left alone for so long; then one message tries it.
_FAILURES = 5
_REST_SECONDS = 10.0


class CircuitOpenError(Exception):
    """The address has failed too often just now."""


class RasaPool:
    """The addresses of Rasa. A conversation keeps its own, where Rasa's memory of it is, as long as that is well."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = [url.rstrip("/") for url in urls]
        self._breakers = AsyncCircuitBreakerFactory(default_threshold=_FAILURES, default_ttl=_REST_SECONDS)
        self._being_tried: set[str] = set()

    def all(self) -> list[str]:
        """Every address."""
        return self._urls

    def for_conversation(self, conversation_id: str) -> list[str]:
        """Every address, the conversation's own first. Rendezvous hashing: one more address moves few conversations."""
        return sorted(self._urls, key=lambda url: _weight(conversation_id, url), reverse=True)

    async def states(self) -> dict[str, str]:
        """What each address is: closed (in use), opened (left alone) or half-opened (being tried)."""
        return {url: (await self._breakers.get_breaker(url)).context.state for url in self._urls}

    @asynccontextmanager
    async def attempt(self, url: str) -> AsyncIterator[None]:
        """Use an address; a block that raises counts as a failure. Raises CircuitOpenError if it is left alone."""
        breaker = await self._breakers.get_breaker(url)
        if url in self._being_tried:
            raise CircuitOpenError
        was_open = breaker.context.state != "closed"
        try:
            if was_open:
                self._being_tried.add(url)
            async with breaker:
                yield
        except OpenedState as state:
            # purgatory goes by the wall clock: one that was set back would leave the address alone for as long.
            state.opened_at = min(state.opened_at, time.time())
            raise CircuitOpenError from None
        finally:
            BREAKER_OPEN.labels(url).set(breaker.context.state != "closed")
            if was_open:
                self._being_tried.discard(url)


def _weight(conversation_id: str, url: str) -> bytes:
    return hashlib.blake2b(f"{conversation_id} {url}".encode(), digest_size=8).digest()
