"""Chatting by Rasa's protocols: their clients show no problems, so a refusal is a reply that says so."""

import secrets
from typing import Literal
from uuid import uuid4

from server import metrics
from server.chat.content import Content
from server.chat.doorway import Doorway
from server.chat.service import ChatService
from server.errors import BusyError
from server.messages import ReplyMessage, ReplyMetadata


class RasaChat:
    """Sessions and messages of the REST and the SocketIO channel."""

    def __init__(self, chat: ChatService, content: Content, door: Doorway) -> None:
        self._chat, self._content, self._door = chat, content, door

    async def session(self, address: str, presented: str | None) -> str:
        """A session of the SocketIO channel: the one presented if we gave it out, else a new one.

        When there is no room for a new one in the log, its id is given out all the same: it is known from its first
        message on, but not after a reload.
        """
        try:
            await self._door.admit_conversation(address)
        except BusyError:
            return secrets.token_urlsafe(16)
        return await self._chat.rasa_session(presented)

    async def answer(
        self, protocol: Literal["rest", "socketio"], address: str, sender: str | None, text: str
    ) -> list[ReplyMessage]:
        """The replies to a message. Neither a message that is turned away nor the reply that says so is in the log.

        Raises what the service raises.
        """
        try:
            async with self._door.turn(address, f"rasa {sender}" if sender else None, text):
                replies = await self._chat.take_rasa_message(sender, text)
        except BusyError:
            return [self._busy(sender)]
        metrics.count_turn(protocol, replies[0].metadata.kind)
        return replies

    def _busy(self, sender: str | None) -> ReplyMessage:
        reply = self._content.busy
        metadata = ReplyMetadata(**reply.metadata.model_dump(), message_id=uuid4().hex)
        return ReplyMessage(recipient_id=sender or uuid4().hex, text=reply.text, buttons=[], metadata=metadata)
