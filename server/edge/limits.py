"""Rate limits: counted in Redis when several servers share one, in this process else, and when Redis is away."""

import asyncio
import hashlib
import logging
import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from server import metrics

logger = logging.getLogger(__name__)

LimitName = Literal["requests", "address", "visitor", "everybody", "sign_in", "sign_in_address", "sign_in_account"]

# A visitor must not wait for a Redis that hangs; after a fault this process counts alone for a while.
_REDIS_SECONDS = 0.25
_ALONE_SECONDS = 5.0


class RateLimits:
    """The limits by name, each a text such as "60/minute"; an empty text limits nothing.

    When Redis does not answer, every server goes on with counts of its own: a visitor may then send as much to each
    server as the limit allows, and nobody is turned away for the fault.
    """

    def __init__(
        self, texts: Mapping[LimitName, str], redis_url: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._items = {name: parse_many(text) for name, text in texts.items() if text}
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool = _pool(redis_url) if redis_url else None
        self._redis = _storage(redis_url, self._pool) if self._pool else None
        self._shared = SlidingWindowCounterRateLimiter(self._redis) if self._redis else None
        self._clock, self._alone_until = clock, 0.0
        metrics.LIMITS_SHARED.set(0)

    async def wait(self, name: LimitName, key: str) -> int | None:
        """Count one more; seconds to wait if that is too many, None if it is within the limit."""
        # Neither an address nor a conversation's id is written to Redis.
        hidden = hashlib.sha256(key.encode()).hexdigest()[:32]
        for item in self._items.get(name, ()):
            seconds = await self._hit(item, name, hidden)
            if seconds is not None:
                metrics.LIMIT_HITS.labels(name).inc()
                return seconds
        return None

    async def check(self) -> str | None:
        """Whether Redis answers: "ok" or what that means; None if there is none to ask."""
        if self._redis is None:
            return None
        try:
            async with asyncio.timeout(_REDIS_SECONDS):
                is_there = await self._redis.check()
        except (RedisError, OSError, TimeoutError):
            is_there = False
        return "ok" if is_there else "not reachable; each server counts its limits alone"

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            await self._pool.aclose()

    async def _hit(self, item: RateLimitItem, name: str, key: str) -> int | None:
        if self._shared is not None and self._clock() >= self._alone_until:
            try:
                async with asyncio.timeout(_REDIS_SECONDS):
                    seconds = await _hit(self._shared, item, name, key)
            except (RedisError, OSError, TimeoutError) as e:
                self._go_alone(e)
            else:
                metrics.LIMITS_SHARED.set(1)
                return seconds
        return await _hit(self._own, item, name, key)

    def _go_alone(self, error: Exception) -> None:
        self._alone_until = self._clock() + _ALONE_SECONDS
        metrics.LIMITS_SHARED.set(0)
        fields = {"reason": type(error).__name__, "seconds": _ALONE_SECONDS}
        logger.warning("Redis does not answer: limits are counted by this server alone", extra={"fields": fields})


async def _hit(limiter: SlidingWindowCounterRateLimiter, item: RateLimitItem, name: str, key: str) -> int | None:
    if await limiter.hit(item, name, key):
        return None
    stats = await limiter.get_window_stats(item, name, key)
    return max(1, math.ceil(stats.reset_time - time.time()))


def _pool(url: str) -> ConnectionPool:
    return ConnectionPool.from_url(url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS)


def _storage(url: str, pool: ConnectionPool) -> RedisStorage:
    # The library types options as plain values, and takes a pool all the same.
    options: dict[str, Any] = {"connection_pool": pool}
    return RedisStorage(f"async+{url}", implementation="redispy", key_prefix="pumptalk:limits", **options)
