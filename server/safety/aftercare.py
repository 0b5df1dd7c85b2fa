"""After a safety reply: a reminder with the next replies, until help is on the way or the talk has moved on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.yaml_file import Reader, read_yaml

# "Until the visitor asks something else twice": the second other message is the last that carries the reminder.
_REMINDERS = 2
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_WORD = re.compile(r"[a-z0-9&]+")
_APOSTROPHE = re.compile("['’`]")


@dataclass(frozen=True)
class Watch:
    """A safety reply that still counts: its topic, and the reminders given since. No topic: all is quiet."""

    topic: str | None = None
    reminders: int = 0

    def reminded(self) -> "Watch":
        """After one more reminder."""
        return replace(self, reminders=self.reminders + 1) if self.reminders + 1 < _REMINDERS else QUIET


QUIET = Watch()


class HelpComing:
    """Knows sentences that say that help is on the way."""

    def __init__(
        self, helpers: Sequence[str], coming: Sequence[str], enough: Sequence[str], not_yet: Sequence[str]
    ) -> None:
        self._helpers, self._coming, self._enough, self._not_yet = map(_padded, (helpers, coming, enough, not_yet))

    def rest(self, text: str) -> str | None:
        """What else a message says when a sentence of it says that help is coming; None if no sentence does."""
        sentences = _SENTENCE.findall(text)
        others = [sentence for sentence in sentences if not self._says_so(sentence)]
        return None if len(others) == len(sentences) else "".join(others).strip()

    def _says_so(self, sentence: str) -> bool:
        words = _WORD.findall(_APOSTROPHE.sub("", sentence.lower()))
        said = f" {' '.join(words)} "
        if sentence.rstrip().endswith("?") or _holds(said, self._not_yet):
            return False
        return _holds(said, self._enough) or (_holds(said, self._helpers) and _holds(said, self._coming))


def load_help_coming(folder: Path) -> HelpComing:
    """Read `help_coming.yml`. Raises ContentError, naming the fault."""
    path = folder / "help_coming.yml"
    reader = Reader(path, read_yaml(path))
    help_coming = HelpComing(*(reader.texts(name) for name in ("helpers", "coming", "enough", "not_yet")))
    reader.done()
    return help_coming


def _padded(phrases: Sequence[str]) -> tuple[str, ...]:
    return tuple(f" {phrase} " for phrase in phrases)


def _holds(said: str, phrases: Sequence[str]) -> bool:
    return any(phrase in said for phrase in phrases)
