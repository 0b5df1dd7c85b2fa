"""Finds what a message is about in one word (the trial, the refill, the battery ...) by spaCy's phrase matcher.

The words of each subject are lookup tables of the training data (data/subjects.yml); longer ones are found
with a typing fault too.
"""

import json
from typing import Any, Dict, Iterable, List, Optional, Text

import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

SUBJECTS = "subjects"
_FILE = "subjects.json"
# A shorter word with a letter changed is often another word: "trial" and "trail" are listed by hand.
_FUZZY_FROM = 6
_SET_ASIDE = {"not", "isnt", "wasnt", "besides"}
_SET_ASIDE_WITHIN = 3

Words = Dict[Text, List[Text]]


class _Speller:
    """Takes a word with one typing fault for the known word that was meant."""

    def __init__(self, known: Iterable[Text]) -> None:
        self._known = set(known)
        # Two words that differ by one letter become the same by leaving out at most one letter of each.
        self._by_gap: Dict[Text, List[Text]] = {}
        for word in sorted(w for w in self._known if len(w) >= _FUZZY_FROM):
            for gap in _gaps(word):
                self._by_gap.setdefault(gap, []).append(word)

    def mended(self, word: Text) -> Text:
        """The known word, or the word as it is. A first letter is seldom wrong: "cutting in" is not "putting in"."""
        if word in self._known or len(word) < _FUZZY_FROM - 1:
            return word
        likely = (known for gap in _gaps(word) for known in self._by_gap.get(gap, ()))
        return next((known for known in likely if known[0] == word[0]), word)


def _gaps(word: Text) -> List[Text]:
    """The word, and the word without each one of its letters."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


class _Finder:
    """The compiled words of all subjects."""

    def __init__(self, words: Words) -> None:
        self._nlp = spacy.blank("en")
        self._matcher = PhraseMatcher(self._nlp.vocab)
        docs = {subject: [self._nlp(phrase.lower()) for phrase in phrases] for subject, phrases in words.items()}
        self._speller = _Speller(token.text for of_subject in docs.values() for doc in of_subject for token in doc)
        for subject, of_subject in docs.items():
            self._matcher.add(subject, of_subject)

    def find(self, text: Text) -> List[Dict[Text, Any]]:
        """{subject, start, end} in characters, in order; of those that overlap the longest.

        A subject that is only named to be set aside ("not the trial, the operation") is left out.
        """
        doc = self._nlp.make_doc(text)
        meant = Doc(doc.vocab, [self._speller.mended(token.lower_) for token in doc])
        found = [Span(doc, start, end, label) for label, start, end in self._matcher(meant)]
        spans = filter_spans(found)
        ends = [0, *(span.end for span in spans)]
        return [
            {"subject": span.label_, "start": span.start_char, "end": span.end_char}
            for span, end_before in zip(spans, ends)
            if not _set_aside(span, end_before)
        ]


def _set_aside(span: Span, end_before: int) -> bool:
    """Whether "not" stands shortly before it. One that stands before an earlier subject belongs to that."""
    before = span.doc[max(end_before, span.start - _SET_ASIDE_WITHIN) : span.start]
    return any(token.lower_ in _SET_ASIDE for token in before)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SubjectFinder(GraphComponent):
    """Sets `subjects` of a message: where which subject is named."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Nothing to choose."""
        return {}

    def __init__(self, storage: ModelStorage, resource: Resource) -> None:
        self._storage, self._resource = storage, resource
        self._finder: Optional[_Finder] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SubjectFinder":
        """Make an untrained component."""
        return cls(model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the lookup tables of the training data in the model."""
        words = {table["name"]: list(table["elements"]) for table in training_data.lookup_tables}
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(words), encoding="utf-8")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set `subjects` of messages from visitors."""
        assert self._finder is not None, "Rasa loads a component before it processes"
        for message in messages:
            message.set(SUBJECTS, self._finder.find(message.get(TEXT) or ""))
        return messages

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SubjectFinder":
        """Load what `train` kept. Raises ValueError where the model lacks it."""
        component = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._finder = _Finder(json.loads((folder / _FILE).read_text(encoding="utf-8")))
        return component
