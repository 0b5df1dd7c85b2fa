"""Holds the conversations through the server's public API, as a visitor's widget does."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from bench.demo.talks import Talk, Turn

# By it the demonstration's turns are known in the log.
MARK = "demo-"
_AT_ONCE = 4


@dataclass(frozen=True)
class Visit:
    """A conversation that was held: its id, and for each turn its client's id and the topic that was meant."""

    conversation_id: str
    meant: tuple[tuple[str, str | None], ...]


async def hold(url: str, talks: Sequence[Talk]) -> list[Visit]:
    """Hold all conversations. Raises httpx.HTTPError if the server refuses something."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def held(http: httpx.AsyncClient, talk: Talk) -> Visit:
        async with places:
            return await _Visitor(http).hold(talk)

    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http:
        return await asyncio.gather(*(held(http, talk) for talk in talks))


class _Visitor:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._offered: list[str] = []

    async def hold(self, talk: Talk) -> Visit:
        opened = (await self._http.post("/api/v1/conversations")).raise_for_status().json()
        self._path = f"/api/v1/conversations/{opened['id']}"
        self._headers = {"Authorization": f"Bearer {opened['token']}"}
        meant = [(await self._take(turn), turn.meant) for turn in talk.turns]
        if talk.call_back:
            await self._post("contact", talk.call_back)
        return Visit(opened["id"], tuple(meant))

    async def _take(self, turn: Turn) -> str:
        own_id = f"{MARK}{uuid4().hex}"
        text = turn.say or self._pressed(turn.press)
        replies = (await self._post("messages", {"client_message_id": own_id, "text": text})).json()["replies"]
        self._offered = [button["payload"] for reply in replies for button in reply["buttons"]]
        if turn.thumb:
            rated = {"message_id": replies[0]["metadata"]["message_id"], "rating": turn.thumb}
            await self._post("feedback", rated)
        return own_id

    def _pressed(self, number: int) -> str:
        # The bot may have been sure, and asked nothing back.
        return self._offered[min(number, len(self._offered) - 1)] if self._offered else "thank you"

    async def _post(self, what: str, body: dict[str, Any]) -> httpx.Response:
        response = await self._http.post(f"{self._path}/{what}", json=body, headers=self._headers)
        return response.raise_for_status()
