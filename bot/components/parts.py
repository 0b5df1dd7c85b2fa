"""From what was understood of a message and of its segments to the parts that each get a reply, in order."""

from dataclasses import dataclass, field, replace
from typing import Any, Dict, List, Sequence, Text, Tuple

from bot.components.decision import RED_FLAGS, Decision
from bot.components.question_splitter import Segment

# A message is answered piece by piece only if one of the pieces is this sure, and what only the turn before makes sense
# of only if it clearly is such a question: what a piece means is easily mistaken. On development messages (data/dev)
# lower values answered wrongly more often than they helped; and to raise red flags from pieces by the classifier
# alarmed at life stories ("then my husband passed"), so that only the whole message does.
SURE_PART = 0.85
SURE_FOLLOW_UP = 0.9
# The rules' red flag stands unless the classifier gives all red flags together less than this. Chosen on messages
# written for the purpose, before they were trained on, together with the bounds `raise_...` in config.yml.
LEAST_SUSPICION = 0.1
# A piece sounds graver out of its message ("face dropped one side", years ago), so it alone must be this clear.
LEAST_SUSPICION_OF_A_PIECE = 0.95
LEAST_SUSPICION_OF_ADVICE = 0.02
# Three answers fill a phone's screen; what is left over the visitor asks again.
_PARTS_AT_MOST = 3
# What is less likely decides nothing, not even in the middle of a talk.
_RANKED, _LEAST_RANKED = 15, 0.002


@dataclass(frozen=True)
class Seen:
    """One text as the classifier sees it. `start` and `end` are its characters in the message.

    `asks`: it is a question. `follow_up` is the kind of a question that needs the turn before it ("and how long?"), or
    empty; `raised` the red flag that it is, or empty.
    """

    start: int
    end: int
    asks: bool
    decision: Decision
    ranking: Sequence[Tuple[Text, float]]
    follow_up: Text = ""
    follow_up_confidence: float = 0.0
    raised: Text = ""

    @property
    def confidence(self) -> float:
        """Probability of the topic that it would be answered with; 0 if none is near."""
        return dict(self.ranking).get(self.decision.topics[0], 0.0) if self.decision.topics else 0.0

    @property
    def flagged(self) -> float:
        """Probability that it is a red flag of any kind."""
        return min(1.0, sum(p for name, p in self.ranking if name.startswith(RED_FLAGS)))

    @property
    def sure(self) -> bool:
        """Whether it is a question that is answered beside others."""
        if not self.asks or self.raised:
            return False
        if self.follow_up:
            return self.follow_up_confidence >= SURE_FOLLOW_UP
        return self.decision.action == "answer"

    @property
    def meant(self) -> Text:
        """What it asks for: no two parts may ask for the same."""
        return self.follow_up or self.decision.topics[0]


@dataclass(frozen=True)
class Part:
    """One reply that is due. `in_talk` ranks the text as it reads after the last topic, if it was read so; `by` tells
    who raised a red flag: rules or classifier.
    """

    action: Text
    topics: List[Text]
    confidence: float
    text: Text = ""
    follow_up: Text = ""
    follow_up_confidence: float = 0.0
    subjects: List[Text] = field(default_factory=list)
    ranking: List[Tuple[Text, float]] = field(default_factory=list)
    in_talk: List[Tuple[Text, float]] = field(default_factory=list)
    by: Text = ""


@dataclass(frozen=True)
class Spotted:
    """A red flag that the rules in front of the bot have found, with its place in the message."""

    topic: Text
    start: int
    end: int


@dataclass(frozen=True)
class Understanding:
    """The parts of a message in the order of their replies; `more` questions were asked than are answered at once.

    `overruled` are red flags of the rules that the classifier is certain to be something calm.
    """

    parts: List[Part]
    more: bool
    overruled: List[Text] = field(default_factory=list)


def pieces_that_count(segments: Sequence[Segment], whole: Seen, flags: Sequence[Spotted]) -> Sequence[Segment]:
    """Those that `understand` must see, as each costs a run of the encoder; it finds the same in these as in all.

    Where the rules have found a red flag every piece may tell about it. Else only questions get a reply, and a single
    one only beside a red flag or where the whole message is unclear.
    """
    if flags:
        return segments
    asking = [s for s in segments if s.asks]
    return asking if len(asking) > 1 or whole.raised or whole.decision.action == "clarify" else []


