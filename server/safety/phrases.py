"""Finds all phrases of all groups in one pass (Aho-Corasick), so the time grows with the message and nothing else."""

from collections.abc import Mapping, Sequence

import ahocorasick

from server.safety.context import Span
from server.safety.words import Word

# The automaton works on characters, so each word of the rules becomes one; zero stands for all other words.
_OTHER_WORD = chr(0)


class PhraseFinder:
    """Knows the groups of phrases, each phrase given as its plain words."""

    def __init__(self, phrases: Mapping[str, Sequence[tuple[str, ...]]]) -> None:
        self._sign: dict[str, str] = {}
        groups: dict[str, set[str]] = {}
        for name, members in phrases.items():
            for words in members:
                signs = "".join(self._sign.setdefault(word, chr(len(self._sign) + 1)) for word in words)
                groups.setdefault(signs, set()).add(name)
        self._automaton = ahocorasick.Automaton()
        for signs, names in groups.items():
            self._automaton.add_word(signs, (len(signs), tuple(sorted(names))))
        self._automaton.make_automaton()

    def find(self, words: Sequence[Word]) -> dict[str, list[Span]]:
        """Where the phrases of each group stand; in order of their ends."""
        found: dict[str, list[Span]] = {}
        signs = "".join(self._sign.get(word.text, _OTHER_WORD) for word in words)
        for last, (length, names) in self._automaton.iter(signs):
            for name in names:
                found.setdefault(name, []).append(Span(last + 1 - length, last + 1))
        return found
