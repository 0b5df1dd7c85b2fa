"""All queries of the conversation log. Nothing here commits: `Database.session` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import JSON, cast, func, literal, null, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.log.models import Conversation, Reply, Turn, TurnState
from server.messages import BotReply
from server.safety.aftercare import Watch


@dataclass(frozen=True)
class NewTurn:
    """What a visitor sent, ready to be logged."""

    conversation_id: str
    client_message_id: str
    text: str
    payload: str | None


@dataclass(frozen=True)
class LoggedMessage:
    """A message of either side. Buttons and details are None for the visitor's."""

    id: str
    seq: int
    role: Literal["visitor", "bot"]
    text: str
    client_message_id: str | None
    buttons: list[dict[str, Any]] | None
    details: dict[str, Any] | None
    at: datetime


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

    async def add_api_conversation(self, conversation_id: str, token_hash: str) -> None:
        """Open a conversation of the native API."""
        now = datetime.now(UTC)
        row = Conversation(id=conversation_id, token_hash=token_hash, channel="api", created_at=now, last_at=now)
        self._session.add(row)
        await self._session.flush()

    async def add_rasa_conversation(self, conversation_id: str, sender: str) -> None:
        """Open a conversation of the Rasa protocol. Raises IntegrityError if the sender has one already."""
        now = datetime.now(UTC)
        row = Conversation(id=conversation_id, channel="rasa", external_sender=sender, created_at=now, last_at=now)
        self._session.add(row)
        await self._session.flush()

    async def turn(self, conversation_id: str, client_message_id: str) -> Turn | None:
        """The turn that a client knows by this id."""
        query = select(Turn).where(Turn.conversation_id == conversation_id, Turn.client_message_id == client_message_id)
        return await self._session.scalar(query)

    async def add_turn(self, new: NewTurn) -> Turn:
        """Log a visitor's message as received."""
        now = datetime.now(UTC)
        turn = Turn(
            id=uuid4().hex,
            conversation_id=new.conversation_id,
            seq=await self._next_seq(new.conversation_id),
            client_message_id=new.client_message_id,
            text=new.text,
            payload=new.payload,
            state="received",
            received_at=now,
        )
        self._session.add(turn)
        await self._touch(new.conversation_id, now)
        return turn

    async def watch(self, conversation_id: str) -> Watch:
        """What the next replies of a conversation still remind of."""
        query = select(Conversation.watch_topic, Conversation.watch_reminders).where(Conversation.id == conversation_id)
        return Watch(*(await self._session.execute(query)).one())

    async def set_watch(self, conversation_id: str, watch: Watch) -> None:
        """Keep it for the next turn."""
        values = {"watch_topic": watch.topic, "watch_reminders": watch.reminders}
        await self._session.execute(update(Conversation).where(Conversation.id == conversation_id).values(values))

    async def flag(self, conversation_id: str, topic: str, dangerous: bool) -> None:
        """Put a conversation before staff because of a red flag. Mere advice never hides an earlier danger."""
        query = update(Conversation).where(Conversation.id == conversation_id)
        if not dangerous:
            query = query.where(Conversation.flagged_topic.is_(None))
        await self._session.execute(query.values(flagged_topic=topic, flagged_at=datetime.now(UTC)))

    async def turn_state(self, turn_id: str) -> TurnState:
        """What has become of a turn."""
        return (await self._session.execute(select(Turn.state).where(Turn.id == turn_id))).scalar_one()

    async def finish_turn(self, turn_id: str, state: TurnState) -> bool:
        """Close a turn that is still open; False if it was closed already."""
        query = (
            update(Turn)
            .where(Turn.id == turn_id, Turn.state == "received")
            .values(state=state, finished_at=datetime.now(UTC))
            .returning(Turn.id)
        )
        return await self._session.scalar(query) is not None

    async def add_replies(self, conversation_id: str, replies: Sequence[BotReply], turn_id: str | None = None) -> None:
        """Log replies in their order, to a turn or (the greeting) to none."""
        now = datetime.now(UTC)
        first = await self._next_seq(conversation_id)
        for seq, reply in enumerate(replies, first):
            row = Reply(
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
            self._session.add(row)
        await self._touch(conversation_id, now)

    async def replies(self, conversation_id: str, turn_id: str | None) -> Sequence[Reply]:
        """The replies to a turn, or (None) those that belong to no turn, in order."""
        query = select(Reply).where(Reply.conversation_id == conversation_id, Reply.turn_id == turn_id)
        return (await self._session.scalars(query.order_by(Reply.seq))).all()

    async def offered_payloads(self, conversation_id: str) -> set[str]:
        """The payloads of all buttons that this conversation has seen."""
        query = select(Reply.buttons).where(Reply.conversation_id == conversation_id)
        return {button["payload"] for buttons in await self._session.scalars(query) for button in buttons}

    async def messages(self, conversation_id: str, after: int) -> list[LoggedMessage]:
        """All messages of both sides with a higher `seq`, in order.

        One statement, so that a turn finishing meanwhile cannot leave a gap in what a client has read.
        """
        bot = (
            select(Reply.id, Reply.seq, literal("bot").label("role"), Reply.text, Turn.client_message_id)
            .add_columns(Reply.buttons, Reply.details.label("details"), Reply.at)
            .outerjoin(Turn, Reply.turn_id == Turn.id)
            .where(Reply.conversation_id == conversation_id, Reply.seq > after)
        )
        visitor = (
            select(Turn.id, Turn.seq, literal("visitor"), Turn.text, Turn.client_message_id)
            .add_columns(cast(null(), JSON), cast(null(), JSON), Turn.received_at)
            .where(Turn.conversation_id == conversation_id, Turn.seq > after)
        )
        rows = await self._session.execute(union_all(bot, visitor).order_by("seq"))
        return [LoggedMessage(*row) for row in rows]

    async def _next_seq(self, conversation_id: str) -> int:
        turns = select(func.max(Turn.seq)).where(Turn.conversation_id == conversation_id)
        replies = select(func.max(Reply.seq)).where(Reply.conversation_id == conversation_id)
        last = (await self._session.execute(select(turns.scalar_subquery(), replies.scalar_subquery()))).one()
        return max(seq or 0 for seq in last) + 1

    async def _touch(self, conversation_id: str, now: datetime) -> None:
        await self._session.execute(update(Conversation).where(Conversation.id == conversation_id).values(last_at=now))
