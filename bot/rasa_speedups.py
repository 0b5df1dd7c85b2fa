"""The few measured overrides of Rasa 3.6.21, each with its reason.

`make bench` measures them and tests/bot keeps them honest.

Rasa is out of support, so nothing here waits for a release; another version is refused at start, because an override
of code that has changed could be wrong without a sign.
"""

import contextlib
import gc
from functools import cache, lru_cache
from graphlib import TopologicalSorter
from typing import Any, AsyncIterator, Callable, Dict, List, Optional, Text, Tuple, Type

import aiohttp
import rasa
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core import run as rasa_run
from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import (
    CombinedDataImporter,
    E2EImporter,
    ResponsesSyncImporter,
    TrainingDataImporter,
)
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils.endpoints import EndpointConfig

RASA_VERSION = "3.6.21"
# The action server closes an idle connection after 5 s: drop ours before, or a call would meet a closed one.
_KEEPALIVE_SECONDS = 3
# Less than the server's deadline for the whole message (RASA_TIMEOUT_SECONDS, 8).
ACTION_TIMEOUT_SECONDS = 5

_rasa_resolve = Event.resolve_by_type
_rasa_session = EndpointConfig.session
_rasa_merge = TrainingData.merge
_rasa_is_empty = Domain.is_empty
_rasa_load = rasa_run.load_agent_on_start


class WrongRasaError(RasaException):
    """The installed Rasa is not the one that these overrides were measured and tested with."""


def apply() -> None:
    """Put the overrides in place. Raises WrongRasaError under another Rasa version."""
    _require_version()
    RemoteAction._validate_action_result = _validate_action_result
    EndpointConfig.session = _pooled_session
    Event.resolve_by_type = staticmethod(_resolve_by_type)
    # 0. No measured gain but a promise: Rasa waits 300 s for an action, and answers nobody in that conversation while
    #    it does. Where the action is late the message gets an empty reply, which the server takes for a failure.
    rasa_action.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT_SECONDS
    DaskGraphRunner.run = _run_in_order
    Domain.is_empty = _is_empty
    rasa_run.load_agent_on_start = _load_and_freeze


def _require_version() -> None:
    if rasa.__version__ != RASA_VERSION:
        raise WrongRasaError(
            f"Rasa {rasa.__version__} is installed, but the overrides in bot/rasa_speedups.py are for {RASA_VERSION}. "
            "Install the locked requirements with `make setup`."
        )


# 1. Rasa calls jsonschema.validate, which checks the schema itself anew on every action call: 56 % of the time of a
#    message in a profile (DESIGN, section 6). The schema never changes, so one validator is built once.
@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def _validate_action_result(self: RemoteAction, result: Dict[Text, Any]) -> bool:
    try:
        _validator().validate(result)
    except ValidationError as e:
        e.message += ". Failed to validate Action server response from API; see docs/how-it-works.md"
        raise
    return True


# 2. Rasa opens a new client session, so a new TCP connection, for each action call. One session per endpoint is kept.
def _pooled_session(self: EndpointConfig) -> Any:
    return _kept_open(self)


@contextlib.asynccontextmanager
async def _kept_open(endpoint: EndpointConfig) -> AsyncIterator[aiohttp.ClientSession]:
    session: Optional[aiohttp.ClientSession] = getattr(endpoint, "_pumptalk_session", None)
    if session is None or session.closed:
        session = _rasa_session(endpoint)
        # Rasa makes the session with a default connector; only how long it keeps idle connections is changed.
        session.connector._keepalive_timeout = _KEEPALIVE_SECONDS
        endpoint._pumptalk_session = session
    yield session


# 3. Rasa walks the tree of all event classes for every event of a stored conversation, on every message.
@cache
def _resolve_by_type(type_name: Text, default: Optional[Type[Event]] = None) -> Optional[Type[Event]]:
    return _rasa_resolve(type_name, default)


