"""The few measured overrides of Rasa 3.6.21, each with its reason.

`make bench` measures them and tests/bot keeps them honest.

Rasa is out of support, so nothing here waits for a release; another version is refused at start, because an override
of code that has changed could be wrong without a sign.
"""

import contextlib
import gc
import json
from copy import deepcopy
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, AsyncIterator, Dict, List, Optional, Set, Text, Tuple, Type

import aiohttp
import rasa
from jsonschema.validators import validator_for
from rasa.core import run as rasa_run
from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import TEXT
from rasa.utils.endpoints import EndpointConfig

RASA_VERSION = "3.6.21"
# The action server closes an idle connection after 5 s: drop ours before, or a call would meet a closed one.
_KEEPALIVE_SECONDS = 3
# Less than the server's deadline for the whole message (RASA_TIMEOUT_SECONDS, 8).
ACTION_TIMEOUT_SECONDS = 5
# More than the pairs of intents of neighbouring turns that a clinic sees; each takes some hundred bytes.
_REMEMBERED_AT_MOST = 20_000

_rasa_resolve = Event.resolve_by_type
_rasa_session = EndpointConfig.session
_rasa_possible_keys = RulePolicy._get_possible_keys
_rasa_find_action = RulePolicy._find_action_from_rules
_rasa_validate = RemoteAction._validate_action_result
_rasa_is_empty = Domain.is_empty
_rasa_load = rasa_run.load_agent_on_start


class WrongRasaError(RasaException):
    """The installed Rasa is not the one that these overrides were measured and tested with."""


def apply() -> None:
    """Put the overrides in place. Raises WrongRasaError under another Rasa version."""
    require_version()
    RemoteAction._validate_action_result = _validate_action_result
    EndpointConfig.session = _pooled_session
    Event.resolve_by_type = staticmethod(_resolve_by_type)
    # 0. No measured gain but a promise: Rasa waits 300 s for an action, and answers nobody in that conversation while
    #    it does. Where the action is late the message gets an empty reply, which the server takes for a failure.
    rasa_action.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT_SECONDS
    DaskGraphRunner.run = _run_in_order
    Domain.is_empty = _is_empty
    RulePolicy._get_possible_keys = _possible_keys
    RulePolicy._find_action_from_rules = _find_action
    rasa_run.load_agent_on_start = _load_and_freeze


def require_version() -> None:
    """Raise WrongRasaError under another Rasa version than these overrides are for."""
    if rasa.__version__ != RASA_VERSION:
        raise WrongRasaError(
            f"Rasa {rasa.__version__} is installed, but the overrides in bot/rasa_speedups.py are for {RASA_VERSION}. "
            "Install the locked requirements with `make setup`."
        )


# 1. Rasa calls jsonschema.validate, which checks the schema itself anew on every action call: 56 % of the time of a
#    message in a profile (DESIGN, section 6). Then it holds each event against the schemas of all 23 types, where one
#    can fit: that of its name. What does not fit goes to Rasa's own validation, which says why.
def _validate_action_result(self: RemoteAction, result: Dict[Text, Any]) -> bool:
    frame, of_types = _validators()
    events = result.get("events", ()) if frame.is_valid(result) else [{"event": None}]
    if all(event["event"] in of_types and of_types[event["event"]].is_valid(event) for event in events):
        return True
    return _rasa_validate(self, result)


@cache
def _validators() -> Tuple[Any, Dict[Text, Any]]:
    """For the result but for its types of events, and for the event of each type."""
    frame = deepcopy(RemoteAction.action_response_format_spec())
    event = frame["properties"]["events"]["items"]
    types = event.pop("oneOf")
    of_types = {of_type["properties"]["event"]["const"]: _validator({**event, "allOf": [of_type]}) for of_type in types}
    return _validator(frame), of_types


def _validator(schema: Dict[Text, Any]) -> Any:
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


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


# 7. Rasa holds every rule against every state of the conversation, for each prediction anew. A rule says nothing about
#    states before its own, and few different ones occur, so what was found for them is remembered.
def _possible_keys(self: RulePolicy, lookup: Dict[Text, Text], states: List[Dict[Text, Any]]) -> Set[Text]:
    longest, found = _remembered(self, lookup)
    latest = states[-longest:]
    key = json.dumps(latest, sort_keys=True)
    if key not in found:
        if len(found) >= _REMEMBERED_AT_MOST:
            found.clear()
        found[key] = _rasa_possible_keys(self, lookup, latest)
    return set(found[key])


def _remembered(policy: RulePolicy, lookup: Dict[Text, Text]) -> Tuple[int, Dict[Text, Set[Text]]]:
    """The number of states of the longest rule, and what was found. A policy that learns has other rules afterwards."""
    known = policy.__dict__.get("_pumptalk_rules")
    if known is None or known[0] is not lookup:
        longest = max((len(policy._rule_key_to_state(key)) for key in lookup), default=1)
        known = policy._pumptalk_rules = (lookup, longest, {})
    return known[1:]


# 8. Rasa looks for a rule twice after each message: for one about its very text, then for one about its intent. Where
#    no rule names a text, the first search finds nothing.
def _find_action(
    self: RulePolicy, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
) -> Tuple[Optional[Text], Optional[Text], bool]:
    if use_text_for_last_user_input and not tracker.active_loop_name and not _names_text(self):
        return None, None, False
    return _rasa_find_action(self, tracker, domain, use_text_for_last_user_input)


def _names_text(policy: RulePolicy) -> bool:
    lookup = policy.lookup[RULES]
    known = policy.__dict__.get("_pumptalk_names_text")
    if known is None or known[0] is not lookup:
        states = (state for key in lookup for state in policy._rule_key_to_state(key))
        known = policy._pumptalk_names_text = (lookup, any(TEXT in state.get(USER, {}) for state in states))
    return known[1]
