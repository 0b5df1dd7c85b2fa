"""The report's two pictures, as SVG."""

import io
from collections import Counter
from collections.abc import Sequence

import matplotlib

matplotlib.use("Agg")  # no display is needed, or there

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter

from bot.evaluation.outcomes import REFUSED, Outcome
from bot.evaluation.questions import OUT_OF_SCOPE
from bot.evaluation.scores import Bin, Confusion, confusions
from bot.evaluation.wording import said_name

_BLUE, _RED, _GREY = "#1f5f8b", "#b3261e", "#5f6b76"
_REDS = LinearSegmentedColormap.from_list("reds", ["#fbe4e1", _RED])
_CELL_INCHES = 0.27


def reliability_svg(bins: Sequence[Bin]) -> bytes:
    """Confidence against the share of right topics; a dot's area grows with the questions behind it."""
    fig, ax = plt.subplots(figsize=(5.4, 4.6))
    ax.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="perfectly calibrated")
    most = max((b.questions for b in bins), default=1)
    sizes = [25 + 375 * b.questions / most for b in bins]
    ax.scatter([b.confidence for b in bins], [b.right for b in bins], s=sizes, color=_BLUE, alpha=0.75, zorder=3)
    ax.plot([b.confidence for b in bins], [b.right for b in bins], color=_BLUE, linewidth=1, label="the bot")
    ax.set(xlim=(0, 1.03), ylim=(-0.03, 1.06), xlabel="How sure the bot was", ylabel="How often it was right")
    _percent_axes(ax)
    ax.legend(loc="lower right", frameon=False)
    return _svg(fig)


def confusion_svg(outcomes: Sequence[Outcome]) -> bytes | None:
    """Topics asked (rows) against topics said (columns): only those that were confused. None without a confusion."""
    pairs = confusions(outcomes)
    if not pairs:
        return None
    rows, columns = _ordered(pairs)
    counts = np.zeros((len(rows), len(columns)), dtype=int)
    for pair in pairs:
        counts[rows.index(pair.asked), columns.index(pair.said)] = pair.count
    fig, ax = plt.subplots(figsize=(len(columns) * _CELL_INCHES + 2.4, len(rows) * _CELL_INCHES + 2.2))
    _draw_counts(ax, counts)
    _label_topics(ax, rows, columns)
    return _svg(fig)


def _ordered(pairs: Sequence[Confusion]) -> tuple[list[str], list[str]]:
    """Rows and columns: out of scope and refused lead, as they are no topics; then those confused most often."""
    asked: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for pair in pairs:
        asked[pair.asked] += pair.count
        said[pair.said] += pair.count
    rows = sorted(asked, key=lambda topic: (topic != OUT_OF_SCOPE, -asked[topic], topic))
    return rows, sorted(said, key=lambda topic: (topic != REFUSED, -said[topic], topic))


def _draw_counts(ax: Axes, counts: np.ndarray) -> None:
    ax.imshow(np.where(counts > 0, counts, np.nan), cmap=_REDS, vmin=1, vmax=max(2, counts.max()), aspect="equal")
    for row, column in zip(*np.nonzero(counts)):
        count = counts[row, column]
        ink = "white" if count > counts.max() / 2 and count > 1 else "black"
        ax.text(column, row, str(count), ha="center", va="center", fontsize=8, color=ink)


def _label_topics(ax: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    ax.set_xticks(range(len(columns)), [_name(c) for c in columns], rotation=90, fontsize=8)
    ax.set_yticks(range(len(rows)), [_name(r) for r in rows], fontsize=8)
    ax.xaxis.set(ticks_position="top", label_position="top")
    ax.set(xlabel="What the bot said", ylabel="What was asked")
    ax.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="#e3e7eb", linewidth=0.6)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_color("#e3e7eb")


def _name(topic: str) -> str:
    return said_name(topic).replace("_", " ")


def _percent_axes(ax: Axes) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MultipleLocator(0.2))
        axis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    ax.grid(color="#e3e7eb", linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)


def _svg(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return out.getvalue()
