"""Subjects from turn to turn: what a follow-up asks for by the table in data/followups.yml ("and how long?", "and the
trial?", "tell me more"), and what the talk is about after an answer.
"""

from typing import Optional, Sequence, Text

from actions.turn import Context, Part
from knowledge import Answer, FollowUps

_WHAT_ABOUT, _MORE = "what_about", "more"
_WIDE_SUBJECT = "pump"


def asked_on(part: Part, context: Context, follow_ups: FollowUps) -> Optional[Text]:
    """The topic that a follow-up asks for, if the table has it."""
    if not part.follow_up:
        return None
    named = specific_subject(part.subjects)
    if part.follow_up == _WHAT_ABOUT:
        return _same_about(named, context, follow_ups) if named else None
    if part.follow_up == _MORE:
        return _untold(named or context.subject, context, follow_ups)
    return follow_ups.topic(part.follow_up, named or context.subject, None if named else context.last)


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
    return asked_about(subject, context, follow_ups) or follow_ups.subjects[subject].overview


def asked_about(subject: Text, context: Context, follow_ups: FollowUps) -> Optional[Text]:
    """What was asked last, asked about another subject: "does it hurt" and then "the refill"."""
    kind = follow_ups.asked_as.get(context.last or "")
    known = follow_ups.subjects.get(subject)
    return known.kinds.get(kind) if known and kind else None


def _untold(subject: Optional[Text], context: Context, follow_ups: FollowUps) -> Optional[Text]:
    """The first thing about a subject that was not told yet."""
    if subject not in follow_ups.subjects:
        return None
    return next((t for t in follow_ups.subjects[subject].more if t not in context.told), None)


def go_on(context: Context, part: Part, answer: Optional[Answer], follow_ups: FollowUps) -> None:
    """Move the context on. Small talk and safety replies leave the talk where it was; every other answer moves it."""
    if answer is None or answer.kind == "safety":
        return
    if answer.kind == "service" and answer.topic not in follow_ups.topics:
        return
    context.told = [*(t for t in context.told if t != answer.topic), answer.topic]
    named = [s for s in part.subjects if s in follow_ups.subjects]
    if answer.subject in named or (answer.subject and not named):
        context.subject = answer.subject
    elif named:
        context.subject = specific_subject(named)
