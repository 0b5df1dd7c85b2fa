"""One-screen action tests: make a tracker, run the action, look at what it said."""

from typing import Any, Dict, List, Optional, Text

from actions.action_reply import ActionReply
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher


def said(
    intent: Text,
    confidence: float = 0.9,
    action: Text = "answer",
    topics: Optional[List[Text]] = None,
    earlier: Optional[List[Dict[Text, Any]]] = None,
) -> Dict[Text, Any]:
    """The one message that action_reply sends for this understanding, after `earlier` replies."""
    events: List[Dict[Text, Any]] = [{"event": "bot", "data": {"custom": custom}} for custom in earlier or []]
    events.append({"event": "user", "metadata": {"model_id": "model-1"}})
    latest = {
        "intent": {"name": intent, "confidence": confidence},
        "understanding": {"action": action, "topics": [intent] if topics is None else topics},
    }
    tracker = Tracker("c1", {}, latest, events, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    ActionReply().run(dispatcher, tracker, {})
    assert len(dispatcher.messages) == 1
    message: Dict[Text, Any] = dispatcher.messages[0]["custom"]
    return message
