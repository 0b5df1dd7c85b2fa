"""Conversations, for every protocol. What a visitor writes enters here, and only here, as it was written."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server.bot_client import Bot
from server.chat.composer import Composer, Message
from server.chat.content import Content
from server.chat.erasure import Eraser
from server.chat.holders import Holders
from server.chat.shown import reply_messages
from server.chat.text import clean
from server.chat.transcript import transcript
from server.chat.turns import NO_CONVERSATION, Turns
from server.db import Database, DatabaseUnavailableError
from server.errors import EmptyMessageError, MessageTooLongError, NotFoundError
from server.log.models import Rating, TurnState
from server.log.repository import LoggedMessage, LogRepository, NewContact
from server.log.turns import NewTurn, Numbered, TurnLog
from server.messages import ReplyMessage
from server.metrics import REDACTIONS, stage
from server.privacy import Redactor, SenderHash
from server.safety import SafetyLayer
from server.signoff.gate import Gate

# As long as a real hash, so that comparing takes as long; no token hashes to it.
_NO_HASH = "-" * 64


@dataclass(frozen=True)
class OpenedConversation:
    """A new conversation; the token is told this once and only its hash is kept."""

    id: str
    token: str
    replies: list[ReplyMessage]


@dataclass(frozen=True)
class TurnResult:
    """What became of a visitor's message."""

    client_message_id: str
    state: TurnState
    replies: list[ReplyMessage]


@dataclass(frozen=True)
class TakenContact:
    """A call-back request that was stored, and what happens next."""

    id: str
    text: str


