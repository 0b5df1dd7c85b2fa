"""Is a danger word asserted, or negated, supposed, asked about in general, or past? After ConText (Harkema 2009)."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.safety.words import Word

# A negation reaches this many words ahead, and only a list ("no redness, swelling or fever") carries it past a comma.
_NEGATION_REACH = 6
# Who does something: "if the pump doesn't work I will end it" denies only the working.
_SUBJECTS = frozenset({"i", "he", "she", "we", "they"})
_LIST_WORDS = frozenset({"or", "nor"})
# What one who has asked goes on with, before telling how somebody is.
_JOINING = frozenset({",", "and", "also"})
_SENTENCE_ENDS = frozenset(".!?\n")
_CLAUSE_ENDS = _SENTENCE_ENDS | frozenset(";:()-–—")
# Nobody means more by one clause or sentence; the limit keeps the work for each word the same in a hostile message.
_LONGEST_CLAUSE, _LONGEST_SENTENCE = 60, 120
# These say what a sentence is like, whatever other cues its words belong to.
_BESIDE = frozenset({"question", "person", "boundary"})


@dataclass(frozen=True, slots=True)
class Span:
    """Words `start` up to `end` (exclusive) of a message."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a word."""
        return self.start < other.end and other.start < self.end


class Context:
    """The clauses, sentences and cues of one message."""

    def __init__(self, words: Sequence[Word], cues: Mapping[str, list[Span]]) -> None:
        self._words = words
        self._cues = {name: sorted(cues[name], key=_start) if name in _BESIDE else [] for name in cues}
        rivals = [(name, span) for name in cues if name not in _BESIDE for span in cues[name]]
        for name, span in _longest(rivals):
            self._cues[name].append(span)
        self._starts = {name: [span.start for span in spans] for name, spans in self._cues.items()}
        sentences = {0} | {i + 1 for i, word in enumerate(words) if word.text in _SENTENCE_ENDS}
        clauses = {i + 1 for i, word in enumerate(words) if word.text in _CLAUSE_ENDS} | set(self._starts["boundary"])
        self._sentences = _not_longer(sentences, _LONGEST_SENTENCE, len(words))
        self._clauses = _not_longer(sentences | clauses, _LONGEST_CLAUSE, len(words))

    def clause(self, at: int) -> Span:
        """The clause around a word."""
        return self._around(self._clauses, at)

    def sentence(self, at: int) -> Span:
        """The sentence around a word."""
        return self._around(self._sentences, at)

    def doubts(self, piece: Span, match: tuple[Span, ...]) -> set[str]:
        """What speaks against taking this piece of a match as happening now."""
        clause, sentence = self.clause(piece.start), self.sentence(piece.start)
        before = Span(clause.start, piece.start)
        doubts = set()
        if self._is_negated(piece, match, clause):
            doubts.add("negated")
        if self._within("now", clause):
            return doubts
        if self._cues["hypothetical_all"] or self._within("hypothetical", before):
            doubts.add("hypothetical")
        if self._is_impersonal(sentence) or self._within("general", self._said_with(piece, sentence)):
            doubts.add("general")
        if self._within("past", clause):
            doubts.add("past")
        return doubts

    def _said_with(self, piece: Span, sentence: Span) -> Span:
        """The part of a sentence that a piece belongs to: in "how long is it, and she is blue" the question is over."""
        after = Span(sentence.start + 1, piece.start + 1)
        begins = [who.start for who in self._within("person", after) if self._words[who.start - 1].text in _JOINING]
        return Span(max(begins, default=sentence.start), sentence.end)

    def _is_impersonal(self, sentence: Span) -> bool:
        """Whether it is a question in which no person stands: "is weakness usual after it?"."""
        first = Span(sentence.start, sentence.start + 1)
        # "Can not breathe" is no question, though it begins like one.
        asks = any(not self._is_not(cue.end) for cue in self._within("question", first))
        return asks and not self._within("person", sentence)

    def _is_not(self, at: int) -> bool:
        return at < len(self._words) and self._words[at].text == "not"

    def _is_negated(self, piece: Span, match: tuple[Span, ...], clause: Span) -> bool:
        if self._within("resolved", Span(piece.end, clause.end), match):
            return True
        cues = self._within("negation", Span(clause.start, piece.start), match)
        return any(self._reaches(cue, piece, clause) for cue in cues)

    def _reaches(self, cue: Span, piece: Span, clause: Span) -> bool:
        between = {self._words[i].text for i in range(cue.end, piece.start)}
        if not _SUBJECTS.isdisjoint(between):
            return False
        if "," in between:
            ahead = range(cue.end, min(clause.end, piece.end + _NEGATION_REACH))
            return any(self._words[i].text in _LIST_WORDS for i in ahead)
        return piece.start - cue.end <= _NEGATION_REACH

    def _within(self, name: str, part: Span, match: tuple[Span, ...] = ()) -> list[Span]:
        """The cues that begin in a part and are none of the match: "cannot wake" is not a waking negated."""
        starts = self._starts[name]
        cues = self._cues[name][bisect_left(starts, part.start) : bisect_left(starts, part.end)]
        return [cue for cue in cues if not any(cue.overlaps(m) for m in match)]

    def _around(self, starts: list[int], at: int) -> Span:
        i = bisect_right(starts, at)
        return Span(starts[i - 1], starts[i] if i < len(starts) else len(self._words))


def _start(span: Span) -> int:
    return span.start


def _not_longer(starts: set[int], most: int, end: int) -> list[int]:
    """The starts in order, with more of them where two are too far apart."""
    ordered = sorted(starts)
    pairs = zip(ordered, [*ordered[1:], end])
    return [at for one, following in pairs for at in range(one, max(following, one + 1), most)]


def _longest(found: list[tuple[str, Span]]) -> list[tuple[str, Span]]:
    """Without those that stand inside a longer one: in "since birth" there is no "since"."""
    kept, reached = [], 0
    for name, span in sorted(found, key=lambda f: (f[1].start, -f[1].end)):
        if span.end > reached:
            kept.append((name, span))
            reached = span.end
    return kept
