"""Figures over outcomes. Shares are between 0 and 1, times in milliseconds; None where there is nothing to count."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from bot.evaluation.outcomes import Outcome
from knowledge.model import KINDS

BINS = 15


@dataclass(frozen=True)
class Figures:
    """The whole evaluation in numbers. `clarify_has_right` is a share of the in-scope clarifications."""

    in_scope_questions: int
    out_of_scope_questions: int
    right_first: float | None
    wrong_given: float | None
    clarified: float | None
    clarify_has_right: float | None
    refused: float | None
    out_of_scope_refused: float | None
    out_of_scope_clarified: float | None
    out_of_scope_answered: float | None
    calibration_error: float | None
    auc: float | None
    parse_p50_ms: float
    parse_p95_ms: float


@dataclass(frozen=True)
class Target:
    """A limit that a figure must keep: `at_least` or at most `limit`."""

    figure: str
    limit: float
    at_least: bool

    def met(self, figures: Figures) -> bool:
        """Whether the figure keeps the limit. A figure with nothing to count does not."""
        value = getattr(figures, self.figure)
        if value is None:
            return False
        return bool(value >= self.limit if self.at_least else value <= self.limit)


TARGETS = (
    Target("right_first", 0.95, at_least=True),
    Target("wrong_given", 0.02, at_least=False),
    Target("out_of_scope_refused", 0.93, at_least=True),
)


@dataclass(frozen=True)
class Group:
    """Questions that belong together (a topic, a kind): how many, and what share of them got what."""

    name: str
    questions: int
    right_first: float
    right_kind: float
    wrong_given: float
    clarified: float
    refused: float


@dataclass(frozen=True)
class Confusion:
    """Questions of topic `asked` to which the bot said `said`, with one of them."""

    asked: str
    said: str
    count: int
    example: str


@dataclass(frozen=True)
class Bin:
    """Questions of like confidence: the mean of it, the share that was right, how many."""

    confidence: float
    right: float
    questions: int


def share(hits: Iterable[bool]) -> float | None:
    """The share of True, None of nothing."""
    values = list(hits)
    return sum(values) / len(values) if values else None


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """All figures of the outcomes, of which there must be one at least."""
    inside = [o for o in outcomes if o.question.in_scope]
    outside = [o for o in outcomes if not o.question.in_scope]
    p50, p95 = np.percentile([o.seconds * 1000 for o in outcomes], [50, 95])
    return Figures(
        in_scope_questions=len(inside),
        out_of_scope_questions=len(outside),
        right_first=share(o.understood for o in inside),
        wrong_given=share(o.wrong_given for o in inside),
        clarified=share(o.action == "clarify" for o in inside),
        clarify_has_right=share(o.right_offered for o in inside if o.action == "clarify"),
        refused=share(o.action == "refuse" for o in inside),
        out_of_scope_refused=share(o.action == "refuse" for o in outside),
        out_of_scope_clarified=share(o.action == "clarify" for o in outside),
        out_of_scope_answered=share(o.action == "answer" for o in outside),
        calibration_error=calibration_error(reliability(inside)),
        auc=_auc(inside, outside),
        parse_p50_ms=float(p50),
        parse_p95_ms=float(p95),
    )


def reliability(inside: Sequence[Outcome]) -> list[Bin]:
    """In-scope outcomes in 15 equally wide bins of the confidence of the topic ranked first; empty bins left out."""
    if not inside:
        return []
    confidence = np.array([o.confidence for o in inside])
    right = np.array([int(o.best_topic == o.question.topic) for o in inside])
    was_right, mean = calibration_curve(right, confidence, n_bins=BINS)
    # As calibration_curve puts them into bins; it does not tell how many.
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence))
    return [Bin(float(m), float(r), int(n)) for m, r, n in zip(mean, was_right, counts[counts > 0])]


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error: how far confidence and share of right ones part, averaged over the questions."""
    total = sum(b.questions for b in bins)
    return sum(b.questions * abs(b.confidence - b.right) for b in bins) / total if total else None


def _auc(inside: Sequence[Outcome], outside: Sequence[Outcome]) -> float | None:
    if not inside or not outside:
        return None
    labels = [1] * len(inside) + [0] * len(outside)
    return float(roc_auc_score(labels, [o.confidence for o in (*inside, *outside)]))


def by_topic(outcomes: Iterable[Outcome], kinds: dict[str, str]) -> list[Group]:
    """One group a topic, sorted by id, out of scope left out. `kinds` maps topic ids to kinds."""
    return _groups(outcomes, kinds, lambda topic: topic)


def by_kind(outcomes: Iterable[Outcome], kinds: dict[str, str]) -> list[Group]:
    """One group a kind, in the order of knowledge.KINDS, out of scope left out."""
    groups = {g.name: g for g in _groups(outcomes, kinds, kinds.__getitem__)}
    return [groups[kind] for kind in KINDS if kind in groups]


def _groups(outcomes: Iterable[Outcome], kinds: dict[str, str], name: Callable[[str], str]) -> list[Group]:
    members: dict[str, list[Outcome]] = {}
    for o in outcomes:
        if o.question.in_scope:
            members.setdefault(name(o.question.topic), []).append(o)
    return [_group(key, members[key], kinds) for key in sorted(members)]


def _group(name: str, members: Sequence[Outcome], kinds: dict[str, str]) -> Group:
    def rate(test: Callable[[Outcome], bool]) -> float:
        return sum(map(test, members)) / len(members)

    return Group(
        name=name,
        questions=len(members),
        right_first=rate(lambda o: o.understood),
        right_kind=rate(lambda o: kinds.get(o.said) == kinds[o.question.topic]),
        wrong_given=rate(lambda o: o.wrong_given),
        clarified=rate(lambda o: o.action == "clarify"),
        refused=rate(lambda o: o.action == "refuse"),
    )


def misses(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that are not understood, sorted by topic."""
    return sorted((o for o in outcomes if not o.understood), key=lambda o: o.question)


def confusions(outcomes: Iterable[Outcome]) -> list[Confusion]:
    """What was taken for what, the most frequent first."""
    missed = misses(outcomes)
    counts = Counter((o.question.topic, o.said) for o in missed)
    examples = {(o.question.topic, o.said): o.question.text for o in reversed(missed)}
    pairs = sorted(counts, key=lambda pair: (-counts[pair], pair))
    return [Confusion(*pair, counts[pair], examples[pair]) for pair in pairs]
