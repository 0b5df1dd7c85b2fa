"""The only caller of Rasa."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Protocol

import httpx
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from server.errors import ServerError
from server.messages import BotReply

# Rasa closes an idle connection after 5 s: drop ours before, or a message would meet a connection just closed.
_KEEPALIVE_SECONDS = 3.0


# Travels as a message's metadata: what the rules of red flags found,
# {"red_flags": [{topic, start, end}], "calm": bool}.
Notes = Mapping[str, Any]


class BotUnavailable(ServerError):
    """The bot gave no usable reply; `reason` says why, without any message text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Bot(Protocol):
    """Something that answers messages: Rasa, or a fake in tests."""

    async def ask(self, sender: str, message: str, notes: Notes) -> list[BotReply]:
        """The replies to a message of a conversation, at least one; `notes` go with it. Raises BotUnavailable."""

    async def close(self) -> None:
        """Let go of connections."""


class _RasaMessage(BaseModel):
    recipient_id: str
    custom: BotReply


_RASA_MESSAGES = TypeAdapter(Annotated[list[_RasaMessage], Field(min_length=1)])


class RasaClient:
    """Rasa's REST channel over one pool of connections."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._webhook = f"{url.rstrip('/')}/webhooks/rest/webhook"
        self._seconds = timeout_seconds
        # trust_env: a proxy from the environment must never see what visitors write.
        self._http = httpx.AsyncClient(
            timeout=timeout_seconds, limits=httpx.Limits(keepalive_expiry=_KEEPALIVE_SECONDS), trust_env=False
        )

    async def ask(self, sender: str, message: str, notes: Notes) -> list[BotReply]:
        """Ask Rasa. Raises BotUnavailable when no usable reply comes before the deadline."""
        body = {"sender": sender, "message": message, "metadata": notes}
        try:
            # One deadline over all: httpx's own timeouts start anew with every byte.
            async with asyncio.timeout(self._seconds):
                response = await self._http.post(self._webhook, json=body)
        except (TimeoutError, httpx.TimeoutException):
            raise BotUnavailable(f"no reply within {self._seconds:g} s") from None
        except httpx.HTTPError as e:
            raise BotUnavailable(f"no connection ({type(e).__name__})") from None
        if response.status_code != httpx.codes.OK:
            raise BotUnavailable(f"status {response.status_code}")
        return _replies(response.content, sender)

    async def close(self) -> None:
        """Close the pool."""
        await self._http.aclose()


def _replies(body: bytes, sender: str) -> list[BotReply]:
    if body.strip() == b"[]":
        raise BotUnavailable("empty reply")  # this is how Rasa reports an error inside an action
    try:
        messages = _RASA_MESSAGES.validate_json(body)
    except ValidationError:
        raise BotUnavailable("malformed reply") from None
    if any(m.recipient_id != sender for m in messages):
        raise BotUnavailable("reply for another conversation")
    return [m.custom for m in messages]
