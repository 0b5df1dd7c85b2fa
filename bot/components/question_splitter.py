"""Splits a message into its sentences and questions, by spaCy's tokens and the words that open an English question."""

from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Sequence, Text

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.tokens import Doc, Token

SEGMENTS = "segments"
# More than these are not looked at one by one: a message of 40 questions must not take 40 times as long.
_SEGMENTS_AT_MOST = 8
_LEAST_WORDS = 2

_WH = set(("how what where when why who whos whose which whats hows wheres whens wot wat wots hw wich").split())
_AUXILIARIES = set(
    (
        "do does did is are was were can could will would should shall may might am has have isnt arent dont "
        "doesnt didnt cant wont wouldnt dose"
    ).split()
)
_SUBJECTS = set(
    (
        "i you u it they he she we the my his her their your our there that this these those people anyone anybody "
        "someone somebody mum mom dad a an one any"
    ).split()
)
# "when", "who" and "which" inside a sentence mostly go on with it.
_RUNS_ON = set("how what where why whats hows wheres".split())
_LEADS_IN = set("know tell me wondering wonder ask asking".split())
_LONG_LEAD = 8
_BEFORE_NOUNS = set("do does did can could will would should dont doesnt cant wont".split())
_JOINERS = set("and n & also plus or but then so oh btw , - – /".split())
_ENDS = set(". ? ! ; : … ?? ??? !! ... ?!".split())
# After these an opener goes on with the sentence: "do you know how long", "it depends on what".
_GOES_ON = set(
    (
        "know tell ask asking wonder wondering see understand sure idea explain about of on in at to for from by "
        "with like and matter remember figure say said show check mean that than is are was exactly really even no "
        "or not just"
    ).split()
)
_ADDS = {"also", "plus", "secondly", "lastly", "finally"}
_PERSONS = set("i my he she his her mum mom dad we our im hes shes".split())
_BEFORE_AN_OPENER = set(
    ("hi hello hey ok okay so and also but please just well um oh right n & plus then , . -").split()
)
_REQUESTS = ("tell me", "to know", "wonder", "curious", "explain", "question", "asking", "any idea", "info on")


@dataclass(frozen=True)
class Segment:
    """A sentence or question: characters `start` to `end` of the message; `asks` if it reads as a question."""

    start: int
    end: int
    asks: bool


def split(doc: Doc) -> List[Segment]:
    """The segments of a message in order, single words left out that are no question ("golf?").

    Linear in the number of tokens.
    """
    segments: List[Segment] = []
    start = 0
    asks = False
    for i in range(1, len(doc) + 1):
        asks = asks or (_opens(doc, i - 1) and _leads(doc, start, i - 1))
        if i == len(doc) or _starts(doc, i, start, asks):
            segment = _segment(doc, start, i, asks)
            if segment:
                segments.append(segment)
            start, asks = i, False
    return segments


def _starts(doc: Doc, i: int, start: int, asks: bool) -> bool:
    before = doc[i - 1]
    if _is_end(before):
        return not _is_end(doc[i])
    if i - start < _LEAST_WORDS:
        return False
    word = doc[i].lower_
    if word in _ADDS:
        return before.lower_ in _JOINERS or i - start >= 4
    if asks and before.text == "," and word in _PERSONS:
        return True  # "where are you, my dad has chest pain": a statement after a question
    if not _opens(doc, i):
        return False
    if before.lower_ in _JOINERS or before.like_num:
        return True
    if before.lower_ in _LEADS_IN and i - start >= _LONG_LEAD:
        return True  # "... I want to know | how big is it": the story before it says nothing about the question
    # "how big is it where does it go": a question runs into the next one.
    return asks and word in _RUNS_ON and i - start >= 3 and before.lower_ not in _GOES_ON and not _tells(doc, i)


def _is_end(token: Token) -> bool:
    return token.text in _ENDS or "\n" in token.text


def _opens(doc: Doc, i: int) -> bool:
    word = doc[i].lower_
    if word in _WH:
        return True
    if word not in _AUXILIARIES or i + 1 == len(doc):
        return False
    if doc[i + 1].lower_ in _SUBJECTS:
        return True
    # "and does insurance pay": with a noun after it only where a sentence or clause begins.
    begins = i == 0 or doc[i - 1].lower_ in _JOINERS or _is_end(doc[i - 1])
    return begins and word in _BEFORE_NOUNS and doc[i + 1].is_alpha


def _tells(doc: Doc, i: int) -> bool:
    """Whether an opener begins a clause of the sentence before it: "sore where the pump sits", "keep what I type"."""
    return i + 1 < len(doc) and doc[i + 1].lower_ in _SUBJECTS


def _leads(doc: Doc, start: int, i: int) -> bool:
    return all(t.lower_ in _BEFORE_AN_OPENER or t.is_space or t.like_num for t in doc[start:i])


def _segment(doc: Doc, start: int, end: int, asks: bool) -> "Segment | None":
    inside = [t for t in doc[start:end] if not (t.is_punct or t.is_space)]
    last = end - 1
    if not inside or (len(inside) < _LEAST_WORDS and "?" not in doc[last].text):
        return None
    text = doc[start:end].text.lower()
    asks = asks or "?" in doc[last].text or any(request in text for request in _REQUESTS)
    return Segment(inside[0].idx, doc[last].idx + len(doc[last]), asks)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class QuestionSplitter(GraphComponent):
    """Puts the segments of a message on it, if there are two or more, for the components after it."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Nothing to choose."""
        return {}

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "QuestionSplitter":
        """Make the component; it learns nothing."""
        return cls(spacy.blank("en"))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training questions stay in one piece: each is an example of one intent."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `segments` of messages from visitors."""
        for message in messages:
            segments = split(self._nlp.make_doc(message.get(TEXT) or ""))
            if len(segments) > 1:
                message.set(SEGMENTS, [asdict(s) for s in segments[:_SEGMENTS_AT_MOST]])
        return messages


def segments_of(message: Message) -> Sequence[Segment]:
    """The segments that QuestionSplitter put on a message; none if it is in one piece."""
    return [Segment(**s) for s in message.get(SEGMENTS) or ()]
