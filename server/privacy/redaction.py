"""Takes out of a visitor's message what may identify somebody, before anything is stored, logged or sent on."""

import logging
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from server.privacy.finds import Find, Kind, in_one_row, joined
from server.safety import RedFlag

logger = logging.getLogger(__name__)

# What stands in the message instead. None of < > [ ], which some chat widgets delete.
PLACEHOLDERS: Mapping[Kind, str] = {
    "name": "(name)",
    "place": "(place)",
    "date": "(date)",
    "age": "(age)",
    "phone": "(phone)",
    "fax": "(phone)",
    "email": "(email)",
    "url": "(link)",
    "ip": "(link)",
    "ssn": "(number)",
    "record": "(number)",
    "plan": "(number)",
    "account": "(number)",
    "licence": "(number)",
    "vehicle": "(number)",
    "device": "(number)",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start` up to `end` of the raw message, and what stands for them."""

    start: int
    end: int
    placeholder: str


@dataclass(frozen=True)
class Redacted:
    """A message without what may identify somebody, and how many finds of each kind were taken out."""

    text: str
    counts: Mapping[Kind, int]
    edits: tuple[Edit, ...] = ()

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Where characters `start` up to `end` of the raw message now stand; a placeholder is never cut."""
        return self._moved(start, at_end=False), self._moved(end, at_end=True)

    def moved_flags(self, flags: tuple[RedFlag, ...], raw_from: int, from_: int) -> tuple[RedFlag, ...]:
        """Red flags read in the raw message from character `raw_from` on, in the redacted one from `from_` on."""
        spans = [self.moved(flag.start + raw_from, flag.end + raw_from) for flag in flags]
        return tuple(
            RedFlag(flag.topic, max(0, start - from_), max(0, end - from_)) for flag, (start, end) in zip(flags, spans)
        )

    def _moved(self, at: int, *, at_end: bool) -> int:
        shift = 0
        for edit in self.edits[: bisect_right(self.edits, at, key=lambda e: e.start)]:
            if at >= edit.end:
                shift += len(edit.placeholder) - (edit.end - edit.start)
            elif at > edit.start:
                return edit.start + shift + (len(edit.placeholder) if at_end else 0)
        return min(at + shift, len(self.text))


class Redactor:
    """Redacts messages. The same text always comes out the same; nothing of a message is kept.

    `longest` characters of a message come out at most. A little more is read, so that the cut hides no identifier.
    """

    def __init__(self, find: Callable[[str], Iterable[Find]], longest: int) -> None:
        self._find, self._longest = find, longest

    def redact(self, text: str) -> Redacted:
        """The message as it may be stored, logged and sent on."""
        read = text[: self._longest + _MARGIN]
        finds = joined(in_one_row(self._find(read)), read)
        pieces, edits, done = [], [], 0
        for find in finds:
            placeholder = PLACEHOLDERS[find.kind]
            pieces += [read[done : find.start], placeholder]
            edits.append(Edit(find.start, find.end, placeholder))
            done = find.end
        whole = Redacted("".join([*pieces, read[done:]]), Counter(f.kind for f in finds), tuple(edits))
        if finds:
            logger.info("redacted", extra={"fields": {"redactions": dict(whole.counts)}})
        if len(text) <= self._longest:
            return whole
        _, end = whole.moved(0, self._longest)
        return Redacted(whole.text[:end], whole.counts, whole.edits)


# The longest identifier is shorter.
_MARGIN = 200
