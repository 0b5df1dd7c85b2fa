"""The native API: conversations and their messages."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from server.chat.dependencies import Address, Chat, Door, OwnConversation, bearer_token
from server.chat.shown import buttons_of, metadata_of
from server.chat.text import clean
from server.errors import problem_response
from server.log.models import Rating, TurnState
from server.log.repository import LoggedMessage, NewContact
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


# Cleaned before pydantic looks at it, which refuses what cannot be written as UTF-8.
Text = Annotated[str, BeforeValidator(_clean_if_text)]


class VisitorMessage(BaseModel):
    """What a visitor sends. The client chooses the id and sends the same body again when it retries."""

    client_message_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$", examples=["m-1"])]
    text: Annotated[Text, Field(examples=["How long does the battery last?"])]


class MessageResult(BaseModel):
    """The replies to a message; `failed` means that the bot did not answer and the reply says whom to call."""

    client_message_id: str
    state: TurnState
    replies: list[ReplyMessage]


class HistoryMessage(BaseModel):
    """A message of either side. A reply names the message it answers; the greeting answers none.

    The metadata of a visitor's message tell what became of it: `{"state": "received|answered|failed"}`.
    """

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


class VisitorFeedback(BaseModel):
    """What a visitor thinks of a reply."""

    message_id: Annotated[Text, Field(max_length=64)]
    rating: Rating
    comment: Annotated[Text, Field(max_length=1000)] | None = None


def _none_if_blank(value: str | None) -> str | None:
    return value if value and value.strip() else None


class ContactRequest(BaseModel):
    """A wish to be called back: a name, and a phone number or an e-mail address or both."""

    name: Annotated[Text, Field(min_length=1, max_length=100, pattern=r"\S")]
    phone: Annotated[Annotated[Text, Field(max_length=40)] | None, AfterValidator(_none_if_blank)] = None
    email: Annotated[Annotated[Text, Field(max_length=254)] | None, AfterValidator(_none_if_blank)] = None
    when: Annotated[Text, Field(max_length=200)] | None = None
    note: Annotated[Text, Field(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> "ContactRequest":
        if self.phone is None and self.email is None:
            raise ValueError("at least one of phone and email is needed")
        return self


class ContactTaken(BaseModel):
    """A call-back request that was stored; the text says what happens next."""

    id: str
    text: str


@router.post("/conversations", status_code=201)
async def open_conversation(chat: Chat, door: Door, address: Address) -> NewConversation:
    """Open a conversation and receive the greeting."""
    await door.admit_conversation(address)
    opened = await chat.open_conversation()
    return NewConversation(id=opened.id, token=opened.token, replies=opened.replies)


@router.post("/conversations/{conversation_id}/messages")
async def send_message(
    conversation_id: str,
    token: Annotated[str, Depends(bearer_token)],
    message: VisitorMessage,
    chat: Chat,
    door: Door,
    address: Address,
) -> MessageResult:
    """Send a message and receive the replies. The same body again gives the same replies."""
    admit = partial(chat.authorise_sender, conversation_id, token)
    async with door.turn(address, conversation_id, message.text, admit):
        result = await chat.take_message(conversation_id, token, message.client_message_id, message.text)
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
        buttons=buttons_of(message.buttons, message.id) if message.role == "bot" else [],
        metadata={"state": message.state} if message.state else metadata_of(message.details, message.id),
        at=message.at,
    )


@router.post("/conversations/{conversation_id}/feedback", status_code=204)
async def give_feedback(conversation_id: OwnConversation, feedback: VisitorFeedback, chat: Chat) -> None:
    """Rate a reply. A later rating of the same reply replaces the earlier one."""
    await chat.rate(conversation_id, feedback.message_id, feedback.rating, feedback.comment)


@router.get("/conversations/{conversation_id}/transcript", response_class=PlainTextResponse)
async def download_transcript(conversation_id: OwnConversation, chat: Chat) -> PlainTextResponse:
    """Download the conversation as plain text."""
    headers = {"Content-Disposition": 'attachment; filename="conversation.txt"'}
    return PlainTextResponse(await chat.transcript(conversation_id), headers=headers)


@router.post("/conversations/{conversation_id}/contact", status_code=201)
async def ask_for_call_back(conversation_id: OwnConversation, contact: ContactRequest, chat: Chat) -> ContactTaken:
    """Leave a phone number or an e-mail address for the clinic's staff."""
    new = NewContact(contact.name, contact.phone, contact.email, contact.when, contact.note)
    taken = await chat.take_contact(conversation_id, new)
    return ContactTaken(id=taken.id, text=taken.text)


@router.delete("/conversations/{conversation_id}", status_code=204)
async def erase_conversation(conversation_id: OwnConversation, chat: Chat) -> None:
    """Erase the conversation and all that hangs on it, for good."""
    await chat.eraser.erase(conversation_id)
