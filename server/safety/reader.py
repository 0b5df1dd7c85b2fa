"""Reads a message and names its red flags."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.safety.context import Context
from server.safety.matching import Finder, Match
from server.safety.phrases import PhraseFinder
from server.safety.rules import CUES, TOPICS, Rules
from server.safety.words import Word


@dataclass(frozen=True)
class RedFlag:
    """A danger and the characters of the message that raised it: its clauses, from `start` up to `end`."""

    topic: str
    start: int
    end: int


@dataclass(frozen=True)
class Reading:
    """What a message says. `calm`: it has words of danger, but every one is negated, supposed, past or general."""

    flags: tuple[RedFlag, ...]
    calm: bool


class RedFlagReader:
    """Finds red flags. A reading changes nothing that another could see: one reader serves all visitors."""

    def __init__(self, rules: Rules) -> None:
        self._normaliser = rules.normaliser
        self._rules = {topic: [rule for rule in rules.rules if rule.topic == topic] for topic in TOPICS}
        self._phrases = PhraseFinder(rules.phrases)

    def read(self, text: str) -> Reading:
        """Find the red flags of a message, at most one for each topic, in the catalogue's order."""
        words = self._normaliser.words(text)
        groups = self._phrases.find(words)
        context = Context(words, {name: groups.get(f"cue {name}", []) for name in CUES})
        finder = Finder(groups, context)
        flags, is_doubted = [], False
        for topic, rules in self._rules.items():
            for rule in rules:
                match, was_doubted = finder.first_meant(rule)
                is_doubted |= was_doubted
                if match:
                    flags.append(_flag(topic, match, words, context))
                    break
        return Reading(tuple(flags), is_doubted and not flags)


def _flag(topic: str, match: Match, words: Sequence[Word], context: Context) -> RedFlag:
    """A flag over the clauses of the match."""
    clauses = [context.clause(at) for span in match for at in (span.start, span.end - 1)]
    return RedFlag(topic, words[min(c.start for c in clauses)].start, words[max(c.end for c in clauses) - 1].end)
