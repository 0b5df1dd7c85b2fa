"""The action of the stock bot, as plain as Rasa's tutorials have it: the intent's curated answer, or the refusal."""

from functools import cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from knowledge import Library, load_clinic, load_library
from knowledge.paths import CLINIC, DATA
from knowledge.render import answer_text, fill

library = cache(lambda: load_library(DATA))
clinic = cache(lambda: load_clinic(CLINIC))


class ActionReply(Action):
    """Says what the intent's answer says."""

    def name(self) -> str:
        """The name under which the domain knows it."""
        return "action_reply"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Reply; no events."""
        dispatcher.utter_message(text=_text(library(), tracker.latest_message["intent"]["name"]))
        return []


def _text(known: Library, intent: str) -> str:
    answer = known.answers.get(intent)
    return answer_text(answer, known, clinic()) if answer else fill(known.phrases.refusal, clinic())
