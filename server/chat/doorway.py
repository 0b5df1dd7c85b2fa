"""The door to the chat: within the limits everybody is let in, beyond them only messages that speak of danger."""

import logging
import secrets
from typing import Literal
from uuid import uuid4

from server import metrics
from server.chat.content import Content
from server.chat.service import ChatService, OpenedConversation, TurnResult
from server.chat.text import clean, without_command
from server.edge.limits import LimitName, RateLimits
from server.edge.turns import TurnsInFlight
from server.errors import BusyError, OverloadedError, TooManyRequestsError
from server.messages import ReplyMessage, ReplyMetadata
from server.safety import SafetyLayer

Protocol = Literal["api", "rest", "socketio"]

logger = logging.getLogger(__name__)

# When there are too many turns, most of them are answered after this.
_OVERLOADED_SECONDS = 5


class Doorway:
    """Lets conversations and messages in to the service. `address` is the client's, as limits count it."""

    def __init__(
        self, chat: ChatService, content: Content, safety: SafetyLayer, limits: RateLimits, turns: TurnsInFlight
    ) -> None:
        self._chat, self._content, self._safety = chat, content, safety
        self._limits, self._turns = limits, turns

    async def open_conversation(self, address: str) -> OpenedConversation:
        """Open a conversation of the native API. Raises BusyError."""
        await self._refuse_if_busy([("address", address), ("everybody", "")])
        return await self._chat.open_conversation()

    async def rasa_session(self, address: str, presented: str | None) -> str:
        """A session of Rasa's SocketIO protocol: the one presented if we gave it out, else a new one.

        When there is no room for a new one in the log, its id is given out all the same: it is known from its first
        message on, but not after a reload.
        """
        try:
            await self._refuse_if_busy([("address", address), ("everybody", "")])
        except BusyError:
            return secrets.token_urlsafe(16)
        return await self._chat.rasa_session(presented)

    async def take_message(self, address: str, conversation_id: str, client_message_id: str, text: str) -> TurnResult:
        """Answer a message of the native API. Raises BusyError, and what the service raises."""
        counted: list[tuple[LimitName, str]] = [("visitor", conversation_id), ("address", address), ("everybody", "")]
        await self._let_in(counted, text)
        with self._turns.one():
            result = await self._chat.take_message(conversation_id, client_message_id, text)
        _count("api", result.replies)
        return result

    async def take_rasa_message(
        self, protocol: Protocol, address: str, sender: str | None, text: str
    ) -> list[ReplyMessage]:
        """Answer a message of a Rasa protocol. These clients show no problems, so a refusal is a reply that says so.

        Such a reply is not in the log, and neither is the message. Raises what the service raises.
        """
        counted: list[tuple[LimitName, str]] = [("address", address), ("everybody", "")]
        try:
            await self._let_in([("visitor", f"rasa {sender}"), *counted] if sender else counted, text)
        except BusyError:
            return [self._busy(sender)]
        with self._turns.one():
            replies = await self._chat.take_rasa_message(sender, text)
        _count(protocol, replies)
        return replies

    async def _let_in(self, counted: list[tuple[LimitName, str]], text: str) -> None:
        try:
            await self._refuse_if_busy(counted)
        except BusyError:
            if not self._safety.read(without_command(clean(text))).flags:
                raise
            logger.warning("let in beyond the limits because of a red flag")

    async def _refuse_if_busy(self, counted: list[tuple[LimitName, str]]) -> None:
        for name, key in counted:
            seconds = await self._limits.wait(name, key)
            if seconds is not None:
                raise TooManyRequestsError(self._content.busy.text, seconds)
        if self._turns.is_full:
            metrics.LIMIT_HITS.labels("turns").inc()
            raise OverloadedError(self._content.busy.text, _OVERLOADED_SECONDS)

    def _busy(self, sender: str | None) -> ReplyMessage:
        reply = self._content.busy
        metadata = ReplyMetadata(**reply.metadata.model_dump(), message_id=uuid4().hex)
        return ReplyMessage(recipient_id=sender or uuid4().hex, text=reply.text, buttons=[], metadata=metadata)


def _count(protocol: Protocol, replies: list[ReplyMessage]) -> None:
    metrics.TURNS.labels(protocol, replies[0].metadata.kind if replies else "none").inc()
