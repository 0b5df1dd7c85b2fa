"""Rate limits, load shedding and whose address counts; with a real Redis, also one that is gone or hangs."""

import asyncio
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from server_fakes import FakeBot, Visitor
from socket_client import PollingClient

from server.edge.limits import RateLimits
from server.errors import NotFoundError
from server.main import create_app
from server.settings import Settings

pytestmark = pytest.mark.asyncio

WEBHOOK = "/webhooks/rest/webhook"
DANGER = "I cannot breathe and my lips are blue"
REDIS = shutil.which("redis-server")


@asynccontextmanager
async def clients(
    settings: Settings, bot: FakeBot, *addresses: str, **changes: Any
) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Clients at these addresses of one server with these settings."""
    app = create_app(settings.model_copy(update=changes), bot)
    async with app.router.lifespan_context(app):
        made = [_client(app, address) for address in addresses or ("192.0.2.1",)]
        yield made
        for client in made:
            await client.aclose()


def _client(app: FastAPI, address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://test")


def assert_is_busy(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert response.json()["type"] == f"urn:pumptalk:problem:{code}"


async def test_a_visitor_beyond_the_limit_waits_and_another_does_not(settings: Settings, bot: FakeBot) -> None:
    async with clients(settings, bot, rate_limit_visitor="2/minute") as [client]:
        anna, ben = await Visitor.arrive(client), await Visitor.arrive(client)
        for i in range(2):
            assert (await anna.send("hi", f"m-{i}")).status_code == 200
        response = await anna.send("hi", "m-3")
        assert_is_busy(response, 429, "too-many-requests")
        assert response.json()["detail"] == "I am busy. Please call +1 555-0123, in an emergency 911."
        assert (await ben.send("hi")).status_code == 200
        assert len(bot.asked) == 3
        assert [m["client_message_id"] for m in await anna.history() if m["role"] == "visitor"] == ["m-0", "m-1"]


async def test_danger_is_answered_beyond_the_limit(settings: Settings, bot: FakeBot) -> None:
    async with clients(settings, bot, rate_limit_visitor="1/minute") as [client]:
        anna = await Visitor.arrive(client)
        await anna.send("hi", "m-1")
        response = await anna.send(DANGER, "m-2")
        assert response.status_code == 200
        assert response.json()["replies"][0]["metadata"]["kind"] == "safety"


async def test_an_address_has_a_limit_of_its_own(settings: Settings, bot: FakeBot) -> None:
    addresses = ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1", "::ffff:192.0.2.1")
    async with clients(settings, bot, *addresses, rate_limit_address="1/minute") as made:
        statuses = [(await client.post("/api/v1/conversations")).status_code for client in made]
    assert statuses == [201, 201, 201, 429, 201, 429]


async def test_everybody_together_has_a_limit(settings: Settings, bot: FakeBot) -> None:
    async with clients(settings, bot, "192.0.2.1", "192.0.2.2", rate_limit_everybody="1/minute") as [one, other]:
        assert (await one.post("/api/v1/conversations")).status_code == 201
        assert_is_busy(await other.post("/api/v1/conversations"), 429, "too-many-requests")


async def test_too_many_requests_of_any_kind_are_turned_away_unread(settings: Settings, bot: FakeBot) -> None:
    async with clients(settings, bot, rate_limit_requests="3/minute") as [client]:
        for path in ("/healthz", "/nothing", "/api/v1/topics"):
            await client.get(path)
        assert_is_busy(await client.post(WEBHOOK, content=b"x"), 429, "too-many-requests")


async def test_a_rasa_widget_is_shown_the_refusal_as_a_reply(settings: Settings, bot: FakeBot) -> None:
    async with clients(settings, bot, rate_limit_visitor="1/minute") as [client]:
        body = {"sender": "anna", "message": "hi"}
        await client.post(WEBHOOK, json=body)
        response = await client.post(WEBHOOK, json=body)
        [reply] = response.json()
        assert (response.status_code, reply["recipient_id"], reply["metadata"]["kind"]) == (200, "anna", "fallback")
        assert reply["text"].startswith("I am busy.")
        danger = await client.post(WEBHOOK, json={"sender": "anna", "message": DANGER})
        assert danger.json()[0]["metadata"]["kind"] == "safety"


async def test_the_socket_has_the_same_limits(settings: Settings, bot: FakeBot) -> None:
    async with clients(settings, bot, rate_limit_visitor="1/minute") as [client]:
        socket_io = await PollingClient(client).connect()
        for text in ("hi", "more", DANGER):
            await socket_io.emit("user_uttered", {"message": text})
        texts = [m["text"] for m in await socket_io.receive("bot_uttered", 4)]
        assert texts[2].startswith("I am busy.")
        assert "911" in texts[3]
        await socket_io.close()


async def test_a_full_server_lets_in_danger_only_and_answers_it_at_once(settings: Settings, bot: FakeBot) -> None:
    bot.gate = asyncio.Event()
    async with clients(settings, bot, max_turns_in_flight=1) as [client]:
        anna, ben = await Visitor.arrive(client), await Visitor.arrive(client)
        asking = asyncio.create_task(anna.send("hi"))
        await bot.was_asked.wait()
        assert_is_busy(await ben.send("hi", "m-1"), 503, "overloaded")
        assert_is_busy(await client.post("/api/v1/conversations"), 503, "overloaded")
        danger = await ben.send(DANGER, "m-2")  # the bot would not answer: its gate is closed
        assert danger.json()["replies"][0]["metadata"]["kind"] == "safety"
        assert [m["client_message_id"] for m in await ben.history() if m["role"] == "visitor"] == ["m-2"]
        bot.gate.set()
        assert (await asking).status_code == 200
        assert (await ben.send("hi", "m-1")).status_code == 200


async def test_a_forged_address_gains_nothing(settings: Settings, bot: FakeBot) -> None:
    async with clients(settings, bot, rate_limit_address="1/minute", trusted_proxies=("10.0.0.0/8",)) as [client]:
        statuses = []
        for i in range(3):
            headers = {"X-Forwarded-For": f"198.51.100.{i}", "Forwarded": f"for=198.51.100.{i}", "X-Real-IP": "1.2.3.4"}
            statuses.append((await client.post("/api/v1/conversations", headers=headers)).status_code)
    assert statuses == [201, 429, 429]


async def test_behind_a_proxy_of_ours_the_last_foreign_address_counts(settings: Settings, bot: FakeBot) -> None:
    changes: dict[str, Any] = {"rate_limit_address": "1/minute", "trusted_proxies": ("10.0.0.0/8",)}
    async with clients(settings, bot, "10.1.2.3", **changes) as [proxy]:
        statuses = []
        for forwarded in ("198.51.100.1", "198.51.100.2", "9.9.9.9, 198.51.100.1", "198.51.100.3, 10.9.9.9"):
            response = await proxy.post("/api/v1/conversations", headers={"X-Forwarded-For": forwarded})
            statuses.append(response.status_code)
    assert statuses == [201, 201, 429, 201]


class Redis:
    """A real Redis on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._command = [
            str(REDIS),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        self.start()

    def start(self) -> None:
        """Start, and wait until it listens."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE)
        assert self.process.stdout
        for line in self.process.stdout:
            if b"Ready to accept connections" in line:
                return
        raise RuntimeError("redis-server did not start")

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if not REDIS:
        pytest.skip("redis-server is not installed")
    redis = Redis(tmp_path)
    yield redis
    redis.stop()


async def test_servers_count_together_in_redis_without_writing_addresses_there(
    settings: Settings, bot: FakeBot, redis: Redis
) -> None:
    changes: dict[str, Any] = {"rate_limit_address": "1/minute", "redis_url": redis.url}
    async with clients(settings, bot, **changes) as [one], clients(settings, bot, **changes) as [other]:
        assert (await one.post("/api/v1/conversations")).status_code == 201
        assert_is_busy(await other.post("/api/v1/conversations"), 429, "too-many-requests")
        assert (await one.get("/readyz")).json()["checks"]["redis"] == "ok"
    keys = subprocess.run(["redis-cli", "-p", str(redis.port), "keys", "*"], capture_output=True, check=True).stdout
    assert keys
    assert b"192.0.2.1" not in keys


@pytest.mark.parametrize("fault", ["stopped", "hung"])
async def test_without_redis_each_server_counts_alone_and_says_so(
    settings: Settings, bot: FakeBot, redis: Redis, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    changes: dict[str, Any] = {"rate_limit_address": "2/minute", "redis_url": redis.url}
    async with clients(settings, bot, "127.0.0.1", **changes) as [client]:
        assert (await client.post("/api/v1/conversations")).status_code == 201
        assert await metric(client, "pumptalk_limits_shared") == 1
        if fault == "stopped":
            redis.stop()
        else:
            redis.process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(5):
            statuses = [(await client.post("/api/v1/conversations")).status_code for _ in range(3)]
            ready = await client.get("/readyz")
        assert statuses == [201, 201, 429]
        assert await metric(client, "pumptalk_limits_shared") == 0
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["checks"]["redis"].startswith("not reachable")
    assert "counted by this server alone" in caplog.text


async def test_redis_is_used_again_when_it_is_back(redis: Redis) -> None:
    now = 100.0
    limits = RateLimits({"visitor": "1/minute"}, redis.url, clock=lambda: now)
    assert await limits.wait("visitor", "a") is None
    redis.stop()
    assert await limits.wait("visitor", "a") is None  # its own count begins at nothing
    redis.start()
    assert await limits.wait("visitor", "a") is not None  # it does not ask at every message
    now += 5
    assert await limits.wait("visitor", "a") is None  # Redis, which forgot
    assert await limits.check() == "ok"
    await limits.close()


async def metric(client: httpx.AsyncClient, name: str) -> float:
    text = (await client.get("/metrics")).text
    return next(s.value for f in text_string_to_metric_families(text) for s in f.samples if s.name == name)


async def test_who_only_guesses_takes_nobodys_place(settings: Settings, bot: FakeBot) -> None:
    app = create_app(settings.model_copy(update={"max_turns_in_flight": 1}), bot)
    door, is_judged, verdict = app.state.door, asyncio.Event(), asyncio.Event()

    async def admit() -> None:
        is_judged.set()
        await verdict.wait()
        raise NotFoundError("no such conversation")

    async def guess() -> None:
        async with door.turn("192.0.2.1", "guessed", "hi", admit):
            raise AssertionError("a guesser came in")

    guessing = asyncio.create_task(guess())
    await is_judged.wait()
    async with door.turn("192.0.2.2", "anna", "hi"):
        verdict.set()
        with pytest.raises(NotFoundError):
            await guessing


async def test_another_token_is_refused_after_the_right_one_was_seen(settings: Settings, bot: FakeBot) -> None:
    async with clients(settings, bot) as [client]:
        anna = await Visitor.arrive(client)
        assert (await anna.send("hi", "m-1")).status_code == 200
        wrong = {"Authorization": "Bearer guessed"}
        url = f"/api/v1/conversations/{anna.id}/messages"
        response = await client.post(url, json={"client_message_id": "m-2", "text": "hi"}, headers=wrong)
        assert response.status_code == 404
        assert (await anna.send("hi", "m-3")).status_code == 200
