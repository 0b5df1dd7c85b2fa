"""Draws the learning curve: rounds as JSON on stdin, an SVG into the file named. In the bot's environment (matplotlib).

python -m bench.learning_curve docs/console/learning.svg < rounds.json
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # no display is needed, or there

import matplotlib.pyplot as plt
from matplotlib.ticker import PercentFormatter


def main() -> None:
    """Draw."""
    rounds = json.load(sys.stdin)
    names = ["first model", *(f"week {r['week']}\n+{r['learned']}" for r in rounds[1:])]
    figure, axes = plt.subplots(figsize=(7, 4.2))
    for key, label, colour in (("weak", "the weak topics", "#b3261e"), ("all", "all topics", "#1f5f8b")):
        shares = [r[key] for r in rounds]
        axes.plot(names, shares, marker="o", color=colour, label=label)
        for place, share in enumerate(shares):
            axes.annotate(f"{share:.1%}", (place, share), (0, 8), textcoords="offset points", ha="center", fontsize=8)
    axes.set(ylim=(0, 1.05), ylabel="Right topic first, on questions set apart")
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    axes.grid(color="#e3e7eb", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(Path(sys.argv[1]), format="svg", bbox_inches="tight", metadata={"Date": None})


if __name__ == "__main__":
    main()
