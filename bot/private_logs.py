"""Rasa's log without what visitors write.

Rasa puts the message into its log when it cannot be answered, and the local variables of every function on the way.
"""

import os

# Else Rasa would log to a terminal in another way, which prints local variables too. Read when its logging is imported.
os.environ["FORCE_JSON_LOGGING"] = "true"

import traceback
from types import TracebackType
from typing import Any, Dict, List, Optional, Text, Tuple, Type

import structlog
from rasa.utils import log_utils

# The fields that Rasa itself calls worth making anonymous (rasa/utils/log_utils.py), for which it has no way without a
# plugin. Here they are left out.
_WORDS_OF_VISITORS = (
    "text", "response_text", "user_text", "slot_values", "parse_data_text", "parse_data_entities", "prediction_events",
    "tracker_latest_message", "prefilled_slots", "message", "response", "slot_candidates", "rasa_event", "rasa_events",
    "tracker_states", "current_states", "old_states", "successes", "current_entity", "next_entity", "states", "entity",
    "token_text", "user_message", "json_message",
)  # fmt: skip

_Error = Tuple[Type[BaseException], BaseException, Optional[TracebackType]]


def keep_words_out() -> None:
    """Let Rasa's logging leave out what visitors write; call it before Rasa starts."""
    log_utils._anonymizer = _without_words
    # Rasa takes this one when it sets its logging up; it would add every local variable and the error's own words.
    structlog.processors.dict_tracebacks = structlog.processors.ExceptionRenderer(_types_and_places)


def _without_words(_: Any, __: Text, event: Dict[Text, Any]) -> Dict[Text, Any]:
    return {key: value for key, value in event.items() if key not in _WORDS_OF_VISITORS}


def _types_and_places(error: _Error) -> List[Dict[Text, Any]]:
    kind, value, trace = error
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    cause = value.__cause__ or value.__context__
    before = _types_and_places((type(cause), cause, cause.__traceback__)) if cause else []
    return [*before, {"type": kind.__name__, "frames": frames}]
