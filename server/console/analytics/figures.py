"""From counted days to what the page shows. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from server.console.analytics.accuracy import Week
from server.console.analytics.period import Period
from server.usage.counting import Measure, Outcome, wait_percentile
from server.usage.usage import Use

BY_STEP = (Measure.CONVERSATIONS, Measure.OUTCOME, Measure.RATING, Measure.CALL_BACKS, Measure.WAIT)
IN_ALL = (Measure.TOPIC, Measure.TOPIC_UP, Measure.TOPIC_DOWN, Measure.HOUR)
_HALF, _NEARLY_ALL = 0.5, 0.95


@dataclass
class Step:
    """The numbers of a day, a week, or of everything."""

    conversations: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    ratings: Counter[str] = field(default_factory=Counter)
    call_backs: int = 0
    waits: Counter[str] = field(default_factory=Counter)

    @property
    def questions(self) -> int:
        """How many questions were asked."""
        return self.outcomes.total()

    @property
    def median_wait(self) -> float | None:
        """The milliseconds within which half of the answers came."""
        return wait_percentile(self.waits, _HALF)

    @property
    def long_wait(self) -> float | None:
        """The milliseconds within which 95 of 100 answers came."""
        return wait_percentile(self.waits, _NEARLY_ALL)

    def share(self, outcome: Outcome) -> float | None:
        """The share of questions with this outcome; None without questions."""
        return self.outcomes[outcome] / self.questions if self.questions else None

    def add(self, measure: Measure, name: str, number: int) -> None:
        """Count something in."""
        if measure is Measure.CONVERSATIONS:
            self.conversations += number
        elif measure is Measure.CALL_BACKS:
            self.call_backs += number
        else:
            counter = {Measure.OUTCOME: self.outcomes, Measure.RATING: self.ratings, Measure.WAIT: self.waits}[measure]
            counter[name] += number


@dataclass(frozen=True)
class Topic:
    """How often a topic's answer was given, and what visitors thought of it."""

    id: str
    title: str
    given: int
    up: int
    down: int


@dataclass(frozen=True)
class Figures:
    """Everything that is shown of a period. `steps` by their first day; `hours` from 0 to 23, UTC."""

    period: Period
    steps: Mapping[date, Step]
    total: Step
    topics: Sequence[Topic]
    hours: Sequence[int]
    weeks: Sequence[Week]
    missing: int


def figures(period: Period, use: Use, title_of: Callable[[str], str], weeks: Sequence[Week]) -> Figures:
    """The figures of a period; `title_of` tells the title of a topic."""
    steps, total = {start: Step() for start in period.starts()}, Step()
    for (start, measure, name), number in use.steps.items():
        for step in (steps[start], total):
            step.add(measure, name, number)
    hours = [use.totals[Measure.HOUR, f"{hour:02}"] for hour in range(24)]
    return Figures(period, steps, total, _topics(use, title_of), hours, weeks, use.missing)


def _topics(use: Use, title_of: Callable[[str], str]) -> list[Topic]:
    ids = {name for measure, name in use.totals if measure is not Measure.HOUR}
    rows = [
        Topic(
            id,
            title_of(id),
            use.totals[Measure.TOPIC, id],
            use.totals[Measure.TOPIC_UP, id],
            use.totals[Measure.TOPIC_DOWN, id],
        )
        for id in ids
    ]
    return sorted(rows, key=lambda row: (-row.given, row.title))
