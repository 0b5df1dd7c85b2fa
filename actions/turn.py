"""What the conversation so far tells an action: the understood message, and what was said before it."""

from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Optional, Sequence, Text, Tuple

from rasa_sdk import Tracker

FOLLOW_UP = "followup_"
SUBJECT, LAST_TOPICS, CLOSED = "subject", "last_topics", "closed"


@dataclass(frozen=True)
class Part:
    """One thing that the visitor's message wants a reply to, as the bot's pipeline gives it (bot/components/parts.py).

    `action` is answer, clarify or refuse; `follow_up` the kind of a question that needs the turn before it, or empty;
    `ranking` the most probable topics, `in_talk` those of the text read after the last topic, where it was read so;
    `by` who raised a red flag, or empty.
    """

    action: Text
    topics: List[Text]
    confidence: float
    text: Text = ""
    follow_up: Text = ""
    follow_up_confidence: float = 0.0
    subjects: Sequence[Text] = ()
    ranking: Sequence[Tuple[Text, float]] = ()
    in_talk: Sequence[Tuple[Text, float]] = ()
    by: Text = ""


@dataclass
class Context:
    """What a part is understood against. It moves on from reply to reply.

    `subject` is what the talk is about, `told` all topics answered, the last at the end, `offered` what the
    reply before asked the visitor to choose from, `warned` the red flag that the turn before was answered with.
    """

    subject: Optional[Text] = None
    told: List[Text] = field(default_factory=list)
    offered: Sequence[Text] = ()
    warned: Optional[Text] = None

    @property
    def last(self) -> Optional[Text]:
        """The topic answered last."""
        return self.told[-1] if self.told else None


@dataclass(frozen=True)
class Message:
    """The newest message: its parts, whether more was asked than these, and the rules' red flags found to be calm."""

    parts: List[Part]
    more: bool = False
    overruled: Sequence[Text] = ()


def newest(tracker: Tracker) -> Message:
    """The newest message as it is understood.

    A pressed button carries its topic and no understanding: it is answered as it stands.
    """
    message: Dict[Text, Any] = tracker.latest_message or {}
    made = message.get("understanding")
    if not made:
        intent = message.get("intent") or {}
        name = intent.get("name") or ""
        return Message([Part("answer", [name], float(intent.get("confidence") or 0.0))])
    return Message([part_of(part) for part in made["parts"]], bool(made["more"]), made["overruled"])


def part_of(made: Dict[Text, Any]) -> Part:
    """A part as the pipeline wrote it."""
    kind = made["follow_up"]
    without_prefix = kind[len(FOLLOW_UP) :] if kind.startswith(FOLLOW_UP) else kind
    rankings = {name: [(topic, float(p)) for topic, p in made[name]] for name in ("ranking", "in_talk")}
    return Part(**{**made, "follow_up": without_prefix, **rankings})


def context(tracker: Tracker) -> Context:
    """The context that the slots and the replies before this message hold."""
    told = list(tracker.get_slot(LAST_TOPICS) or ())
    before = next(replies_before(tracker), None)
    asked_back = before is not None and before["metadata"]["kind"] == "clarify"
    return Context(
        subject=tracker.get_slot(SUBJECT),
        told=told,
        offered=before["metadata"]["options"] if before and asked_back else (),
        warned=_warned(tracker),
    )


def _warned(tracker: Tracker) -> Optional[Text]:
    """The red flag that the turn before this message was answered with."""
    events = list(tracker.events)
    # The newest message itself is among the events, at the end.
    turns = [i for i, event in enumerate(events) if event.get("event") == "user"]
    since = events[turns[-2] : turns[-1]] if len(turns) > 1 else ()
    replies = [(e.get("data") or {}).get("custom") for e in since if e.get("event") == "bot"]
    return next((r["metadata"]["topics"][0] for r in replies if r and r["metadata"]["kind"] == "safety"), None)


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
