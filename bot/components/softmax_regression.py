"""Multinomial logistic regression in single precision.

scikit-learn's LogisticRegression computes in double precision here and needs three times as long for the same optimum
(`make bench` prints both); training has to stay within a minute.
"""

from dataclasses import dataclass
from typing import Optional, Tuple

import numpy as np
from scipy.optimize import minimize

# How a least-squares fit, held back by _SMOOTHING, is stretched into scores. On the training questions 32 steps from
# there reach what 60 steps from nothing do; half or twice these values change little.
_STRETCH, _SMOOTHING = 20.0, 5.0


@dataclass(frozen=True)
class SoftmaxRegression:
    """Weights (features + 1, classes); the last row is the intercept."""

    weights: np.ndarray

    @classmethod
    def fit(
        cls, x: np.ndarray, y: np.ndarray, classes: int, c: float, steps: int, start: Optional[np.ndarray] = None
    ) -> "SoftmaxRegression":
        """Fit rows `x` (n, features) to class numbers `y` (n,).

        `c` is the inverse strength of the L2 penalty, as in scikit-learn; the intercept is not penalised.
        """
        x = np.hstack([x, np.ones((len(x), 1))]).astype(np.float32)
        penalty = np.full((x.shape[1], 1), 1 / c, np.float32)
        penalty[-1] = 0
        shape = (x.shape[1], classes)
        target = x.T @ np.eye(classes, dtype=np.float32)[y]

        def loss(flat: np.ndarray) -> Tuple[float, np.ndarray]:
            w = flat.reshape(shape).astype(np.float32)
            logits = x @ w
            logits -= logits.max(1, keepdims=True)
            of_truth = logits[np.arange(len(y)), y].sum(dtype=np.float64)
            np.exp(logits, out=logits)
            total = logits.sum(1, keepdims=True)
            value = np.log(total, dtype=np.float64).sum() - of_truth + 0.5 * float((penalty * w * w).sum())
            logits /= total
            return value, (x.T @ logits - target + penalty * w).ravel().astype(np.float64)

        begin = _near_the_optimum(x, target) if start is None else start
        options = {"maxiter": steps, "maxcor": 8, "gtol": 1e-2}
        result = minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options=options)
        return cls(result.x.reshape(shape).astype(np.float32))

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Scores (n, classes) before the softmax."""
        return x @ self.weights[:-1] + self.weights[-1]


def _near_the_optimum(x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Weights to begin with: ridge regression on the classes, which is one system of equations."""
    return np.linalg.solve(x.T @ x + _SMOOTHING * np.eye(x.shape[1], dtype=np.float32), target) * _STRETCH
