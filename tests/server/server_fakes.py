"""Hand-written stand-ins, and a visitor to drive the native API with."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from server.bot_client import BotUnavailable, Notes
from server.messages import BotReply

GOLDEN = Path(__file__).parents[1] / "contract" / "bot_reply.json"


def golden_replies() -> list[BotReply]:
    """The contract's replies: an answer, a clarify, a safety message."""
    return [BotReply.model_validate(m["custom"]) for m in json.loads(GOLDEN.read_text(encoding="utf-8"))]


class FakeBot:
    """A bot that says what the test wants. `asked` holds (sender, message), `notes` what came with each; with a `gate`
    it waits to answer.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.notes: list[Notes] = []
        self.replies = golden_replies()[:1]
        self.failure: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.was_asked = asyncio.Event()
        self.forgotten: list[str] = []

    async def ask(self, sender: str, message: str, notes: Notes) -> list[BotReply]:
        """Answer, or fail."""
        self.asked.append((sender, message))
        self.notes.append(notes)
        self.was_asked.set()
        if self.gate:
            await self.gate.wait()
        if self.failure:
            raise self.failure
        return self.replies

    async def forget(self, sender: str) -> None:
        """Forget a conversation, or fail."""
        if self.failure:
            raise self.failure
        self.forgotten.append(sender)

    async def close(self) -> None:
        """Nothing to close."""

    def is_down(self) -> None:
        """Answer nothing from now on."""
        self.failure = BotUnavailable("no connection")


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """A client that talks to the application without a network."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


class Visitor:
    """A visitor of the native API with a conversation of their own."""

    def __init__(self, client: httpx.AsyncClient, opened: dict[str, Any]) -> None:
        self.client, self.opened = client, opened
        self.id: str = opened["id"]
        self.url = f"/api/v1/conversations/{self.id}/messages"
        self.headers = {"Authorization": f"Bearer {opened['token']}"}

    @classmethod
    async def arrive(cls, client: httpx.AsyncClient) -> "Visitor":
        """Open a conversation."""
        response = await client.post("/api/v1/conversations")
        assert response.status_code == 201
        return cls(client, response.json())

    async def send(self, text: str, message_id: str = "m-1") -> httpx.Response:
        """Send a message."""
        body = {"client_message_id": message_id, "text": text}
        # ensure_ascii, so that a lone surrogate travels as browsers send it.
        content = json.dumps(body)
        headers = {**self.headers, "Content-Type": "application/json"}
        return await self.client.post(self.url, content=content, headers=headers)

    async def history(self, after: int = 0) -> list[dict[str, Any]]:
        """Read the messages."""
        response = await self.client.get(self.url, params={"after": after}, headers=self.headers)
        assert response.status_code == 200
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages
