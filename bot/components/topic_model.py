"""Features of a message to a calibrated probability for every intent, with room for what no intent covers.

score(intent) = linear score + neighbour_weight * likeness to the intent's nearest training questions

The scores are divided by a temperature that fits their probabilities to held-out questions (Guo et al. 2017, "On
calibration of modern neural networks"). One further score, the background, is held against them: what a message that is
like nothing known would get. It is set so that only a small share of held-out in-scope questions scores below it, so
that a probability near 1 needs a high score and not only a lead over other intents.
"""

from dataclasses import dataclass
from typing import Dict, List, Sequence, Text

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from bot.components.lots import lots
from bot.components.neighbours import Neighbours
from bot.components.softmax_regression import SoftmaxRegression

# One row in so many is held out for the calibration.
_FOLDS = 10
_FEW_ROWS = 3000
_CANDIDATES = 3
_STEPS = 32


@dataclass(frozen=True)
class Hyperparameters:
    """Chosen on development data (`make tune`)."""

    regularization: float
    neighbour_weight: float
    background_share: float
    seed: int


@dataclass(frozen=True)
class TopicModel:
    """Fitted to training rows; `intents` in the order of the probabilities."""

    intents: List[Text]
    linear: SoftmaxRegression
    neighbours: Neighbours
    neighbour_weight: float
    temperature: float
    background: float

    @classmethod
    def fit(
        cls, x: np.ndarray, labels: Sequence[Text], texts: Sequence[Text], refusal: Text, p: Hyperparameters
    ) -> "TopicModel":
        """Fit on rows `x` (n, features) of texts; temperature and background come from rows held out of a fit."""
        intents = sorted(set(labels))
        y = np.searchsorted(intents, labels)
        scores, truth, first = _held_out(x, y, len(intents), lots(texts, p.seed), p)
        temperature = _temperature(scores, truth)
        known = [k for k, name in enumerate(intents) if name != refusal]
        best = (scores[np.isin(truth, known)] / temperature)[:, known].max(1)
        # A fit to most rows is near the optimum of all: going on from it saves half of the steps.
        linear = SoftmaxRegression.fit(x, y, len(intents), p.regularization, _STEPS // 2, first)
        background = float(np.quantile(best, p.background_share))
        return cls(intents, linear, Neighbours(x, y, len(intents)), p.neighbour_weight, temperature, background)

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """(n, intents); what is missing to 1 in a row is the probability that no intent covers the message."""
        return self._calibrated(_scores(self.linear, self.neighbours, self.neighbour_weight, x))

    def probabilities_of_one(self, x: np.ndarray) -> np.ndarray:
        """(intents,) of one message, in a fraction of the time."""
        linear = self.linear.logits(x)
        candidates = np.argsort(linear)[-_CANDIDATES:]
        likeness = self.neighbours.likeness_of_few(x, candidates)
        return self._calibrated((linear + self.neighbour_weight * likeness)[None, :])[0]

    def _calibrated(self, scores: np.ndarray) -> np.ndarray:
        background = np.full((len(scores), 1), self.background)
        return softmax(np.hstack([scores / self.temperature, background]), axis=1)[:, :-1]

    def to_arrays(self) -> Dict[Text, np.ndarray]:
        """Everything that was learned, as arrays without pickled objects."""
        return {
            "intents": np.array(self.intents, dtype=np.str_),
            "weights": self.linear.weights,
            "rows": self.neighbours.rows.astype(np.float16),
            "rows_intent": self.neighbours.y,
            "scalars": np.array([self.neighbour_weight, self.temperature, self.background]),
        }

    @classmethod
    def from_arrays(cls, arrays: Dict[Text, np.ndarray]) -> "TopicModel":
        """The counterpart of `to_arrays`."""
        intents = [str(i) for i in arrays["intents"]]
        neighbours = Neighbours(arrays["rows"].astype(np.float32), arrays["rows_intent"], len(intents))
        return cls(intents, SoftmaxRegression(arrays["weights"]), neighbours, *map(float, arrays["scalars"]))


def _held_out(
    x: np.ndarray, y: np.ndarray, classes: int, drawn: np.ndarray, p: Hyperparameters
) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Scores and true classes of rows that were held out of a fit, and the weights of the last such fit.

    With few rows every fold takes its turn, or chance would set the calibration; with many, one fold is enough.
    """
    scores, truth = [], []
    for k in range(_FOLDS if len(y) < _FEW_ROWS else 1):
        held = drawn % _FOLDS == k
        fit = ~held
        linear = SoftmaxRegression.fit(x[fit], y[fit], classes, p.regularization, _STEPS)
        scores.append(_scores(linear, Neighbours(x[fit], y[fit], classes), p.neighbour_weight, x[held]))
        truth.append(y[held])
    return np.vstack(scores), np.concatenate(truth), linear.weights


def _scores(linear: SoftmaxRegression, neighbours: Neighbours, weight: float, x: np.ndarray) -> np.ndarray:
    return linear.logits(x) + weight * neighbours.likeness(x)


def _temperature(scores: np.ndarray, y: np.ndarray) -> float:
    def loss(log_t: float) -> float:
        return -log_softmax(scores / np.exp(log_t), axis=1)[np.arange(len(y)), y].mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 3), method="bounded").x))