class ChatService:
    """Conversations and what visitors do in them."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        content: Content,
        safety: SafetyLayer,
        redactor: Redactor,
        gate: Gate,
        senders: SenderHash,
        max_message_chars: int,
        deadline_seconds: float,
    ) -> None:
        self._database, self._content, self._limit = database, content, max_message_chars
        self._redactor, self._senders = redactor, senders
        self._composer = Composer(bot, content, safety, redactor, gate)
        self.turns = Turns(database, deadline_seconds, self._composer.give_up)
        self.eraser = Eraser(database, bot)
        self._holders = Holders()

    async def open_conversation(self) -> OpenedConversation:
        """Open a conversation of the native API and greet."""
        conversation_id, token = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        async with self._database.writing_session() as session:
            greeting = [self._content.greeting]
            replies = await LogRepository(session).add_api_conversation(conversation_id, _hash(token), greeting)
        self._holders.note(conversation_id, _hash(token))
        shown = reply_messages(replies, conversation_id, self._content.unavailable)
        return OpenedConversation(conversation_id, token, shown)

    async def authorise(self, conversation_id: str, token: str) -> None:
        """Raise NotFoundError unless the token is this conversation's own."""
        async with self._database.session() as session:
            known = _may_exist(conversation_id)
            conversation = await LogRepository(session).conversation(conversation_id) if known else None
        _admit_holder(token, conversation.token_hash if conversation else None)

    async def authorise_sender(self, conversation_id: str, token: str) -> None:
        """As `authorise`, for every message: who was found to hold the token lately is not looked up again."""
        known = self._holders.hash_of(conversation_id)
        if known is not None and hmac.compare_digest(_hash(token), known):
            return
        try:
            await self.authorise(conversation_id, token)
        except DatabaseUnavailableError:
            return  # nobody can judge now: storing the message fails, too, and then says what to do in danger
        self._holders.note(conversation_id, _hash(token))

    async def take_message(self, conversation_id: str, token: str, client_message_id: str, text: str) -> TurnResult:
        """Answer a message of the native API; the same id again gives the same result.

        Raises NotFoundError unless the token is this conversation's own, EmptyMessageError, MessageTooLongError,
        MessageIdReusedError if the id came with another text, TurnInProgressError if the answer takes too long.
        """
        text = _not_empty(text)
        if len(text) > self._limit:
            raise MessageTooLongError(f"The message may have at most {self._limit} characters.")
        if not _may_exist(conversation_id):
            _admit_holder(token, None)
        return await self._take_turn(
            conversation_id, client_message_id, text, lambda numbered: _admit_holder(token, numbered.token_hash)
        )

    async def take_rasa_message(self, sender: str | None, text: str) -> list[ReplyMessage]:
        """Answer a message of the Rasa protocol. Without a sender it opens a conversation of its own.

        Raises EmptyMessageError. A message that is too long is answered, because these clients show no problems.
        """
        text = _not_empty(text)
        conversation_id = await self._conversation_of(sender)
        result = await self._take_turn(conversation_id, uuid4().hex, text, _admit_anybody)
        return [reply.model_copy(update={"recipient_id": sender or conversation_id}) for reply in result.replies]

    async def rasa_session(self, presented: str | None) -> str:
        """A sender of the Rasa protocol that nobody can guess: the one presented if we gave it out, else a new one."""
        # Ours are their conversations' own ids, which no client can choose.
        if presented and clean(presented) == presented and await self._is_ours(presented):
            return presented
        return await self._conversation_of(None)

    async def history(self, conversation_id: str, after: int) -> list[LoggedMessage]:
        """The messages of both sides after the one with this seq, in order."""
        async with self._database.session() as session:
            return await LogRepository(session).messages(conversation_id, after)

    async def transcript(self, conversation_id: str) -> str:
        """The whole conversation as plain text, for the visitor to keep."""
        return transcript(self._content.clinic.name, await self.history(conversation_id, 0))

    async def rate(self, conversation_id: str, message_id: str, rating: Rating, comment: str | None) -> None:
        """Keep what a visitor thinks of a reply. Raises NotFoundError if it is no reply of this conversation."""
        kept = self._redactor.redact(clean(comment)).text if comment else None
        async with self._database.writing_session() as session:
            await _hold(session, conversation_id)
            if not await LogRepository(session).rate(conversation_id, clean(message_id), rating, kept):
                raise NotFoundError("This conversation has no reply with that message_id.")

    async def take_contact(self, conversation_id: str, new: NewContact) -> TakenContact:
        """Keep a visitor's wish to be called back, and say what happens next."""
        async with self._database.writing_session() as session:
            await _hold(session, conversation_id)
            contact_id = await LogRepository(session).add_contact(conversation_id, new)
        return TakenContact(contact_id, self._content.contact_taken)

    async def _take_turn(
        self, conversation_id: str, client_message_id: str, raw: str, admit: Callable[[Numbered], None]
    ) -> TurnResult:
        """Everything that is stored, logged or sent on is the redacted text; the raw one is only read for danger."""
        with stage("redact"):
            redacted = self._redactor.redact(raw)
        for kind, count in redacted.counts.items():
            REDACTIONS.labels(kind).inc(count)
        new = NewTurn(conversation_id, client_message_id, redacted.text)
        try:
            received = await self.turns.receive(new, admit)
        except DatabaseUnavailableError as e:
            raise DatabaseUnavailableError(self._composer.unlogged(raw[: self._limit])) from e
        message = Message(raw[: self._limit], redacted, too_long=len(raw) > self._limit)
        finished = await self.turns.result(received, partial(self._composer.compose, message=message))
        replies = reply_messages(finished.replies, conversation_id, self._content.unavailable)
        return TurnResult(finished.client_message_id, finished.state, replies)

    async def _conversation_of(self, sender: str | None) -> str:
        hashed = self._senders.hash(sender) if sender else None
        known = await self._id_of_sender(hashed) if hashed else None
        if known:
            return known
        new_id = secrets.token_urlsafe(16)
        # Told its new id as recipient_id, a client sends it as the sender from then on.
        hashed = hashed or self._senders.hash(new_id)
        try:
            async with self._database.writing_session() as session:
                await LogRepository(session).add_rasa_conversation(new_id, hashed)
        except IntegrityError:  # another message of this sender was a moment faster
            return await self._id_of_sender(hashed) or new_id
        return new_id

    async def _is_ours(self, sender: str) -> bool:
        return await self._id_of_sender(self._senders.hash(sender)) == sender

    async def _id_of_sender(self, sender: str) -> str | None:
        async with self._database.session() as session:
            return await LogRepository(session).id_of_sender(sender)


async def _hold(session: AsyncSession, conversation_id: str) -> None:
    """Keep others from rating in, or erasing, a conversation until the commit."""
    if not await TurnLog(session).hold(conversation_id):
        raise NotFoundError(NO_CONVERSATION)


def _admit_holder(token: str, token_hash: str | None) -> None:
    if not hmac.compare_digest(_hash(token), token_hash or _NO_HASH):
        raise NotFoundError(NO_CONVERSATION)


def _admit_anybody(_: Numbered) -> None:
    """The Rasa protocol has no token: who knows the sender's id may speak."""


def _may_exist(conversation_id: str) -> bool:
    """Databases refuse some characters; no id of ours holds any but these."""
    return conversation_id.isascii() and conversation_id.isprintable()


def _not_empty(text: str) -> str:
    text = clean(text)
    if not text.strip():
        raise EmptyMessageError("The message holds no text.")
    return text


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
