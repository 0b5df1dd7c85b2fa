"""Taking a turn: log the visitor's message, ask the bot, log the replies. DESIGN's promises (section 7) live here."""

import asyncio
import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import uuid4
from weakref import WeakValueDictionary

from sqlalchemy.exc import IntegrityError

from knowledge.model import gravity
from server.bot_client import Bot, BotUnavailable
from server.chat.content import Content
from server.chat.text import clean, without_command
from server.db import Database
from server.errors import EmptyMessageError, MessageIdReusedError, MessageTooLongError, NotFoundError
from server.log.models import Reply, Turn, TurnState
from server.log.repository import LoggedMessage, LogRepository, NewTurn
from server.messages import BotReply, Button, ReplyMessage, ReplyMetadata, covers
from server.privacy import Redacted, Redactor, SenderHash
from server.safety import Reading, SafetyLayer
from server.safety.aftercare import QUIET, Watch

logger = logging.getLogger(__name__)

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
class Composed:
    """What a turn comes to: the replies, what the next replies remind of, and the red flag that staff must see."""

    state: TurnState
    replies: list[BotReply]
    watch: Watch
    flagged: str | None = None


class ChatService:
    """Conversations and their turns, for every protocol."""

    def __init__(
        self,
        database: Database,
        bot: Bot,
        content: Content,
        safety: SafetyLayer,
        redactor: Redactor,
        senders: SenderHash,
        max_message_chars: int,
    ) -> None:
        self._database, self._bot, self._content, self._limit = database, bot, content, max_message_chars
        self._safety, self._redactor, self._senders = safety, redactor, senders
        # A lock vanishes with the last turn that holds or awaits it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open_conversation(self) -> OpenedConversation:
        """Open a conversation of the native API and greet."""
        conversation_id, token = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        async with self._database.session() as session:
            log = LogRepository(session)
            await log.add_api_conversation(conversation_id, _hash(token))
            await log.add_replies(conversation_id, [self._content.greeting])
            replies = await log.replies(conversation_id, None)
        return OpenedConversation(conversation_id, token, _messages(replies, conversation_id))

    async def authorise(self, conversation_id: str, token: str) -> None:
        """Raise NotFoundError unless the token is this conversation's own."""
        # Databases refuse some characters; no id of ours holds any but these.
        known = conversation_id.isascii() and conversation_id.isprintable()
        async with self._database.session() as session:
            conversation = await LogRepository(session).conversation(conversation_id) if known else None
        expected = (conversation.token_hash if conversation else None) or _NO_HASH
        if not hmac.compare_digest(_hash(token), expected):
            raise NotFoundError("There is no such conversation, or the token is not its own.")

    async def take_message(self, conversation_id: str, client_message_id: str, text: str) -> TurnResult:
        """Answer a message of the native API; the same id again gives the same result.

        Raises EmptyMessageError, MessageTooLongError, or MessageIdReusedError if the id came with another text.
        """
        text = _not_empty(text)
        if len(text) > self._limit:
            raise MessageTooLongError(f"The message may have at most {self._limit} characters.")
        return await self._take_turn(conversation_id, client_message_id, text)

    async def take_rasa_message(self, sender: str | None, text: str) -> list[ReplyMessage]:
        """Answer a message of the Rasa protocol. Without a sender it opens a conversation of its own.

        Raises EmptyMessageError. A message that is too long is answered, because these clients show no problems.
        """
        text = _not_empty(text)
        conversation_id = await self._conversation_of(sender)
        result = await self._take_turn(conversation_id, uuid4().hex, text)
        return [reply.model_copy(update={"recipient_id": sender or conversation_id}) for reply in result.replies]

    async def history(self, conversation_id: str, after: int) -> list[LoggedMessage]:
        """The messages of both sides after the one with this seq, in order."""
        async with self._database.session() as session:
            return await LogRepository(session).messages(conversation_id, after)

    async def _take_turn(self, conversation_id: str, client_message_id: str, text: str) -> TurnResult:
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            redacted = self._redactor.redact(text)
            turn, watch = await self._receive(conversation_id, client_message_id, text, redacted.text)
            # A turn is found open only if the server stopped in the middle of it: then it is answered now.
            if turn.state == "received":
                return await self._finish(turn, await self._compose(turn, text, redacted, watch))
            return await self._replay(turn)

    async def _receive(
        self, conversation_id: str, client_message_id: str, text: str, redacted: str
    ) -> tuple[Turn, Watch]:
        async with self._database.session() as session:
            log = LogRepository(session)
            turn = await log.turn(conversation_id, client_message_id)
            watch = await log.watch(conversation_id)
            if turn is None:
                is_choice = text.startswith("/") and text in await log.offered_payloads(conversation_id)
                kept, payload = (text, text) if is_choice else (redacted, None)
                return await log.add_turn(NewTurn(conversation_id, client_message_id, kept, payload)), watch
        if turn.text != (text if turn.payload else redacted):
            raise MessageIdReusedError("This client_message_id was already used for another text.")
        return turn, watch

    async def _compose(self, turn: Turn, text: str, redacted: Redacted, watch: Watch) -> Composed:
        # The rules read the raw text, which is only ever in memory, so that redaction can hide no red flag.
        heard, said = ("", "") if turn.payload else (without_command(text[: self._limit]), without_command(turn.text))
        reading = self._safety.read(heard)
        if watch.topic and not reading.flags:
            rest = self._safety.help_coming(heard)
            if rest is not None:
                if not rest:
                    return Composed("answered", [self._content.help_coming], QUIET)
                said, watch = without_command(self._redactor.redact(rest).text), QUIET
        flags = redacted.moved_flags(reading.flags, text[: self._limit].find(heard), turn.text.find(said))
        state, replies = await self._answer(turn, text, turn.payload or said, Reading(flags, reading.calm))
        return self._watched(state, self._with_every_flag(replies, reading), watch)

    async def _answer(self, turn: Turn, text: str, message: str, reading: Reading) -> tuple[TurnState, list[BotReply]]:
        if len(text) > self._limit:
            return "answered", [self._content.too_long]
        notes = {"red_flags": [asdict(flag) for flag in reading.flags], "calm": reading.calm}
        try:
            return "answered", await self._bot.ask(turn.conversation_id, message, notes)
        except BotUnavailable as e:
            logger.warning("bot unavailable", extra={"fields": {"reason": e.reason}})
            return "failed", [self._content.unavailable]

    def _with_every_flag(self, replies: list[BotReply], reading: Reading) -> list[BotReply]:
        """Safety replies first, and nothing left out that the rules found: the bot may be down, or have seen less.

        One reply, the gravest, serves all emergencies together; a crisis has its own.
        """
        overruled = {topic for reply in replies for topic in reply.metadata.overruled}
        due = [self._content.safety(flag.topic) for flag in reading.flags if flag.topic not in overruled]
        safety = [reply for reply in replies if reply.metadata.kind == "safety"]
        for reply in sorted(due, key=_gravity):
            if not any(covers(given.metadata.severity, reply.metadata.severity) for given in safety):
                safety.append(reply)
        return [*sorted(safety, key=_gravity), *(reply for reply in replies if reply.metadata.kind != "safety")]

    def _watched(self, state: TurnState, replies: list[BotReply], watch: Watch) -> Composed:
        """The replies with the reminder of an earlier red flag, unless they raise one that takes its place."""
        raised = next((r.metadata.topics[0] for r in replies if r.metadata.kind == "safety"), None)
        if raised and self._content.reminder(raised):
            return Composed(state, replies, Watch(raised), flagged=raised)
        if watch.topic is None:
            return Composed(state, replies, watch, flagged=raised)
        first, *others = replies
        text = f"{self._content.reminder(watch.topic)}\n\n{first.text}"
        return Composed(state, [first.model_copy(update={"text": text}), *others], watch.reminded(), flagged=raised)

    async def _finish(self, turn: Turn, composed: Composed) -> TurnResult:
        async with self._database.session() as session:
            log = LogRepository(session)
            if await log.finish_turn(turn.id, composed.state):
                await log.add_replies(turn.conversation_id, composed.replies, turn.id)
                await log.set_watch(turn.conversation_id, composed.watch)
                if composed.flagged:
                    dangerous = bool(self._content.reminder(composed.flagged))
                    await log.flag(turn.conversation_id, composed.flagged, dangerous)
            return await _result(log, turn)

    async def _replay(self, turn: Turn) -> TurnResult:
        async with self._database.session() as session:
            return await _result(LogRepository(session), turn)

    async def _conversation_of(self, sender: str | None) -> str:
        hashed = self._senders.hash(sender) if sender else None
        known = await self._id_of_sender(hashed) if hashed else None
        if known:
            return known
        new_id = secrets.token_urlsafe(16)
        # Told its new id as recipient_id, a client sends it as the sender from then on.
        hashed = hashed or self._senders.hash(new_id)
        try:
            async with self._database.session() as session:
                await LogRepository(session).add_rasa_conversation(new_id, hashed)
        except IntegrityError:  # another message of this sender was a moment faster
            return await self._id_of_sender(hashed) or new_id
        return new_id

    async def _id_of_sender(self, sender: str) -> str | None:
        async with self._database.session() as session:
            return await LogRepository(session).id_of_sender(sender)


def _gravity(reply: BotReply) -> int:
    return gravity(reply.metadata.severity)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _not_empty(text: str) -> str:
    text = clean(text)
    if not text.strip():
        raise EmptyMessageError("The message holds no text.")
    return text


async def _result(log: LogRepository, turn: Turn) -> TurnResult:
    replies = await log.replies(turn.conversation_id, turn.id)
    state = await log.turn_state(turn.id)
    return TurnResult(turn.client_message_id, state, _messages(replies, turn.conversation_id))


def _messages(replies: Sequence[Reply], recipient_id: str) -> list[ReplyMessage]:
    return [
        ReplyMessage(
            recipient_id=recipient_id,
            text=reply.text,
            buttons=[Button(**button) for button in reply.buttons],
            metadata=ReplyMetadata(**reply.details, message_id=reply.id),
        )
        for reply in replies
    ]
