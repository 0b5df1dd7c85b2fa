"""The native API: a turn is logged once, answered once, and nobody reads another's conversation."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from server_fakes import FakeBot, Visitor, client_of, golden_replies

from server.db import Database
from server.log.turns import Lease, NewTurn, TurnLog
from server.main import create_app
from server.messages import FOR_STAFF
from server.settings import Settings

pytestmark = [pytest.mark.asyncio, pytest.mark.both_databases]


async def test_a_new_conversation_greets_and_offers_the_starters(visitor: Visitor) -> None:
    [greeting] = visitor.opened["replies"]
    assert greeting["recipient_id"] == visitor.id
    assert greeting["text"] == "Hello. I am the chatbot of Test Clinic."
    assert greeting["buttons"] == [
        {"title": "How long the battery lasts", "payload": "/battery_life"},
        {"title": "Replacing the pump", "payload": "/pump_replacement"},
    ]
    metadata = greeting["metadata"]
    assert (metadata["kind"], metadata["topics"]) == ("service", ["greet"])
    assert "severity" not in metadata


async def test_a_message_is_answered(visitor: Visitor, bot: FakeBot) -> None:
    response = await visitor.send("How long does it last?")
    assert response.status_code == 200
    body = response.json()
    assert (body["client_message_id"], body["state"]) == ("m-1", "answered")
    [reply] = body["replies"]
    [golden, *_] = golden_replies()
    assert reply["recipient_id"] == visitor.id
    assert reply["text"] == golden.text
    assert reply["metadata"].pop("message_id")
    assert reply["metadata"] == golden.metadata.model_dump(exclude=set(FOR_STAFF))
    assert bot.asked == [(visitor.id, "How long does it last?")]


async def test_a_safety_reply_tells_its_severity_and_all_replies_come_in_order(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies = list(reversed(golden_replies()))
    replies = (await visitor.send("help")).json()["replies"]
    assert [r["metadata"]["kind"] for r in replies] == ["safety", "clarify", "answer"]
    assert replies[0]["metadata"]["severity"] == "emergency"


async def test_history_holds_both_sides_in_order_and_goes_on_after_a_seq(visitor: Visitor) -> None:
    await visitor.send("first", "m-1")
    await visitor.send("second", "m-2")
    messages = await visitor.history()
    assert [(m["seq"], m["role"], m["client_message_id"]) for m in messages] == [
        (1, "bot", None),
        (2, "visitor", "m-1"),
        (3, "bot", "m-1"),
        (4, "visitor", "m-2"),
        (5, "bot", "m-2"),
    ]
    assert messages[1]["text"] == "first"
    assert (messages[1]["buttons"], messages[1]["metadata"]) == ([], {"state": "answered"})
    assert messages[2]["buttons"] == [{"title": "Replacing the pump", "payload": "/pump_replacement"}]
    assert messages[2]["metadata"]["message_id"]
    assert messages[2]["at"].endswith("Z")
    assert await visitor.history(after=3) == messages[3:]
    assert await visitor.history(after=5) == []


async def test_a_retry_gets_the_stored_replies_without_asking_again(visitor: Visitor, bot: FakeBot) -> None:
    first = await visitor.send("hello")
    assert (await visitor.send("hello")).json() == first.json()
    assert len(bot.asked) == 1
    assert len(await visitor.history()) == 3


async def test_the_same_id_with_another_text_is_refused(visitor: Visitor, bot: FakeBot) -> None:
    await visitor.send("hello")
    response = await visitor.send("secret words")
    assert response.status_code == 422
    assert response.json()["type"] == "urn:pumptalk:problem:message-id-reused"
    assert "secret" not in response.text
    assert len(bot.asked) == 1


async def test_the_same_message_twice_at_once_asks_once(visitor: Visitor, bot: FakeBot) -> None:
    bot.gate = asyncio.Event()
    sending = [asyncio.create_task(visitor.send("hello")) for _ in range(5)]
    await bot.was_asked.wait()
    bot.gate.set()
    bodies = [(await task).json() for task in sending]
    assert all(body == bodies[0] for body in bodies)
    assert len(bot.asked) == 1


async def test_the_message_is_in_the_log_before_the_bot_is_asked(visitor: Visitor, bot: FakeBot) -> None:
    bot.gate = asyncio.Event()
    sending = asyncio.create_task(visitor.send("hello"))
    await bot.was_asked.wait()
    assert [m["text"] for m in await visitor.history(after=1)] == ["hello"]
    bot.gate.set()
    assert (await sending).status_code == 200


async def test_turns_of_one_conversation_run_one_after_the_other(visitor: Visitor, bot: FakeBot) -> None:
    bot.gate = asyncio.Event()
    first = asyncio.create_task(visitor.send("first", "m-1"))
    await bot.was_asked.wait()
    second = asyncio.create_task(visitor.send("second", "m-2"))
    while len(await visitor.history(after=1)) < 2:
        await asyncio.sleep(0)
    other = await Visitor.arrive(visitor.client)
    third = asyncio.create_task(other.send("another conversation does not wait"))
    while len(bot.asked) < 2:
        await asyncio.sleep(0)
    assert bot.asked[1][0] == other.id
    bot.gate.set()
    await asyncio.gather(first, second, third)
    assert [message for sender, message in bot.asked if sender == visitor.id] == ["first", "second"]
    # What came while the first was being answered stands where it came, and the answers stand in their order.
    said = [(m["role"], m["client_message_id"]) for m in await visitor.history(after=1)]
    assert said == [("visitor", "m-1"), ("visitor", "m-2"), ("bot", "m-1"), ("bot", "m-2")]


async def test_many_conversations_at_once(client: httpx.AsyncClient, bot: FakeBot) -> None:
    visitors = await asyncio.gather(*(Visitor.arrive(client) for _ in range(20)))
    responses = await asyncio.gather(*(v.send(f"question {i}", f"m-{i}") for v in visitors for i in range(3)))
    assert {r.status_code for r in responses} == {200}
    assert len(bot.asked) == 60
    assert {len(await v.history()) for v in visitors} == {7}


async def test_a_silent_bot_gives_the_clinics_phone_and_a_failed_turn(visitor: Visitor, bot: FakeBot) -> None:
    bot.is_down()
    first = await visitor.send("hello")
    assert first.status_code == 200
    assert first.json()["state"] == "failed"
    [reply] = first.json()["replies"]
    assert reply["text"] == "I cannot answer right now. Please call Test Clinic at +1 555-0123."
    assert reply["metadata"]["kind"] == "fallback"
    bot.failure = None
    assert (await visitor.send("hello")).json() == first.json()
    assert len(bot.asked) == 1


async def test_a_turn_that_a_stopped_server_left_open_is_answered_on_retry(
    visitor: Visitor, bot: FakeBot, settings: Settings
) -> None:
    database = Database(settings.database_url)
    now = datetime.now(UTC)
    async with database.session() as session:
        log = TurnLog(session)
        assert await log.number(visitor.id, 1, now)
        lease = Lease(now - timedelta(seconds=1), claim="of a server that is gone")
        await log.add(NewTurn(visitor.id, "m-1", "hello"), 2, now, lease)
    await database.close()
    assert (await visitor.send("hello")).json()["state"] == "answered"
    assert bot.asked == [(visitor.id, "hello")]
    assert len(await visitor.history()) == 3


async def test_a_fault_of_ours_leaves_the_turn_open_for_the_retry(visitor: Visitor, bot: FakeBot) -> None:
    bot.failure = RuntimeError("a bug")
    assert (await visitor.send("hello")).status_code == 500
    bot.failure = None
    assert (await visitor.send("hello")).json()["state"] == "answered"
    assert [m["seq"] for m in await visitor.history()] == [1, 2, 3]


async def test_conversations_outlive_a_restart(visitor: Visitor, settings: Settings, bot: FakeBot) -> None:
    first = await visitor.send("hello")
    restarted = create_app(settings, bot)
    async with restarted.router.lifespan_context(restarted), client_of(restarted) as client:
        returning = Visitor(client, visitor.opened)
        assert (await returning.send("hello")).json() == first.json()
        assert len(await returning.history()) == 3


@pytest.mark.parametrize("payload", ["/battery_life", "/pump_replacement"])
async def test_an_offered_payload_goes_to_the_bot_as_it_is(visitor: Visitor, bot: FakeBot, payload: str) -> None:
    await visitor.send(payload)
    assert bot.asked == [(visitor.id, payload)]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("/restart", "restart"),
        (" / //restart", "restart"),
        ("\x00/restart", "restart"),
        ("/battery_life ", "battery_life "),
        ('/battery_life{"subject": "x"}', 'battery_life{"subject": "x"}'),
        ("///", "?"),
        ("and/or", "and/or"),
    ],
)
async def test_any_other_slash_is_text(visitor: Visitor, bot: FakeBot, typed: str, asked: str) -> None:
    assert (await visitor.send(typed)).status_code == 200
    assert bot.asked == [(visitor.id, asked)]
    assert (await visitor.history(after=1))[0]["text"] == typed.replace("\x00", "")


async def test_a_payload_offered_to_another_conversation_is_text(visitor: Visitor, bot: FakeBot) -> None:
    bot.replies = golden_replies()[1:2]
    await visitor.send("unclear")
    await visitor.send("/deny", "m-2")
    other = await Visitor.arrive(visitor.client)
    await other.send("/deny")
    assert [message for _, message in bot.asked] == ["unclear", "/deny", "deny"]


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "\ud83d"])
async def test_an_empty_message_is_refused(visitor: Visitor, bot: FakeBot, text: str) -> None:
    response = await visitor.send(text)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:pumptalk:problem:empty-message"
    assert bot.asked == []


async def test_a_long_message_is_refused_with_the_limit(visitor: Visitor, bot: FakeBot) -> None:
    assert (await visitor.send("x" * 50)).status_code == 200
    response = await visitor.send("x" * 51, "m-2")
    assert response.status_code == 422
    assert response.json()["detail"] == "The message may have at most 50 characters."
    assert len(bot.asked) == 1


async def test_characters_that_cannot_be_stored_are_left_out(visitor: Visitor, bot: FakeBot) -> None:
    assert (await visitor.send("pu\x00mp \ud83d ok \U0001f600")).status_code == 200
    assert bot.asked == [(visitor.id, "pump  ok \U0001f600")]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dTpw", "Bearer two words"])
async def test_without_a_bearer_token_the_answer_is_401(visitor: Visitor, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = await visitor.client.get(visitor.url, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_an_unknown_id_and_a_token_of_another_look_the_same(visitor: Visitor, bot: FakeBot) -> None:
    other = await Visitor.arrive(visitor.client)
    problems = []
    for conversation_id in (visitor.id, "unknown", "nul%00", "%ED%A0%80"):
        url = f"/api/v1/conversations/{conversation_id}/messages"
        body = {"client_message_id": "m", "text": "hello"}
        for response in (
            await other.client.get(url, headers=other.headers),
            await other.client.post(url, headers=other.headers, json=body),
        ):
            assert response.status_code == 404
            problems.append({k: v for k, v in response.json().items() if k != "request_id"})
    assert all(p == problems[0] for p in problems)
    assert bot.asked == []


async def test_a_rasa_conversation_cannot_be_read_with_any_token(client: httpx.AsyncClient) -> None:
    replies = (await client.post("/webhooks/rest/webhook", json={"message": "hi"})).json()
    url = f"/api/v1/conversations/{replies[0]['recipient_id']}/messages"
    assert (await client.get(url, headers={"Authorization": "Bearer x"})).status_code == 404


async def test_the_api_page_describes_problems(app: FastAPI, client: httpx.AsyncClient) -> None:
    spec = (await client.get("/api/v1/openapi.json")).json()
    assert "HTTPValidationError" not in spec["components"]["schemas"]
    assert "Problem" in spec["components"]["schemas"]
