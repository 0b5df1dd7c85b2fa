"""What the bot made of one question."""

from dataclasses import dataclass
from typing import Any

from bot.evaluation.questions import OUT_OF_SCOPE, Question

REFUSED = "(refused)"


@dataclass(frozen=True)
class Outcome:
    """`action` is answer, clarify or refuse; `topics` the one answered, those offered, or those near a refusal.

    `also` are the topics of further answers in the same turn. `best_topic` and `confidence` are the topic ranked first
    (out of scope left aside) and its probability; `seconds` is what the parse took.
    """

    question: Question
    action: str
    topics: tuple[str, ...]
    also: tuple[str, ...]
    best_topic: str
    confidence: float
    seconds: float

    @property
    def said(self) -> str:
        """The topic answered or offered first, or that the question was refused."""
        return REFUSED if self.action == "refuse" else self.topics[0]

    @property
    def understood(self) -> bool:
        """The right topic answered or offered first; for an out-of-scope question a refusal."""
        return self.said == (self.question.topic if self.question.in_scope else REFUSED)

    @property
    def wrong_given(self) -> bool:
        """A topic that is not the question's was given as an answer, alone or beside the right one."""
        return (self.action == "answer" and not self.understood) or any(t != self.question.topic for t in self.also)

    @property
    def right_offered(self) -> bool:
        """The bot asked back, and the right topic is among the options."""
        return self.action == "clarify" and self.question.topic in self.topics


def outcome(question: Question, parsed: dict[str, Any], seconds: float) -> Outcome:
    """The outcome in Rasa's parse of the question. Raises KeyError if TopicClassifier did not take part in it."""
    first, *rest = parsed["understanding"]["parts"]
    also = tuple(part["topics"][0] for part in rest if part["action"] == "answer" and not part["follow_up"])
    ranked = [(r["name"], r["confidence"]) for r in parsed["intent_ranking"] if r["name"] != OUT_OF_SCOPE]
    best, confidence = ranked[0]
    return Outcome(question, first["action"], tuple(first["topics"]), also, best, confidence, seconds)
