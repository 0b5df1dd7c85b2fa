"""Sentence vectors made rounder: directions in which all texts differ count for less, the others for more.

Most of what parts two sentence vectors lies in a few directions, whatever the texts; what parts two topics lies in all.
Each part of the vector is centred and its principal directions are brought halfway to equal variance (whitening as in
Su et al. 2021, "Whitening sentence representations for better semantics and faster retrieval", but only in part).
"""

from dataclasses import dataclass
from typing import Dict, Text

import numpy as np

from bot.components.sentence_encoder import MEANING, WORDING

_PARTS = (MEANING, WORDING)
# Of a direction's variance this power is taken out. On training questions held out (two fifths, each in its turn) 0.4
# did as well, and 0.7 caught fewer red flags.
_TAKEN_OUT = 0.5
# Added to each variance, as a share of their mean: few texts say little about a direction in which they hardly differ.
_AT_LEAST = 0.05


@dataclass(frozen=True)
class Whitening:
    """Learned from training vectors. `centre` (SIZE,); `directions` (parts, size of a part, size of a part)."""

    centre: np.ndarray
    directions: np.ndarray

    @classmethod
    def fit(cls, vectors: np.ndarray) -> "Whitening":
        """Learn from `vectors` (n, SIZE); each part of what `transform` makes of them has mean squared length 1."""
        centre = vectors.mean(0)
        directions = np.stack([_directions(vectors[:, part] - centre[part]) for part in _PARTS])
        return cls(centre, directions)

    def transform(self, vectors: np.ndarray) -> np.ndarray:
        """Of `vectors` (n, SIZE), or of one (SIZE,), the same number anew."""
        centred = vectors - self.centre
        return np.concatenate([centred[..., p] @ d for p, d in zip(_PARTS, self.directions)], axis=-1)

    def to_arrays(self) -> Dict[Text, np.ndarray]:
        """Everything that was learned, as arrays without pickled objects."""
        return {"whitening_centre": self.centre, "whitening": self.directions}

    @classmethod
    def from_arrays(cls, arrays: Dict[Text, np.ndarray]) -> "Whitening":
        """The counterpart of `to_arrays`."""
        return cls(arrays["whitening_centre"], arrays["whitening"])


def _directions(centred: np.ndarray) -> np.ndarray:
    variances, axes = np.linalg.eigh((centred.T @ centred / len(centred)).astype(np.float64))
    variances = np.maximum(variances, 0)
    scales = (variances + _AT_LEAST * variances.mean()) ** (-_TAKEN_OUT / 2)
    length = np.sqrt((variances * scales**2).sum())
    return (axes * (scales / length)).astype(np.float32)
