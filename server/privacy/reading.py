"""A message as the recognisers of names and places read it: its words, and what each of them may be."""

from functools import cached_property

from server.privacy.eponyms import eponyms
from server.privacy.lexicon import Lexicon
from server.privacy.words import Word, words_of


class Reading:
    """One message, split into words once for all recognisers."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self.words: list[Word] = words_of(text)
        self.protected = lexicon.protected(self.words) | eponyms(self.words, lexicon)
        self.at = {word.start: i for i, word in enumerate(self.words)}

    @cached_property
    def is_foreign(self) -> bool:
        """Whether the message is in another language."""
        return self.lexicon.is_foreign(self.words)

    @cached_property
    def may_name_something(self) -> bool:
        """Whether a word with a telling capital is none of the usual ones, so that the language model is worth asking."""
        return any(
            word.capital and i not in self.protected and not (word.opens and self.lexicon.is_ordinary(word.lower))
            for i, word in enumerate(self.words)
            if len(word.lower) > 1
        )

    def following(self, i: int) -> str:
        """The word after this one, "" if a sentence ends or a number stands between them, or there is none."""
        return self.words[i + 1].lower if i + 1 < len(self.words) and _is_beside(self.words[i + 1]) else ""

    def preceding(self, i: int) -> str:
        """The word before this one, "" if a sentence begins here or a number stands between them."""
        return self.words[i - 1].lower if i and _is_beside(self.words[i]) else ""


def _is_beside(word: Word) -> bool:
    """Whether it follows the word before it in one sentence, not as in "page 44 says"."""
    return not word.opens and not any(c.isdigit() for c in word.gap)
