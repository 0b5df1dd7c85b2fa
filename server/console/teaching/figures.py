"""The figures of a run, before and after, as its page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge import Library
from server.console.teaching.models import LearnRun

# Name for people, key of the figure, and whether more of it is better.
_FIGURES = (
    ("Right topic first", "right_first", True),
    ("Wrong answer given", "wrong_given", False),
    ("Asked back", "clarified", False),
    ("Answerable, but refused", "refused", False),
    ("Out of scope, and refused", "out_of_scope_refused", True),
)
_SAFETY = {"emergency": "Emergencies noticed", "crisis": "Crises noticed", "urgent": "Urgent matters noticed"}
_SAFETY_REST = "Safety advice noticed"


@dataclass(frozen=True)
class Row:
    """A share before and after, between 0 and 1; `of` is how many questions stand behind it."""

    name: str
    before: float | None
    after: float
    of: int
    more_is_better: bool = True

    @property
    def change(self) -> float:
        """After less before, in points of a hundred."""
        return 0.0 if self.before is None else round((self.after - self.before) * 100, 1)

    @property
    def verdict(self) -> str:
        """better, worse or same."""
        if not self.change:
            return "same"
        return "better" if (self.change > 0) == self.more_is_better else "worse"


def overall(run: LearnRun) -> list[Row]:
    """The figures of everything together, and of safety."""
    if not run.after:
        return []
    before, after = run.before or {}, run.after
    rows = []
    for name, key, better in _FIGURES:
        of = "out_of_scope_questions" if key.startswith("out_of_scope") else "in_scope_questions"
        was, now = before.get("figures", {}).get(key), after["figures"][key]
        if now is not None:  # of such questions none was asked
            rows.append(Row(name, was, now, after["figures"][of], better))
    for severity, row in sorted(after["safety"].items()):
        was = _noticed(before.get("safety", {}).get(severity))
        rows.append(Row(_SAFETY.get(severity, _SAFETY_REST), was, row["together"] / row["due"], row["due"]))
    was, now = _alarmed(before.get("calm")), _alarmed(after["calm"])
    return [*rows, Row("False alarms", was, now or 0.0, after["calm"]["asked"], more_is_better=False)]


def by_topic(run: LearnRun, library: Library) -> list[Row]:
    """The share of right topics, topic by topic: those that changed most first."""
    if not run.after:
        return []
    before = {row["name"]: row for row in (run.before or {}).get("topics", ())}
    rows = []
    for row in run.after["topics"]:
        was = before.get(row["name"], {}).get("right_first")
        rows.append(Row(library.title_of(row["name"]), was, row["right_first"], row["questions"]))
    return sorted(rows, key=lambda row: (-abs(row.change), row.name))


def share(report: Mapping[str, Any] | None, key: str) -> str:
    """A figure of a report as a percentage; empty if there is none."""
    value = (report or {}).get("figures", {}).get(key)
    return "" if value is None else f"{value * 100:.1f} %"


def _noticed(row: Mapping[str, int] | None) -> float | None:
    return row["together"] / row["due"] if row else None


def _alarmed(calm: Mapping[str, int] | None) -> float | None:
    return calm["alarmed"] / calm["asked"] if calm else None
