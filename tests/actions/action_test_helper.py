"""A conversation in a few lines: say the parts of a message as the bot understands them, look at the replies.

Slots and events are kept from turn to turn, as Rasa keeps them.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_reply import ActionReply
from bot.components.parts import Part, Understanding

Reply = dict[str, Any]


class Conversation:
    """The action with its tracker's slots and events."""

    def __init__(self) -> None:
        self._slots: dict[str, Any] = {}
        self._events: list[dict[str, Any]] = []

    def say(self, *parts: Part, more: bool = False, overruled: Sequence[str] = ()) -> list[Reply]:
        """The replies to a message of these parts."""
        understanding = asdict(Understanding(list(parts), more, list(overruled)))
        # Through JSON, as it reaches the action server.
        return self._run({"intent": {"name": "any"}, "understanding": json.loads(json.dumps(understanding))})

    def told(self, *parts: Part) -> list[str]:
        """What the replies to a message of these parts are: their topics, or their kind where they have none."""
        return [name(reply) for reply in self.say(*parts)]

    def press(self, topic: str) -> list[Reply]:
        """The replies to a button's payload, which Rasa reads without the pipeline."""
        return self._run({"intent": {"name": topic, "confidence": 1.0}})

    def forget_events(self) -> None:
        """What the tracker store does to a long conversation: only the slots stay."""
        self._events.clear()

    def _run(self, message: dict[str, Any]) -> list[Reply]:
        self._events.append({"event": "user", "metadata": {"model_id": "model-1"}})
        tracker = Tracker("c1", dict(self._slots), message, list(self._events), False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        *set_slots, after = ActionReply().run(dispatcher, tracker, {})
        assert (after["event"], after["name"]) == ("followup", "action_listen"), "Rasa waits for the visitor next"
        self._slots.update({event["name"]: event["value"] for event in set_slots})
        replies: list[Reply] = [message["custom"] for message in dispatcher.messages]
        self._events += [{"event": "bot", "data": {"custom": reply}} for reply in replies]
        return replies


def name(reply: Reply) -> str:
    """Topic of a reply, or its kind if it has none."""
    topics: list[str] = reply["metadata"]["topics"]
    return topics[0] if topics else reply["metadata"]["kind"]


def said(part: Part) -> Reply:
    """The one reply to a message of one part that begins a conversation."""
    (reply,) = Conversation().say(part)
    return reply


def question(topic: str, confidence: float = 0.95, text: str = "?", about: Sequence[str] = ()) -> Part:
    """A question that is clearly about `topic` and names the subjects `about`."""
    return Part("answer", [topic], confidence, text, subjects=list(about), ranking=[(topic, confidence)])


def unsure(*topics: str, p: float = 0.3, text: str = "?", about: Sequence[str] = ()) -> Part:
    """A question that may be about any of `topics`, each with probability `p`."""
    return Part("clarify", list(topics), p, text, subjects=list(about), ranking=[(topic, p) for topic in topics])


def refused(*near: str, p: float = 0.1, text: str = "?") -> Part:
    """A question out of scope; `near` are the topics that are likeliest all the same."""
    return Part("refuse", list(near), p, text, ranking=[("out_of_scope", 0.4), *((topic, p) for topic in near)])


def follow_up(kind: str, *about: str, sure: float = 0.97, text: str = "?", otherwise: "Part | None" = None) -> Part:
    """A question that needs the turn before it; `otherwise` is what it would be out of its conversation."""
    alone = otherwise or unsure("worry", "effectiveness", p=0.02)
    return replace(alone, text=text, follow_up=f"followup_{kind}", follow_up_confidence=sure, subjects=list(about))


def flag(topic: str, by: str = "rules", p: float = 0.5) -> Part:
    """A red flag that the rules or the classifier raised."""
    return Part("answer", [topic], 1.0, ranking=[(topic, p)], by=by)
