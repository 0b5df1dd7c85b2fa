"""The turn machine: a message is stored once, answered once or marked failed, and in its order.

    receive ──► waits for the turns before it ──► claimed: the bot is asked ──► finished: answered or failed

Every step is one short transaction, and none is open while the bot is asked. A turn is held by a lease in its row
(docs/decisions/0010-lease-on-the-turn.md), so all this holds for several server processes on one database, and for
one that is killed in the middle: what it left open is answered on the client's retry, or else marked failed.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import uuid4
from weakref import WeakValueDictionary

from server.chat.bells import Bells, heard
from server.db import Database, DatabaseUnavailableError
from server.errors import MessageIdReusedError, NotFoundError, ProblemError
from server.log.after_turn import note_for_staff
from server.log.models import Reply, Turn, TurnState
from server.log.turns import Lease, NewTurn, Numbered, TurnLog, expired, flag_columns, reply_rows
from server.messages import BotReply
from server.safety.aftercare import Watch

logger = logging.getLogger(__name__)

# What a turn may take beside asking the bot: its commits, and an event loop that is busy with others.
_SLACK = timedelta(seconds=4)
# Another server process does not tell when it has finished a turn: look again so often.
_LOOK_AGAIN_SECONDS = 0.1
_ABANDONED_AT_ONCE = 100
NO_CONVERSATION = "There is no such conversation, or the token is not its own."


class TurnInProgressError(ProblemError):
    """409: this message, or one before it in the conversation, is still being answered."""

    status = HTTPStatus.CONFLICT
    code = "turn-in-progress"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "2"}


@dataclass(frozen=True)
class Composed:
    """What a turn comes to: the replies, what the next replies remind of, and the red flag that staff must see.

    `dangerous` is False for mere advice, which never hides an earlier danger.
    """

    state: TurnState
    replies: list[BotReply]
    watch: Watch
    flagged: str | None = None
    dangerous: bool = False


@dataclass(frozen=True)
class Claimed:
    """A turn that this call alone may answer."""

    turn: Turn
    claim: str
    watch: Watch


@dataclass(frozen=True)
class Finished:
    """A turn that is over, with its replies."""

    client_message_id: str
    state: TurnState
    replies: Sequence[Reply]


class _KnownMessage(Exception):
    def __init__(self, turn: Turn) -> None:
        self.turn = turn


class _AlreadyClosed(Exception):
    pass


class Turns:
    """Receives, claims and finishes turns. `give_up` composes the end of one that was left open, without the bot."""

    def __init__(
        self,
        database: Database,
        deadline_seconds: float,
        give_up: Callable[[Turn, Watch], Composed],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: timedelta | None = None,
    ) -> None:
        self._database, self._give_up, self._clock = database, give_up, clock
        self._asking = timedelta(seconds=deadline_seconds) + _SLACK
        # Longer than a lease: who comes back right after a crash is answered, not sent away.
        self._patience = self._asking + timedelta(seconds=1) if patience is None else patience
        # A message that waited in vain is kept open so much longer for its sender's retry.
        self._waiting = self._patience + self._asking
        self._bells = Bells()
        # Messages that reach this process together are stored in the order in which they came.
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def receive(self, new: NewTurn, admit: Callable[[Numbered], None]) -> Turn | Claimed:
        """Store a message, and claim it if no other is open; one that is known by its id is returned as it is.

        `admit` is given the conversation, and raises if the sender has no part in it. Raises NotFoundError if there is
        no such conversation, MessageIdReusedError if the id came with another text.
        """
        door = self._doors.setdefault(new.conversation_id, asyncio.Lock())
        async with door:
            try:
                return await self._store(new, admit)
            except _KnownMessage as known:
                if known.turn.text != new.text:
                    raise MessageIdReusedError("This client_message_id was already used for another text.") from None
                return known.turn

    async def result(self, received: Turn | Claimed, compose: Callable[[Claimed], Awaitable[Composed]]) -> Finished:
        """Bring a turn to its end when its turn comes: `compose` is awaited if this call is the one to answer it.

        Raises TurnInProgressError if that takes too long, NotFoundError if the conversation was erased meanwhile.
        """
        turn = received.turn if isinstance(received, Claimed) else received
        claimed = received if isinstance(received, Claimed) else await self._wait(turn)
        if claimed is None:
            return await self._stored(turn)
        try:
            composed = await compose(claimed)
        except BaseException:
            await self._release(claimed)
            raise
        return await self._finish(claimed, composed)

    async def give_up_abandoned(self) -> int:
        """Mark what stopped servers left open as failed, in order. The number of turns."""
        count = 0
        while True:
            async with self._database.session() as session:
                log, now = TurnLog(session), self._clock()
                turns = await log.abandoned(now, self._waiting, _ABANDONED_AT_ONCE)
            if not turns:
                return count
            for turn in turns:
                await self._abandon(turn)
            count += len(turns)

    async def _store(self, new: NewTurn, admit: Callable[[Numbered], None]) -> Turn | Claimed:
        async with self._database.writing_session() as session:
            now, log = self._clock(), TurnLog(session)
            numbered = await log.number(new.conversation_id, 1, now)
            if numbered is None:
                raise NotFoundError(NO_CONVERSATION)
            admit(numbered)
            others = await log.known_and_open(new.conversation_id, new.client_message_id)
            for turn in others:
                if turn.client_message_id == new.client_message_id:
                    session.expunge(turn)  # or the rollback would empty it
                    raise _KnownMessage(turn)
            lease = Lease(now + self._waiting) if others else self._claiming(now)
            turn = await log.add(new, numbered.last_seq, now, lease)
        return Claimed(turn, lease.claim, numbered.watch) if lease.claim else turn

    def _claiming(self, now: datetime) -> Lease:
        return Lease(now + self._asking, claim=uuid4().hex)

    async def _wait(self, turn: Turn) -> Claimed | None:
        """Claim a turn when it is the oldest open one; None if somebody else has finished it."""
        give_up_at = time.monotonic() + self._patience.total_seconds()
        while True:
            bell = self._bells.bell(turn.conversation_id)
            first, claimed = await self._look(turn)
            if claimed or first is None or first.seq > turn.seq:
                return claimed
            if first.seq < turn.seq and expired(first.lease_until, self._clock(), self._waiting):
                await self._abandon(first)
                continue
            if time.monotonic() > give_up_at:
                raise TurnInProgressError("The chat is still busy with this message or one before it.")
            await heard(bell, _LOOK_AGAIN_SECONDS)

    async def _look(self, turn: Turn) -> tuple[Turn | None, Claimed | None]:
        """The oldest open turn, and the claim on it if it is the one sought and free."""
        async with self._database.writing_session() as session:
            log = TurnLog(session)
            first = await log.first_open(turn.conversation_id)
            claimed = await self._claim(log, turn) if first and first.id == turn.id else None
        return first, claimed

    async def _claim(self, log: TurnLog, turn: Turn) -> Claimed | None:
        now = self._clock()
        lease = self._claiming(now)
        watch = await log.claim(turn, lease, now, self._waiting)
        return Claimed(turn, lease.claim or "", watch) if watch else None

    async def _abandon(self, turn: Turn) -> None:
        async with self._database.writing_session() as session:
            claimed = await self._claim(TurnLog(session), turn)
        if claimed:
            logger.warning("turn given up", extra={"fields": {"turn": turn.id}})
            await self._finish(claimed, self._give_up(turn, claimed.watch))

    async def _release(self, claimed: Claimed) -> None:
        """Leave a turn to its sender's retry, after a fault of ours."""
        try:
            async with self._database.writing_session() as session:
                await TurnLog(session).release(claimed.turn, claimed.claim, self._clock() + self._asking)
        except DatabaseUnavailableError:
            return  # already logged; the lease ends by itself

    async def _finish(self, claimed: Claimed, composed: Composed) -> Finished:
        try:
            return await self._close(claimed, composed)
        except _AlreadyClosed:
            return await self._stored(claimed.turn)
        finally:
            self._bells.ring(claimed.turn.conversation_id)

    async def _close(self, claimed: Claimed, composed: Composed) -> Finished:
        turn, now = claimed.turn, self._clock()
        async with self._database.writing_session() as session:
            log = TurnLog(session)
            numbered = await log.number(
                turn.conversation_id, len(composed.replies), now, composed.watch, **_flagged(composed, now)
            )
            if numbered is None or not await log.close(turn, composed.state, now):
                raise _AlreadyClosed
            rows = reply_rows(turn.conversation_id, composed.replies, numbered.last_seq, now, turn.id)
            await log.add_replies(rows)
            danger = composed.flagged if composed.dangerous else None
            await note_for_staff(session, turn, composed.state, rows, danger, now)
        return Finished(turn.client_message_id, composed.state, rows)

    async def _stored(self, turn: Turn) -> Finished:
        async with self._database.session() as session:
            stored = await TurnLog(session).with_replies(turn.id)
        if stored is None:
            raise NotFoundError(NO_CONVERSATION)
        return Finished(turn.client_message_id, *stored)


def _flagged(composed: Composed, now: datetime) -> dict[str, Any]:
    """What puts the conversation before staff, if anything."""
    return flag_columns(composed.flagged, composed.dangerous, now) if composed.flagged else {}
