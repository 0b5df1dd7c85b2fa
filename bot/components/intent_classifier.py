"""Rasa's graph component around the topic model: trains it, keeps it, and ranks the intents of each message."""

from typing import Any, Dict, List, Optional, Text

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

from bot.components.decision import Thresholds, decide
from bot.components.ngram_features import NgramFeatures
from bot.components.sentence_encoder import sentence_vector
from bot.components.topic_model import Hyperparameters, TopicModel

_RANKED = 10
_FILE = "topic_model.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Ranks intents by calibrated probability and says what to do with them.

    Sets `intent`, `intent_ranking` and `understanding` = {action: answer|clarify|refuse, topics: [...]}.
    A refused message gets the refusal intent's name, with the probability that nothing known covers it.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """See Hyperparameters and Thresholds; config.yml gives the values that were chosen on development data."""
        return {
            "refusal_intent": "out_of_scope",
            "regularization": 30.0,
            "neighbour_weight": 10.0,
            "background_share": 0.02,
            "refuse_below": 0.35,
            "clarify_below": 0.6,
            "raise_from": 0.35,
            "random_seed": 1,
        }

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._refusal: Text = config["refusal_intent"]
        self._limits = Thresholds(config["refuse_below"], config["clarify_below"], config["raise_from"])
        self._features: Optional[NgramFeatures] = None
        self._model: Optional[TopicModel] = None

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
        texts = [_text(m) for m in examples]
        self._features, ngrams = NgramFeatures.fit(texts, p.seed)
        x = np.hstack([np.stack([_vector(m) for m in examples]), ngrams])
        self._model = TopicModel.fit(x, labels, self._refusal, p)
        self._persist()
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set intent, ranking and understanding of each message."""
        if self._model is None or self._features is None:
            raise RasaException("TopicClassifier was asked before it was trained.")
        for message in messages:
            x = np.hstack([_vector(message), self._features.transform_one(_text(message))])
            self._set(message, self._model.probabilities_of_one(x))
        return messages

    def _set(self, message: Message, probabilities: np.ndarray) -> None:
        assert self._model is not None
        order = np.argsort(-probabilities)
        ranking = [(self._model.intents[k], float(probabilities[k])) for k in order]
        decision = decide(ranking, self._refusal, self._limits)
        if decision.action == "refuse":
            in_scope = sum(p for name, p in ranking if name != self._refusal)
            first = (self._refusal, max(0.0, 1.0 - in_scope))
        else:
            # A raised red flag may stand behind a calmer intent: the decision's own topic comes first.
            first = next(r for r in ranking if r[0] == decision.topics[0])
        ranking = [first, *(r for r in ranking if r[0] != first[0])]
        as_dicts = [{"name": name, "confidence": p} for name, p in ranking[:_RANKED]]
        message.set(INTENT, as_dicts[0], add_to_output=True)
        message.set("intent_ranking", as_dicts, add_to_output=True)
        message.set("understanding", decision.as_dict(), add_to_output=True)

    def _persist(self) -> None:
        assert self._model is not None and self._features is not None
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / _FILE, **self._model.to_arrays(), **self._features.to_arrays())

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TopicClassifier":
        """Load what `train` kept. Raises ValueError where the model lacks it."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE, allow_pickle=False) as arrays:
            component._model = TopicModel.from_arrays(arrays)
            component._features = NgramFeatures.from_arrays(arrays)
        return component


def _text(message: Message) -> Text:
    return (message.get(TEXT) or "").lower()


def _vector(message: Message) -> np.ndarray:
    vector = sentence_vector(message)
    if vector is None:
        raise RasaException("TopicClassifier needs SentenceEncoder before it in config.yml.")
    return vector
