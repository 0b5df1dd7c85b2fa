"""A visitor's conversation with the real server, Rasa and actions."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from listening import listening_addresses
from running import ROOT, PumpTalk

BATTERY = "How long does the battery in the pump last?"
RED_FLAG = "My mum has a pain pump, she is very sleepy, her lips are blue and I cannot wake her"
NONSENSE = "Which paint is best for a garden fence?"


@pytest.fixture(scope="module")
def client(pumptalk: PumpTalk) -> Iterator[httpx.Client]:
    with pumptalk.client() as client:
        yield client


def ask(client: httpx.Client, message: str, sender: str = "e2e") -> dict[str, Any]:
    """The one reply to a message, by Rasa's protocol."""
    response = client.post("/webhooks/rest/webhook", json={"sender": sender, "message": message})
    assert response.status_code == 200, response.text
    (reply,) = response.json()
    assert reply["recipient_id"] == sender
    return reply


def test_webhook_answers_with_topic_and_sources(client: httpx.Client) -> None:
    reply = ask(client, BATTERY, "e2e-battery")
    metadata = reply["metadata"]
    assert (metadata["kind"], metadata["topics"]) == ("answer", ["battery_life"])
    assert {source["id"] for source in metadata["sources"]} == {"umm", "premier"}
    assert all(source["organisation"] in reply["text"] for source in metadata["sources"])
    assert 0 < metadata["confidence"] <= 1


def test_button_of_a_reply_is_answered_with_its_topic(client: httpx.Client) -> None:
    button = ask(client, BATTERY, "e2e-button")["buttons"][0]
    reply = ask(client, button["payload"], "e2e-button")
    assert reply["metadata"]["topics"] == [button["payload"].removeprefix("/")]


def test_payload_that_was_never_offered_is_plain_text(client: httpx.Client) -> None:
    assert ask(client, "/restart", "e2e-command")["text"]


def test_red_flag_is_an_emergency(client: httpx.Client) -> None:
    reply = ask(client, RED_FLAG, "e2e-red-flag")
    assert reply["metadata"]["kind"] == "safety"
    assert reply["metadata"]["severity"] == "emergency"
    assert "911" in reply["text"]


def test_what_no_topic_covers_is_not_answered(client: httpx.Client) -> None:
    metadata = ask(client, NONSENSE, "e2e-nonsense")["metadata"]
    assert metadata["kind"] in ("clarify", "fallback")
    assert metadata["sources"] == []


def test_native_api_keeps_the_history(client: httpx.Client) -> None:
    opened = client.post("/api/v1/conversations").json()
    assert opened["replies"][0]["buttons"], "the greeting offers topics"
    messages = f"/api/v1/conversations/{opened['id']}/messages"
    headers = {"Authorization": f"Bearer {opened['token']}"}
    body = {"client_message_id": "m-1", "text": BATTERY}

    first = client.post(messages, json=body, headers=headers).json()
    assert first["state"] == "answered"
    assert first["replies"][0]["metadata"]["topics"] == ["battery_life"]
    assert client.post(messages, json=body, headers=headers).json() == first, "a retry repeats the reply"

    history = client.get(messages, headers=headers).json()["messages"]
    assert [(m["seq"], m["role"]) for m in history] == [(1, "bot"), (2, "visitor"), (3, "bot")]
    assert history[1]["text"] == BATTERY
    assert history[2]["text"] == first["replies"][0]["text"]
    assert client.get(messages).status_code == 401, "nobody reads it without its token"


def test_topics_are_all_there(client: httpx.Client) -> None:
    topics = client.get("/api/v1/topics").json()["topics"]
    assert [topic["id"] for topic in topics] == sorted(file.stem for file in (ROOT / "data" / "answers").glob("*.yml"))


def test_process_is_alive_and_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "checks": {"database": "ok", "bot": "ok"}}


def test_nothing_listens_but_on_the_address_of_the_settings(pumptalk: PumpTalk) -> None:
    """HOST is loopback here; bot and actions must not listen elsewhere, whatever HOST says."""
    assert len(pumptalk.listening()) == 3
    assert listening_addresses(pumptalk.supervisor.pid) == {"127.0.0.1"}
