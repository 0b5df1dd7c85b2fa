"""Rasa's REST channel, as third-party widgets use it."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from server_fakes import FakeBot, Visitor, golden_replies

pytestmark = pytest.mark.asyncio

URL = "/webhooks/rest/webhook"


async def post(client: httpx.AsyncClient, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
    """Post a body as JSON text."""
    return await client.post(URL, content=json.dumps(body), headers=headers)


async def test_the_channel_says_it_is_there(client: httpx.AsyncClient) -> None:
    response = await client.get("/webhooks/rest/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json", "text/plain;charset=UTF-8"])
async def test_any_content_type_is_taken(client: httpx.AsyncClient, bot: FakeBot, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = await post(client, {"sender": "anna", "message": "hi", "metadata": {"x": 1}}, headers=headers)
    assert response.status_code == 200
    [reply] = response.json()
    assert set(reply) == {"recipient_id", "text", "buttons", "metadata"}
    assert reply["recipient_id"] == "anna"
    assert reply["metadata"]["message_id"]
    assert bot.asked[0][0] != "anna"  # Rasa never learns who a site says its visitor is


async def test_sources_stand_in_the_text(client: httpx.AsyncClient, bot: FakeBot) -> None:
    answer, clarify, _ = golden_replies()
    source = answer.metadata.sources[0]
    answer.metadata.sources = [source, source.model_copy(update={"organisation": "Other"}), source]
    bot.replies = [answer, clarify]
    first, second = (await post(client, {"sender": "anna", "message": "hi"})).json()
    assert first["text"] == f"{answer.text}\n\nSources: University of Maryland Pain Medicine; Other."
    assert second["text"] == clarify.text


async def test_the_native_api_leaves_the_text_alone(visitor: Visitor) -> None:
    assert "Sources:" not in (await visitor.send("hi")).text


async def test_a_stream_gives_an_object_a_line(client: httpx.AsyncClient, bot: FakeBot) -> None:
    bot.replies = golden_replies()
    response = await client.post(f"{URL}?stream=true", content='{"sender": "anna", "message": "hi"}')
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert [line["metadata"]["kind"] for line in lines] == ["safety", "answer", "clarify"]


async def test_a_sender_keeps_its_conversation(client: httpx.AsyncClient, bot: FakeBot) -> None:
    for sender in ("anna", "ben", "anna", 7, "7"):
        await post(client, {"sender": sender, "message": "hi"})
    anna, ben, anna_again, seven, seven_again = (sender for sender, _ in bot.asked)
    assert anna == anna_again != ben
    assert seven == seven_again


async def test_a_new_sender_twice_at_once_has_one_conversation(client: httpx.AsyncClient, bot: FakeBot) -> None:
    responses = await asyncio.gather(*(post(client, {"sender": "anna", "message": f"hi {i}"}) for i in range(8)))
    assert {r.status_code for r in responses} == {200}
    assert len({sender for sender, _ in bot.asked}) == 1


@pytest.mark.parametrize(
    "body", [{"message": "hi"}, {"sender": "", "message": "hi"}, {"sender": None, "message": "hi"}]
)
async def test_without_a_sender_each_gets_a_conversation_that_goes_on(
    client: httpx.AsyncClient, bot: FakeBot, body: dict[str, Any]
) -> None:
    first = (await post(client, body)).json()[0]["recipient_id"]
    second = (await post(client, body)).json()[0]["recipient_id"]
    assert first != second
    again = (await post(client, {"sender": first, "message": "more"})).json()[0]["recipient_id"]
    assert again == first
    assert bot.asked[2][0] == bot.asked[0][0] != bot.asked[1][0]


async def test_the_id_of_another_protocols_conversation_opens_nothing(visitor: Visitor, bot: FakeBot) -> None:
    await post(visitor.client, {"sender": visitor.id, "message": "/battery_life"})
    [(sender, message)] = bot.asked
    assert sender != visitor.id
    assert message == "battery_life"
    assert len(await visitor.history()) == 1


async def test_only_an_offered_payload_is_a_payload(client: httpx.AsyncClient, bot: FakeBot) -> None:
    for message in ("/pump_replacement", "/pump_replacement", "/session_start"):
        await post(client, {"sender": "anna", "message": message})
    assert [message for _, message in bot.asked] == ["pump_replacement", "/pump_replacement", "session_start"]


async def test_a_long_message_is_answered_without_the_bot(client: httpx.AsyncClient, bot: FakeBot) -> None:
    response = await post(client, {"sender": "anna", "message": "x" * 51})
    assert response.status_code == 200
    [reply] = response.json()
    assert reply["text"] == "That message is too long for me. Please call +1 555-0123."
    assert reply["metadata"]["kind"] == "fallback"
    assert bot.asked == []


async def test_a_silent_bot_gives_the_clinics_phone(client: httpx.AsyncClient, bot: FakeBot) -> None:
    bot.is_down()
    response = await post(client, {"sender": "anna", "message": "hi"})
    assert response.status_code == 200
    assert "+1 555-0123" in response.json()[0]["text"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 60_000, b"[]", b'"hi"', b"{}", b'{"message": 1}', b'{"message": null}']
    + [b'{"message": "hi", "sender": %s}' % sender for sender in (b"{}", b"true", b'"\\u0000"', b'"\\ud800"')]
    + [b'{"message": "hi", "sender": "%s"}' % (b"x" * 256)],
)
async def test_a_body_that_cannot_be_read_is_a_problem(client: httpx.AsyncClient, bot: FakeBot, content: bytes) -> None:
    response = await client.post(URL, content=content)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert bot.asked == []


async def test_odd_characters_in_a_message_do_no_harm(client: httpx.AsyncClient, bot: FakeBot) -> None:
    assert (await post(client, {"sender": "anna", "message": "a\x00\ud800b"})).status_code == 200
    assert bot.asked[0][1] == "ab"
    assert (await post(client, {"sender": "anna", "message": "\x00 "})).status_code == 422
