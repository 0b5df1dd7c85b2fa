"""An answer as the console shows it, put together from the content, its sign-offs and its use. Pure."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from knowledge import Answer, Clinic, Fact, Library
from knowledge.reading import GRADE_AT_MOST, reading_grade
from knowledge.render import answer_text, fill, source_refs, speakers
from knowledge.signing import signed_text, text_hash
from server.signoff.models import SignOff
from server.signoff.state import State, state_of
from server.usage.counting import Counts, Measure


@dataclass(frozen=True)
class Use:
    """How often an answer was given in the last 30 days, and what visitors thought of it."""

    given: int
    up: int
    down: int

    @classmethod
    def of(cls, topic: str, totals: Counts) -> "Use":
        """The use of a topic."""
        return cls(totals[Measure.TOPIC, topic], totals[Measure.TOPIC_UP, topic], totals[Measure.TOPIC_DOWN, topic])


@dataclass(frozen=True)
class Entry:
    """A row of the list. `latest` is the last sign-off or its withdrawal."""

    answer: Answer
    state: State
    latest: SignOff | None
    grade: float
    use: Use

    @property
    def is_hard(self) -> bool:
        """Whether it is harder to read than the house allows."""
        return self.grade > GRADE_AT_MOST

    @property
    def is_medical(self) -> bool:
        """Whether it says anything that a clinician has to answer for; small talk does not."""
        return self.answer.kind != "service"


@dataclass(frozen=True)
class Line:
    """A statement as read, the facts that carry it, and who says it, of a view that stands beside others."""

    text: str
    who: str
    facts: tuple[tuple[str, Fact], ...]


@dataclass(frozen=True)
class Change:
    """A line of the text: only in the one signed (`then`), only in today's (`now`), or in both."""

    when: Literal["then", "now", "both"]
    text: str


@dataclass(frozen=True)
class Page:
    """All that the page of an answer shows. `changes` is empty unless a signed text was changed afterwards."""

    entry: Entry
    text_hash: str
    short: Line
    views: tuple[Line, ...]
    points: tuple[Line, ...]
    documents: tuple[tuple[str, str], ...]
    related: tuple[Answer, ...]
    history: Sequence[SignOff]
    changes: tuple[Change, ...]


class Entries:
    """Makes entries and pages out of one content."""

    def __init__(self, library: Library, clinic: Clinic) -> None:
        self._library, self._clinic = library, clinic

    def entries(self, latest: Mapping[str, SignOff], totals: Counts, today: date) -> list[Entry]:
        """All answers, the most given first."""
        rows = [self.entry(a, latest.get(a.topic), totals, today) for a in self._library.answers.values()]
        return sorted(rows, key=lambda row: (-row.use.given, not row.is_medical, row.answer.title))

    def entry(self, answer: Answer, latest: SignOff | None, totals: Counts, today: date) -> Entry:
        """One answer."""
        digest = text_hash(signed_text(answer, self._library))
        grade = reading_grade(answer_text(answer, self._library, self._clinic))
        return Entry(answer, state_of(latest, digest, today), latest, grade, Use.of(answer.topic, totals))

    def page(self, answer: Answer, history: Sequence[SignOff], totals: Counts, today: date) -> Page:
        """One answer with everything about it."""
        entry = self.entry(answer, history[0] if history else None, totals, today)
        text = signed_text(answer, self._library)
        refs = source_refs(answer, self._library)
        return Page(
            entry=entry,
            text_hash=text_hash(text),
            short=self._line(answer.short.text, answer.short.sources),
            views=tuple(self._line(v.text, v.sources, speakers(v, self._library)) for v in answer.views),
            points=tuple(self._line(p.text, p.sources) for p in answer.points),
            documents=tuple((ref["organisation"], ref["document"]) for ref in refs),
            related=tuple(self._library.answers[t] for t in answer.see_also if t in self._library.answers),
            history=history,
            changes=changes(history[0].text, text) if entry.state is State.CHANGED else (),
        )

    def _line(self, text: str, sources: Sequence[str], who: str = "") -> Line:
        facts = ((ref, self._library.fact(ref)) for ref in sources)
        named = tuple((self._organisation(ref), fact) for ref, fact in facts if fact)
        return Line(fill(text, self._clinic), who, named)

    def _organisation(self, ref: str) -> str:
        return self._library.sources[ref.split(".", 1)[0]].organisation


def changes(then: str, now: str) -> tuple[Change, ...]:
    """What changed between two texts, line by line."""
    marks: dict[str, Literal["then", "now", "both"]] = {"- ": "then", "+ ": "now", "  ": "both"}
    lines = difflib.ndiff(then.splitlines(), now.splitlines())
    return tuple(Change(marks[line[:2]], line[2:]) for line in lines if line[:2] in marks and line[2:].strip())
