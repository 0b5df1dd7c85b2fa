"""One-screen action tests: make a tracker, run the action, look at what it said."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_reply import ActionReply


def said(
    intent: str,
    confidence: float = 0.9,
    action: str = "answer",
    topics: list[str] | None = None,
    earlier: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The one message that action_reply sends for this understanding, after `earlier` replies."""
    events: list[dict[str, Any]] = [{"event": "bot", "data": {"custom": custom}} for custom in earlier or []]
    events.append({"event": "user", "metadata": {"model_id": "model-1"}})
    latest = {
        "intent": {"name": intent, "confidence": confidence},
        "understanding": {"action": action, "topics": [intent] if topics is None else topics},
    }
    tracker = Tracker("c1", {}, latest, events, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    ActionReply().run(dispatcher, tracker, {})
    assert len(dispatcher.messages) == 1
    message: dict[str, Any] = dispatcher.messages[0]["custom"]
    return message
