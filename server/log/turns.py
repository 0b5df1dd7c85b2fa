"""The queries of the turn machine. Nothing here commits: `Database.session` does.

Whoever numbers messages (`number`) holds the conversation's row until the commit, so that of several server processes
only one at a time receives or finishes a turn of a conversation. The row is always taken before any turn of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, bindparam, case, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.log.models import Base, Conversation, Reply, Turn, TurnState
from server.log.types import UtcDateTime
from server.messages import BotReply
from server.safety.aftercare import Watch


@dataclass(frozen=True)
class Numbered:
    """A conversation whose row is held: the number of its newest message, who may speak in it, what it watches."""

    last_seq: int
    token_hash: str | None
    watch: Watch


@dataclass(frozen=True)
class NewTurn:
    """What a visitor sent, ready to be logged."""

    conversation_id: str
    client_message_id: str
    text: str


@dataclass(frozen=True)
class Lease:
    """Until when somebody takes care of a turn; `claim` is set while the bot is asked."""

    until: datetime
    claim: str | None = None


def expired(lease_until: datetime | None, now: datetime, longest: timedelta) -> bool:
    """Whether nobody takes care of an open turn any more.

    A lease that ends later than any can was written before the clock was set back.
    """
    return lease_until is None or not now <= lease_until <= now + longest


def _expired(now: datetime, longest: timedelta) -> ColumnElement[bool]:
    return or_(Turn.lease_until.is_(None), Turn.lease_until < now, Turn.lease_until > now + longest)


# Statements of every turn are built once and speak of tables, not of objects: building one takes longer than SQLite
# takes to execute it, and so does SQLAlchemy's bookkeeping of objects.
_CONVERSATIONS, _TURNS, _REPLIES = (Base.metadata.tables[kind.__tablename__] for kind in (Conversation, Turn, Reply))
_HOLD = (
    update(_CONVERSATIONS)
    .where(_CONVERSATIONS.c.id == bindparam("sought"))
    .values(last_seq=_CONVERSATIONS.c.last_seq)
    .returning(_CONVERSATIONS.c.id)
)
_COUNT = (
    update(_CONVERSATIONS)
    .where(_CONVERSATIONS.c.id == bindparam("sought"))
    .values(last_seq=_CONVERSATIONS.c.last_seq + bindparam("messages"), last_at=bindparam("now", type_=UtcDateTime))
    .returning(
        _CONVERSATIONS.c.last_seq,
        _CONVERSATIONS.c.token_hash,
        _CONVERSATIONS.c.watch_topic,
        _CONVERSATIONS.c.watch_reminders,
    )
)
_COUNT_AND_WATCH = _COUNT.values(watch_topic=bindparam("topic"), watch_reminders=bindparam("reminders"))
_KNOWN_AND_OPEN = select(_TURNS.c.id).where(
    _TURNS.c.conversation_id == bindparam("sought"),
    or_(_TURNS.c.client_message_id == bindparam("client_id"), _TURNS.c.state == "received"),
)
_CLOSE = (
    update(_TURNS)
    .where(_TURNS.c.id == bindparam("sought"), _TURNS.c.state == "received")
    .values(state=bindparam("became"), finished_at=bindparam("now", type_=UtcDateTime), claim=None, lease_until=None)
    .returning(_TURNS.c.id)
)
_ADD_TURN, _ADD_REPLY = insert(_TURNS), insert(_REPLIES)
# Where the model's name for a column is another.
_ATTRIBUTES = {"metadata": "details"}


class TurnLog:
    """Turns within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold(self, conversation_id: str) -> bool:
        """Hold the conversation until the commit; False if there is no such conversation."""
        return await self._session.scalar(_HOLD, {"sought": conversation_id}) is not None

    async def number(
        self, conversation_id: str, messages: int, now: datetime, watch: Watch | None = None, **flag: Any
    ) -> Numbered | None:
        """Hold the conversation, count so many messages to it and note when, what it watches and a red flag.

        None if there is no such conversation.
        """
        values: dict[str, Any] = {"sought": conversation_id, "messages": messages, "now": now}
        if watch is not None:
            values |= {"topic": watch.topic, "reminders": watch.reminders}
        statement = _COUNT if watch is None else _COUNT_AND_WATCH
        row = (await self._session.execute(statement.values(**flag) if flag else statement, values)).one_or_none()
        return Numbered(row.last_seq, row.token_hash, Watch(row.watch_topic, row.watch_reminders)) if row else None

    async def known_and_open(self, conversation_id: str, client_message_id: str) -> Sequence[Turn]:
        """The turn that the client knows by this id, if any, and all open ones."""
        values = {"sought": conversation_id, "client_id": client_message_id}
        found = (await self._session.scalars(_KNOWN_AND_OPEN, values)).all()
        return (await self._session.scalars(select(Turn).where(Turn.id.in_(found)))).all() if found else ()

    async def add(self, new: NewTurn, seq: int, now: datetime, lease: Lease) -> Turn:
        """Log a visitor's message as received."""
        values = {
            "id": uuid4().hex,
            "conversation_id": new.conversation_id,
            "seq": seq,
            "client_message_id": new.client_message_id,
            "text": new.text,
            "payload": new.text if await self._is_choice(new) else None,
            "state": "received",
            "received_at": now,
            "claim": lease.claim,
            "lease_until": lease.until,
        }
        await self._session.execute(_ADD_TURN, values)
        return Turn(**values)

    async def add_replies(self, replies: Sequence[Reply]) -> None:
        """Log the replies to a turn."""
        values = [{c.name: getattr(reply, _ATTRIBUTES.get(c.name, c.name)) for c in _REPLIES.c} for reply in replies]
        await self._session.execute(_ADD_REPLY, values)

    async def _is_choice(self, new: NewTurn) -> bool:
        """Whether the text is the payload of a button that this conversation was offered."""
        if not new.text.startswith("/"):
            return False
        query = select(Reply.buttons).where(Reply.conversation_id == new.conversation_id)
        offered = (button for buttons in await self._session.scalars(query) for button in buttons or ())
        return any(button.get("payload") == new.text for button in offered)

    async def first_open(self, conversation_id: str) -> Turn | None:
        """The oldest open turn of a conversation: the one whose turn it is."""
        query = select(Turn).where(Turn.conversation_id == conversation_id, Turn.state == "received")
        return (await self._session.scalars(query.order_by(Turn.seq).limit(1))).one_or_none()

    async def claim(self, turn: Turn, lease: Lease, now: datetime, longest: timedelta) -> Watch | None:
        """Take an open turn that nobody is asking the bot about. The conversation's watch, or None if it was taken."""
        statement = (
            update(Turn)
            .where(Turn.id == turn.id, Turn.state == "received", or_(Turn.claim.is_(None), _expired(now, longest)))
            .values(claim=lease.claim, lease_until=lease.until)
            .returning(Turn.id)
            .execution_options(synchronize_session=False)
        )
        if await self._session.scalar(statement) is None:
            return None
        query = select(Conversation.watch_topic, Conversation.watch_reminders)
        return Watch(*(await self._session.execute(query.where(Conversation.id == turn.conversation_id))).one())

    async def release(self, turn: Turn, claim: str, until: datetime) -> None:
        """Give a claim back."""
        statement = update(Turn).where(Turn.id == turn.id, Turn.claim == claim).values(claim=None, lease_until=until)
        await self._session.execute(statement.execution_options(synchronize_session=False))

    async def close(self, turn: Turn, state: TurnState, now: datetime) -> bool:
        """Close an open turn; False if somebody else was first, who took a lease for run out."""
        values = {"sought": turn.id, "became": state, "now": now}
        return await self._session.scalar(_CLOSE, values) is not None

    async def with_replies(self, turn_id: str) -> tuple[TurnState, Sequence[Reply]] | None:
        """What became of a turn, and its replies in order; None if it is not there."""
        query = select(Turn.state, Reply).outerjoin(Reply, Reply.turn_id == Turn.id).where(Turn.id == turn_id)
        rows = (await self._session.execute(query.order_by(Reply.seq))).all()
        return (rows[0][0], [reply for _, reply in rows if reply]) if rows else None

    async def abandoned(self, now: datetime, longest: timedelta, limit: int) -> Sequence[Turn]:
        """Open turns that nobody takes care of any more and whose turn it is."""
        older = aliased(Turn)
        has_older = (
            select(older.id)
            .where(older.conversation_id == Turn.conversation_id, older.seq < Turn.seq, older.state == "received")
            .exists()
        )
        query = select(Turn).where(Turn.state == "received", _expired(now, longest), ~has_older)
        return (await self._session.scalars(query.order_by(Turn.received_at).limit(limit))).all()


def flag_columns(topic: str, dangerous: bool, now: datetime) -> dict[str, Any]:
    """What puts a conversation before staff because of a red flag. Mere advice never hides an earlier danger."""
    if dangerous:
        return {"flagged_topic": topic, "flagged_at": now}
    has_none = Conversation.flagged_topic.is_(None)
    return {
        "flagged_topic": case((has_none, topic), else_=Conversation.flagged_topic),
        "flagged_at": case((has_none, literal(now, UtcDateTime)), else_=Conversation.flagged_at),
    }


def reply_rows(
    conversation_id: str, replies: Sequence[BotReply], last_seq: int, now: datetime, turn_id: str | None = None
) -> list[Reply]:
    """Rows for replies in their order, the last of them with the number `last_seq`; the greeting has no turn."""
    return [
        Reply(
            id=uuid4().hex,
            turn_id=turn_id,
            conversation_id=conversation_id,
            seq=seq,
            text=reply.text,
            buttons=[b.model_dump() for b in reply.buttons],
            kind=reply.metadata.kind,
            details=reply.metadata.model_dump(),
            at=now,
        )
        for seq, reply in enumerate(replies, last_seq - len(replies) + 1)
    ]
