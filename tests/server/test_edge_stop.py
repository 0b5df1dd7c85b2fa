"""SIGTERM: what is being answered is answered, and nothing new comes in."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from real_server import RealServer, real_server
from websockets.sync.client import ClientConnection, connect

ENDED_WITHIN_SECONDS = 30
WEBHOOK = "/webhooks/rest/webhook"


@pytest.fixture
def server(tmp_path: Path, data: Path, migrated_file: Path) -> Iterator[RealServer]:
    with real_server(tmp_path, data, migrated_file) as server:
        yield server


def test_turns_in_flight_are_answered_before_the_end(server: RealServer) -> None:
    server.rasa.gate.clear()
    answers: list[httpx.Response] = []

    def ask() -> None:
        with server.client() as client:
            answers.append(client.post(WEBHOOK, json={"sender": "anna", "message": "hi"}))

    asking = threading.Thread(target=ask)
    with chatting(server) as socket_io:
        asking.start()
        socket_io.send('42["user_uttered",{"message":"hi"}]')
        wait_until(lambda: len(server.rasa.senders) >= 2)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: is_closed(server))
        server.rasa.gate.set()
        asking.join(ENDED_WITHIN_SECONDS)
        assert next_event(socket_io) == "bot_uttered"
    assert [r.status_code for r in answers] == [200]
    assert answers[0].json()[0]["metadata"]["kind"] == "answer"
    assert server.process.wait(ENDED_WITHIN_SECONDS) in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert [line for line in lines if line["level"] == "error"] == []


@contextmanager
def chatting(server: RealServer) -> Iterator[ClientConnection]:
    """A socket that is ready to chat."""
    with connect(f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket", proxy=None) as socket_io:
        socket_io.recv(timeout=10)
        socket_io.send("40")
        socket_io.recv(timeout=10)
        yield socket_io


def next_event(socket_io: ClientConnection) -> Any:
    """The name of the next event."""
    while True:
        packet = str(socket_io.recv(timeout=ENDED_WITHIN_SECONDS))
        if packet.startswith("42"):
            return json.loads(packet[2:])[0]


def is_closed(server: RealServer) -> bool:
    """Whether new connections are refused."""
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def wait_until(condition: Any) -> None:
    """Wait for something that another process does. Raises AssertionError if it does not."""
    clock = threading.Event()
    for _ in range(ENDED_WITHIN_SECONDS * 50):
        if condition():
            return
        clock.wait(0.02)
    raise AssertionError("waited in vain")
