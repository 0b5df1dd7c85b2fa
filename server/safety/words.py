"""From a message as typed to plain words: short forms written out, misspellings mended, endings taken off."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from simplemma import lemmatize
from symspellpy import SymSpell, Verbosity

# Letters and digits, joined by apostrophes; or a sign. A hyphen inside a word only parts it. No alternative overlaps
# another, so this is linear.
_PIECE = re.compile(r"[^\W_]+(?:['’`][^\W_]+)*|\n|[^\s\w-]|(?<!\S)-(?!\S)")
# Years are all one word to the rules, which name this one ("in 2015" is long ago).
_YEAR, _ANY_YEAR = re.compile(r"19\d\d|20[0-4]\d"), "2015"
_STRETCHED = re.compile(r"([a-z])\1{2,}")
# Nobody types a word longer than this; what is longer is not looked up.
_LONGEST_WORD = 30
_SHORTEST_REPAIRED, _TWO_FAULTS_FROM = 4, 7


@dataclass(frozen=True, slots=True)
class Word:
    """One plain word (or sign) and the characters of the message that it was read from."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Spelling:
    """How people write: `means` gives the words for a short form, `lemmas` the base form where the library errs."""

    means: dict[str, tuple[str, ...]]
    lemmas: dict[str, str]


class Normaliser:
    """Turns texts into `Word`s. It knows the words of the rules; any word near to one of them is taken for it."""

    def __init__(self, spelling: Spelling, rule_texts: Iterable[str]) -> None:
        self._spelling = spelling
        self._nearest = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        self._known = _english_words()
        words = {word.text for text in rule_texts for word in self._surface(text)}
        bases = {self._lemma(word) for word in words}
        # With their inflections, or "vommiting" would be near to nothing. Those begin alike; asking for all is slow.
        beginnings = {word[:3] for word in words}
        alike = (word for word in self._known if word[:3] in beginnings and len(word) >= _SHORTEST_REPAIRED)
        self._rule_words = words | spelling.lemmas.keys() | {word for word in alike if self._lemma(word) in bases}
        for word in self._rule_words:
            self._nearest.create_dictionary_entry(word, 1)
        # Bounded, because visitors type new words for ever.
        self._plain = lru_cache(maxsize=20_000)(self._plain_uncached)

    def words(self, text: str) -> tuple[Word, ...]:
        """The plain words of a message."""
        return tuple(
            Word(plain, word.start, word.end) for word in self._surface(text) for plain in self._plain(word.text)
        )

    def phrase(self, text: str) -> tuple[str, ...]:
        """The plain words of a phrase from the rules."""
        return tuple(self._lemma(word.text) for word in self._surface(text))

    def _surface(self, text: str) -> Iterable[Word]:
        for piece in _PIECE.finditer(text):
            for word in self._written_out(re.sub("[’`]", "'", piece.group().lower())):
                yield Word(word, piece.start(), piece.end())

    def _written_out(self, piece: str) -> tuple[str, ...]:
        if piece in self._spelling.means:
            return self._spelling.means[piece]
        if _YEAR.fullmatch(piece) and int(piece) < date.today().year:
            return (_ANY_YEAR,)
        if piece.endswith("n't"):
            return piece[:-3], "not"
        return tuple(p for p in piece.split("'") if p not in {"s", "d", "m", "ll", "re"}) if "'" in piece else (piece,)

    def _lemma(self, word: str) -> str:
        if word in self._spelling.lemmas:
            return self._spelling.lemmas[word]
        return lemmatize(word, "en").lower() if word.isalpha() else word

    def _plain_uncached(self, word: str) -> tuple[str, ...]:
        return tuple(self._lemma(w) for w in self._mended(word))

    def _mended(self, word: str) -> tuple[str, ...]:
        if word in self._rule_words or not word.isalpha() or len(word) > _LONGEST_WORD:
            return (word,)
        if _STRETCHED.search(word):
            for repeated in (r"\1\1", r"\1"):
                shorter = _STRETCHED.sub(repeated, word)
                if shorter in self._known or shorter in self._rule_words:
                    return self._written_out(shorter)
        if word in self._known or len(word) < _SHORTEST_REPAIRED:
            return (word,)
        if word.endswith("s") and word[:-1] in self._known:  # a possessive without its apostrophe: wifes, mums
            return (word[:-1],)
        return self._nearest_rule_word(word) or self._parted(word) or (word,)

    def _nearest_rule_word(self, word: str) -> tuple[str, ...]:
        faults = 2 if len(word) >= _TWO_FAULTS_FROM else 1
        near = self._nearest.lookup(word, Verbosity.CLOSEST, max_edit_distance=faults)
        # People rarely miss the first letter, and other words often differ in just that.
        return next(((n.term,) for n in near if n.term[0] == word[0] and len(n.term) >= _SHORTEST_REPAIRED), ())

    def _parted(self, word: str) -> tuple[str, ...]:
        """Two words of the rules typed as one: `cantbreathe`."""
        for i in range(3, len(word) - 2):
            first, second = word[:i], word[i:]
            if self._is_written(first) and second in self._rule_words:
                return *self._written_out(first), second
        return ()

    def _is_written(self, word: str) -> bool:
        return word in self._rule_words or word in self._spelling.means


@lru_cache(maxsize=1)
def _english_words() -> frozenset[str]:
    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig").splitlines()
    return frozenset(line.partition(" ")[0] for line in lines)
