"""The few measured overrides of Rasa 3.6.21, each with its reason.

`make bench` measures them and tests/bot keeps them honest.

Rasa is out of support, so nothing here waits for a release; another version is refused at start, because an override
of code that has changed could be wrong without a sign.
"""

import contextlib
from functools import cache, lru_cache
from typing import Any, AsyncIterator, Dict, Optional, Text, Type

import aiohttp
import rasa
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

RASA_VERSION = "3.6.21"
# The action server closes an idle connection after 5 s: drop ours before, or a call would meet a closed one.
_KEEPALIVE_SECONDS = 3

_rasa_resolve = Event.resolve_by_type
_rasa_session = EndpointConfig.session


class WrongRasaError(RasaException):
    """The installed Rasa is not the one that these overrides were measured and tested with."""


def apply() -> None:
    """Put the overrides in place. Raises WrongRasaError under another Rasa version."""
    if rasa.__version__ != RASA_VERSION:
        raise WrongRasaError(
            f"Rasa {rasa.__version__} is installed, but the overrides in bot/rasa_speedups.py are for {RASA_VERSION}. "
            "Install the locked requirements with `make setup`."
        )
    RemoteAction._validate_action_result = _validate_action_result
    EndpointConfig.session = _pooled_session
    Event.resolve_by_type = staticmethod(_resolve_by_type)


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
