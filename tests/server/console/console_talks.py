"""Conversations for staff to read, made as visitors make them."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
from server_fakes import FakeBot, Visitor, golden_replies

from server.messages import BotReply

# Signs somebody with these roles in.
Member = Callable[..., Awaitable[httpx.AsyncClient]]
_LINE = re.compile(r'<tr id="line-([^"]+)"')


def ids_in(page: str) -> list[str]:
    """The conversations of a list, in its order."""
    return _LINE.findall(page)


class Talks:
    """Makes conversations; each call returns the conversation's id."""

    def __init__(self, client: httpx.AsyncClient, bot: FakeBot) -> None:
        self._client, self._bot = client, bot
        self.visitors: dict[str, Visitor] = {}

    async def greeted(self) -> str:
        """Somebody who says nothing."""
        visitor = await Visitor.arrive(self._client)
        self.visitors[visitor.id] = visitor
        return visitor.id

    async def answered(self, text: str) -> str:
        """One question, answered."""
        return await self._with(text, golden_replies()[0])

    async def asked_back(self, text: str) -> str:
        """One question, asked back."""
        return await self._with(text, golden_replies()[1])

    async def in_danger(self, text: str) -> str:
        """One message of somebody in danger."""
        return await self._with(text, golden_replies()[2])

    async def refused(self, text: str) -> str:
        """One question, refused."""
        return await self._with(text, refusal())

    async def say(self, conversation_id: str, text: str, reply: BotReply | None = None) -> None:
        """One more message."""
        self._bot.replies = [reply or golden_replies()[0]]
        response = await self.visitors[conversation_id].send(text, uuid4().hex)
        assert response.status_code == 200, response.text

    async def many(self, number: int) -> list[str]:
        """So many answered questions."""
        return [await self.answered(f"question {n}") for n in range(number)]

    async def at_once(self, conversation_id: str, number: int) -> None:
        """So many messages in one conversation at the same time."""
        await asyncio.gather(*(self.say(conversation_id, f"more {n}") for n in range(number)))

    async def rate(self, conversation_id: str, rating: str, comment: str | None = None) -> None:
        """Thumbs on the last reply."""
        visitor = self.visitors[conversation_id]
        message = (await visitor.history())[-1]
        body = {"message_id": message["metadata"]["message_id"], "rating": rating, "comment": comment}
        await self._post(visitor, "feedback", body)

    async def call_back(self, conversation_id: str, **contact: str) -> None:
        """Ask to be called back."""
        await self._post(self.visitors[conversation_id], "contact", {"name": "Ann", "phone": "+1 555-0111", **contact})

    async def erase(self, conversation_id: str) -> None:
        """The visitor erases it."""
        visitor = self.visitors[conversation_id]
        address = f"/api/v1/conversations/{conversation_id}"
        assert (await self._client.delete(address, headers=visitor.headers)).status_code == 204

    async def _with(self, text: str, reply: BotReply) -> str:
        conversation_id = await self.greeted()
        await self.say(conversation_id, text, reply)
        return conversation_id

    async def _post(self, visitor: Visitor, what: str, body: dict[str, object]) -> None:
        address = f"/api/v1/conversations/{visitor.id}/{what}"
        content = json.dumps({k: v for k, v in body.items() if v is not None})
        headers = {**visitor.headers, "Content-Type": "application/json"}
        response = await self._client.post(address, content=content, headers=headers)
        assert response.status_code in (200, 201, 204), response.text


def refusal() -> BotReply:
    """What the bot says to a question that it cannot help with."""
    reply = golden_replies()[0]
    metadata = {"kind": "fallback", "topics": [], "sources": [], "confidence": 0.1}
    return reply.model_copy(update={"text": "Sorry.", "metadata": reply.metadata.model_copy(update=metadata)})
