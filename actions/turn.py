"""What the conversation so far tells an action: the parsed message, and what was said before it."""

from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Text

from rasa_sdk import Tracker


@dataclass(frozen=True)
class Understanding:
    """What the classifier made of the visitor's message."""

    intent: Text
    confidence: float
    action: Text
    topics: List[Text]


def understanding(tracker: Tracker) -> Understanding:
    """Read the newest message. A pressed button carries its topic and no ranking: it is answered as it stands."""
    message: Dict[Text, Any] = tracker.latest_message or {}
    intent = message.get("intent") or {}
    name, confidence = intent.get("name") or "", float(intent.get("confidence") or 0.0)
    made = message.get("understanding")
    if not made:
        return Understanding(name, confidence, "answer", [name])
    return Understanding(name, confidence, made["action"], list(made["topics"]))


def model_id(tracker: Tracker) -> Text:
    """Id of the model that understood the newest message; Rasa notes it on every event."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return str((event.get("metadata") or {}).get("model_id", "unknown"))
    return "unknown"


def replies_before(tracker: Tracker) -> Iterator[Dict[Text, Any]]:
    """The bot's earlier replies, newest first."""
    for event in reversed(tracker.events):
        custom = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
        if custom:
            yield custom
