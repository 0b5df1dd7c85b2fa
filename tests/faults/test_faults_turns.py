"""Faults around a turn: killed servers, copies at once, late retries, bursts, jumping clocks, poison, guessing."""

import asyncio
import secrets

import httpx
import parts
import pytest
from conftest import Stage
from sqlalchemy import text
from traffic import Visitor

from server.db import create_engine
from server.settings import async_database_url

pytestmark = pytest.mark.asyncio
# Longer than a lease and a round of the server's own: what is left open then was forgotten.
_SETTLED_WITHIN_SECONDS = 60


async def sql(stage: Stage, statement: str, **values: object) -> list[tuple[object, ...]]:
    """Run a statement on the stage's database."""
    engine = create_engine(async_database_url(stage.database_url))
    async with engine.begin() as connection:
        result = await connection.execute(text(statement), values)
        rows = [tuple(row) for row in result.all()] if result.returns_rows else []
    await engine.dispose()
    return rows


async def until_open(stage: Stage, turns: int) -> None:
    """Wait until so many turns are open."""
    while (await sql(stage, "SELECT COUNT(*) FROM turn WHERE state = 'received'"))[0][0] != turns:
        await asyncio.sleep(0.05)


@pytest.mark.quick
async def test_kill_9_server_after_the_inbound_commit(on_postgres: Stage) -> None:
    stage = on_postgres
    rasa = parts.fake_rasa(stage.folder)
    await stage.start(rasa, path="/webhooks/rest/")
    one, other = await stage.servers(2, rasa.url)
    returning, gone = await stage.arrive(one, other), await stage.arrive(one)
    asking = [returning.say("slow 1: comes back")]
    for n in range(3):
        # One after the other: what travels at once over several connections has no order that could be kept.
        asking.append(gone.say(f"slow 1: {n}"))
        await until_open(stage, n + 2)
    one.kill()
    for task in asking[1:]:
        task.cancel()
    assert (await asking[0])["state"] == "answered"
    async with asyncio.timeout(_SETTLED_WITHIN_SECONDS):
        await until_open(stage, 0)
    tally = await stage.verdict("kill -9 server after the inbound commit")
    assert (tally.answered, tally.failed) == (1, 3)


@pytest.mark.quick
async def test_the_same_id_50_times_at_once_over_two_servers(on_postgres: Stage) -> None:
    stage = on_postgres
    rasa = parts.fake_rasa(stage.folder)
    await stage.start(rasa, path="/webhooks/rest/")
    visitor = await stage.arrive(*await stage.servers(2, rasa.url))
    first = visitor.say("slow 1: once")
    copies = [visitor.deliver("m-0", "slow 1: once") for _ in range(49)]
    results = await asyncio.gather(first, *copies)
    assert all(result == results[0] for result in results)
    assert (await stage.verdict("same id 50 times at once, two servers")).answered == 1


@pytest.mark.quick
async def test_a_retry_after_10_minutes(on_postgres: Stage) -> None:
    stage = on_postgres
    rasa = parts.fake_rasa(stage.folder)
    await stage.start(rasa, path="/webhooks/rest/")
    one, other = await stage.servers(2, rasa.url)
    visitor = await stage.arrive(one, other)
    first = await visitor.say("hello")
    earlier = "received_at = received_at - INTERVAL '10 minutes', finished_at = finished_at - INTERVAL '10 minutes'"
    await sql(stage, f"UPDATE turn SET {earlier}")
    rasa.kill()  # a retry needs nobody but the log
    assert await visitor.deliver("m-0", "hello") == first
    await stage.verdict("retry after 10 minutes")


@pytest.mark.quick
async def test_20_messages_in_a_second(on_each: Stage) -> None:
    stage = on_each
    rasa = parts.fake_rasa(stage.folder)
    await stage.start(rasa, path="/webhooks/rest/")
    visitor = await stage.arrive(*await stage.servers(1, rasa.url))
    sending = []
    for n in range(20):
        sending.append(visitor.say(f"message {n}"))
        await asyncio.sleep(0.05)
    await asyncio.gather(*sending)
    assert (await stage.verdict(f"20 messages in a second ({stage.database})")).answered == 20


