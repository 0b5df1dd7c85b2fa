"""A message as a row of words, as the recognisers of names and places read it."""

import re
import unicodedata
from dataclasses import dataclass

from spacy.lang.en.stop_words import STOP_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:['’‘`][^\W\d_]+)*")
_SENTENCE_ENDS = frozenset(".!?\n\r")
# Of a message with more words than this, capitals say nothing if so large a part has one.
_FEW_WORDS, _MOST, _MOST_SMALL = 4, 0.9, 0.5
_SMALL = STOP_WORDS - {"may", "will"}
# Two capitals may be part of a postcode ("BD23 5AT").
_PART = 2


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its place, without the ending of a possessive. `gap` is what stands between it and the word before; `capital` is a telling capital."""

    text: str
    lower: str
    start: int
    end: int
    gap: str
    capital: bool
    opens: bool
    is_possessive: bool

    @property
    def is_initial(self) -> bool:
        """Whether it is a single capital, as before a surname."""
        return len(self.text) == 1 and self.text.isupper() and self.text != "I"

    def is_acronym(self, longest: int) -> bool:
        """Whether it is at most so many letters, all of them capitals: "ERI"."""
        return len(self.text) <= longest and self.text.isupper()


def words_of(text: str) -> list[Word]:
    """The words of a message, numbers left out."""
    found = list(_WORD.finditer(text))
    tells = _capitals_tell([match.group() for match in found])
    words: list[Word] = []
    end = 0
    for match in found:
        gap, piece = text[end : match.start()], match.group()
        opens = not words or not _SENTENCE_ENDS.isdisjoint(gap)
        lower = plain(piece)
        last = match.start() + len(lower)
        words.append(
            Word(
                text=text[match.start() : last],
                lower=lower,
                start=match.start(),
                end=last,
                gap=gap,
                capital=tells and piece[0].isupper(),
                opens=opens,
                is_possessive=last < match.end(),
            )
        )
        end = match.end()
    return words


def plain(word: str) -> str:
    """In small letters, without accents, with one kind of apostrophe and without the ending of a possessive."""
    lower = _without_accents(re.sub("[’‘`]", "'", word).lower())
    return lower[:-2] if lower.endswith("'s") and len(lower) > 3 else lower


def _without_accents(word: str) -> str:
    """As long as before: "barré" is "barre", however somebody types it."""
    return word if word.isascii() else "".join(unicodedata.normalize("NFKD", c)[0] for c in word)


def _capitals_tell(words: list[str]) -> bool:
    """Whether capitals are used as usual: not all over, and not for the first letter of every word.

    Small words tell it best: an address alone is full of capitals.
    """
    lengthy = [word for word in words if len(word) > 1]
    if not lengthy or len(lengthy) < _FEW_WORDS:
        return not lengthy or not all(word.isupper() for word in lengthy)
    small = [word for word in lengthy[1:] if word.lower() in _SMALL and not (len(word) == _PART and word.isupper())]
    told, most = (small, _MOST_SMALL) if small else (lengthy, _MOST)
    return sum(word[0].isupper() for word in told) <= most * len(told) and not all(word.isupper() for word in lengthy)
