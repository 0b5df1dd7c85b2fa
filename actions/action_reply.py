"""Answers a message: the topic's curated answer, a question which topic is meant, or an honest refusal."""

from typing import Any, Dict, List, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.content import clinic, library
from actions.reply import Message, answer_message, clarify_message, phrase_message
from actions.turn import Understanding, model_id, replies_before, understanding
from knowledge import Answer

REFUSAL_INTENT = "out_of_scope"


class ActionReply(Action):
    """The one action of the rules: what to say is decided by the understanding, not by the dialogue."""

    def name(self) -> Text:
        """Name in the domain."""
        return "action_reply"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[Text, Any]) -> List[Dict[Text, Any]]:
        """Send one reply."""
        dispatcher.utter_message(json_message=_reply(understanding(tracker), tracker))
        return []


def _reply(seen: Understanding, tracker: Tracker) -> Message:
    model = model_id(tracker)
    before = next(replies_before(tracker), None)
    asked_back = before is not None and before["metadata"]["kind"] == "clarify"
    if seen.action == "clarify":
        return clarify_message(seen.topics, library(), clinic(), seen.confidence, model)
    if seen.action == "refuse" or seen.intent == REFUSAL_INTENT:
        return _phrase(library().phrases.refusal, "fallback", seen, model)
    if seen.intent == "deny" and asked_back:
        return _phrase(library().phrases.something_else_reply, "service", seen, model)
    # An intent that has no answer is a fault in the data, which bot/check.py refuses: fail loudly.
    answer = library().answers[seen.topics[0]]
    return answer_message(answer, library(), clinic(), seen.confidence, model, _closing(answer, tracker))


def _phrase(phrase: Text, kind: Text, seen: Understanding, model: Text) -> Message:
    return phrase_message(phrase, kind, clinic(), seen.confidence, model)


def _closing(answer: Answer, tracker: Tracker) -> Text:
    """The first closing line of the answer's kind, unless this conversation has had one of that kind."""
    lines = library().phrases.closings.get(answer.kind, ())
    had = any(reply["metadata"]["kind"] == answer.kind for reply in replies_before(tracker))
    return "" if had or not lines else lines[0]
