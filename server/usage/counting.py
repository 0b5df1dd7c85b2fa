"""From the rows of the log to numbers. Pure: what is counted, and as what, stands here alone."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from server.log.models import Rating, TurnState

# Waiting times are kept in steps of a tenth: 1.0, 1.1, 1.21 ... milliseconds. A percentile is right to 5 %.
_STEP = 1.1
_LONGEST_NAME = 64


class Measure(StrEnum):
    """What is counted. The name beside it says of which kind, where there are several."""

    CONVERSATIONS = "conversations"
    OUTCOME = "outcome"
    HOUR = "hour"
    TOPIC = "topic"
    RATING = "rating"
    TOPIC_UP = "topic_up"
    TOPIC_DOWN = "topic_down"
    CALL_BACKS = "call_backs"
    WAIT = "wait"


class Outcome(StrEnum):
    """What became of a question. Of several replies the first kind in this order counts."""

    FAILED = "failed"
    RED_FLAG = "red_flag"
    CLARIFIED = "clarified"
    ANSWERED = "answered"
    NOT_COVERED = "not_covered"
    REFUSED = "refused"


_OUTCOMES = {
    "safety": Outcome.RED_FLAG,
    "clarify": Outcome.CLARIFIED,
    "answer": Outcome.ANSWERED,
    "service": Outcome.ANSWERED,
    "not_covered": Outcome.NOT_COVERED,
    "fallback": Outcome.REFUSED,
}
_RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}

# (measure, name) to a number; with the day on which a step begins, of several steps.
Counts = Counter[tuple[Measure, str]]
StepCounts = Mapping[tuple[date, Measure, str], int]


@dataclass(frozen=True)
class ReplyFacts:
    """A reply as it is counted. `details` is None if the row is damaged."""

    kind: str
    details: dict[str, Any] | None

    @property
    def topics(self) -> list[str]:
        """The topics that it told of; none if its answer was withheld."""
        details = self.details or {}
        if details.get("withheld"):
            return []
        return [str(topic)[:_LONGEST_NAME] for topic in details.get("topics") or ()]

    @property
    def outcome(self) -> Outcome:
        """What it makes of the question."""
        is_withheld = bool((self.details or {}).get("withheld"))
        return Outcome.REFUSED if is_withheld else _OUTCOMES.get(self.kind, Outcome.REFUSED)


@dataclass(frozen=True)
class TurnFacts:
    """A finished turn as it is counted."""

    state: TurnState
    received_at: datetime
    finished_at: datetime | None
    replies: tuple[ReplyFacts, ...]

    @property
    def outcome(self) -> Outcome:
        """What became of the question."""
        if self.state == "failed":
            # A red flag that was met although the bot was down is one nevertheless.
            has_flag = any(reply.kind == "safety" for reply in self.replies)
            return Outcome.RED_FLAG if has_flag else Outcome.FAILED
        return min((reply.outcome for reply in self.replies), key=_RANK.__getitem__, default=Outcome.FAILED)


@dataclass(frozen=True)
class RatingFacts:
    """A thumb, with the topics of the reply that it is about."""

    rating: Rating
    reply: ReplyFacts


def count(turns: Iterable[TurnFacts], ratings: Iterable[RatingFacts], conversations: int, call_backs: int) -> Counts:
    """The numbers of a day."""
    counts: Counts = Counter()
    for turn in turns:
        counts[Measure.OUTCOME, turn.outcome] += 1
        counts[Measure.HOUR, f"{turn.received_at:%H}"] += 1
        for reply in turn.replies:
            counts.update((Measure.TOPIC, topic) for topic in reply.topics)
        if turn.state == "answered" and turn.finished_at:
            counts[Measure.WAIT, wait_name((turn.finished_at - turn.received_at).total_seconds() * 1000)] += 1
    for rated in ratings:
        counts[Measure.RATING, rated.rating] += 1
        measure = Measure.TOPIC_UP if rated.rating == "up" else Measure.TOPIC_DOWN
        counts.update((measure, topic) for topic in rated.reply.topics)
    counts[Measure.CONVERSATIONS, ""] += conversations
    counts[Measure.CALL_BACKS, ""] += call_backs
    return +counts


def wait_name(milliseconds: float) -> str:
    """The step of a waiting time."""
    return str(round(math.log(max(milliseconds, 1.0), _STEP)))


def wait_percentile(waits: Mapping[str, int], share: float) -> float | None:
    """The waiting time in milliseconds that this share of the turns kept within; None without turns."""
    needed = share * sum(waits.values())
    reached = 0
    for name in sorted(waits, key=int):
        reached += waits[name]
        if reached >= needed:
            return float(_STEP ** int(name))
    return None
