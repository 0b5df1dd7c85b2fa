"""From a part of a message and the turns before it to what is said: a topic, a question back, or a refusal."""

from dataclasses import dataclass, field
from typing import List, Optional, Sequence, Text, Tuple

from actions.choice import chosen
from actions.follow_up import asked_on, specific_subject
from actions.likelihood import OFFERED, REFUSAL, ranked_in_talk
from actions.turn import Context, Part
from knowledge import FollowUps, Library, Talk
from knowledge.model import gravity

Ranking = Sequence[Tuple[Text, float]]

# A message that begins a talk and is this surely about a topic is no follow-up.
_SURE = 0.85
# A follow-up without a turn before it is asked back about when it is this clearly one.
_LONE_FOLLOW_UP = 0.8
# After a question back, a topic is guessed from the first probability on; near a refused question, one is offered from
# the second. Both were chosen on the development dialogues in data/dev.
_GUESS_FROM, _NEAR_FROM = 0.2, 0.03
# A longer message out of scope is a story, and not the talk going on.
_SHORT = 7
# Where a second topic is so nearly as likely as the first, neither is answered with.
_AS_LIKELY = 0.9
_SMALL_TALK = ("greet", "goodbye", "thank", "affirm", "deny")


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


def move(part: Part, context: Context, library: Library, follow_ups: FollowUps, talk: Talk) -> Move:
    """Decide on a part of the newest message."""
    if part.by:
        return Move("answer", part.topics, part.confidence)
    choice = _choice(part, context, library, follow_ups)
    if choice:
        return choice
    if not part.ranking:  # a pressed button says itself which topic is meant, whatever was said before
        return Move("answer", part.topics, part.confidence)
    if context.last is None and context.warned is None:
        decided = _at_first(part, context, library, follow_ups)
    else:
        decided = _in_talk(part, context, library, follow_ups, talk)
    if context.offered and decided.action != "answer":
        return _settled(part, context)
    return decided


def _choice(part: Part, context: Context, library: Library, follow_ups: FollowUps) -> Optional[Move]:
    if not context.offered:
        return None
    index = chosen(part.text, [library.answers[topic].title for topic in context.offered])
    if index is not None:
        return Move("answer", [context.offered[index]], 1.0)
    about = _of_subject(part, context, library, follow_ups)
    if about:
        return Move("answer", [about], part.confidence)
    something_else = library.phrases.something_else.lower() in part.text.lower()
    if something_else or (part.topics[:1] == ["deny"] and part.action == "answer"):
        return Move("other", confidence=part.confidence)
    return None


def _of_subject(part: Part, context: Context, library: Library, follow_ups: FollowUps) -> Optional[Text]:
    """The one offered topic of the subject that a few words name and ask nothing of ("the operation I mean")."""
    named = specific_subject(part.subjects)
    if named not in follow_ups.subjects or not part.ranking or len(part.text.split()) > _SHORT:
        return None
    options = [topic for topic in context.offered if library.answers[topic].subject == named]
    only_names = part.ranking[0][0] in (follow_ups.subjects[named].overview, *options)
    return options[0] if len(options) == 1 and only_names else None


def _at_first(part: Part, context: Context, library: Library, follow_ups: FollowUps) -> Move:
    """The part's own decision, or what it asks about a subject that it names ("how long, the trial?")."""
    asked = asked_on(part, context, follow_ups)
    is_sure = part.action == "answer" and part.confidence >= _SURE
    if asked and not is_sure:
        return Move("answer", [asked], part.follow_up_confidence)
    is_lone = part.follow_up_confidence >= _LONE_FOLLOW_UP and not part.subjects
    if part.action == "answer" and not is_lone:
        return Move("answer", part.topics, part.confidence)
    if part.action == "clarify" and part.ranking and part.ranking[0][0] in _SMALL_TALK:
        return Move("answer", [part.ranking[0][0]], part.ranking[0][1])
    offered = _offerable(part.ranking, library)
    if (is_lone or part.action == "clarify") and len(offered) > 1:
        return Move("clarify", offered, part.confidence)
    if part.action == "refuse":
        return Move("refuse", _near(part.ranking, library), part.confidence)
    return Move("answer", part.topics, part.confidence)


def _in_talk(part: Part, context: Context, library: Library, follow_ups: FollowUps, talk: Talk) -> Move:
    """What is likeliest after the turns before; asked back where nothing is likely enough."""
    ranking = ranked_in_talk(part, context, library, follow_ups, talk.weights)
    (topic, p), (_, p_of_second) = ranking[:2]
    is_story = part.action == "refuse" and part.ranking[0][0] == REFUSAL and len(part.text.split()) > _SHORT
    if topic == REFUSAL or is_story:
        return Move("refuse", _near(ranking, library), p)
    # A follow-up to which the table has no answer makes other topics likely only beside one another.
    is_open = part.follow_up_confidence >= _LONE_FOLLOW_UP and asked_on(part, context, follow_ups) is None
    is_clear = p >= talk.answer_from and p_of_second < _AS_LIKELY * p and not is_open
    if is_clear or topic in _SMALL_TALK:
        return Move("answer", [topic], p)
    offered = _offerable(ranking, library)
    return Move("clarify", offered, p) if len(offered) > 1 else Move("answer", [topic], p)


def _offerable(ranking: Ranking, library: Library) -> List[Text]:
    """The three likeliest topics for buttons: no red flag, which is raised and not offered, and no "thanks"."""
    known = [topic for topic, _ in ranking if topic in library.answers and topic not in _SMALL_TALK]
    return [topic for topic in known if library.answers[topic].kind != "safety"][:3]


def _settled(part: Part, context: Context) -> Move:
    """After one question back there is no second: the likeliest topic as a guess, or the clinic."""
    known = [(topic, p) for topic, p in part.ranking if topic != REFUSAL]
    likely = max(known, key=lambda pair: pair[1] * (OFFERED if pair[0] in context.offered else 1.0), default=None)
    if likely and part.action != "refuse" and likely[1] >= _GUESS_FROM:
        return Move("answer", [likely[0]], likely[1], guess=True)
    return Move("refuse", [], part.confidence)


def _near(ranking: Ranking, library: Library) -> List[Text]:
    near = [topic for topic, p in ranking if p >= _NEAR_FROM and topic in library.answers]
    return [t for t in near if library.answers[t].kind in ("answer", "not_covered")][:3]
