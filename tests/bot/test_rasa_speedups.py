"""Each override behaves as the code that it replaces."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import rasa
from aiohttp import web
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.utils.endpoints import EndpointConfig

from bot import rasa_speedups

GOOD: dict[str, Any] = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "hello"}]}
BAD = [{"events": [{"event": 7}]}, {"events": {}}, {"responses": ["text"]}]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Overrides are put in place by each test and taken back after it."""
    saved = RemoteAction._validate_action_result, EndpointConfig.session, Event.resolve_by_type
    yield
    RemoteAction._validate_action_result, EndpointConfig.session = saved[:2]
    Event.resolve_by_type = staticmethod(saved[2])


def verdict(result: dict[str, Any]) -> bool:
    try:
        return RemoteAction("action_reply", None)._validate_action_result(result)
    except ValidationError:
        return False


def test_action_results_are_judged_as_rasa_judges_them() -> None:
    before = [verdict(r) for r in [GOOD, *BAD]]
    rasa_speedups.apply()
    assert [verdict(r) for r in [GOOD, *BAD]] == before
    assert before[0] and not all(before)


@pytest.mark.parametrize("name", ["user", "bot", "slot", "action", "session_started", "restart"])
def test_event_types_resolve_as_before(name: str) -> None:
    before = Event.resolve_by_type(name)
    rasa_speedups.apply()
    assert Event.resolve_by_type(name) is before


def test_an_unknown_event_type_is_still_an_error() -> None:
    rasa_speedups.apply()
    with pytest.raises(ValueError, match="Unknown event name"):
        Event.resolve_by_type("no_such_event")


async def _ask_twice() -> "tuple[list[Any], int]":
    connections = set()

    async def answer(request: web.Request) -> web.Response:
        connections.add(request.transport)
        return web.json_response({"echo": await request.json()})

    app = web.Application()
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook")
    replies = [await endpoint.request(json={"n": n}) for n in range(2)]
    session = getattr(endpoint, "_pumptalk_session", None)
    if session:
        await session.close()
    await runner.cleanup()
    return replies, len(connections)


def test_action_calls_share_a_connection_and_get_the_same_replies() -> None:
    before, connections_before = asyncio.run(_ask_twice())
    rasa_speedups.apply()
    after, connections_after = asyncio.run(_ask_twice())
    assert after == before
    assert (connections_before, connections_after) == (2, 1)


def test_another_rasa_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(rasa_speedups.WrongRasaError, match=r"3\.6\.22"):
        rasa_speedups.apply()
