"""Each override behaves as the code that it replaces."""

import asyncio
import gc
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rasa
from aiohttp import web
from jsonschema import ValidationError
from rasa.core import run as rasa_run
from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import rasa_speedups

GOOD: dict[str, Any] = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "hello"}]}
BAD: list[dict[str, Any]] = [
    {"events": [{"event": 7}]},
    {"events": [{"event": "no_such_event"}]},
    {"events": [{"event": "slot"}]},
    {"events": [{"name": "a"}]},
    {"events": {}},
    {"responses": ["text"]},
]
OVERRIDDEN: list[tuple[Any, str]] = [
    (RemoteAction, "_validate_action_result"),
    (EndpointConfig, "session"),
    (Event, "resolve_by_type"),
    (DaskGraphRunner, "run"),
    (Domain, "is_empty"),
    (rasa_action, "DEFAULT_REQUEST_TIMEOUT"),
    (rasa_run, "load_agent_on_start"),
    (RulePolicy, "_get_possible_keys"),
    (RulePolicy, "_find_action_from_rules"),
]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Overrides are put in place by each test and taken back after it."""
    names = [(owner, name, owner.__dict__[name]) for owner, name in OVERRIDDEN]
    yield
    for owner, name, value in names:
        setattr(owner, name, value)


def verdict(result: dict[str, Any]) -> bool:
    try:
        return RemoteAction("action_reply", None)._validate_action_result(result)
    except ValidationError:
        return False


def test_action_results_are_judged_as_rasa_judges_them() -> None:
    results = [GOOD, {}, {"events": []}, *BAD]
    before = [verdict(r) for r in results]
    rasa_speedups.apply()
    assert [verdict(r) for r in results] == before
    assert before.count(False) == len(BAD)


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
    port = site._server.sockets[0].getsockname()[1]
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


def test_an_action_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa_speedups, "ACTION_TIMEOUT_SECONDS", 0.2)

    async def ask() -> None:
        hung = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = hung.sockets[0].getsockname()[1]
        action = RemoteAction("action_reply", EndpointConfig(f"http://127.0.0.1:{port}/webhook"))
        tracker = DialogueStateTracker.from_events("c1", [])
        try:
            await action.run(CollectingOutputChannel(), None, tracker, Domain.empty())
        finally:
            hung.close()

    rasa_speedups.apply()
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(ask(), timeout=20))


def test_the_limit_for_actions_is_below_the_servers_deadline() -> None:
    settings = (Path(__file__).parents[2] / "server" / "settings.py").read_text(encoding="utf-8")
    [deadline] = re.findall(r"rasa_timeout_seconds: float = Field\(\s*default=(\d+)", settings)
    assert int(deadline) > rasa_speedups.ACTION_TIMEOUT_SECONDS


def test_another_rasa_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    with pytest.raises(rasa_speedups.WrongRasaError, match=r"3\.6\.22"):
        rasa_speedups.apply()


SCHEMA = {
    "a": ({}, "a"),
    "b": ({"left": "a", "right": "__message__"}, "b"),
    "c": ({"left": "b"}, "c"),
    "aside": ({"left": "a"}, "aside"),
}


class _Node:
    """Notes that it was called, and gives its name with what it got."""

    def __init__(self, name: str, called: list[str]) -> None:
        self._name, self._called = name, called

    def __call__(self, *inputs: Any) -> "tuple[str, Any]":
        self._called.append(self._name)
        return self._name, inputs


def _runner(called: list[str]) -> DaskGraphRunner:
    nodes = {
        name: SchemaNode(needs=needs, uses=GraphComponent, constructor_name="create", fn="run", config={})
        for name, (needs, _) in SCHEMA.items()
    }
    runner = DaskGraphRunner.__new__(DaskGraphRunner)
    runner._graph_schema = GraphSchema(nodes)
    runner._instantiated_nodes = {name: _Node(name, called) for name in nodes}
    runner._execution_context = ExecutionContext(runner._graph_schema)
    return runner


def test_a_graph_runs_as_with_dask() -> None:
    def run() -> "tuple[Any, list[str]]":
        called: list[str] = []
        runner = _runner(called)
        return [runner.run({"__message__": n}, ["c"]) for n in ("one", "two")], sorted(called)

    by_rasa = run()
    rasa_speedups.apply()
    assert run() == by_rasa
    assert "aside" not in by_rasa[1]


def test_an_input_with_the_name_of_a_node_is_refused_as_before() -> None:
    with pytest.raises(GraphRunError):
        _runner([]).run({"__message__": "a"}, ["c"])
    rasa_speedups.apply()
    with pytest.raises(GraphRunError):
        _runner([]).run({"__message__": "a"}, ["c"])


@pytest.mark.parametrize("domain", [Domain.empty(), Domain.from_dict({"intents": ["greet"]})])
def test_a_domain_is_empty_as_before(domain: Domain) -> None:
    before = domain.is_empty()
    rasa_speedups.apply()
    assert [domain.is_empty(), domain.is_empty()] == [before, before]


def test_the_loaded_model_is_as_before_and_no_longer_walked_by_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    async def load(*args: Any) -> Any:
        return ["agent", *args]

    monkeypatch.setattr(rasa_speedups, "_rasa_load", load)
    rasa_speedups.apply()
    try:
        loaded = asyncio.run(rasa_run.load_agent_on_start("model", None, None, None, None))
        assert loaded == ["agent", "model", None, None, None, None]
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


GREETED = {"user": {"intent": "greet"}, "prev_action": {"action_name": "action_listen"}}
REPLIED = {"user": {"intent": "greet"}, "prev_action": {"action_name": "action_reply"}}
TYPED = {"user": {"text": "hello"}, "prev_action": {"action_name": "action_listen"}}
ASKED = {"user": {"intent": "ask"}, "prev_action": {"action_name": "action_listen"}}
BY_INTENT = {json.dumps([{}, GREETED]): "action_reply", json.dumps([GREETED, REPLIED]): "action_listen"}
BY_TEXT = {json.dumps([TYPED]): "action_reply"}


def _policy(folder: Path, rules: dict[str, str]) -> RulePolicy:
    storage, context = LocalModelStorage(folder), ExecutionContext(GraphSchema({}))
    policy = RulePolicy(RulePolicy.get_default_config(), storage, Resource("rules"), context)
    policy.lookup = {RULES: rules}
    return policy


def test_rules_are_found_as_before_also_the_second_time(tmp_path: Path) -> None:
    policy = _policy(tmp_path, BY_INTENT | {json.dumps([GREETED]): "action_reply"})
    talks = [[{}], [{}, GREETED], [ASKED, GREETED], [{}, ASKED, GREETED, REPLIED], [{}, GREETED, REPLIED, ASKED]]
    by_rasa = [policy._get_possible_keys(policy.lookup[RULES], talk) for talk in talks]
    rasa_speedups.apply()
    for _ in range(2):
        assert [policy._get_possible_keys(policy.lookup[RULES], talk) for talk in talks] == by_rasa
    assert len({frozenset(found) for found in by_rasa}) > 2


def test_other_rules_are_not_answered_from_what_was_remembered(tmp_path: Path) -> None:
    rasa_speedups.apply()
    policy = _policy(tmp_path, BY_INTENT)
    assert policy._get_possible_keys(policy.lookup[RULES], [{}, GREETED])
    policy.lookup = {RULES: {json.dumps([{}, ASKED]): "action_reply"}}
    assert not policy._get_possible_keys(policy.lookup[RULES], [{}, GREETED])


@pytest.mark.parametrize("rules", [BY_INTENT, BY_INTENT | BY_TEXT])
@pytest.mark.parametrize("intent", ["greet", "ask"])
def test_the_next_action_is_as_before(tmp_path: Path, rules: dict[str, str], intent: str) -> None:
    domain = Domain.from_dict({"intents": ["greet", "ask"], "actions": ["action_reply"]})
    said = UserUttered("hello", {"name": intent, "confidence": 1.0})
    events: list[Event] = [ActionExecuted("action_listen"), said]
    talks = [events, [*events, ActionExecuted("action_reply")]]
    trackers = [DialogueStateTracker.from_events("c1", talk, domain=domain) for talk in talks]
    policy = _policy(tmp_path, rules)

    def predicted() -> list[Any]:
        return [policy.predict_action_probabilities(tracker, domain).probabilities for tracker in trackers]

    by_rasa = predicted()
    rasa_speedups.apply()
    assert predicted() == by_rasa
