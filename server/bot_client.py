"""The only caller of Rasa."""

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Protocol

import aiohttp
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from server.errors import ServerError
from server.messages import BotReply
from server.rasa_pool import CircuitOpenError, RasaPool

# Rasa closes an idle connection after 5 s: drop ours before, or a message would meet a connection just closed.
_KEEPALIVE_SECONDS = 3.0
_CONNECTIONS = 100
_WEBHOOK = "/webhooks/rest/webhook"
# Rasa's own command that starts a conversation anew; bot/tracker_store.py then drops it. No visitor can send it: what
# they write loses its leading slash (server/chat/text.py), and no button offers it.
FORGET = "/restart"


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

    async def forget(self, sender: str) -> None:
        """Forget a conversation. Raises BotUnavailable if that cannot be made sure now."""

    async def close(self) -> None:
        """Let go of connections."""


class _RasaMessage(BaseModel):
    recipient_id: str
    custom: BotReply


_RASA_MESSAGES = TypeAdapter(Annotated[list[_RasaMessage], Field(min_length=1)])


class RasaClient:
    """Rasa's REST channel over one pool of connections, at one address or several."""

    def __init__(self, urls: Sequence[str], timeout_seconds: float) -> None:
        self.pool = RasaPool(urls)
        self._seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, sender: str, message: str, notes: Notes) -> list[BotReply]:
        """Ask Rasa. Raises BotUnavailable when no usable reply comes before the deadline.

        Another address is asked only if the message has not left for the first one: Rasa may have taken it in.
        """
        body = {"sender": sender, "message": message, "metadata": notes}
        reason = "no address is well"
        try:
            # One deadline over all addresses.
            async with asyncio.timeout(self._seconds):
                for url in self.pool.for_conversation(sender):
                    try:
                        return await self._ask_at(url, sender, body)
                    except CircuitOpenError:
                        continue
                    except aiohttp.ClientConnectorError as e:
                        reason = f"no connection ({type(e).__name__})"
        except TimeoutError:
            reason = f"no reply within {self._seconds:g} s"
        except aiohttp.ClientError as e:
            reason = f"no connection ({type(e).__name__})"
        raise BotUnavailable(reason)

    async def forget(self, sender: str) -> None:
        """Let every Rasa forget a conversation (bot/tracker_store.py). Raises BotUnavailable if one cannot be told."""
        body = {"sender": sender, "message": FORGET}
        for url in self.pool.all():
            try:
                await self._post(url, body)
            except (aiohttp.ClientError, TimeoutError) as e:
                raise BotUnavailable(f"no connection ({type(e).__name__})") from None

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def _ask_at(self, url: str, sender: str, body: dict[str, Any]) -> list[BotReply]:
        async with self.pool.attempt(url):
            return _replies(await self._post(url, body), sender)

    async def _post(self, url: str, body: dict[str, Any]) -> bytes:
        """What Rasa answers with status 200. Raises BotUnavailable for another, and aiohttp's errors."""
        async with self._connections().post(url + _WEBHOOK, json=body, allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                raise BotUnavailable(f"status {response.status}")
            return await response.read()

    def _connections(self) -> aiohttp.ClientSession:
        """The pool, made within the running loop. No proxy of the environment ever sees what visitors write."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEEPALIVE_SECONDS)
            timeout = aiohttp.ClientTimeout(total=self._seconds)
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar)
        return self._session


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
