"""How often the bot was right, from the turns that staff judged. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from statistics import NormalDist

from server.console.analytics.period import monday

_RIGHT = "right"
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Week:
    """The judged turns of a week: how many were right, and between which shares the truth lies with 95 % confidence."""

    start: date
    right: int
    judged: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that was right."""
        return self.right / self.judged


def weeks(judged: Iterable[tuple[datetime, str]]) -> list[Week]:
    """The weeks that have judged turns, from when each was asked and its verdict."""
    right: Counter[date] = Counter()
    total: Counter[date] = Counter()
    for at, verdict in judged:
        start = monday(at.date())
        total[start] += 1
        right[start] += verdict == _RIGHT
    return [Week(start, right[start], total[start], *wilson(right[start], total[start])) for start in sorted(total)]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson's score interval of a share at 95 %, which is sound for few turns and near 0 and 1 as well."""
    share = hits / of
    middle = (share + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z * sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2)) / (1 + _Z**2 / of)
    return max(0.0, middle - half), min(1.0, middle + half)
