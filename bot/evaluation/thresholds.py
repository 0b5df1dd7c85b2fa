"""The choice of the thresholds on development questions, made with the decision that the bot itself makes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.components.decision import Decision, Thresholds, decide
from bot.evaluation.questions import OUT_OF_SCOPE, Question
from bot.evaluation.scores import share

GRID = tuple(round(k / 100, 2) for k in range(101))
# A quarter of the promised 2 %: development questions turn out easier than examination questions.
MOST_WRONG_GIVEN = 0.005
MOST_IN_SCOPE_REFUSED = 0.02
# What refusing the unlike may cost in scope; more gained next to nothing out of scope.
MOST_REFUSED_BESIDE = 0.001


class NoChoiceError(ValueError):
    """No threshold keeps the limits. The message says what to do."""


@dataclass(frozen=True)
class Example:
    """A development question with all intents and their probabilities, best first."""

    question: Question
    ranking: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Point:
    """What one pair of thresholds does. Shares of the in-scope questions, but for `out_of_scope_refused`."""

    refuse_below: float
    clarify_below: float
    out_of_scope_refused: float
    refused: float
    wrong_given: float
    clarified: float


@dataclass(frozen=True)
class Choice:
    """The chosen point, and the curves it was chosen from: refuse_below first, then clarify_below."""

    chosen: Point
    refuse_curve: Sequence[Point]
    clarify_curve: Sequence[Point]


def refuse_curve(examples: Sequence[Example], raise_from: float) -> list[Point]:
    """Every refuse_below of the grid, without clarifications: they play no part in what is refused."""
    return [point(examples, Thresholds(value, value, raise_from)) for value in GRID]


def clarify_curve(examples: Sequence[Example], refuse_below: float, raise_from: float) -> list[Point]:
    """Every clarify_below of the grid from `refuse_below` on: below it nothing would be asked back."""
    return [point(examples, Thresholds(refuse_below, v, raise_from)) for v in GRID if v >= refuse_below]


def point(examples: Sequence[Example], limits: Thresholds) -> Point:
    """What the thresholds do to the examples, of which some must be in scope and some out of it."""
    decisions = [(e.question, decide(e.ranking, OUT_OF_SCOPE, limits)) for e in examples]
    inside = [(q, d) for q, d in decisions if q.in_scope]
    outside = [d for q, d in decisions if not q.in_scope]
    return Point(
        refuse_below=limits.refuse_below,
        clarify_below=limits.clarify_below,
        out_of_scope_refused=_rate(d.action == "refuse" for d in outside),
        refused=_rate(d.action == "refuse" for _, d in inside),
        wrong_given=_rate(_wrong(q, d) for q, d in inside),
        clarified=_rate(d.action == "clarify" for _, d in inside),
    )


def _wrong(question: Question, decision: Decision) -> bool:
    return decision.action == "answer" and decision.topics != [question.topic]


def _rate(hits: Iterable[bool]) -> float:
    value = share(hits)
    if value is None:
        raise NoChoiceError("Choosing needs development questions in scope and out of scope; see data/dev.")
    return value


def choose(examples: Sequence[Example], raise_from: float) -> Choice:
    """Choose both thresholds. Raises NoChoiceError if the limits cannot be kept."""
    refusals = refuse_curve(examples, raise_from)
    refuse_below = choose_refuse_below(refusals).refuse_below
    clarifications = clarify_curve(examples, refuse_below, raise_from)
    return Choice(choose_clarify_below(clarifications), refusals, clarifications)


def choose_refuse_below(curve: Sequence[Point]) -> Point:
    """The largest that costs next to no in-scope question beside those that the out-of-scope class refuses by itself.

    What is like nothing known has a low probability for every topic; the higher the bound, the more of that is refused.
    """
    by_itself = curve[0].refused
    if by_itself > MOST_IN_SCOPE_REFUSED:
        raise NoChoiceError(
            f"The model itself takes {by_itself:.1%} of the in-scope questions for out of scope (at most "
            f"{MOST_IN_SCOPE_REFUSED:.0%}). Add training questions to the topics that are refused (data/nlu), train "
            "and tune again."
        )
    return [p for p in curve if p.refused <= by_itself + MOST_REFUSED_BESIDE][-1]


def choose_clarify_below(curve: Sequence[Point]) -> Point:
    """The smallest at which few enough wrong answers are given."""
    for candidate in curve:
        if candidate.wrong_given <= MOST_WRONG_GIVEN:
            return candidate
    raise NoChoiceError(
        f"Even clarify_below {curve[-1].clarify_below:.2f} lets {curve[-1].wrong_given:.1%} wrong answers through "
        f"(at most {MOST_WRONG_GIVEN:.1%}), as red flags are never asked back. Add training questions (data/nlu), "
        "train and tune again."
    )
