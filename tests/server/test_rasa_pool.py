"""Several Rasa addresses, against real HTTP servers on loopback: stickiness, failing over, and leaving alone."""

import time

import pytest
from server_fakes import GOLDEN
from test_bot_client import RasaServer, rasa

from server.bot_client import BotUnavailable, RasaClient
from server.rasa_pool import RasaPool

pytestmark = pytest.mark.asyncio


def answer_for(sender: str) -> bytes:
    """The golden replies, for a conversation."""
    return GOLDEN.read_bytes().replace(b'"c1"', f'"{sender}"'.encode())


async def ask(client: RasaClient, times: int = 1) -> list[str]:
    """Ask in conversation c1; what came of it each time."""
    outcomes = []
    for _ in range(times):
        try:
            await client.ask("c1", "hello", {})
            outcomes.append("answered")
        except BotUnavailable as e:
            outcomes.append(e.reason)
    return outcomes


async def test_a_conversation_keeps_its_address_and_they_share_the_conversations() -> None:
    pool = RasaPool(["http://a", "http://b", "http://c"])
    first = [pool.for_conversation(f"c{n}")[0] for n in range(300)]
    assert first == [pool.for_conversation(f"c{n}")[0] for n in range(300)]
    assert all(70 < first.count(url) < 130 for url in pool.all())
    fewer = RasaPool(["http://a", "http://b"])
    moved = [n for n in range(300) if fewer.for_conversation(f"c{n}")[0] != first[n]]
    assert all(first[n] == "http://c" for n in moved), "only the conversations of the one that is gone move"


async def test_a_refused_connection_leads_to_the_next_address() -> None:
    async with rasa(b"[]") as gone:
        pass
    async with rasa(answer_for("c1")) as there:
        for urls in ([gone.url, there.url], [there.url, gone.url]):
            client = RasaClient(urls, 5)
            assert await ask(client) == ["answered"]
            await client.close()


async def test_what_may_have_arrived_is_not_sent_to_another() -> None:
    async with rasa(b"[]") as one, rasa(b"[]") as other:
        client = RasaClient([one.url, other.url], 5)
        assert await ask(client) == ["empty reply"]
        await client.close()
    assert len(one.requests) + len(other.requests) == 1


async def _left_alone(server: RasaServer, monkeypatch: pytest.MonkeyPatch) -> RasaClient:
    """A client after five failures at an address that is well again since."""
    monkeypatch.setattr("server.rasa_pool._REST_SECONDS", 60.0)
    client = RasaClient([server.url], 5)
    assert await ask(client, 7) == ["status 500"] * 5 + ["no address is well"] * 2
    assert len(server.requests) == 5
    assert await client.pool.states() == {server.url: "opened"}
    server.status, server.body = 200, answer_for("c1")
    return client


async def test_an_address_that_fails_is_left_alone_and_then_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async with rasa(b"", 500) as server:
        client = await _left_alone(server, monkeypatch)
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 61)
        assert await ask(client, 2) == ["answered"] * 2
        assert await client.pool.states() == {server.url: "closed"}
        await client.close()


async def test_a_clock_that_is_set_back_does_not_leave_it_alone_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with rasa(b"", 500) as server:
        client = await _left_alone(server, monkeypatch)
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now - 3600)
        assert await ask(client) == ["no address is well"]
        monkeypatch.setattr(time, "time", lambda: now - 3600 + 61)
        assert await ask(client) == ["answered"]
        await client.close()


async def test_a_success_between_failures_counts_anew() -> None:
    async with rasa(b"", 500) as server:
        client = RasaClient([server.url], 5)
        for _ in range(3):
            server.status, server.body = 500, b""
            assert await ask(client, 4) == ["status 500"] * 4
            server.status, server.body = 200, answer_for("c1")
            assert await ask(client) == ["answered"]
        await client.close()


async def test_forgetting_is_told_to_every_address() -> None:
    async with rasa(b"[]") as one, rasa(b"[]") as other:
        client = RasaClient([one.url, other.url], 5)
        await client.forget("c1")
        await client.close()
    assert [server.requests[0][1] for server in (one, other)] == [{"sender": "c1", "message": "/restart"}] * 2


async def test_an_address_that_cannot_be_told_to_forget_is_a_failure() -> None:
    async with rasa(b"[]") as gone:
        pass
    async with rasa(b"[]") as there:
        client = RasaClient([there.url, gone.url], 5)
        with pytest.raises(BotUnavailable):
            await client.forget("c1")
        await client.close()
