"""Rasa's graph component around what is learned: trains it, keeps it, and says what to do with each message."""

from dataclasses import replace
from typing import Any, Dict, List, Optional, Text, Tuple

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.decision import Thresholds, decide, raised
from bot.components.learned import Learned, Ranking
from bot.components.parts import Seen, Spotted, pieces_that_count, understand
from bot.components.question_splitter import Segment, segments_of
from bot.components.sentence_encoder import ENCODE, TEXT_IN_TALK, VECTOR_IN_TALK, sentence_vector
from bot.components.subject_finder import SUBJECTS
from bot.components.topic_model import Hyperparameters

_RANKED = 10
_FEW_WORDS = 5
_FILE = "topic_model.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Ranks intents by calibrated probability and says what to do with them.

    Sets `intent`, `intent_ranking` and `understanding` = {parts: [...], more}, see
    parts.Understanding.
    A refused message gets the refusal intent's name, with the probability that nothing known covers it.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """See Hyperparameters and Thresholds; config.yml gives the values that were chosen on development data."""
        return {
            "refusal_intent": "out_of_scope",
            "regularization": 10.0,
            "neighbour_weight": 15.0,
            "background_share": 0.02,
            "refuse_below": 0.35,
            "clarify_below": 0.6,
            "raise_from": 0.35,
            "raise_short_from": 0.9,
            "raise_calm_from": 0.85,
            "follow_up_from": 0.5,
            "random_seed": 1,
        }

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._refusal: Text = config["refusal_intent"]
        self._limits = Thresholds(config["refuse_below"], config["clarify_below"], config["raise_from"])
        self._learned: Optional[Learned] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TopicClassifier":
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit to the training questions and keep the result in the model. Raises RasaException without two intents."""
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        labels = [m.get(INTENT) for m in examples]
        if len(set(labels)) < 2:
            raise RasaException("Training needs questions of at least two intents; see data/nlu.")
        p = Hyperparameters(
            self._config["regularization"],
            self._config["neighbour_weight"],
            self._config["background_share"],
            self._config["random_seed"],
        )
        vectors = np.stack([_vector(m) for m in examples])
        self._learned = Learned.fit([m.get(TEXT) for m in examples], vectors, labels, self._refusal, p)
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / _FILE, **self._learned.to_arrays())
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent, ranking and understanding of each message."""
        for message in messages:
            self._understand(message)
        return messages

    @property
    def _fitted(self) -> Learned:
        if self._learned is None:
            raise RasaException("TopicClassifier was asked before it was trained.")
        return self._learned

    def _understand(self, message: Message) -> None:
        text, told = message.get(TEXT) or "", message.get("metadata") or {}
        whole, p_refusal = self._seen(text, _vector(message), Segment(0, len(text), True), bool(told.get("calm")))
        flags = [Spotted(f["topic"], f["start"], f["end"]) for f in told.get("red_flags") or ()]
        segments = [
            self._seen(piece, message.get(ENCODE)(piece), s, bool(told.get("calm")))[0]
            for s in pieces_that_count(segments_of(message), whole, flags)
            for piece in [text[s.start : s.end]]
        ]
        found = understand(text, whole, segments, flags, message.get(SUBJECTS) or (), self._in_talk(message))
        # As dataclasses.asdict gives it, which would copy every number.
        made = {**vars(found), "parts": [vars(part) for part in found.parts]}
        message.set("understanding", made, add_to_output=True)
        self._set_intent(message, whole, p_refusal)

    def _in_talk(self, message: Message) -> Ranking:
        """The topics of a short message as it reads after the last one; empty for others."""
        text = message.get(TEXT_IN_TALK)
        return self._fitted.ranking(text, message.get(VECTOR_IN_TALK))[0] if text else []

    def _seen(self, text: Text, vector: np.ndarray, place: Segment, calm: bool) -> Tuple[Seen, float]:
        """A text as it is understood, and the probability that no topic covers it."""
        ranking, follow_ups = self._fitted.ranking(text, vector)
        of_follow_ups = sum(p for _, p in follow_ups)
        follow_up = follow_ups[0][0] if of_follow_ups >= self._config["follow_up_from"] else ""
        limits = replace(self._limits, raise_from=self._raise_from(text, calm))
        decision = decide(ranking, self._refusal, limits)
        flag = raised(ranking, limits.raise_from)
        in_scope = sum(p for name, p in ranking if name != self._refusal)
        seen = Seen(place.start, place.end, place.asks, decision, ranking, follow_up, of_follow_ups, flag)
        return seen, max(0.0, 1.0 - in_scope)

    def _raise_from(self, text: Text, calm: bool) -> float:
        bounds = [self._limits.raise_from]
        if calm:
            bounds.append(self._config["raise_calm_from"])
        if len(text.split()) <= _FEW_WORDS:
            bounds.append(self._config["raise_short_from"])
        return max(bounds)

    def _set_intent(self, message: Message, whole: Seen, p_refusal: float) -> None:
        ranking = list(whole.ranking)
        if whole.decision.action == "refuse":
            first = (self._refusal, p_refusal)
        else:
            # A raised red flag may stand behind a calmer intent: the decision's own topic comes first.
            first = next(r for r in ranking if r[0] == whole.decision.topics[0])
        ranking = [first, *(r for r in ranking if r[0] != first[0])]
        as_dicts = [{"name": name, "confidence": p} for name, p in ranking[:_RANKED]]
        message.set(INTENT, as_dicts[0], add_to_output=True)
        message.set("intent_ranking", as_dicts, add_to_output=True)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TopicClassifier":
        """Load what `train` kept. Raises ValueError or KeyError where the model lacks it."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE, allow_pickle=False) as arrays:
            component._learned = Learned.from_arrays(arrays)
        return component


def _vector(message: Message) -> np.ndarray:
    vector = sentence_vector(message)
    if vector is None:
        raise RasaException("TopicClassifier needs SentenceEncoder before it in config.yml.")
    return vector
