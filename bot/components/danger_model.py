"""A second opinion on red flags: is the message about danger now, whatever its kind?

The topic model sees what a message is about, so "what if he can't be woken?" lies close to "he can't be woken". Here
one question is put to all training questions at once, and the words themselves are seen, alone and in pairs ("years
ago", "what if", "no fever"), which tell now from then, and a report from a question. Both opinions are pooled as a
weighted mean of their log-odds (a logarithmic opinion pool; Genest and Zidek 1986, "Combining probability
distributions").
"""

from dataclasses import dataclass
from typing import Dict, Sequence, Text, Tuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit, logit
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils import murmurhash3_32

from bot.components.decision import RED_FLAGS

_COLUMNS = 2**17
# Words and the marks of a sentence, which say whether it asks.
_WORDS = r"(?u)\b\w[\w']*\b|[?!.,]"
_VECTORIZER = HashingVectorizer(
    n_features=_COLUMNS, ngram_range=(1, 2), token_pattern=_WORDS, alternate_sign=False, norm=None, dtype=np.float32
)
# How much the words weigh beside the sentence vector, and the inverse strength of the penalty; on development messages
# the result hardly changed between half and twice these values.
_WEIGHT_OF_WORDS, _C = 4.0, 30.0
# A whitened vector is longer than a plain one. On training questions held out (two fifths, each in its turn) half its
# length caught slightly more red flags than all of it.
_WEIGHT_OF_VECTOR = 0.5
# Of both opinions' log-odds this share is the second one's. On the same questions, at the same share of false alarms, a
# tenth to three tenths missed fewest red flags; half missed more than the first opinion alone.
_SHARE = 0.2
_STEPS = 60
# No opinion is so sure that the other cannot be heard.
_SUREST = 1e-6
# In place of the length of a text without words, which must not divide.
_NOTHING = 1e-9
_ANALYZE = _VECTORIZER.build_analyzer()


@dataclass(frozen=True)
class DangerModel:
    """Logistic regression on sentence vector and word runs.

    `weights` (vector size + 1), the intercept last; `of_words` and `idf` (columns).
    """

    weights: np.ndarray
    of_words: np.ndarray
    idf: np.ndarray

    @classmethod
    def fit(cls, texts: Sequence[Text], vectors: np.ndarray, labels: Sequence[Text]) -> "DangerModel":
        """Fit to training texts, their sentence vectors (n, size) and intents, some of which must be red flags."""
        counts = _VECTORIZER.transform(texts)
        held_by = np.bincount(counts.indices, minlength=_COLUMNS)
        idf = (np.log((1 + len(texts)) / (1 + held_by)) + 1).astype(np.float32)
        words = _weighted(counts, idf)
        dangerous = np.array([label.startswith(RED_FLAGS) for label in labels])
        weights, of_words = _fit(vectors, words, dangerous)
        return cls(weights, of_words, idf)

    def log_odds(self, text: Text, vector: np.ndarray) -> float:
        """That the message is a red flag, as this model alone sees it."""
        words, counts = _words_of_one(text)
        data = (1 + np.log(counts)) * self.idf[words]
        of_words = _WEIGHT_OF_WORDS * (self.of_words[words] @ data) / max(np.linalg.norm(data), _NOTHING)
        return float(vector @ self.weights[:-1] + self.weights[-1] + of_words)

    def second(self, topics: np.ndarray, dangerous: np.ndarray, text: Text, vector: np.ndarray) -> np.ndarray:
        """Probabilities of topics with that of all red flags, which are the `dangerous` among them, pooled with this
        model's; within each group as it was.
        """
        first = min(max(float(topics[dangerous].sum()), _SUREST), 1 - _SUREST)
        pooled = float(expit((1 - _SHARE) * logit(first) + _SHARE * self.log_odds(text, vector)))
        return topics * np.where(dangerous, pooled / first, (1 - pooled) / (1 - first))

    def to_arrays(self) -> Dict[Text, np.ndarray]:
        """Everything that was learned."""
        return {
            "danger": self.weights,
            "danger_words": self.of_words.astype(np.float16),
            "danger_idf": self.idf.astype(np.float16),
        }

    @classmethod
    def from_arrays(cls, arrays: Dict[Text, np.ndarray]) -> "DangerModel":
        """The counterpart of `to_arrays`."""
        words, idf = (arrays[name].astype(np.float32) for name in ("danger_words", "danger_idf"))
        return cls(arrays["danger"], words, idf)


def _words_of_one(text: Text) -> Tuple[np.ndarray, np.ndarray]:
    """The columns of one text and their counts: what _VECTORIZER gives, without its sparse matrices' overhead."""
    hashes = [murmurhash3_32(words) for words in _ANALYZE(text)]
    return np.unique(np.abs(np.array(hashes, np.int64)) % _COLUMNS, return_counts=True)


def _weighted(counts: csr_matrix, idf: np.ndarray) -> csr_matrix:
    """Tf-idf of `counts` with damped counts, each row of the length _WEIGHT_OF_WORDS."""
    data = (1 + np.log(counts.data)) * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, data * data, minlength=counts.shape[0]))
    data *= (_WEIGHT_OF_WORDS / np.maximum(lengths, _NOTHING))[rows]
    return csr_matrix((data.astype(np.float32), counts.indices, counts.indptr), counts.shape)


def _fit(vectors: np.ndarray, words: csr_matrix, dangerous: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    x = np.hstack([_WEIGHT_OF_VECTOR * vectors, np.ones((len(vectors), 1))]).astype(np.float32)
    size, by_word = x.shape[1], words.T.tocsr()
    sign = np.where(dangerous, 1, -1).astype(np.float32)
    penalty = np.full(size + _COLUMNS, 1 / _C)
    penalty[size - 1] = 0  # the intercept

    def loss(both: np.ndarray) -> Tuple[float, np.ndarray]:
        b = both.astype(np.float32)
        margin = sign * (x @ b[:size] + words @ b[size:])
        slope = -sign * expit(-margin)
        value = np.logaddexp(0, -margin).sum(dtype=np.float64) + 0.5 * float((penalty * both * both).sum())
        return value, np.concatenate([x.T @ slope, by_word @ slope]) + penalty * both

    options = {"maxiter": _STEPS, "maxcor": 8, "gtol": 1e-2}
    found = minimize(loss, np.zeros(size + _COLUMNS), jac=True, method="L-BFGS-B", options=options).x
    found[: size - 1] *= _WEIGHT_OF_VECTOR
    return found[:size].astype(np.float32), found[size:].astype(np.float32)
