"""From a part of a message and the turns before it to what is said: a topic, a question back, or a refusal."""

from dataclasses import dataclass, field
from typing import List, Optional, Sequence, Text, Tuple

from actions.choice import chosen
from actions.turn import Context, Part
from knowledge import FollowUps, Library
from knowledge.model import gravity

REFUSAL_INTENT = "out_of_scope"
_WHAT_ABOUT, _MORE = "what_about", "more"
_WIDE_SUBJECT = "pump"
# How much likelier a topic is in the middle of a talk than out of context: of the present subject, named as a next one
# by the last answer, offered a moment ago; something else altogether, and a red flag too unsure to be raised, are less
# likely. These and the limits below were chosen on the development dialogues in data/dev.
_OF_SUBJECT, _SEE_ALSO, _OFFERED, _ELSEWHERE, _DANGER = 6.0, 4.0, 8.0, 0.5, 0.3
# What the table of follow-ups says is this many times as likely, and no topic is less probable than the second.
_BY_TABLE, _UNRANKED = 40.0, 0.02
_ANSWER_FROM = 0.4
_SURE = 0.85
_GUESS_FROM = 0.2
_NEAR_FROM = 0.03
_SHORT = 7
_SMALL_TALK = ("greet", "goodbye", "thank", "affirm", "deny")
# A follow-up without a turn before it is asked back about when it is this clearly one.
_LONE_FOLLOW_UP = 0.8


@dataclass(frozen=True)
class Move:
    """What to do about a part: `answer` the first of `topics`, `clarify` between them, `refuse` with them as near ones,
    or take "something else" (`other`) for an answer. `guess`: the visitor is told that it is one.
    """

    action: Text
    topics: List[Text] = field(default_factory=list)
    confidence: float = 0.0
    guess: bool = False


def safety_first(parts: Sequence[Part], library: Library) -> List[Part]:
    """The parts with one reply for all emergencies together, after a crisis and before everything else.

    Rules and classifier may name several: the gravest is told, of equally grave ones the one that the classifier finds
    likelier. Advice is not offered beside an emergency.
    """
    raised = sorted((p for p in parts if p.by), key=lambda p: _gravity(p, library))
    crisis = [p for p in raised if library.answers[p.topics[0]].severity == "crisis"]
    others = [p for p in raised if p not in crisis]
    if crisis and others and library.answers[others[0].topics[0]].severity == "advice":
        others = []
    return [*crisis[:1], *others[:1], *(p for p in parts if not p.by)]


def _gravity(part: Part, library: Library) -> Tuple[int, float]:
    return gravity(library.answers[part.topics[0]].severity), -max((p for _, p in part.ranking), default=0.0)


def move(part: Part, context: Context, library: Library, follow_ups: FollowUps) -> Move:
    """Decide on a part of the newest message."""
    if part.by:
        return Move("answer", part.topics, part.confidence)
    choice = _choice(part, context, library)
    if choice:
        return choice
    asked_on = _asked_on(part, context, follow_ups)
    if asked_on and not _means_itself(part, asked_on, context, library):
        return Move("answer", [asked_on], part.follow_up_confidence)
    decided = _in_context(part, context, library)
    if context.offered and decided.action != "answer":
        return _settled(part, context)
    return decided


def _choice(part: Part, context: Context, library: Library) -> Optional[Move]:
    if not context.offered:
        return None
    index = chosen(part.text, [library.answers[topic].title for topic in context.offered])
    if index is not None:
        return Move("answer", [context.offered[index]], 1.0)
    something_else = library.phrases.something_else.lower() in part.text.lower()
    if something_else or (part.topics[:1] == ["deny"] and part.action == "answer"):
        return Move("other", confidence=part.confidence)
    return None


def _asked_on(part: Part, context: Context, follow_ups: FollowUps) -> Optional[Text]:
    """The topic that a follow-up asks for, if the table has it."""
    if not part.follow_up:
        return None
    named = specific_subject(part.subjects)
    if part.follow_up == _WHAT_ABOUT:
        return _same_about(named, context, follow_ups) if named else None
    if part.follow_up == _MORE:
        return _untold(named or context.subject, context, follow_ups)
    return follow_ups.topic(part.follow_up, named or context.subject, None if named else context.last)


def _means_itself(part: Part, asked_on: Text, context: Context, library: Library) -> bool:
    """Whether what looks like a follow-up is likelier to be a question of its own about another topic."""
    topic, _ = _most_likely(part, context, library)
    if topic in (asked_on, REFUSAL_INTENT):
        return False
    p = dict(part.ranking)
    by_table = (p.get(asked_on, 0.0) + _UNRANKED) * _weight(asked_on, part, context, library) * _BY_TABLE
    return p[topic] * _weight(topic, part, context, library) > by_table


