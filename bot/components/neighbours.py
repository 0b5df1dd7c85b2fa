"""How like its nearest training questions a message is, intent by intent: the local voice beside the linear model."""

import numpy as np

_NEAREST = 3


class Neighbours:
    """Training rows sorted by class; a class's likeness is the mean cosine to its nearest rows."""

    def __init__(self, rows: np.ndarray, y: np.ndarray, classes: int) -> None:
        order = np.argsort(y, kind="stable")
        self.rows, self.y = _unit(rows[order]), y[order]
        self._bounds = np.searchsorted(self.y, np.arange(classes + 1))

    def likeness(self, x: np.ndarray) -> np.ndarray:
        """(n, classes) between -1 and 1; a class without rows gets 0."""
        similarity = _unit(x) @ self.rows.T
        out = np.zeros((len(x), len(self._bounds) - 1), np.float32)
        for k, (start, end) in enumerate(zip(self._bounds, self._bounds[1:])):
            nearest = min(_NEAREST, end - start)
            if nearest:
                out[:, k] = np.partition(similarity[:, start:end], -nearest, axis=1)[:, -nearest:].mean(1)
        return out

    def likeness_of_few(self, x: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """(classes,) for one message `x`, computed for the candidate classes only; others get the candidates' least.

        Comparing with every training row would cost as much as the encoder.
        """
        x = _unit(x[None, :])[0]
        values = []
        for k in candidates:
            similarity = self.rows[self._bounds[k] : self._bounds[k + 1]] @ x
            nearest = min(_NEAREST, len(similarity))
            values.append(np.partition(similarity, -nearest)[-nearest:].mean() if nearest else 0.0)
        out = np.full(len(self._bounds) - 1, min(values), np.float32)
        out[candidates] = values
        return out


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
