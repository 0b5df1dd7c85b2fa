"""Spelling-tolerant features beside the sentence vector: tf-idf of character n-grams, reduced by SVD."""

from typing import Dict, Sequence, Text, Tuple

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.components.lots import lots

# The reduction is learned on at most this many texts: its quality saturates, its cost does not.
_SVD_TEXTS_AT_MOST = 4000
_DIMENSIONS_AT_MOST = 384


def _vectorizer(**more: object) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32, **more)


class NgramFeatures:
    """Texts to rows of at most 384 numbers; a row is of unit length or a little less."""

    def __init__(self, vectorizer: TfidfVectorizer, projection: np.ndarray) -> None:
        self._vectorizer, self._projection = vectorizer, projection
        self._analyze, self._idf = vectorizer.build_analyzer(), vectorizer.idf_

    @classmethod
    def fit(cls, texts: Sequence[Text], seed: int) -> Tuple["NgramFeatures", np.ndarray]:
        """Learn vocabulary, weights and reduction from training texts; also gives what `transform` makes of them."""
        vectorizer = _vectorizer(min_df=2)
        counts = vectorizer.fit_transform(texts)
        sample = np.argsort(lots(texts, seed), kind="stable")[:_SVD_TEXTS_AT_MOST]
        dimensions = min(_DIMENSIONS_AT_MOST, len(sample) - 1, counts.shape[1] - 1)
        svd = TruncatedSVD(dimensions, n_iter=2, random_state=seed).fit(counts[sample])
        projection = np.ascontiguousarray(svd.components_.T, np.float32)
        return cls(vectorizer, projection), counts @ projection

    def transform(self, texts: Sequence[Text]) -> np.ndarray:
        """A float32 array (len(texts), dimensions)."""
        # In double precision scipy would copy the whole projection for each message.
        counts = self._vectorizer.transform(texts).astype(np.float32)
        return counts @ self._projection

    def transform_one(self, text: Text) -> np.ndarray:
        """The row (dimensions,) of one text: what `transform` gives, without its sparse matrices' overhead."""
        known = self._vectorizer.vocabulary_
        columns = [known[term] for term in self._analyze(text) if term in known]
        if not columns:
            return np.zeros(self._projection.shape[1], np.float32)
        terms, counts = np.unique(columns, return_counts=True)
        weights = (1 + np.log(counts)) * self._idf[terms]
        return (weights / np.linalg.norm(weights)).astype(np.float32) @ self._projection[terms]

    def to_arrays(self) -> Dict[Text, np.ndarray]:
        """Everything that was learned, as arrays without pickled objects."""
        vocabulary = self._vectorizer.vocabulary_
        return {
            "ngram_terms": np.array(sorted(vocabulary, key=vocabulary.get), dtype=np.str_),
            "ngram_idf": self._vectorizer.idf_.astype(np.float32),
            "ngram_projection": self._projection.astype(np.float16),
        }

    @classmethod
    def from_arrays(cls, arrays: Dict[Text, np.ndarray]) -> "NgramFeatures":
        """The counterpart of `to_arrays`."""
        vectorizer = _vectorizer(vocabulary={str(t): i for i, t in enumerate(arrays["ngram_terms"])})
        vectorizer.idf_ = arrays["ngram_idf"]
        vectorizer.vocabulary_ = vectorizer.vocabulary
        return cls(vectorizer, arrays["ngram_projection"].astype(np.float32))
