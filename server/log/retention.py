"""What is deleted from the log, and when: by policy and on request. Nothing here commits: `Database.session` does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.log.models import Contact, Conversation, Erasure, Feedback, Job, Reply, Turn

_WAITED_AT_MOST = timedelta(minutes=1)
# Children before parents.
_OF_A_CONVERSATION = (Feedback, Contact, Reply, Turn)


@dataclass(frozen=True)
class Policy:
    """How long what is kept after the last message of a conversation, and after a call-back request."""

    conversations: timedelta
    contacts: timedelta

    @classmethod
    def of_days(cls, conversations: int, contacts: int) -> "Policy":
        """A policy in days."""
        return cls(timedelta(days=conversations), timedelta(days=contacts))


@dataclass(frozen=True)
class Due:
    """How much is older than the policy allows."""

    conversations: int
    contacts: int


class RetentionRepository:
    """Deleting within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def due(self, policy: Policy, now: datetime) -> Due:
        """What a purge would delete. Contacts of conversations that go as a whole are not counted apart."""
        old = select(func.count()).select_from(Conversation).where(Conversation.last_at < now - policy.conversations)
        contacts = (
            select(func.count())
            .select_from(Contact)
            .join(Conversation)
            .where(Contact.at < now - policy.contacts, Conversation.last_at >= now - policy.conversations)
        )
        return Due(
            (await self._session.execute(old)).scalar_one(), (await self._session.execute(contacts)).scalar_one()
        )

    async def old_conversations(self, policy: Policy, now: datetime, limit: int) -> Sequence[str]:
        """Ids of conversations that are older than the policy allows."""
        query = select(Conversation.id).where(Conversation.last_at < now - policy.conversations)
        return (await self._session.scalars(query.order_by(Conversation.last_at).limit(limit))).all()

    async def delete_old_contacts(self, policy: Policy, now: datetime) -> None:
        """Delete call-back requests that are older than the policy allows."""
        await self._session.execute(delete(Contact).where(Contact.at < now - policy.contacts))

    async def erase(self, conversation_ids: Sequence[str], silent_since: datetime | None = None) -> None:
        """Delete conversations with all that hangs on them, and note that Rasa has to forget them.

        With `silent_since`, one that was spoken in after that moment stays.
        """
        # Held first, as everywhere: a turn that is just being finished waits, and then finds nothing.
        held = update(Conversation).where(Conversation.id.in_(conversation_ids)).values(token_hash=None)
        if silent_since:
            held = held.where(Conversation.last_at < silent_since)
        ids = (await self._session.scalars(held.returning(Conversation.id), execution_options=_UNSYNCHRONISED)).all()
        for table in _OF_A_CONVERSATION:
            statement = delete(table).where(table.conversation_id.in_(ids))
            await self._session.execute(statement, execution_options=_UNSYNCHRONISED)
        await self._session.execute(delete(Conversation).where(Conversation.id.in_(ids)))
        if ids:
            now = datetime.now(UTC)
            await self._session.execute(insert(Erasure), [{"conversation_id": i, "at": now} for i in ids])

    async def to_forget(self, limit: int) -> Sequence[str]:
        """Conversations that are gone from the log and that Rasa still has to forget, the oldest first."""
        return (await self._session.scalars(select(Erasure.conversation_id).order_by(Erasure.at).limit(limit))).all()

    async def forgotten(self, conversation_id: str) -> None:
        """Note that Rasa has forgotten a conversation."""
        await self._session.execute(delete(Erasure).where(Erasure.conversation_id == conversation_id))

    async def take_job(self, name: str, now: datetime, every: timedelta) -> bool:
        """Whether a job is due and now this caller's: of several processes only one is told so."""
        # A moment that is too far away was written before the clock was set back. It is a little too far for who waited
        # for the database while another took the job at a later moment.
        is_due = or_(Job.due_at <= now, Job.due_at > now + every + _WAITED_AT_MOST)
        taken = update(Job).where(Job.name == name, is_due).values(due_at=now + every).returning(Job.name)
        if await self._session.scalar(taken) is not None:
            return True
        if await self._session.get(Job, name) is not None:
            return False
        try:
            async with self._session.begin_nested():
                self._session.add(Job(name=name, due_at=now + every))
        except IntegrityError:  # another process was a moment faster
            return False
        return True


_UNSYNCHRONISED = {"synchronize_session": False}
