"""How the figures are called and shown, the same on the terminal and in the report."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation.outcomes import REFUSED
from bot.evaluation.scores import TARGETS, Figures, Target


@dataclass(frozen=True)
class Label:
    """A figure's name for people, what it means, and how its number is written: percent, number or ms."""

    figure: str
    name: str
    meaning: str
    unit: str = "percent"


LABELS = (
    Label("right_first", "Right topic first", "in-scope questions answered, or asked back, with the right topic first"),
    Label("wrong_given", "Wrong answer given", "in-scope questions answered with another topic's answer"),
    Label("out_of_scope_refused", "Out of scope refused", "questions no topic covers where it says it cannot help"),
    Label(
        "out_of_scope_answered", "Out of scope answered", "questions no topic covers that got an answer all the same"
    ),
    Label("out_of_scope_clarified", "Out of scope asked back", "questions no topic covers where topics were offered"),
    Label("refused", "In-scope questions refused", "the bot could have answered, but said it cannot help"),
    Label("clarified", "Asked back", "in-scope questions where the bot offers two or three topics to choose from"),
    Label("clarify_has_right", "Right topic among the options", "of the in-scope questions where the bot asked back"),
    Label(
        "calibration_error",
        "Calibration error (ECE)",
        "how far the bot's confidence and its share of right topics part; 0 is perfect",
        "number",
    ),
    Label(
        "auc",
        "In scope against out of scope (AUC)",
        "how well confidence alone tells them apart; 0.5 is chance, 1 is perfect",
        "number",
    ),
    Label("parse_p50_ms", "Time to understand, median", "half of the questions take less", "ms"),
    Label("parse_p95_ms", "Time to understand, 95 %", "95 of 100 questions take less", "ms"),
)


def percent(value: float | None) -> str:
    """A share as a percentage with one decimal."""
    return "none" if value is None else f"{value * 100:.1f} %"


def shown(label: Label, figures: Figures) -> str:
    """The label's figure, written in its unit."""
    value = getattr(figures, label.figure)
    if value is None or label.unit == "percent":
        return percent(value)
    return f"{value:.1f} ms" if label.unit == "ms" else f"{value:.3f}"


def target_of(label: Label) -> Target | None:
    """The target of the label's figure, if it has one."""
    return next((t for t in TARGETS if t.figure == label.figure), None)


def limit(target: Target) -> str:
    """A target's limit, such as `at least 95 %`."""
    return f"{'at least' if target.at_least else 'at most'} {target.limit * 100:.0f} %"


def said_name(said: str) -> str:
    """A topic id, or a word for a refusal."""
    return "refused" if said == REFUSED else said


def text_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows under a header as aligned text: the first column to the left, numbers and percentages to the right."""
    cells = [list(map(str, row)) for row in (header, *rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    right = [all(row[k][:1].isdigit() or row[k] == "none" for row in cells[1:]) for k in range(len(header))]
    lines = (
        "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right)).rstrip() for row in cells
    )
    return "\n".join(f"  {line}" for line in lines)
