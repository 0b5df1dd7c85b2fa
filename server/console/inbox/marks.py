"""What staff do with a conversation. Each call holds it until the commit, so that nothing of two people is lost."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.console.inbox.models import ConversationNote, ConversationTag
from server.console.models import StaffAccount
from server.console.staff import Staff
from server.console.trail import Trail
from server.errors import BadRequestError, NotFoundError
from server.log.inbox import InboxEntry
from server.log.models import Contact
from server.log.retention import RetentionRepository
from server.log.turns import TurnLog

_KIND = "conversation"
_GONE = "There is no such conversation. It may have been erased."


class Marks:
    """The marks on one conversation, within one session. Every call raises NotFoundError if there is none, and records
    what was done. The text that a call returns names (in pages.SAID) what to tell whoever did it.
    """

    def __init__(self, session: AsyncSession, staff: Staff, conversation_id: str) -> None:
        self._session, self._staff, self._id = session, staff, conversation_id

    async def review(self, seq: int) -> str:
        """Mark as reviewed up to this message; not if there is a newer one."""
        entry = await self._held_entry()
        if entry.last_seq > seq:
            return "newer"
        if not entry.needs_review:
            return "reviewed"
        entry.needs_review, entry.reviewed_by, entry.reviewed_at = False, self._staff.id, datetime.now(UTC)
        await self._record("reviewed", up_to=seq)
        return "reviewed"

    async def review_again(self) -> str:
        """Take the reviewed mark off."""
        (await self._held_entry()).needs_review = True
        await self._record("asked for a new review")
        return "unreviewed"

    async def assign(self, assignee_id: str | None, seen: str | None) -> str:
        """Give it to somebody, or to nobody; not if it has changed hands since `seen` was shown."""
        entry = await self._held_entry()
        if entry.assignee_id != seen:
            return "assigned-meanwhile"
        account = await self._session.get(StaffAccount, assignee_id) if assignee_id else None
        if assignee_id and (account is None or account.disabled_at):
            raise BadRequestError("There is no such account, or it is disabled.")
        entry.assignee_id = assignee_id
        await self._record("assigned", to=assignee_id)
        return "assigned"

    async def tag(self, tag: str) -> str:
        """Put a tag on."""
        await self._hold()
        tag = " ".join(tag.lower().split())
        if not tag:
            raise BadRequestError("Write a word to tag the conversation with.")
        if await self._session.get(ConversationTag, (self._id, tag)) is None:
            self._session.add(ConversationTag(conversation_id=self._id, tag=tag))
            await self._session.flush()
            await self._record("tagged", tag=tag)
        return "tagged"

    async def untag(self, tag: str) -> str:
        """Take a tag off."""
        await self._hold()
        gone = delete(ConversationTag).where(ConversationTag.conversation_id == self._id, ConversationTag.tag == tag)
        if await self._session.scalar(gone.returning(ConversationTag.tag)) is not None:
            await self._record("untagged", tag=tag)
        return "untagged"

    async def note(self, text: str) -> str:
        """Write something down for colleagues."""
        await self._hold()
        if not text.strip():
            raise BadRequestError("The note is empty.")
        note = ConversationNote(
            id=uuid4().hex,
            conversation_id=self._id,
            author_id=self._staff.id,
            text=text.strip(),
            at=datetime.now(UTC),
        )
        self._session.add(note)
        await self._session.flush()
        await self._record("noted", note=note.id)
        return "noted"

    async def called_back(self, contact_id: str) -> str:
        """Mark a call-back request as done; the first one who did stays named."""
        await self._hold()
        done = (
            update(Contact)
            .where(Contact.id == contact_id, Contact.conversation_id == self._id, Contact.done_at.is_(None))
            .values(done_at=datetime.now(UTC), done_by=self._staff.id)
            .returning(Contact.id)
        )
        if await self._session.scalar(done) is None:
            return "called-back-meanwhile"
        await self._record("called back", contact=contact_id)
        return "called-back"

    async def erase(self, reason: str) -> str:
        """Erase it from the log, with all that hangs on it; Rasa has then to be told to forget it."""
        await self._hold()
        if not reason.strip():
            raise BadRequestError("Say why the conversation is erased.")
        await RetentionRepository(self._session).erase([self._id])
        await Trail(self._session).record(self._staff, "erased", _KIND, self._id, reason=reason.strip())
        return "erased"

    async def _hold(self) -> None:
        if not await TurnLog(self._session).hold(self._id):
            raise NotFoundError(_GONE)

    async def _held_entry(self) -> InboxEntry:
        await self._hold()
        query = select(InboxEntry).where(InboxEntry.conversation_id == self._id)
        entry = await self._session.scalar(query.execution_options(populate_existing=True))
        if entry is None:
            raise NotFoundError("Nobody has asked anything in this conversation.")
        return entry

    async def _record(self, action: str, **details: Any) -> None:
        await self._session.flush()
        await Trail(self._session).record(self._staff, action, _KIND, self._id, **details)
