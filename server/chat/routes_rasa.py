"""Rasa's REST channel, byte-compatible, so that third-party Rasa widgets can talk to us."""

import json
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from server.chat.dependencies import Address, Rasa
from server.chat.rasa_shape import rest_message
from server.chat.text import clean
from server.errors import BadRequestError, problem_response

router = APIRouter(prefix="/webhooks", tags=["Rasa protocol"])

_MAX_SENDER_CHARS = 255


@dataclass(frozen=True)
class _Message:
    sender: str | None
    text: str


@router.get("/rest/")
@router.get("/socketio/")
async def health() -> dict[str, str]:
    """Say that the channel is there, as Rasa does."""
    return {"status": "ok"}


@router.post("/rest/webhook", responses={"4XX": problem_response("Unreadable, or too many requests")})
async def webhook(request: Request, rasa: Rasa, address: Address, stream: str = "false") -> Response:
    """Take `{"sender", "message"}` in any Content-Type; reply with a list, or a line each with `?stream=true`."""
    message = _read(await request.body())
    taken = await rasa.answer("rest", address, message.sender, message.text)
    replies = [rest_message(reply) for reply in taken]
    if stream.lower() == "true":
        return Response("".join(f"{json.dumps(r)}\n" for r in replies), media_type="text/event-stream")
    return JSONResponse(replies)


def _read(body: bytes) -> _Message:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequestError("The body must be JSON.") from None
    if not isinstance(data, dict):
        raise BadRequestError("The body must be a JSON object with sender and message.")
    text = data.get("message")
    if not isinstance(text, str):
        raise BadRequestError("message must be a text.")
    return _Message(_sender(data.get("sender")), text)


def _sender(value: object) -> str | None:
    # Rasa itself turns a number into text.
    sender = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if sender is None or sender == "":
        return None
    # Cleaning a sender could make two of them one: refuse it instead.
    if not isinstance(sender, str) or len(sender) > _MAX_SENDER_CHARS or clean(sender) != sender:
        raise BadRequestError(f"sender must be a text of at most {_MAX_SENDER_CHARS} ordinary characters.")
    return sender
