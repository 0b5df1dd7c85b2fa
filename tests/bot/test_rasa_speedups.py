"""Each override behaves as the code that it replaces."""

import asyncio
import gc
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
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.importers.importer import (
    CombinedDataImporter,
    E2EImporter,
    ResponsesSyncImporter,
    TrainingDataImporter,
)
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils.endpoints import EndpointConfig

from bot import rasa_speedups

GOOD: dict[str, Any] = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "hello"}]}
BAD = [{"events": [{"event": 7}]}, {"events": {}}, {"responses": ["text"]}]
OVERRIDDEN: list[tuple[Any, str]] = [
    (RemoteAction, "_validate_action_result"),
    (EndpointConfig, "session"),
    (Event, "resolve_by_type"),
    (DaskGraphRunner, "run"),
    (Domain, "is_empty"),
    (rasa_action, "DEFAULT_REQUEST_TIMEOUT"),
    (rasa_run, "load_agent_on_start"),
    (CombinedDataImporter, "get_nlu_data"),
    (ResponsesSyncImporter, "get_nlu_data"),
    (E2EImporter, "get_nlu_data"),
    (TrainingData, "merge"),
    (RasaYAMLReader, "validate"),
    (Message, "__hash__"),
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


def _training_data(folder: Path) -> TrainingData:
    files = [str(folder / name) for name in ("one.yml", "two.yml")]
    importer = TrainingDataImporter.load_from_config(config_path=str(folder / "config.yml"), training_data_paths=files)
    importer.get_domain()
    return importer.get_nlu_data()


def test_training_data_is_read_once_and_is_what_rasa_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yml").write_text("recipe: default.v1\nlanguage: en\n")
    for name in ("one", "two"):
        text = f"nlu:\n- intent: {name}\n  examples: |\n    - asked of {name}\n    - asked twice\n    - asked twice\n"
        (tmp_path / f"{name}.yml").write_text(f'version: "3.1"\n{text}')
    by_rasa = _training_data(tmp_path)
    rasa_speedups.apply_to_training()
    read: list[str] = []
    reads = RasaYAMLReader.reads

    def counted(self: RasaYAMLReader, *args: Any, **kwargs: Any) -> TrainingData:
        read.append(self.filename)
        return reads(self, *args, **kwargs)

    monkeypatch.setattr(RasaYAMLReader, "reads", counted)
    ours = _training_data(tmp_path)
    assert ours.fingerprint() == by_rasa.fingerprint()
    assert ours.intents == {"one", "two"} == by_rasa.intents
    assert len(read) == len(set(read)) == 2


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
    runner._instantiated_nodes = {name: _Node(name, called) for name in nodes}  # type: ignore[misc]
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


def test_duplicates_are_found_as_before() -> None:
    def distinct() -> list[str]:
        texts = [("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")]
        return [str(m.data) for m in TrainingData([Message({TEXT: t, INTENT: i}) for t, i in texts]).training_examples]

    by_rasa = distinct()
    rasa_speedups.apply_to_training()
    assert distinct() == by_rasa
    assert len(by_rasa) == 3


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
