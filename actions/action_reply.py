"""Answers a message: each part of it gets the curated answer, a question which topic is meant, or an honest refusal."""

from typing import Any, Dict, List, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import clinic, follow_ups, library, talk
from actions.dialogue import Move, move, safety_first
from actions.follow_up import go_on
from actions.for_staff import for_staff
from actions.likelihood import REFUSAL
from actions.reply import Message, answer_message, clarify_message, phrase_message, refusal_message, sources_message
from actions.turn import CLOSED, LAST_TOPICS, SUBJECT, Context, Part, context, model_id, newest
from knowledge import Answer
from knowledge.render import fill

# What "tell me more" has to know of a long conversation; more would only make each turn heavier.
_REMEMBERED = 20
# Said along with the reply, it spares Rasa a search through its rules for what comes after: to wait for the visitor.
_LISTEN = "action_listen"


class ActionReply(Action):
    """The one action of the rules: what to say follows from the understanding and the turns before."""

    def name(self) -> Text:
        """Name in the domain."""
        return "action_reply"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[Text, Any]) -> List[Dict[Text, Any]]:
        """Send one reply for each part of the message, in order, none twice."""
        turn = _Turn(tracker)
        asked = newest(tracker)
        for part in safety_first(asked.parts, library()):
            turn.take(part)
        if asked.more:
            turn.say_that_there_was_more()
        if asked.overruled:
            turn.messages[0]["metadata"]["overruled"] = list(asked.overruled)
        for message in turn.messages:
            dispatcher.utter_message(json_message=message)
        return [*turn.slots(), FollowupAction(_LISTEN)]


class _Turn:
    """The replies to one message, and the context as it moves on with them."""

    def __init__(self, tracker: Tracker) -> None:
        self.messages: List[Message] = []
        self.context: Context = context(tracker)
        self._model = model_id(tracker)
        self._closed: List[Text] = list(tracker.get_slot(CLOSED) or ())
        self._answered: List[Text] = []

    def take(self, part: Part) -> None:
        """Reply to one part."""
        todo = move(part, self.context, library(), follow_ups(), talk())
        message = self._message(todo)
        if message is not None:
            message["metadata"].update(for_staff(part.ranking, message["metadata"], library()))
            self.messages.append(message)
        if todo.action == "answer":
            go_on(self.context, part, library().answers.get(todo.topics[0]), follow_ups())
        self.context.offered = ()

    def slots(self) -> List[Dict[Text, Any]]:
        """What the next turn has to know. All of it every time: Rasa forgets events beyond the last turns."""
        told = self.context.told[-_REMEMBERED:]
        return [SlotSet(SUBJECT, self.context.subject), SlotSet(LAST_TOPICS, told), SlotSet(CLOSED, self._closed)]

    def say_that_there_was_more(self) -> None:
        """Own up to the questions that were left out."""
        self.messages[-1]["text"] += f"\n\n{fill(library().phrases.rest, clinic())}"

    def _message(self, todo: Move) -> "Message | None":
        phrases = library().phrases
        if todo.action == "clarify":
            return clarify_message(todo.topics, library(), clinic(), todo.confidence, self._model)
        if todo.action == "other":
            return phrase_message(phrases.something_else_reply, "service", clinic(), todo.confidence, self._model)
        if todo.action == "refuse" or todo.topics[0] == REFUSAL:
            near = todo.topics if todo.action == "refuse" else []
            return refusal_message(near, library(), clinic(), todo.confidence, self._model)
        if todo.topics[0] in self._answered:
            return None
        self._answered.append(todo.topics[0])
        # An intent that has no answer is a fault in the data, which bot/check.py refuses: fail loudly.
        answer = library().answers[todo.topics[0]]
        last = library().answers.get(self.context.last or "")
        if answer.topic == "sources" and last is not None:
            return sources_message(last, library(), clinic(), todo.confidence, self._model)
        opening = fill(phrases.guess, clinic()) if todo.guess else ""
        closing = self._closing(answer)
        return answer_message(answer, library(), clinic(), todo.confidence, self._model, closing, opening)

    def _closing(self, answer: Answer) -> Text:
        """The first closing line of the answer's kind, unless this conversation has had one of that kind."""
        lines = library().phrases.closings.get(answer.kind, ())
        if answer.kind in self._closed or not lines:
            return ""
        self._closed.append(answer.kind)
        return lines[0]