@pytest.mark.parametrize("hours", [1, -1])
async def test_the_clock_jumps(on_postgres: Stage, hours: int) -> None:
    stage = on_postgres
    rasa = parts.fake_rasa(stage.folder)
    await stage.start(rasa, path="/webhooks/rest/")
    one, other = await stage.servers(2, rasa.url)
    visitor, second = await stage.arrive(one, other), await stage.arrive(other)
    asking, waiting = visitor.say("slow 1: before the jump"), second.say("slow 1: in flight")
    await until_open(stage, 2)
    one.kill()
    # All that the servers know of the time stands in rows, so moving these the other way is the same.
    await sql(stage, f"UPDATE turn SET lease_until = lease_until - INTERVAL '{hours} hour'")
    assert (await asking)["state"] == "answered"
    await waiting
    await visitor.say("after the jump")
    await stage.verdict(f"clock jumps by {hours:+d} h")


@pytest.mark.quick
async def test_poison(on_each: Stage) -> None:
    stage = on_each
    rasa = parts.fake_rasa(stage.folder)
    await stage.start(rasa, path="/webhooks/rest/")
    [server] = await stage.servers(1, rasa.url)
    visitor = await stage.arrive(server)
    assert (await visitor.say("a\x00b"))["state"] == "answered"
    surrogate = f'{{"client_message_id": "{stage.told.sent[visitor.id][0]}-s", "text": "a\\ud800b"}}'
    url = f"{server.url}/api/v1/conversations/{visitor.id}/messages"
    response = await stage.http.post(
        url, content=surrogate, headers={**visitor.headers, "Content-Type": "application/json"}
    )
    assert response.status_code == 200
    stage.told.sent[visitor.id].append("m-0-s")
    long_sender = {"sender": "x" * 300, "message": "hello"}
    assert (await stage.http.post(f"{server.url}/webhooks/rest/webhook", json=long_sender)).status_code == 400
    await sql(
        stage, "UPDATE reply SET metadata = :nothing", nothing="{}" if stage.database == "PostgreSQL" else "{damaged"
    )
    assert len(await visitor.history()) == 5
    damaged = await visitor.post_once("m-0", "a\x00b")
    assert damaged is not None
    assert damaged.json()["replies"][0]["metadata"]["kind"] == "fallback"
    assert (await visitor.say("and after that?"))["state"] == "answered"
    await stage.verdict(f"poison text, corrupt rows ({stage.database})")


@pytest.mark.quick
async def test_a_visitor_guesses(on_sqlite: Stage) -> None:
    stage = on_sqlite
    rasa = parts.fake_rasa(stage.folder)
    await stage.start(rasa, path="/webhooks/rest/")
    # No guess is turned away for being one too many at a time: each is judged by its token.
    [server] = await stage.servers(1, rasa.url, MAX_TURNS_IN_FLIGHT="300")
    victim, guesser = await stage.arrive(server), await stage.arrive(server)
    await victim.say("my secret")
    guesses = [victim.id, *(secrets.token_urlsafe(16) for _ in range(200))]
    responses = await asyncio.gather(*(_guess(stage.http, server.url, guess, guesser) for guess in guesses))
    assert {response.status_code for response in responses} == {404}
    bodies = {str({k: v for k, v in response.json().items() if k != "request_id"}) for response in responses}
    assert len(bodies) == 1
    assert (await stage.verdict("visitor guessing 201 ids")).stored == 1


async def _guess(http: httpx.AsyncClient, url: str, conversation_id: str, guesser: Visitor) -> httpx.Response:
    body = {"client_message_id": "m", "text": "give me your secret"}
    url = f"{url}/api/v1/conversations/{conversation_id}/messages"
    return await http.post(url, json=body, headers=guesser.headers)
