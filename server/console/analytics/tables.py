"""The tables of the page; each is also a CSV file, and stands beside the picture of the same name. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.console.analytics.figures import Figures
from server.usage.counting import Outcome

OUTCOMES = {
    Outcome.ANSWERED: "Answered",
    Outcome.NOT_COVERED: "Not in the documents",
    Outcome.CLARIFIED: "Asked back",
    Outcome.REFUSED: "Refused",
    Outcome.RED_FLAG: "Red flag",
    Outcome.FAILED: "Failed",
}


@dataclass(frozen=True)
class Table:
    """A table with its title, and what a reader has to know of its numbers. The first cell of a row is a day if
    `is_dated`.
    """

    name: str
    title: str
    note: str
    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    is_dated: bool = True


def _volume(f: Figures) -> Table:
    rows = [(start, step.conversations, step.questions) for start, step in f.steps.items()]
    return Table(
        "volume", f"Conversations and questions by {f.period.step}", "", (_first(f), "Conversations", "Questions"), rows
    )


def _outcomes(f: Figures) -> Table:
    note = (
        "Of the questions of each step. A question with a red flag counts as that alone. Not in the documents: the bot "
        "said so and named the clinic. Failed: the bot did not answer in time and the clinic's phone was named."
    )
    header = [_first(f), "Questions"]
    for title in OUTCOMES.values():
        header += [title, f"{title} in %"]
    rows = []
    for start, step in f.steps.items():
        row: list[object] = [start, step.questions]
        for outcome in OUTCOMES:
            row += [step.outcomes[outcome], percent(step.share(outcome))]
        rows.append(row)
    return Table("outcomes", f"What became of the questions by {f.period.step}", note, header, rows)


def _topics(f: Figures) -> Table:
    rows = [(topic.title, topic.given, topic.up, topic.down) for topic in f.topics]
    return Table(
        "topics", "What was asked about", "", ("Topic", "Given", "Thumbs up", "Thumbs down"), rows, is_dated=False
    )


def _feedback(f: Figures) -> Table:
    rows = [(s, step.ratings["up"], step.ratings["down"], step.call_backs) for s, step in f.steps.items()]
    note = "A thumb counts on the day on which it was given."
    header = (_first(f), "Thumbs up", "Thumbs down", "Call-backs asked for")
    return Table("feedback", f"Thumbs and call-backs by {f.period.step}", note, header, rows)


def _waiting(f: Figures) -> Table:
    rows = [(s, milliseconds(step.median_wait), milliseconds(step.long_wait)) for s, step in f.steps.items()]
    note = "From the arrival of a question to its stored answer, right to 5 %. Failed questions are left out."
    header = (_first(f), "Half within (ms)", "95 of 100 within (ms)")
    return Table("waiting", f"How long visitors waited by {f.period.step}", note, header, rows)


def _hours(f: Figures) -> Table:
    rows = [(f"{hour:02}:00", number) for hour, number in enumerate(f.hours)]
    return Table(
        "hours", "When questions come", "Hours of the day, UTC.", ("Hour from", "Questions"), rows, is_dated=False
    )


def _accuracy(f: Figures) -> Table:
    note = (
        "Of the turns that staff judged, by the week in which they were asked. The truth lies between low and high "
        "with 95 % confidence (Wilson), if the judged turns are like the others. Staff choose what they judge, so read "
        "it as a trend."
    )
    rows = [(w.start, w.judged, w.right, percent(w.share), percent(w.low), percent(w.high)) for w in f.weeks]
    header = ("Week from", "Judged", "Right", "Right in %", "Low in %", "High in %")
    return Table("accuracy", "How often the bot was right", note, header, rows)


_TABLES: Mapping[str, Callable[[Figures], Table]] = {
    "volume": _volume,
    "outcomes": _outcomes,
    "topics": _topics,
    "feedback": _feedback,
    "accuracy": _accuracy,
    "waiting": _waiting,
    "hours": _hours,
}


def table(name: str, f: Figures) -> Table | None:
    """The table with this name, or None."""
    return _TABLES[name](f) if name in _TABLES else None


def tables(f: Figures) -> list[Table]:
    """All of them, in the page's order."""
    return [make(f) for make in _TABLES.values()]


def percent(share: float | None) -> float | None:
    """A share as a percentage with one decimal."""
    return None if share is None else round(100 * share, 1)


def milliseconds(value: float | None) -> int | None:
    """Whole milliseconds."""
    return None if value is None else round(value)


def _first(f: Figures) -> str:
    return "Day" if f.period.step == "day" else "Week from"
