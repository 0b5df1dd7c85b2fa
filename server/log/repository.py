"""The queries of the conversation log beside its turns. Nothing here commits: `Database.session` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import cast, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from server.log.inbox import InboxLog
from server.log.models import Contact, Conversation, Feedback, Rating, Reply, Turn, TurnState
from server.log.turns import reply_rows
from server.log.types import StoredJson
from server.messages import BotReply


@dataclass(frozen=True)
class LoggedMessage:
    """A message of either side. Buttons and details are None for the visitor's, the state for the bot's."""

    id: str
    seq: int
    role: Literal["visitor", "bot"]
    text: str
    client_message_id: str | None
    buttons: list[dict[str, Any]] | None
    details: dict[str, Any] | None
    state: TurnState | None
    at: datetime


@dataclass(frozen=True)
class NewContact:
    """How and when a visitor wants to be called back; at least one of phone and email is there."""

    name: str
    phone: str | None
    email: str | None
    best_time: str | None
    note: str | None


class LogRepository:
    """The conversation log within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def probe(self) -> None:
        """Touch a table: a database that was never migrated fails here, as one out of reach does."""
        await self._session.execute(select(Conversation.id).limit(1))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation with this id."""
        return await self._session.get(Conversation, conversation_id)

    async def id_of_sender(self, sender: str) -> str | None:
        """The id of the Rasa protocol's conversation with this sender."""
        query = select(Conversation.id).where(Conversation.channel == "rasa", Conversation.external_sender == sender)
        return await self._session.scalar(query)

    async def add_api_conversation(
        self, conversation_id: str, token_hash: str, greeting: Sequence[BotReply]
    ) -> list[Reply]:
        """Open a conversation of the native API with the greeting; returns its rows."""
        now = datetime.now(UTC)
        row = Conversation(id=conversation_id, token_hash=token_hash, channel="api", created_at=now, last_at=now)
        row.last_seq = len(greeting)
        self._session.add(row)
        await self._session.flush()
        replies = reply_rows(conversation_id, greeting, row.last_seq, now)
        self._session.add_all(replies)
        return replies

    async def add_rasa_conversation(self, conversation_id: str, sender: str) -> None:
        """Open a conversation of the Rasa protocol. Raises IntegrityError if the sender has one already."""
        now = datetime.now(UTC)
        row = Conversation(id=conversation_id, channel="rasa", external_sender=sender, created_at=now, last_at=now)
        self._session.add(row)
        await self._session.flush()

    async def messages(self, conversation_id: str, after: int) -> list[LoggedMessage]:
        """All messages of both sides with a higher `seq`, in order.

        One statement, so that a turn finishing meanwhile cannot leave a gap in what a client has read.
        """
        nothing = cast(null(), StoredJson)
        bot = (
            select(Reply.id, Reply.seq, literal("bot").label("role"), Reply.text, Turn.client_message_id)
            .add_columns(Reply.buttons, Reply.details.label("details"), null().label("state"), Reply.at)
            .outerjoin(Turn, Reply.turn_id == Turn.id)
            .where(Reply.conversation_id == conversation_id, Reply.seq > after)
        )
        visitor = (
            select(Turn.id, Turn.seq, literal("visitor"), Turn.text, Turn.client_message_id)
            .add_columns(nothing, nothing.label("details"), Turn.state, Turn.received_at)
            .where(Turn.conversation_id == conversation_id, Turn.seq > after)
        )
        rows = await self._session.execute(union_all(bot, visitor).order_by("seq"))
        return [LoggedMessage(*row) for row in rows]

    async def rate(self, conversation_id: str, reply_id: str, rating: Rating, comment: str | None) -> bool:
        """Keep what a visitor thinks of a reply, instead of what they thought before; False if it is not theirs.

        The conversation has to be held.
        """
        reply = await self._session.get(Reply, reply_id)
        if reply is None or reply.conversation_id != conversation_id:
            return False
        row = Feedback(
            reply_id=reply_id, conversation_id=conversation_id, rating=rating, comment=comment, at=datetime.now(UTC)
        )
        await self._session.merge(row)
        await InboxLog(self._session).note_rating(conversation_id)
        return True

    async def add_contact(self, conversation_id: str, new: NewContact) -> str:
        """Log a call-back request; returns its id. The conversation has to be held."""
        now = datetime.now(UTC)
        row = Contact(
            id=uuid4().hex,
            conversation_id=conversation_id,
            name=new.name,
            phone=new.phone,
            email=new.email,
            best_time=new.best_time,
            note=new.note,
            at=now,
        )
        self._session.add(row)
        await InboxLog(self._session).note_contact(conversation_id, now)
        return row.id
