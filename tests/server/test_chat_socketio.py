"""Rasa's SocketIO channel: what three widgets of the field send, and what strangers may try.

The shapes are those of RasaHQ/chat-widget (packages/core/src/connection-strategy), botfront/rasa-webchat 1.0.1
(src/components/Widget) and, over REST, JiteshGaikwad/Chatbot-Widget (src/utils/helpers.js).
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from server_fakes import FakeBot, client_of, golden_replies
from socket_client import PollingClient

from server.main import create_app
from server.messages import BotReply
from server.settings import Settings

pytestmark = pytest.mark.asyncio

Connect = Callable[..., Awaitable[PollingClient]]


@pytest_asyncio.fixture
async def connect(client: httpx.AsyncClient) -> AsyncIterator[Connect]:
    """Opens sockets, and closes them in the end."""
    opened: list[PollingClient] = []

    async def connect(headers: dict[str, str] | None = None) -> PollingClient:
        opened.append(await PollingClient(client, headers).connect())
        return opened[-1]

    yield connect
    for socket in opened:
        await socket.close()


async def test_the_channel_says_it_is_there(client: httpx.AsyncClient) -> None:
    response = await client.get("/webhooks/socketio/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_rasa_webchat(connect: Connect, bot: FakeBot) -> None:
    """It asks without an id, keeps the bare id that it is told, and sends it with each message."""
    bot.replies = golden_replies()[:2]
    socket = await connect()
    await socket.emit("session_request", {"session_id": None, "customData": {"language": "en"}})
    [session] = await socket.receive("session_confirm")
    body = {"message": "battery?", "customData": {"language": "en"}, "session_id": session}
    await socket.emit("user_uttered", body)
    answer, clarify = bot.replies
    messages = await socket.receive("bot_uttered", len(_parts(answer.text)) + 1 + len(_parts(clarify.text)))
    assert [m["text"] for m in messages][-1] == _parts(clarify.text)[-1]
    assert all("\n\n" not in m["text"] for m in messages)
    quick = [{"content_type": "text", "title": b.title, "payload": b.payload} for b in clarify.buttons]
    assert messages[-1]["quick_replies"] == quick
    assert messages[-1]["metadata"]["kind"] == "clarify"
    assert any(m["text"].startswith("Sources: ") for m in messages)


def _parts(text: str) -> list[str]:
    return text.split("\n\n")


async def test_the_reload_of_rasa_webchat_keeps_the_conversation(connect: Connect, bot: FakeBot) -> None:
    first = await connect()
    session = await first.session()
    await first.emit("user_uttered", {"message": "hi", "session_id": session})
    await first.receive("bot_uttered")
    await first.close()
    second = await connect()
    assert await second.session(session) == session
    await second.emit("user_uttered", {"message": "more", "session_id": session})
    await second.receive("bot_uttered")
    assert bot.asked[0][0] == bot.asked[1][0]


async def test_a_button_is_sent_as_its_payload(connect: Connect, bot: FakeBot) -> None:
    bot.replies = golden_replies()[1:2]
    [button, *_] = bot.replies[0].buttons
    socket = await connect()
    session = await socket.session()
    for _ in range(2):
        await socket.emit("user_uttered", {"message": button.payload, "session_id": session})
        await socket.receive("bot_uttered", len(_parts(bot.replies[0].text)))
    assert [message for _, message in bot.asked] == [button.payload.lstrip("/"), button.payload]


async def test_rasas_own_chat_widget_keeps_an_id_of_its_own(connect: Connect, bot: FakeBot) -> None:
    """It makes the id up, ignores the one it is told, and sends its own with each message."""
    own = str(uuid4())
    socket = await connect()
    assert await socket.session(own) != own
    for text in ("hi", "more"):
        await socket.emit("user_uttered", {"message": text, "session_id": own})
        await socket.receive("bot_uttered", len(_parts(bot.replies[0].text)) + 1)
    assert bot.asked[0][0] == bot.asked[1][0]


async def test_rasas_own_chat_widget_over_rest(client: httpx.AsyncClient) -> None:
    """Its fetch has no Content-Type header, so that a browser says text/plain."""
    content = json.dumps({"sender": str(uuid4()), "message": "hi"})
    headers = {"Content-Type": "text/plain;charset=UTF-8"}
    [reply] = (await client.post("/webhooks/rest/webhook", content=content, headers=headers)).json()
    assert reply["text"]


async def test_chatbot_widget_over_rest(client: httpx.AsyncClient, bot: FakeBot) -> None:
    """It shows `text`, then `buttons` if there are any; an empty list it takes for a fault."""
    bot.replies = golden_replies()[1:2]
    body: dict[str, Any] = {"sender": "test_user", "message": "/greet", "metadata": {}}
    [reply] = (await client.post("/webhooks/rest/webhook", json=body)).json()
    assert reply["text"]
    assert all(set(button) == {"title", "payload"} for button in reply["buttons"])
    assert "image" not in reply


async def test_a_guessed_id_opens_nothing(client: httpx.AsyncClient, connect: Connect, bot: FakeBot) -> None:
    """Neither an id made up, nor the sender of a REST conversation, nor the id of the native API."""
    await client.post("/webhooks/rest/webhook", json={"sender": "anna", "message": "hi"})
    native = (await client.post("/api/v1/conversations")).json()["id"]
    for presented in ("anna", native, bot.asked[0][0], "x" * 300, "\x00", "", "1"):
        socket = await connect()
        assert await socket.session(presented) != presented
        await socket.emit("user_uttered", {"message": "hi", "session_id": presented})
        await socket.receive("bot_uttered")
    assert len({sender for sender, _ in bot.asked}) == 8


async def test_a_stranger_hears_nothing_of_another(connect: Connect, bot: FakeBot) -> None:
    anna, ben = await connect(), await connect()
    session = await anna.session()
    await ben.session("a guess")
    bot.replies = [_saying("for Anna")]
    await anna.emit("user_uttered", {"message": "hi", "session_id": session})
    assert [m["text"] for m in await anna.receive("bot_uttered")] == ["for Anna"]
    bot.replies = [_saying("for Ben")]
    await ben.emit("user_uttered", {"message": "hi"})
    assert [m["text"] for m in await ben.receive("bot_uttered")] == ["for Ben"]
    assert (anna.events, ben.events) == ([], [])


def _saying(text: str) -> BotReply:
    reply = golden_replies()[1]
    return reply.model_copy(update={"text": text, "buttons": []})


async def test_messages_of_one_socket_keep_their_order(connect: Connect, bot: FakeBot) -> None:
    socket = await connect()
    session = await socket.session()
    for i in range(10):
        await socket.emit("user_uttered", {"message": f"question {i}", "session_id": session})
    await socket.receive("bot_uttered", 20)
    assert [message for _, message in bot.asked] == [f"question {i}" for i in range(10)]


@pytest.mark.parametrize("sent", [None, 7, "hi", [], {}, {"message": None}, {"message": 1}, {"message": " "}])
async def test_wrong_types_leave_the_socket_alive(connect: Connect, bot: FakeBot, sent: object) -> None:
    socket = await connect()
    await socket.emit("session_request", sent)
    await socket.emit("user_uttered", sent)
    assert await socket.session()
    await socket.emit("user_uttered", {"message": "hi"})
    await socket.receive("bot_uttered")
    assert [message for _, message in bot.asked] == ["hi"]


async def test_a_fault_of_ours_is_answered_with_the_clinics_phone(connect: Connect, bot: FakeBot) -> None:
    bot.failure = RuntimeError("secret")
    socket = await connect()
    await socket.emit("user_uttered", {"message": "hi"})
    [message] = await socket.receive("bot_uttered")
    assert "+1 555-0123" in message["text"]


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        (None, True),
        ("http://test", True),
        ("https://clinic.example", True),
        ("https://evil.example", False),
        ("null", False),
        ("https://clinic.example.evil.example", False),
    ],
)
async def test_only_pages_of_listed_sites_connect(
    settings: Settings, bot: FakeBot, origin: str | None, is_let_in: bool
) -> None:
    app = create_app(settings.model_copy(update={"allowed_origins": ("https://clinic.example",)}), bot)
    async with app.router.lifespan_context(app), client_of(app) as client:
        socket = await PollingClient(client, {"Origin": origin} if origin else {}).connect()
        assert socket.is_connected is is_let_in
        await socket.close()