def specific_subject(subjects: Sequence[Text]) -> Optional[Text]:
    """The subject that is meant of those named: the last one that is narrower than the pump."""
    narrow = [s for s in subjects if s != _WIDE_SUBJECT]
    return narrow[-1] if narrow else (subjects[-1] if subjects else None)


def _same_about(subject: Text, context: Context, follow_ups: FollowUps) -> Optional[Text]:
    """What was asked last, asked about another subject; more of the same subject; its overview if nothing fits."""
    if subject not in follow_ups.subjects:
        return None
    if subject == context.subject:
        return _untold(subject, context, follow_ups) or follow_ups.subjects[subject].overview
    kind = follow_ups.asked_as.get(context.last or "")
    return (kind and follow_ups.subjects[subject].kinds.get(kind)) or follow_ups.subjects[subject].overview


def _untold(subject: Optional[Text], context: Context, follow_ups: FollowUps) -> Optional[Text]:
    """The first thing about a subject that was not told yet."""
    if subject not in follow_ups.subjects:
        return None
    return next((t for t in follow_ups.subjects[subject].more if t not in context.told), None)


def _in_context(part: Part, context: Context, library: Library) -> Move:
    """The part's own decision, or a better one where the turns before it tip the balance."""
    lone = bool(part.follow_up) and part.follow_up_confidence >= _LONE_FOLLOW_UP and not part.subjects
    if part.action == "answer" and not lone and (part.confidence >= _SURE or context.last is None):
        return Move("answer", part.topics, part.confidence)
    topic, p = _most_likely(part, context, library)
    if part.action == "refuse" and len(part.text.split()) > _SHORT:
        p = 0.0  # a long message out of scope is not the talk going on
    if context.last is not None and topic != REFUSAL_INTENT and p >= _ANSWER_FROM:
        return Move("answer", [topic], p)
    if part.ranking and part.ranking[0][0] in _SMALL_TALK and part.action == "clarify":
        return Move("answer", [part.ranking[0][0]], part.ranking[0][1])
    offered = _offerable(part, library)
    if (lone or part.action == "clarify") and len(offered) > 1:
        return Move("clarify", offered, part.confidence)
    if part.action == "refuse":
        return Move("refuse", _near(part, library), part.confidence)
    return Move("answer", part.topics, part.confidence)


def _offerable(part: Part, library: Library) -> List[Text]:
    """The three likeliest topics for buttons: no red flag, which is raised and not offered, and no "thanks"."""
    known = [topic for topic, _ in part.ranking if topic in library.answers and topic not in _SMALL_TALK]
    return [topic for topic in known if library.answers[topic].kind != "safety"][:3]


def _most_likely(part: Part, context: Context, library: Library) -> Tuple[Text, float]:
    """The topic that is likeliest here, with its probability."""
    weighted = [(topic, p * _weight(topic, part, context, library)) for topic, p in part.ranking]
    unranked = max(0.0, 1.0 - sum(p for _, p in part.ranking)) * _ELSEWHERE
    total = sum(w for _, w in weighted) + unranked
    best, weight = max(weighted, key=lambda pair: pair[1], default=(REFUSAL_INTENT, 0.0))
    return best, weight / total if total else 0.0


def _weight(topic: Text, part: Part, context: Context, library: Library) -> float:
    """How much likelier the turns before make a topic."""
    if topic == REFUSAL_INTENT:
        return _ELSEWHERE
    if topic in context.offered:
        return _OFFERED
    answer, last = library.answers[topic], library.answers.get(context.last or "")
    about = part.subjects or ([context.subject] if context.subject else [])
    weight = _OF_SUBJECT if answer.subject in about else 1.0
    if last is not None and topic in last.see_also:
        weight = max(weight, _SEE_ALSO)
    return weight * (_DANGER if answer.kind == "safety" else 1.0)


def _settled(part: Part, context: Context) -> Move:
    """After one question back there is no second: the likeliest topic as a guess, or the clinic."""
    known = [(topic, p) for topic, p in part.ranking if topic != REFUSAL_INTENT]
    likely = max(known, key=lambda pair: pair[1] * (_OFFERED if pair[0] in context.offered else 1.0), default=None)
    if likely and part.action != "refuse" and likely[1] >= _GUESS_FROM:
        return Move("answer", [likely[0]], likely[1], guess=True)
    return Move("refuse", [], part.confidence)


def _near(part: Part, library: Library) -> List[Text]:
    near = [topic for topic, p in part.ranking if p >= _NEAR_FROM and topic in library.answers]
    return [t for t in near if library.answers[t].kind in ("answer", "not_covered")][:3]
