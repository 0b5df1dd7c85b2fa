"""Finding answers by words, for the page with all questions: small enough that every answer can be looked at."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import simplemma

_WORD = re.compile(r"[^\W_]+")
# Words that say nothing about what is asked.
_EMPTY = frozenset(
    "a about after an and any are as at be been before but by can could did do does for from get had has "
    "have how i if in is it me my of on or our should so than that the their them then there they this to "
    "was we what when where which who why will with would you your".split()
)
_IN_TITLE = 3


@dataclass(frozen=True)
class Findable:
    """Something that can be found: its key, and its words in base form."""

    key: str
    title: frozenset[str]
    text: frozenset[str]


def findable(key: str, title: str, text: str) -> Findable:
    """Prepare a text for `find`."""
    return Findable(key, frozenset(_words(title)), frozenset(_words(text)))


def find(query: str, items: Sequence[Findable]) -> list[str]:
    """Keys of what fits the query, the best first; words of the title count more. Nothing fits an empty query."""
    words = set(_words(query))
    ranked = [(_fit(words, item), item.key) for item in items]
    return [key for fit, key in sorted(ranked, key=lambda pair: -pair[0]) if fit > 0]


def _fit(words: Iterable[str], item: Findable) -> int:
    return sum(_IN_TITLE * _holds(item.title, word) + _holds(item.text, word) for word in words)


def _holds(known: frozenset[str], word: str) -> bool:
    # The beginning of a word finds it too: what is typed may be unfinished.
    return word in known or (len(word) > 3 and any(other.startswith(word) for other in known))


def _words(text: str) -> list[str]:
    words = (word.lower() for word in _WORD.findall(text))
    return [simplemma.lemmatize(word, lang="en") for word in words if word not in _EMPTY]