def understand(
    text: Text,
    whole: Seen,
    segments: Sequence[Seen],
    flags: Sequence[Spotted],
    subjects: Sequence[Dict[Text, Any]],
    in_talk: Sequence[Tuple[Text, float]] = (),
) -> Understanding:
    """Red flags first, then the questions of a message; the message as a whole where it has but one.

    `in_talk` ranks the whole message as it reads after the last topic.
    """
    believed = [flag for flag in flags if _suspected(flag, whole, segments)]
    overruled = [flag.topic for flag in flags if flag not in believed]
    found = _parts(text, whole, segments, believed, subjects)
    found = [replace(p, in_talk=_ranked(in_talk)) if p.text == text and not p.by else p for p in found]
    raised = sum(bool(part.by) for part in found)
    return Understanding(found[: raised + _PARTS_AT_MOST], len(found) > raised + _PARTS_AT_MOST, overruled)


def _suspected(flag: Spotted, whole: Seen, segments: Sequence[Seen]) -> bool:
    """Whether the classifier, too, sees any danger in the message or in the piece where the rules found the flag."""
    if flag.topic.startswith(RED_FLAGS):
        pieces = (s for s in segments if _overlap(s, flag))
        return whole.flagged >= LEAST_SUSPICION or any(s.flagged >= LEAST_SUSPICION_OF_A_PIECE for s in pieces)
    # Beside other questions the whole message is about them, and a piece is too short to tell.
    return dict(whole.ranking).get(flag.topic, 0.0) >= LEAST_SUSPICION_OF_ADVICE or len(segments) > 1


def _parts(
    text: Text, whole: Seen, segments: Sequence[Seen], flags: Sequence[Spotted], subjects: Sequence[Dict[Text, Any]]
) -> List[Part]:
    raised = [_flag(flag.topic, whole, "rules") for flag in flags]
    left = [s for s in segments if not any(_overlap(s, flag) for flag in flags)]
    if whole.raised and whole.raised not in [part.topics[0] for part in raised]:
        raised.append(_flag(whole.raised, whole, "classifier"))
    asked = _distinct([s for s in left if s.sure])
    if raised:
        # What a red flag was found in gets no second reply; the other questions do.
        flagged = [part.topics[0] for part in raised]
        return [*raised, *(_part(text, s, subjects) for s in asked if s.meant not in flagged)]
    if len(asked) > 1 and max(s.confidence for s in asked) >= SURE_PART:
        return [_part(text, s, subjects) for s in asked]
    if len(asked) == 1 and whole.decision.action == "clarify" and not asked[0].follow_up:
        return [_part(text, asked[0], subjects)]
    return [_part(text, whole, subjects)]


def _flag(topic: Text, whole: Seen, by: Text) -> Part:
    probability = dict(whole.ranking).get(topic, 0.0)
    return Part("answer", [topic], 1.0 if by == "rules" else whole.flagged, ranking=[(topic, probability)], by=by)


def _overlap(seen: Seen, flag: Spotted) -> bool:
    return seen.start < flag.end and flag.start < seen.end


def _distinct(seen: Sequence[Seen]) -> List[Seen]:
    found: Dict[Text, Seen] = {}
    for s in seen:
        # A follow-up needs a part before it.
        if found or not s.follow_up:
            found.setdefault(s.meant, s)
    return list(found.values())


def _part(text: Text, seen: Seen, subjects: Sequence[Dict[Text, Any]]) -> Part:
    inside = [s["subject"] for s in subjects if seen.start <= s["start"] < seen.end]
    return Part(
        seen.decision.action,
        seen.decision.topics,
        seen.confidence,
        text[seen.start : seen.end],
        seen.follow_up,
        round(seen.follow_up_confidence, 4),
        list(dict.fromkeys(inside)),
        _ranked(seen.ranking),
    )


def _ranked(ranking: Sequence[Tuple[Text, float]]) -> List[Tuple[Text, float]]:
    return [(name, round(p, 4)) for name, p in ranking[:_RANKED] if p >= _LEAST_RANKED]
