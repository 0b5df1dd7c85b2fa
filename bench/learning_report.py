"""What a simulated month of teaching brought: as lines on the terminal, as a page, and as a curve."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from knowledge.paths import ROOT

OUT = ROOT / "docs" / "console"
# The promise: so many corrections merged, and a model of them trained, examined and in use, in so many seconds.
CORRECTIONS, SECONDS_AT_MOST = 100, 240
_HEADER = (
    "week",
    "asked",
    "answered rightly",
    "learned",
    "came of it",
    "weak topics",
    "all topics",
    "wrong given",
    "seconds",
)


@dataclass(frozen=True)
class Week:
    """What a week brought. Shares are between 0 and 1: `right` of the week's questions, the rest of the examination."""

    week: int
    asked: int
    right: float
    learned: int
    state: str
    weak: float
    all: float
    wrong_given: float
    seconds: float


def week_of(figures: dict[str, Any], weak_topics: Sequence[str], **lived: Any) -> Week:
    """A week: the figures of the model that serves at its end, and what was lived in it."""
    weak = [row for row in figures["topics"] if row["name"] in weak_topics]
    of_weak = sum(row["right_first"] * row["questions"] for row in weak) / sum(row["questions"] for row in weak)
    every = figures["figures"]
    return Week(weak=of_weak, all=every["right_first"], wrong_given=every["wrong_given"], **lived)


def header() -> str:
    """The table's first line."""
    return _row(_HEADER)


def line(w: Week) -> str:
    """A week's line of the table."""
    shares = [f"{share * 100:.1f} %" for share in (w.weak, w.all, w.wrong_given)]
    if not w.week:
        return _row(("", "", "", "", w.state, *shares, ""))
    return _row(
        (str(w.week), str(w.asked), f"{w.right * 100:.1f} %", str(w.learned), w.state, *shares, f"{w.seconds:.0f}")
    )


def promises(weeks: Sequence[Week]) -> Iterator[tuple[str, bool]]:
    """Each bound in a sentence, and whether it is kept."""
    taught = [w for w in weeks if w.learned >= CORRECTIONS]
    slowest = max(taught, key=lambda w: w.seconds, default=None)
    cores = len(os.sched_getaffinity(0))
    if slowest:
        done = f"{slowest.learned} questions merged, a model trained, examined and in use"
        took = f"in {slowest.seconds:.0f} s on {cores} cores"
        yield f"{done} {took} (at most {SECONDS_AT_MOST} s)", slowest.seconds <= SECONDS_AT_MOST
    else:
        yield f"no week taught {CORRECTIONS} questions, so the time for these was not measured", False
    first, last = weeks[0].weak, weeks[-1].weak
    yield f"right topic first on the weak topics {first:.1%} before, {last:.1%} after", last > first


def write(weeks: Sequence[Week], topics: Sequence[str], left: int) -> None:
    """Write docs/console/learning.md and learning.svg."""
    rows = [header(), _row(["---"] * len(_HEADER)), *map(line, weeks)]
    said = "\n".join(f"- {sentence[0].upper()}{sentence[1:]}." for sentence, _ in promises(weeks))
    asked = sum(w.asked for w in weeks)
    page = _PAGE.format(topics=", ".join(topics), left=left, rows="\n".join(rows), asked=asked, said=said)
    (OUT / "learning.md").write_text(page, encoding="utf-8")
    drawing = [str(ROOT / ".venv/bot/bin/python"), "-m", "bench.learning_curve", str(OUT / "learning.svg")]
    subprocess.run(drawing, cwd=ROOT, input=json.dumps([asdict(w) for w in weeks]).encode(), check=True)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


_PAGE = """# The learning curve

Written by `make learning-curve` (bench/learning.py): a simulated month in which staff teach a bot that starts out weak.

Of twelve topics ({topics}) the first model had {left} training questions each. {asked} visitors then asked, each in a
conversation of their own, questions that had been taken away. Every answer was judged and every correction accepted in
the console, and the bot was taught once a week. The two columns on topics show the share of examination questions
(tests/eval, never taught) with the right topic first.

![The share of right answers after each week](learning.svg)

{rows}

{said}

"learned" are training questions after near-duplicates were merged; "seconds" is the time from the manager's accepting
until a visitor was answered by the examined model. Week 1 starts as after `make train`: no sentence vectors are kept,
and the model in use is examined as well. It is a simulation: real visitors repeat themselves more, and reviewers make
mistakes.
"""
