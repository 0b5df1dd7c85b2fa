"""A simulated month of teaching: does the bot get better by what staff correct, and how long does it take?

    python -m bench.learning [--weeks 4] [--conversations 1000] [--lines 40] [--write]

In a copy of the project twelve topics lose nearly all of their training questions. Visitors then ask questions that
were taken away (never one of the examination), through the real three processes; a reviewer judges every answer, a
manager accepts what follows and teaches the bot, all by the console's own pages, once a week. After each week the bot
is examined on tests/eval. `--write` puts the curve and its table into docs/console. `make learning-curve` calls it.
`--lines` is for a quick try: of every other topic only so many training questions are left, and the bot knows less.

Ends with 1 if a week took longer than the bound, or if the weak topics did not get better.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from running import PumpTalk, running

from bench.project_copy import copied, with_model
from bench.staff import Console
from bot.training_files import read_training, remove_training
from knowledge import load_library
from knowledge.paths import DATA, ROOT
from server.safety import RED_FLAGS

WEAK = (
    *("blood_thinners", "cancer_pain", "hospital_stay", "incisions", "mri", "pregnancy_planning"),
    *("refill_pain", "ride_home", "tolerance", "travel_security", "visibility", "wound_care"),
)
_LEFT = 4
# Of what must not be missed `--lines` leaves so many times as much.
_MORE = 5
_SEED = 7
_SECONDS_AT_MOST = 240
_OUT = ROOT / "docs" / "console"
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


def main() -> int:
    """Simulate, print, write. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--lines", type=int, help="training questions left of every other topic; default: all")
    parser.add_argument("--write", action="store_true", help=f"write the curve into {_OUT.relative_to(ROOT)}")
    args = parser.parse_args()
    weeks = []
    with tempfile.TemporaryDirectory() as folder:
        for week in _month(Path(folder), args.weeks, args.conversations, args.lines):
            weeks.append(week)
            print(_row(_cells(week)), flush=True)
            if args.write:  # each week, so that a run that is cut short leaves what it has measured
                _write(weeks)
    late = [w for w in weeks[1:] if w.seconds > _SECONDS_AT_MOST]
    return int(bool(late) or weeks[-1].weak <= weeks[0].weak)


def _month(folder: Path, weeks: int, conversations: int, lines: int | None) -> Iterator[Week]:
    copy = copied(folder / "project")
    held_out = _weaken(copy)
    if lines:
        _thin(copy, lines)
    asked = random.Random(_SEED).sample(held_out, conversations)
    print(f"{len(held_out)} training questions of {len(WEAK)} topics held out, {_LEFT} left in each.", flush=True)
    print(f"{conversations} of them asked in {weeks} weeks. Each week at most {_SECONDS_AT_MOST} s.\n", flush=True)
    print(_row(_HEADER), flush=True)
    first = with_model(copy, folder)
    yield _week(0, 0, 0.0, 0, "first model", first, 0.0)
    with running(folder, copy) as pumptalk:
        console = Console(pumptalk.url, f"sqlite:///{folder / 'e2e.db'}")
        for number in range(1, weeks + 1):
            yield _lived(number, asked[number - 1 :: weeks], pumptalk, console)


def _weaken(copy: Path) -> list[tuple[str, str]]:
    held_out = []
    for topic in WEAK:
        path = copy / "data" / "nlu" / f"{topic}.yml"
        gone = read_training(path)[_LEFT:]
        remove_training(path, gone)
        held_out += [(topic, text) for text in gone]
    return held_out


def _thin(copy: Path, lines: int) -> None:
    for path in (copy / "data" / "nlu").glob("*.yml"):
        many = lines * _MORE if path.stem in (*RED_FLAGS, "out_of_scope") else lines
        remove_training(path, read_training(path)[many:])


def _lived(number: int, questions: Sequence[tuple[str, str]], pumptalk: PumpTalk, console: Console) -> Week:
    """A week: visitors ask, a reviewer judges, a manager accepts and teaches."""
    titles = {topic: answer.title for topic, answer in load_library(DATA).answers.items()}
    right = 0
    with pumptalk.client() as visitors:
        for topic, text in questions:
            conversation, is_right = _asked(visitors, topic, text)
            right += is_right
            console.judge(conversation, None if is_right else titles[topic])
    console.accept_all()
    started = time.monotonic()
    run = console.teach()
    share = right / len(questions)
    learned = run.questions if run.state == "promoted" else 0
    came = "promoted" if run.state == "promoted" else f"{run.state}: {' '.join(run.reasons)}"
    serving = run.after if run.state == "promoted" else run.before
    return _week(number, len(questions), share, learned, came, serving or {}, time.monotonic() - started)


def _asked(visitors: httpx.Client, topic: str, text: str) -> tuple[str, bool]:
    """The conversation in which somebody asks, and whether the right topic was answered first."""
    opened = visitors.post("/api/v1/conversations").raise_for_status().json()
    path = f"/api/v1/conversations/{opened['id']}/messages"
    body, headers = {"client_message_id": "m-1", "text": text}, {"Authorization": f"Bearer {opened['token']}"}
    first = visitors.post(path, json=body, headers=headers).raise_for_status().json()["replies"][0]["metadata"]
    return opened["id"], first["kind"] != "clarify" and first["topics"][:1] == [topic]


def _week(
    number: int, asked: int, right: float, learned: int, state: str, figures: dict[str, Any], seconds: float
) -> Week:
    weak = [row for row in figures["topics"] if row["name"] in WEAK]
    of_weak = sum(row["right_first"] * row["questions"] for row in weak) / sum(row["questions"] for row in weak)
    every = figures["figures"]
    return Week(number, asked, right, learned, state, of_weak, every["right_first"], every["wrong_given"], seconds)


def _cells(w: Week) -> tuple[str, ...]:
    shares = [f"{share * 100:.1f} %" for share in (w.weak, w.all, w.wrong_given)]
    if not w.week:
        return ("", "", "", "", w.state, *shares, "")
    return (str(w.week), str(w.asked), f"{w.right * 100:.1f} %", str(w.learned), w.state, *shares, f"{w.seconds:.0f}")


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _write(weeks: Sequence[Week]) -> None:
    _OUT.mkdir(parents=True, exist_ok=True)
    rows = [_row(_HEADER), _row(["---"] * len(_HEADER)), *(_row(_cells(w)) for w in weeks)]
    topics = ", ".join(WEAK)
    text = _PAGE.format(topics=topics, left=_LEFT, rows="\n".join(rows), asked=sum(w.asked for w in weeks))
    (_OUT / "learning.md").write_text(text, encoding="utf-8")
    drawing = [str(ROOT / ".venv/bot/bin/python"), "-m", "bench.learning_curve", str(_OUT / "learning.svg")]
    subprocess.run(drawing, cwd=ROOT, input=json.dumps([asdict(w) for w in weeks]).encode(), check=True)


_PAGE = """# The learning curve

Written by `make learning-curve` (bench/learning.py): a simulated month in which staff teach a bot that starts out weak.

Of twelve topics ({topics}) the first model had {left} training questions each. {asked} visitors then asked, each in a
conversation of their own, questions that had been taken away. Every answer was judged and every correction accepted in
the console, and the bot was taught once a week. The two columns on topics show the share of examination questions
(tests/eval, never taught) with the right topic first.

![The share of right answers after each week](learning.svg)

{rows}

"learned" are training questions after near-duplicates were merged; "seconds" is the time from pressing the button until
the examined model served. It is a simulation: real visitors repeat themselves more, and reviewers make mistakes.
"""

if __name__ == "__main__":
    sys.exit(main())
