"""When two questions count as the same."""

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable

NEAR = 0.8
_APOSTROPHES = "'`\u2018\u2019"


def normalised(question: str) -> str:
    """Without case, punctuation and doubled spaces; a question of nothing but punctuation stays as it is."""
    folded = unicodedata.normalize("NFKC", question).casefold()
    bare = "".join(c for c in folded if c not in _APOSTROPHES)
    words = "".join(" " if unicodedata.category(c).startswith("P") else c for c in bare).split()
    return " ".join(words) or folded


def likeness(a: frozenset[str], b: frozenset[str]) -> float:
    """Jaccard index of two sets of words: 1 means the same words."""
    return len(a & b) / len(a | b)


class NearQuestions:
    """Finds a question whose words are nearly the same, without comparing all pairs."""

    def __init__(self, questions: Iterable[tuple[str, str]]) -> None:
        """`questions` as (file, question)."""
        self._known = [(file, question, _words(question)) for file, question in questions]
        self._frequency = Counter(w for _, _, words in self._known for w in words)
        self._by_word: dict[str, list[int]] = defaultdict(list)
        for i, (_, _, words) in enumerate(self._known):
            for word in words:
                self._by_word[word].append(i)

    def find(self, question: str) -> tuple[str, str] | None:
        """File and wording of a question with a likeness of NEAR or more, the first of the nearest, or None."""
        words = _words(question)
        # Of n words NEAR * n must be shared, so any n - NEAR * n + 1 of them hold a shared one: try the rarest.
        tried = len(words) - math.ceil(NEAR * len(words)) + 1
        rarest = sorted(words, key=lambda w: (self._frequency[w], w))[:tried]
        candidates = sorted({i for word in rarest for i in self._by_word.get(word, ())})
        best = max(candidates, key=lambda i: likeness(words, self._known[i][2]), default=None)
        if best is None or likeness(words, self._known[best][2]) < NEAR:
            return None
        return self._known[best][:2]


def _words(question: str) -> frozenset[str]:
    return frozenset(normalised(question).split())
