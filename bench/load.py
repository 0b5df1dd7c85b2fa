"""Visitors who ask one question after the other, each waiting for the reply, and how long that took."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

# Says one thing in a conversation and waits for the reply; raises if there is none.
Say = Callable[[str], Awaitable[None]]
# Opens a conversation.
Talk = Callable[[httpx.AsyncClient], Awaitable[Say]]


@dataclass
class Times:
    """How long visitors waited for each reply, how long all were at it, and the processor time it cost, in seconds."""

    waited: list[float] = field(default_factory=list)
    took: float = 0.0
    processor: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return len(self.waited) / self.took

    @property
    def processor_ms(self) -> float:
        """Processor time a message, in milliseconds."""
        return self.processor / len(self.waited) * 1e3

    def percentile_ms(self, share: float) -> float:
        """What this share of the messages did not exceed, in milliseconds."""
        return sorted(self.waited)[int(len(self.waited) * share)] * 1e3


def load(url: str, talk: Talk, visitors: int, conversations: Sequence[Sequence[str]], times: Times) -> None:
    """Have the conversations, so many at once, and add to `times`. Opening one counts in `took`, as no message."""
    asyncio.run(_load(url, talk, visitors, conversations, times))


async def _load(url: str, talk: Talk, visitors: int, conversations: Sequence[Sequence[str]], times: Times) -> None:
    waiting = list(conversations)
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        start = time.perf_counter()
        await asyncio.gather(*(_visit(http, talk, waiting, times) for _ in range(visitors)))
        times.took += time.perf_counter() - start


async def _visit(http: httpx.AsyncClient, talk: Talk, waiting: list[Sequence[str]], times: Times) -> None:
    while waiting:
        questions = waiting.pop()
        say = await talk(http)
        for question in questions:
            start = time.perf_counter()
            await say(question)
            times.waited.append(time.perf_counter() - start)
