"""What strangers throw at the door, against a real server process: a clear 4xx, and the process lives on."""

import gzip
import json
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from real_server import RealServer, real_server
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

WEBHOOK = "/webhooks/rest/webhook"
MEGABYTE = 2**20
# What handling one hostile request after the other may add to the process, allocator's slack included.
MAY_GROW_BY = 32 * MEGABYTE
PATIENCE_SECONDS = 1.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, data: Path, migrated_file: Path) -> Iterator[RealServer]:
    folder = tmp_path_factory.mktemp("hostile")
    with real_server(folder, data, migrated_file, REQUEST_TIMEOUT_SECONDS=str(PATIENCE_SECONDS)) as server:
        yield server


@pytest.fixture
def server(running: RealServer) -> Iterator[RealServer]:
    """The server; after the test it is alive, answers, and has not grown."""
    before = running.memory_bytes()
    yield running
    assert running.process.poll() is None
    with running.client() as client:
        reply = client.post(WEBHOOK, json={"sender": "after", "message": "hi"})
        assert reply.status_code == 200
        assert reply.json()[0]["metadata"]["kind"] == "answer"
    assert running.memory_bytes() - before < MAY_GROW_BY


def status_of(server: RealServer, head: str, body: Iterator[bytes]) -> int:
    """The status of a request sent bit by bit, however much of it the server takes."""
    with server.connect() as connection:
        connection.sendall(head.encode())
        try:
            for part in body:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has answered and closed
        return int(connection.recv(65536).split(b" ", 2)[1])


def test_a_hundred_megabytes_are_cut_at_the_limit(server: RealServer) -> None:
    sent = 0

    def megabytes(prefix: bytes = b"", suffix: bytes = b"") -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield prefix + b"x" * MEGABYTE + suffix

    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: {100 * MEGABYTE}\r\n\r\n"
    assert status_of(server, head, megabytes()) == 413
    assert sent < 20
    sent = 0
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert status_of(server, head, megabytes(b"100000\r\n", b"\r\n")) == 413
    assert sent < 20


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, identity"])
def test_a_bomb_is_not_unpacked(server: RealServer, coding: str) -> None:
    plain = b'{"sender": "a", "message": "' + b"x" * (10 * MEGABYTE) + b'"}'
    bomb = zlib.compress(plain, 9) if coding == "deflate" else gzip.compress(plain, 9)
    with server.client() as client:
        response = client.post(WEBHOOK, content=bomb, headers={"Content-Encoding": coding})
    assert response.status_code == 415
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_deep_json_is_refused_before_it_is_parsed(server: RealServer, bracket: str) -> None:
    with server.client() as client:
        deep = client.post(WEBHOOK, content=bracket * 10_000)
        deeper = client.post(WEBHOOK, content=bracket * 100_000)
        native = client.post("/api/v1/conversations/x/messages", content="[" * 60_000)
    assert (deep.status_code, deeper.status_code, native.status_code) == (400, 413, 400)
    assert deep.json()["type"] == "urn:pumptalk:problem:nested-body"


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1\r\nHost: x\r\n" + "".join(f"X-{i}: {'y' * 100}\r\n" for i in range(10_000)) + "\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nX: {'y' * 1_000_000}\r\n\r\n",
        f"GET /{'y' * 1_000_000} HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {'9' * 40}\r\n\r\n",
    ],
    ids=["many headers", "long header", "long address", "no host", "nonsense", "two lengths", "negative", "huge"],
)
def test_a_head_too_big_or_wrong_is_refused(server: RealServer, head: str) -> None:
    assert 400 <= status_of(server, head, iter(())) < 500


def test_connections_that_say_nothing_are_cut(server: RealServer) -> None:
    started = time.monotonic()
    with ExitStack() as stack:
        idle = [stack.enter_context(server.connect()) for _ in range(200)]
        for connection in idle[:100]:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
        with server.client() as client:
            assert client.get("/healthz").status_code == 200
        assert [connection.recv(1) for connection in idle] == [b""] * len(idle)
    assert time.monotonic() - started < PATIENCE_SECONDS + 10


def test_a_dripping_head_is_cut_also_after_a_first_request(server: RealServer) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in connection.recv(65536)
        assert drip(connection, b"GET /healthz HTTP/1.1\r\nX: ") < PATIENCE_SECONDS + 10


def drip(connection: socket.socket, start: bytes) -> float:
    """Send a byte ten times a second until the server has had enough; how long that took."""
    started = time.monotonic()
    connection.settimeout(0.1)
    connection.sendall(start)
    while time.monotonic() - started < 30:
        try:
            connection.sendall(b"y")
            if connection.recv(65536) == b"":
                break
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            break
    return time.monotonic() - started


def test_a_dripping_body_gets_a_timeout(server: RealServer) -> None:
    with server.connect() as connection:
        connection.sendall(f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{".encode())
        assert b"408" in connection.recv(65536).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "content",
    [
        *(b"null", b"1", b'"x"', b"[]", b"{}", b"\x00", b"\xff\xfe"),
        b'{"client_message_id": [], "text": {}}',
        b'{"client_message_id": "a", "text": 1e999}',
        b'{"client_message_id": "a", "text": NaN}',
    ],
)
def test_wrong_types_are_the_callers_fault(server: RealServer, content: bytes) -> None:
    with server.client() as client:
        opened = client.post("/api/v1/conversations").json()
        headers = {"Authorization": f"Bearer {opened['token']}", "Content-Type": "application/json"}
        native = client.post(f"/api/v1/conversations/{opened['id']}/messages", content=content, headers=headers)
        rasa = client.post(WEBHOOK, content=content)
    for response in (native, rasa):
        assert 400 <= response.status_code < 500
        assert response.headers["Content-Type"] == "application/problem+json"


def test_a_websocket_takes_no_deep_and_no_long_message(server: RealServer) -> None:
    url = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    for packet in ("42" + "[" * 60_000, "42" + json.dumps(["user_uttered", {"message": "x" * MEGABYTE}]), "4" * 1000):
        with connect(url, proxy=None) as socket_io:
            assert socket_io.recv(timeout=10)
            socket_io.send("40")
            assert str(socket_io.recv(timeout=10)).startswith("40")
            try:
                socket_io.send(packet)
                socket_io.send('42["session_request",{}]')
                assert "session_confirm" in str(socket_io.recv(timeout=10))
            except ConnectionClosed:
                pass  # cut, which is as good


def test_problems_come_with_the_headers_of_every_response(server: RealServer) -> None:
    with server.client() as client:
        response = client.post(WEBHOOK, content=b"x" * MEGABYTE)
    assert response.status_code == 413
    assert isinstance(response, httpx.Response)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
