"""The native API: conversations and their messages."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, Field

from server.chat.dependencies import Address, Chat, Door, OwnConversation
from server.chat.text import clean
from server.errors import problem_response
from server.log.models import TurnState
from server.log.repository import LoggedMessage
from server.messages import Button, ReplyMessage
from server.metrics import count_turn

router = APIRouter(
    prefix="/api/v1",
    tags=["conversations"],
    responses={
        "4XX": problem_response("The request cannot be served as it is (RFC 9457); with 429 try again later"),
        "503": problem_response("Too many visitors at once; Retry-After says when to try again"),
    },
)

# The largest integer that both databases hold in the column.
_MAX_SEQ = 2**31 - 1


def _clean_if_text(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


class NewConversation(BaseModel):
    """A conversation just opened; the token is shown this once."""

    id: str
    token: str
    replies: list[ReplyMessage]


class VisitorMessage(BaseModel):
    """What a visitor sends. The client chooses the id and sends the same body again when it retries."""

    client_message_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$", examples=["m-1"])]
    # Cleaned before pydantic looks at it, which refuses what cannot be written as UTF-8.
    text: Annotated[str, BeforeValidator(_clean_if_text), Field(examples=["How long does the battery last?"])]


class MessageResult(BaseModel):
    """The replies to a message; `failed` means that the bot did not answer and the reply says whom to call."""

    client_message_id: str
    state: TurnState
    replies: list[ReplyMessage]


class HistoryMessage(BaseModel):
    """A message of either side. A reply names the message it answers; the greeting answers none."""

    seq: int
    role: Literal["visitor", "bot"]
    text: str
    client_message_id: str | None
    buttons: list[Button]
    metadata: dict[str, Any]
    at: datetime


class History(BaseModel):
    """Messages in their order."""

    messages: list[HistoryMessage]


@router.post("/conversations", status_code=201)
async def open_conversation(chat: Chat, door: Door, address: Address) -> NewConversation:
    """Open a conversation and receive the greeting."""
    await door.admit_conversation(address)
    opened = await chat.open_conversation()
    return NewConversation(id=opened.id, token=opened.token, replies=opened.replies)


@router.post("/conversations/{conversation_id}/messages")
async def send_message(
    conversation_id: OwnConversation, message: VisitorMessage, chat: Chat, door: Door, address: Address
) -> MessageResult:
    """Send a message and receive the replies. The same body again gives the same replies."""
    async with door.turn(address, conversation_id, message.text):
        result = await chat.take_message(conversation_id, message.client_message_id, message.text)
    count_turn("api", result.replies[0].metadata.kind)
    return MessageResult(client_message_id=result.client_message_id, state=result.state, replies=result.replies)


@router.get("/conversations/{conversation_id}/messages")
async def read_history(
    conversation_id: OwnConversation, chat: Chat, after: Annotated[int, Query(ge=0, le=_MAX_SEQ)] = 0
) -> History:
    """Read the messages of both sides after the one with the given `seq`."""
    messages = await chat.history(conversation_id, after)
    return History(messages=[_history_message(message) for message in messages])


def _history_message(message: LoggedMessage) -> HistoryMessage:
    return HistoryMessage(
        seq=message.seq,
        role=message.role,
        text=message.text,
        client_message_id=message.client_message_id,
        buttons=[Button(**button) for button in message.buttons or []],
        metadata={**message.details, "message_id": message.id} if message.details else {},
        at=message.at,
    )
