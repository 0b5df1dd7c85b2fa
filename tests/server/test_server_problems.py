"""Every failure is an RFC 9457 problem, and neither problems nor logs repeat what a visitor wrote."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from server_fakes import FakeBot, Visitor

from server.logs import JsonFormatter

pytestmark = pytest.mark.asyncio

SECRET = "my name is Josephine"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that the server logs, as it would be printed."""
    # The test's own client, which prints addresses, is httpx as well.
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/demo/nothing", 404), ("GET", "/demo/a%00b", 404), ("PUT", "/healthz", 405)],
)
async def test_framework_errors_are_problems(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "detail", "request_id"}
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff",
        b"null",
        b'{"text": "my name is Josephine"}',
        b'{"client_message_id": "my name is Josephine", "text": "x"}',
        b'{"client_message_id": "a", "text": ["my name is Josephine"]}',
        b'{"client_message_id": "\\ud800", "text": "x"}',
    ],
)
async def test_an_invalid_body_is_a_problem_without_its_text(visitor: Visitor, content: bytes) -> None:
    headers = {**visitor.headers, "Content-Type": "application/json"}
    response = await visitor.client.post(visitor.url, content=content, headers=headers)
    assert response.status_code in (400, 422)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "Josephine" not in response.text


@pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999"])
async def test_an_impossible_seq_is_a_problem(visitor: Visitor, after: str) -> None:
    response = await visitor.client.get(visitor.url, params={"after": after}, headers=visitor.headers)
    assert response.status_code == 422


async def test_a_fault_of_ours_shows_its_stack_in_the_log_only(
    visitor: Visitor, bot: FakeBot, log: io.StringIO
) -> None:
    bot.failure = RuntimeError(SECRET)
    response = await visitor.send(SECRET)
    assert response.status_code == 500
    assert set(response.json()) == {"type", "title", "status", "detail", "request_id"}
    assert "Josephine" not in response.text + log.getvalue()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [fault] = [line for line in lines if line["level"] == "error"]
    assert "RuntimeError" in fault["stack"]
    assert "in ask" in fault["stack"]
    assert fault["request_id"] == response.json()["request_id"]


async def test_requests_are_logged_without_text_ids_or_tokens(visitor: Visitor, bot: FakeBot, log: io.StringIO) -> None:
    bot.is_down()
    await visitor.send(SECRET)
    await visitor.client.get("/api/v1/topics/Josephine?q=Josephine")
    printed = log.getvalue()
    lines = [json.loads(line) for line in printed.splitlines()]
    assert "/api/v1/conversations/{conversation_id}/messages" in [line.get("route") for line in lines]
    assert [line["reason"] for line in lines if line["message"] == "bot unavailable"] == ["no connection"]
    for hidden in ("Josephine", visitor.id, visitor.opened["token"]):
        assert hidden not in printed
