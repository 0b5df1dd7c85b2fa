"""Finds where the words of a rule stand together, and whether they are meant."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import combinations

from server.safety.context import Context, Span
from server.safety.rules import Rule, Slot

Match = tuple[Span, ...]
# How many spans to each side of a word, and how many from the start, are tried for a further slot. With all of them
# the time would grow with the square of the message.
_NEAREST, _FIRST = 3, 8


class Finder:
    """Looks for one rule after the other in one message."""

    def __init__(self, groups: Mapping[str, list[Span]], context: Context) -> None:
        self._groups, self._context = groups, context

    def first_meant(self, rule: Rule) -> tuple[Match | None, bool]:
        """The first match that is asserted, and whether there was one that is not."""
        slots = (*rule.judged, *rule.also, *rule.given)
        if not all(slot & self._groups.keys() for slot in slots):
            return None, False
        excused = {self._context.sentence(span.start).start for span in self._spans(rule.unless)}
        was_doubted = False
        for match in self._pairs(rule) if rule.two_of else self._matches(rule):
            if self._context.sentence(match[0].start).start in excused:
                continue
            if all(self._is_meant(piece, match, rule) for piece in match):
                return match, was_doubted
            was_doubted = True
        return None, was_doubted

    def _pairs(self, rule: Rule) -> Iterator[Match]:
        """Two different groups, anywhere: of each its first span that is meant."""
        meant = []
        for name in sorted(rule.two_of & self._groups.keys()):
            spans = self._groups[name]
            meant.append(next((span for span in spans if self._is_meant(span, (span,), rule)), spans[0]))
        yield from (pair for pair in combinations(meant, 2) if not pair[0].overlaps(pair[1]))

    def _matches(self, rule: Rule) -> Iterator[Match]:
        first, *others = (self._spans(slot) for slot in rule.judged)
        starts = [[span.start for span in spans] for spans in others]
        also = [self._meant_first(slot, rule) for slot in rule.also]
        for anchor in first:
            match: Match | None = (anchor,)
            for spans, their_starts in zip(others, starts):
                match = match and self._with_nearest(match, spans, their_starts, rule)
            for spans in also:
                match = match and _with_one_of(match, spans)
            if match:
                yield match

    def _with_nearest(self, match: Match, spans: list[Span], starts: list[int], rule: Rule) -> Match | None:
        """The match and the nearest of the spans that is in the same sentence and in reach, if there is one."""
        anchor, sentence = match[0], self._context.sentence(match[0].start)
        at = bisect_left(starts, match[-1].end if rule.ordered else anchor.end)
        near = [
            (gap, span)
            for span in spans[at if rule.ordered else max(0, at - _NEAREST) : at + _NEAREST]
            if sentence.start <= span.start < sentence.end and not any(span.overlaps(m) for m in match)
            if (gap := max(span.start - anchor.end, anchor.start - span.end)) <= rule.within
        ]
        return (*match, min(near, key=lambda pair: pair[0])[1]) if near else None

    def _meant_first(self, slot: Slot, rule: Rule) -> list[Span]:
        spans = self._spans(slot)
        meant = (span for span in spans if self._is_meant(span, (span,), rule))
        return [span for span, _ in zip(meant, range(_FIRST))] or spans[:_FIRST]

    def _is_meant(self, piece: Span, match: Match, rule: Rule) -> bool:
        return rule.doubts.isdisjoint(self._context.doubts(piece, match)) if rule.doubts else True

    def _spans(self, slot: Slot) -> list[Span]:
        return sorted({s for name in slot for s in self._groups.get(name, ())}, key=lambda s: (s.start, s.end))


def _with_one_of(match: Match, spans: list[Span]) -> Match | None:
    free = next((span for span in spans if not any(span.overlaps(m) for m in match)), None)
    return (*match, free) if free else None
