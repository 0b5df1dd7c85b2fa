"""A table of figures: both sides, their ratio, the bound, and whether it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_ROW = "{:30} {:>11} {:>11} {:>9}   {}"


@dataclass(frozen=True)
class Figure:
    """One line. `bounded` says what the bound is for: the ratio of ours to the baseline's, or our own value."""

    name: str
    baseline: float
    ours: float
    bounded: Literal["ratio", "value", "nothing"] = "nothing"
    at_least: float | None = None
    at_most: float | None = None
    digits: int = 1

    @property
    def ratio(self) -> float:
        """Ours to the baseline's."""
        return self.ours / self.baseline

    @property
    def kept(self) -> bool:
        """Whether the bound is kept; True if there is none."""
        value = self.ratio if self.bounded == "ratio" else self.ours
        return not (self.at_least is not None and value < self.at_least) and not (
            self.at_most is not None and value > self.at_most
        )

    def row(self) -> str:
        """The line as printed."""
        values = (f"{value:.{self.digits}f}" for value in (self.baseline, self.ours))
        return _ROW.format(self.name, *values, f"{self.ratio:.2f} x", self._verdict()).rstrip()

    def _verdict(self) -> str:
        sign = " x" if self.bounded == "ratio" else ""
        bounds = [("at least", self.at_least), ("at most", self.at_most)]
        words = [f"{word} {bound:g}{sign}" for word, bound in bounds if bound is not None]
        return f"{' '.join(words)}: {'pass' if self.kept else 'FAIL'}" if words else ""


def print_table(baseline: str, ours: str, figures: Iterable[Figure]) -> bool:
    """Print them under a heading. Returns whether all bounds are kept."""
    lines = list(figures)
    print(_ROW.format("", baseline, ours, "ratio", "bound"))
    for figure in lines:
        print(figure.row())
    return all(figure.kept for figure in lines)
