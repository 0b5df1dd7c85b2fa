"""What a running server does again and again by itself, beside its requests."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from server.errors import ServerError

logger = logging.getLogger(__name__)

Step = Callable[[], Awaitable[object]]


async def rounds(steps: Sequence[Step], every_seconds: float) -> None:
    """Round after round until cancelled. A step that fails is logged, and the next round tries again."""
    while True:
        for step in steps:
            await _to_its_end(_tried(step))
        await asyncio.sleep(every_seconds)


async def stopped(task: asyncio.Task[None]) -> None:
    """Cancel the rounds and wait until they have ended, the step that is going on included."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _to_its_end(step: Coroutine[Any, Any, None]) -> None:
    """Let a step that has begun finish, even if the rounds are cancelled: cut off, it would break its connection."""
    task = asyncio.create_task(step)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _tried(step: Step) -> None:
    try:
        await step()
    except ServerError:
        logger.warning("housekeeping has to wait", extra={"fields": {"step": step.__name__}})
    except Exception:
        # A fault of ours in one step must not end the others; the log holds its stack.
        logger.exception("housekeeping failed")
