"""Stored rows as messages. A row that was damaged in the database is shown as the clinic's phone, not as an error."""

import logging
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from server.log.models import Reply
from server.messages import FOR_STAFF, BotReply, Button, ReplyMessage, ReplyMetadata

logger = logging.getLogger(__name__)


_BUTTONS = TypeAdapter(list[Button])


def reply_messages(replies: Sequence[Reply], recipient_id: str, unreadable: BotReply) -> list[ReplyMessage]:
    """The replies as they go to a visitor; `unreadable` takes the place of one that cannot be read."""
    return [_reply_message(reply, recipient_id, unreadable) for reply in replies]


def buttons_of(stored: Any, message_id: str) -> list[Button]:
    """A message's buttons; none if they cannot be read."""
    try:
        return _BUTTONS.validate_python(stored)
    except ValidationError:
        _damaged(message_id)
        return []


def metadata_of(stored: Any, message_id: str) -> dict[str, Any]:
    """A reply's metadata for its visitor, without what is for staff alone."""
    return {**{k: v for k, v in (stored or {}).items() if k not in FOR_STAFF}, "message_id": message_id}


def _reply_message(reply: Reply, recipient_id: str, unreadable: BotReply) -> ReplyMessage:
    try:
        metadata = ReplyMetadata.model_validate(metadata_of(reply.details, reply.id))
        text, buttons = reply.text, buttons_of(reply.buttons, reply.id)
    except ValidationError:
        _damaged(reply.id)
        metadata = ReplyMetadata(**unreadable.metadata.model_dump(), message_id=reply.id)
        text, buttons = unreadable.text, []
    return ReplyMessage(recipient_id=recipient_id, text=text, buttons=buttons, metadata=metadata)


def _damaged(message_id: str) -> None:
    logger.error("stored reply damaged", extra={"fields": {"reply": message_id}})
