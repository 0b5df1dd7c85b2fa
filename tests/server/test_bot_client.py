"""The only caller of Rasa, against a real HTTP server on a free loopback port."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from server_fakes import GOLDEN, golden_replies

from server.bot_client import BotUnavailable, RasaClient

pytestmark = pytest.mark.asyncio


class RasaServer:
    """A server that gives the same response to every request, or none at all (`body=None`)."""

    def __init__(self, body: bytes | None, status: int) -> None:
        self.body, self.status = body, status
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until the client leaves."""
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._respond(head.decode(), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _respond(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
        content = await reader.readexactly(int(headers["content-length"]))
        self.requests.append((head.splitlines()[0], json.loads(content)))
        if self.body is not None:
            writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (self.status, len(self.body)) + self.body)
            await writer.drain()


@asynccontextmanager
async def rasa(body: bytes | None, status: int = 200) -> AsyncIterator[RasaServer]:
    """A running server."""
    double = RasaServer(body, status)
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
    double.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield double


@asynccontextmanager
async def client_for(url: str, seconds: float = 5) -> AsyncIterator[RasaClient]:
    """A client that is closed again, before its server is."""
    client = RasaClient([url], seconds)
    try:
        yield client
    finally:
        await client.close()


async def test_the_contracts_replies_are_read() -> None:
    async with rasa(GOLDEN.read_bytes()) as server, client_for(server.url + "/") as client:
        replies = await client.ask("c1", "hello", {})
    assert replies == golden_replies()
    assert server.requests == [
        ("POST /webhooks/rest/webhook HTTP/1.1", {"sender": "c1", "message": "hello", "metadata": {}})
    ]


async def test_connections_are_used_again() -> None:
    async with rasa(GOLDEN.read_bytes()) as server, client_for(server.url) as client:
        for _ in range(3):
            await client.ask("c1", "hello", {})
    assert server.connections == 1


def _changed(**changes: object) -> bytes:
    message = json.loads(GOLDEN.read_text(encoding="utf-8"))[0]
    message["custom"]["metadata"] |= changes
    return json.dumps([message]).encode()


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"[]", 200, "empty reply"),
        (b" []\n", 200, "empty reply"),
        (b"[]", 500, "status 500"),
        (b"", 204, "status 204"),
        (b"", 200, "malformed"),
        (b"not JSON", 200, "malformed"),
        (b"{}", 200, "malformed"),
        (b'[{"recipient_id": "c1", "text": "a bare text"}]', 200, "malformed"),
        (_changed(kind="guess"), 200, "malformed"),
        (_changed(severity="dreadful"), 200, "malformed"),
        (_changed(confidence=float("nan")), 200, "malformed"),
        (_changed(sources=[{"id": "umm"}]), 200, "malformed"),
        (GOLDEN.read_bytes().replace(b'"c1"', b'"c2"'), 200, "reply for another conversation"),
    ],
)
async def test_anything_else_is_no_reply(body: bytes, status: int, reason: str) -> None:
    async with rasa(body, status) as server, client_for(server.url) as client:
        with pytest.raises(BotUnavailable, match=reason):
            await client.ask("c1", "hello", {})


async def test_a_reply_that_does_not_come_is_not_awaited_for_ever() -> None:
    async with rasa(None) as server, client_for(server.url, seconds=0.05) as client:
        with pytest.raises(BotUnavailable, match=r"no reply within 0\.05 s"):
            await client.ask("c1", "hello", {})


async def test_a_refused_connection_is_no_reply() -> None:
    async with rasa(b"[]") as server:
        url = server.url
    async with client_for(url) as client:
        with pytest.raises(BotUnavailable, match="no connection"):
            await client.ask("c1", "hello", {})


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with rasa(GOLDEN.read_bytes()) as server, client_for(server.url) as client:
        assert await client.ask("c1", "hello", {})
