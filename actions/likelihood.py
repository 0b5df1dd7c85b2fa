"""How likely each topic is in the middle of a talk.

A conditional logit (McFadden 1974, "Conditional logit analysis of qualitative choice behavior"): every topic that may
be meant shows signs, the signs have weights (data/talk.yml), and the softmax of the weighted sums is the probability.
The weights are learned from the development dialogues by `python -m bot.tune_talk`.
"""

import math
from typing import Dict, List, Mapping, Text, Tuple

from actions.follow_up import asked_about, asked_on, specific_subject
from actions.turn import Context, Part
from knowledge import Answer, FollowUps, Library

REFUSAL = "out_of_scope"
# What the classifier did not rank counts as this probable, and what the table of follow-ups names as this at least.
_LEAST, _LEAST_BY_TABLE = 0.002, 0.02
_SHORT = 6
# A topic that was offered a moment ago is this much likelier; the dialogues that weights are learned from have too few
# questions back to tell.
OFFERED = 8.0

# Every sign that a topic may show; data/talk.yml has a weight for each.
SIGNS = tuple(
    (
        "ranked ranked_alone in_talk asked_so asked_about by_table surely_by_table "
        "subject led_to leads_back same same_in_short same_asked_on danger warned refusal refused"
    ).split()
)

Signs = Dict[Text, float]


def ranked_in_talk(
    part: Part, context: Context, library: Library, follow_ups: FollowUps, weights: Mapping[Text, float]
) -> List[Tuple[Text, float]]:
    """The topics that may be meant, and REFUSAL, with their probabilities, the likeliest first."""
    shown = signs(part, context, library, follow_ups)
    sums = {topic: sum(weights[sign] * value for sign, value in own.items()) for topic, own in shown.items()}
    for topic in context.offered:
        if topic in sums:
            sums[topic] += math.log(OFFERED)
    highest = max(sums.values())
    odds = {topic: math.exp(value - highest) for topic, value in sums.items()}
    total = sum(odds.values())
    return sorted(((topic, value / total) for topic, value in odds.items()), key=lambda pair: -pair[1])


def signs(part: Part, context: Context, library: Library, follow_ups: FollowUps) -> Dict[Text, Signs]:
    """The signs of every topic that may be meant after what was said before."""
    last = library.answers.get(context.last or "")
    by_table = asked_on(part, context, follow_ups)
    seen, seen_in_talk = dict(part.ranking), dict(part.in_talk)
    named_before = [last.topic, *last.see_also] if last else []
    view = _View(part, context, last, by_table, follow_ups)
    may_be = [REFUSAL, *named_before, *seen, *seen_in_talk, by_table, view.about, context.warned]
    return {
        topic: view.of(topic, library.answers.get(topic), seen, seen_in_talk)
        for topic in dict.fromkeys(filter(None, may_be))
        if topic in library.answers or topic == REFUSAL
    }


class _View:
    """What the signs of all topics of one part share."""

    def __init__(
        self, part: Part, context: Context, last: "Answer | None", by_table: "Text | None", follow_ups: FollowUps
    ) -> None:
        self._part, self._context, self._last, self._by_table = part, context, last, by_table
        self._named = named = specific_subject(part.subjects)
        self._asked_as = follow_ups.asked_as
        self._is_short = len(part.text.split()) <= _SHORT
        is_other = named != context.subject and self._is_short
        self.about = asked_about(named, context, follow_ups) if named and is_other else None

    def of(self, topic: Text, answer: "Answer | None", seen: Signs, seen_in_talk: Signs) -> Signs:
        """The signs of one topic; what it does not show is left out."""
        least = _LEAST_BY_TABLE if topic == self._by_table else _LEAST
        own = {"ranked" if seen_in_talk else "ranked_alone": math.log(max(seen.get(topic, 0.0), least))}
        if seen_in_talk:
            own["in_talk"] = math.log(max(seen_in_talk.get(topic, 0.0), least))
        own.update(self._of_table(topic))
        if answer is None:
            own["refusal"] = 1.0
            own["refused"] = float(self._part.action == "refuse")
            return own
        own["asked_about"] = float(topic == self.about)
        own["danger"] = float(answer.kind == "safety")
        own["warned"] = float(topic == self._context.warned)
        own["subject"] = float(
            not self._named and answer.subject is not None and answer.subject == self._context.subject
        )
        if self._last:
            own.update(self._after(self._last, topic, answer))
        return own

    def _after(self, last: Answer, topic: Text, answer: Answer) -> Signs:
        own = {"led_to": float(topic in last.see_also), "leads_back": float(last.topic in answer.see_also)}
        if topic == last.topic:
            own.update(same=1.0, same_in_short=float(self._is_short), same_asked_on=self._part.follow_up_confidence)
        return own

    def _of_table(self, topic: Text) -> Signs:
        sure = self._part.follow_up_confidence
        own = {"asked_so": sure} if self._part.follow_up and self._asked_as.get(topic) == self._part.follow_up else {}
        return {**own, "by_table": 1.0, "surely_by_table": sure} if topic == self._by_table else own
