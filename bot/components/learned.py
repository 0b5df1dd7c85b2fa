"""All that a training leaves, and how a text with its sentence vector becomes a ranking of topics by it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Dict, List, Optional, Sequence, Text, Tuple

import numpy as np

from bot.components.danger_model import DangerModel
from bot.components.decision import RED_FLAGS
from bot.components.ngram_features import NgramFeatures
from bot.components.topic_model import Hyperparameters, TopicModel
from bot.components.whitening import Whitening

Ranking = List[Tuple[Text, float]]

# Intents of this name are no topics: they ask on about the topic before.
FOLLOW_UP = "followup_"


@dataclass(frozen=True)
class Learned:
    """`danger` is None where no intent is a red flag."""

    whitening: Whitening
    ngrams: NgramFeatures
    model: TopicModel
    danger: Optional[DangerModel]

    @classmethod
    def fit(
        cls, texts: Sequence[Text], vectors: np.ndarray, labels: Sequence[Text], refusal: Text, p: Hyperparameters
    ) -> "Learned":
        """Fit to training texts, their sentence vectors (n, sentence_encoder.SIZE) and their intents."""
        texts = [text.lower() for text in texts]
        ngrams, spelling = NgramFeatures.fit(texts, p.seed)
        whitening = Whitening.fit(vectors)
        vectors = whitening.transform(vectors)
        model = TopicModel.fit(np.hstack([vectors, spelling]), labels, texts, refusal, p)
        has_danger = any(label.startswith(RED_FLAGS) for label in labels)
        return cls(whitening, ngrams, model, DangerModel.fit(texts, vectors, labels) if has_danger else None)

    def ranking(self, text: Text, vector: np.ndarray) -> Tuple[Ranking, Ranking]:
        """The topics with their probabilities, best first, and the kinds of follow-ups with theirs."""
        vector = self.whitening.transform(vector)
        x = np.hstack([vector, self.ngrams.transform_one(text.lower())])
        probabilities = self.model.probabilities_of_one(x)
        names, is_follow_up, is_danger = self._kinds
        follow_ups = probabilities[is_follow_up]
        # Taken out of its conversation a follow-up is a question like any other: the topics share its probability.
        topics = probabilities[~is_follow_up] / max(1e-6, 1.0 - float(follow_ups.sum()))
        if self.danger:
            topics = self.danger.second(topics, is_danger[~is_follow_up], text, vector)
        # Sharing out may end a hair above 1.
        return _best_first(names[~is_follow_up], np.minimum(1.0, topics)), _best_first(names[is_follow_up], follow_ups)

    @cached_property
    def _kinds(self) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The names of the intents, which of them are follow-ups, and which are red flags."""
        intents = self.model.intents
        kinds = (np.array([name.startswith(kind) for name in intents], dtype=bool) for kind in (FOLLOW_UP, RED_FLAGS))
        return (np.array(intents, dtype=object), *kinds)

    def to_arrays(self) -> Dict[Text, np.ndarray]:
        """Everything that was learned, as arrays without pickled objects."""
        of_danger = self.danger.to_arrays() if self.danger else {}
        return {**self.whitening.to_arrays(), **self.ngrams.to_arrays(), **self.model.to_arrays(), **of_danger}

    @classmethod
    def from_arrays(cls, arrays: Dict[Text, np.ndarray]) -> "Learned":
        """The counterpart of `to_arrays`. Raises KeyError where one is missing."""
        danger = DangerModel.from_arrays(arrays) if "danger" in arrays else None
        ngrams, model = NgramFeatures.from_arrays(arrays), TopicModel.from_arrays(arrays)
        return cls(Whitening.from_arrays(arrays), ngrams, model, danger)


def _best_first(names: np.ndarray, probabilities: np.ndarray) -> Ranking:
    order = np.argsort(-probabilities)
    return list(zip(names[order].tolist(), probabilities[order].tolist()))