# 4. Rasa hands its graph of about ten nodes to dask on every run, which plans the same order anew each time. The nodes
#    are called in an order that is found once for each set of targets.
def _run_in_order(
    self: DaskGraphRunner, inputs: Optional[Dict[Text, Any]] = None, targets: Optional[List[Text]] = None
) -> Dict[Text, Any]:
    asked_for = targets or self._graph_schema.target_names
    clash = next((n for n, value in (inputs or {}).items() if isinstance(value, str) and value in _names(self)), None)
    if clash is not None:
        raise GraphRunError(f"The value of the input '{clash}' has the name of a node.")
    done: Dict[Text, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    for name, needs in _plan(self, tuple(asked_for)):
        # As dask does: what nobody provides is passed on as its name, and the node says that it misses it.
        done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
    return dict(done[name] for name in asked_for)


def _names(runner: DaskGraphRunner) -> Dict[Text, Any]:
    return runner._graph_schema.nodes


def _plan(runner: DaskGraphRunner, targets: Tuple[Text, ...]) -> List[Tuple[Text, List[Text]]]:
    plans: Dict[Tuple[Text, ...], List[Tuple[Text, List[Text]]]] = runner.__dict__.setdefault("_pumptalk_plans", {})
    if targets not in plans:
        nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
        order = TopologicalSorter({name: set(node.needs.values()) for name, node in nodes.items()}).static_order()
        plans[targets] = [(name, list(nodes[name].needs.values())) for name in order if name in nodes]
    return plans[targets]


# 5. Rasa writes the whole domain out as a dictionary on every message, to see whether it is an empty one.
def _is_empty(self: Domain) -> bool:
    if "_pumptalk_is_empty" not in self.__dict__:
        self._pumptalk_is_empty = _rasa_is_empty(self)
    return self._pumptalk_is_empty


# 6. Python's garbage collector walks all that the loaded model is made of every few messages: 16 % of the time of a
#    message in a profile. The model stays until the process ends, so it is taken out of what is walked.
async def _load_and_freeze(*args: Any) -> Any:
    agent = await _rasa_load(*args)
    gc.collect()
    gc.freeze()
    return agent


def apply_to_training() -> None:
    """Put the overrides of reading training data in place. Raises WrongRasaError under another Rasa version."""
    _require_version()
    for importer in (CombinedDataImporter, ResponsesSyncImporter, E2EImporter):
        importer.get_nlu_data = _cached_once(importer.get_nlu_data)
    TrainingData.merge = _merge
    RasaYAMLReader.validate = _validate_nothing
    Message.__hash__ = _hash_of_text


# 7. Rasa caches the training data by the arguments as they are written, so `get_nlu_data()` and `get_nlu_data("en")`
#    read all files twice.
def _cached_once(rasa_get: Callable[[Any, Text], TrainingData]) -> Callable[..., TrainingData]:
    def get_nlu_data(self: TrainingDataImporter, language: Optional[Text] = "en") -> TrainingData:
        return rasa_get(self, language or "en")

    return get_nlu_data


# 8. Rasa copies every example deeply at each of several merges. Nobody keeps the data that went into a merge, so the
#    merged data can hold the same examples.
def _merge(self: TrainingData, *others: Optional[TrainingData]) -> TrainingData:
    parts = [self, *filter(None, others)]
    first, *rest = [_without_examples(part) for part in parts]
    merged = _rasa_merge(first, *rest)
    examples = [example for part in parts for example in part.training_examples]
    return TrainingData(examples, merged.entity_synonyms, merged.regex_features, merged.lookup_tables, merged.responses)


def _without_examples(data: TrainingData) -> TrainingData:
    return TrainingData([], data.entity_synonyms, data.regex_features, data.lookup_tables, data.responses)


# 9. Rasa parses each file once more, in pure Python, to hold it against its schema. `bot/check.py` has read every file
#    strictly before a training starts.
def _validate_nothing(self: RasaYAMLReader, string: Text) -> None:
    """The place of Rasa's validation."""


# 10. Rasa writes out each example as JSON and hashes that, several times over, to find duplicates in a set. Equal
#    examples have equal texts, and `==` still compares all of them.
def _hash_of_text(self: Message) -> int:
    return hash(self.get(TEXT))
