"""Faults behind the server, with the real Rasa, actions and Redis."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import parts
import pytest
import pytest_asyncio
import real_redis
from conftest import Stage
from parts import Part, SlowRoad
from real_postgres import free_port
from real_redis import Redis
from traffic import Load, Visitor

from deploy.ensure_model import ensure_model

pytestmark = pytest.mark.asyncio

_DEADLINE_SECONDS = 8
_READY_WITHIN_SECONDS = 300
BATTERY, FOLLOW_UP = "How long does the battery last?", "tell me more"


@dataclass
class Bot:
    """Rasa, its actions, and the road between them."""

    stage: Stage
    rasa: Part
    actions: Part
    road: SlowRoad
    server: Part

    async def visitor(self) -> Visitor:
        """A new visitor."""
        return await self.stage.arrive(self.server)

    async def ready(self) -> None:
        """Wait until a question is answered through all of them."""
        deadline = time.monotonic() + _READY_WITHIN_SECONDS
        question = {"sender": "is it ready", "message": BATTERY}
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if (await self.stage.http.post(f"{self.rasa.url}/webhooks/rest/webhook", json=question)).json():
                    return
            await asyncio.sleep(0.2)
        raise RuntimeError("the bot is not ready")


@dataclass
class Behind:
    """What stands behind the server; one for all tests here, because Rasa takes long to start."""

    redis: Redis
    rasa: Part
    actions: Part
    road_port: int


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """Redis, Rasa and the actions."""
    if not real_redis.is_installed():
        pytest.skip(real_redis.ABSENT)
    ensure_model()
    folder, road_port = tmp_path_factory.mktemp("behind"), free_port()
    with real_redis.redis(folder) as redis:
        rasa = parts.rasa(folder, f"http://127.0.0.1:{road_port}/webhook", redis.url)
        actions = parts.actions(folder)
        yield Behind(redis, rasa, actions, road_port)
        for part in (rasa, actions):
            part.kill()


@pytest.fixture
def redis(behind: Behind) -> Redis:
    """The Redis that Rasa remembers in."""
    return behind.redis


@pytest_asyncio.fixture
async def bot(on_sqlite: Stage, behind: Behind) -> AsyncIterator[Bot]:
    """A server with the real Rasa behind it; what an earlier test has killed runs again."""
    stage = on_sqlite
    road = SlowRoad(behind.road_port, behind.actions.port)
    await road.open()
    for part in (behind.redis, behind.actions, behind.rasa):
        part.start()
    await behind.rasa.up()
    [server] = await stage.servers(1, behind.rasa.url, RASA_TIMEOUT_SECONDS=str(_DEADLINE_SECONDS))
    bot = Bot(stage, behind.rasa, behind.actions, road, server)
    await bot.ready()
    yield bot
    road.close()


def kind(result: dict[str, Any]) -> str:
    """The kind of a result's first reply. Of `FOLLOW_UP` it is an answer only if Rasa knows what was said before."""
    first: str = result["replies"][0]["metadata"]["kind"]
    return first


async def test_kill_9_rasa_in_the_middle_of_a_turn(bot: Bot) -> None:
    visitor = await bot.visitor()
    assert kind(await visitor.say(BATTERY)) == "answer"
    bot.road.delay, bot.road.passed = 3, asyncio.Event()
    asking = visitor.say("Can I have an MRI?")
    await bot.road.passed.wait()
    bot.rasa.kill()
    failed = await asking
    assert failed["state"] == "failed"
    assert kind(await visitor.say("I cannot wake my husband")) == "safety"
    bot.road.delay = 0
    bot.rasa.start()
    await bot.ready()
    assert await visitor.deliver("m-1", "Can I have an MRI?") == failed, "never answered twice"
    assert (await visitor.say("Can I have an MRI?"))["state"] == "answered"
    await bot.stage.verdict("kill -9 Rasa in the middle of a turn")


async def test_the_action_server_dies_under_load(bot: Bot) -> None:
    visitors = [await bot.visitor() for _ in range(4)]
    async with Load(visitors, BATTERY) as load:
        await load.go_on(20)
        bot.actions.kill()
        await load.go_on(20)
        bot.actions.start()
        await bot.actions.up()
        await bot.ready()
        while load.latest != "answered":
            await load.go_on(1)
        await load.go_on(20)
    tally = await bot.stage.verdict("action server killed under load")
    assert tally.answered >= 36
    assert tally.failed > 0


async def test_an_action_takes_70_s_and_a_second_message_comes(bot: Bot) -> None:
    visitor = await bot.visitor()
    bot.road.delay = 70
    first = visitor.say(BATTERY)
    await asyncio.sleep(1)
    second = visitor.say("Can I have an MRI?")
    assert [result["state"] for result in await asyncio.gather(first, second)] == ["failed", "failed"]
    bot.road.delay = 0
    await bot.ready()
    assert kind(await visitor.say(BATTERY)) == "answer"
    tally = await bot.stage.verdict("action 70 s slow, second message")
    assert tally.longest < 2 * _DEADLINE_SECONDS


@pytest.mark.parametrize("fault", ["stop", "hang"])
async def test_redis_fails(bot: Bot, redis: Redis, fault: str) -> None:
    visitors = [await bot.visitor() for _ in range(4)]
    for visitor in visitors:
        await visitor.say(BATTERY)
    getattr(redis, fault)()
    after = [await visitor.say(FOLLOW_UP) for visitor in visitors]
    assert [kind(result) for result in after] == ["answer"] * 4, "the talk goes on"
    async with Load(visitors, BATTERY) as load:
        await load.go_on(40)
    assert bot.stage.told.longest < 3
    tally = await bot.stage.verdict(f"Redis {'stopped' if fault == 'stop' else 'hung (SIGSTOP)'}, Rasa's memory")
    assert tally.failed == 0


async def test_another_rasa_goes_on_with_what_redis_knows(bot: Bot) -> None:
    visitor = await bot.visitor()
    await visitor.say(BATTERY)
    bot.rasa.kill()
    bot.rasa.start()
    await bot.ready()
    assert kind(await visitor.say(FOLLOW_UP)) == "answer"
    await bot.stage.verdict("kill -9 Rasa between turns, Redis")


async def test_an_erased_conversation_is_gone_from_redis(bot: Bot, redis: Redis) -> None:
    visitor, other = await bot.visitor(), await bot.visitor()
    for one in (visitor, other):
        await one.say(BATTERY)
    assert redis.holds(visitor.id)
    url = f"{bot.server.url}/api/v1/conversations/{visitor.id}"
    assert (await bot.stage.http.delete(url, headers=visitor.headers)).status_code == 204
    assert (await bot.stage.http.delete(url, headers=visitor.headers)).status_code == 404
    assert not redis.holds(visitor.id)
    assert redis.holds(other.id)
    assert visitor.id.encode() not in (bot.stage.folder / "log.db").read_bytes()
