"""What a browser's Socket.IO client (EIO 4, long polling) puts on the wire, written out."""

import asyncio
import json
from typing import Any

import httpx

_RECORD_SEPARATOR = "\x1e"
_PATH = "/socket.io/"
_PATIENCE_SECONDS = 10


class PollingClient:
    """A client of one socket. `events` holds what came, as [name, data]."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str] | None = None) -> None:
        self._client, self._headers = client, headers or {}
        self._query = {"EIO": "4", "transport": "polling"}
        self.events: list[list[Any]] = []

    async def connect(self) -> "PollingClient":
        """Open the transport, then the namespace, as every client does."""
        opened = await self._client.get(_PATH, params=self._query, headers=self._headers)
        assert opened.status_code == 200, opened.text
        self._query["sid"] = json.loads(opened.text[1:])["sid"]
        await self.post("40")
        answer = await self._poll()
        self.is_connected = any(packet.startswith("40") for packet in answer)
        return self

    async def emit(self, name: str, data: object) -> None:
        """Send an event."""
        await self.post("42" + json.dumps([name, data]))

    async def post(self, packet: str) -> httpx.Response:
        """Send a packet as it is."""
        return await self._client.post(_PATH, params=self._query, content=packet, headers=self._headers)

    async def receive(self, name: str, count: int = 1) -> list[Any]:
        """The data of the next events of this name, once there are so many."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while sum(event[0] == name for event in self.events) < count:
                for packet in await self._poll():
                    if packet.startswith("42"):
                        self.events.append(json.loads(packet[2:]))
        found = [event for event in self.events if event[0] == name][:count]
        self.events = [event for event in self.events if event not in found]
        return [event[1] for event in found]

    async def session(self, session_id: str | None = None) -> str:
        """Ask for a session; the id that is confirmed."""
        await self.emit("session_request", {"session_id": session_id})
        [confirmed] = await self.receive("session_confirm")
        assert isinstance(confirmed, str)
        return confirmed

    async def close(self) -> None:
        """Leave, as a closing page does."""
        await self.post("41")
        await self.post("1")

    async def _poll(self) -> list[str]:
        answer = await self._client.get(_PATH, params=self._query, headers=self._headers)
        if answer.status_code != 200:
            return []
        packets = answer.text.split(_RECORD_SEPARATOR)
        if "2" in packets:
            await self.post("3")
        return packets
