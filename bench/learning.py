"""A simulated month of teaching: does the bot get better by what staff correct, and how long does it take?

    python -m bench.learning [--weeks 4] [--conversations 1000] [--lines 40] [--write]

In a copy of the project twelve topics lose nearly all of their training questions. Visitors then ask questions that
were taken away (never one of the examination), through the real three processes; a reviewer judges every answer, a
manager accepts what follows and teaches the bot, all by the console's own pages, once a week. After each week the bot
is examined on tests/eval. `--write` puts the curve and its table into docs/console. `make learning-curve` calls it.
`--lines` is for a quick try: of every other topic only so many training questions are left, and the bot knows less.

Where it is stands on stderr, a line each. Ends with 1 if a promise of bench/learning_report.py was not kept.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
from running import PumpTalk, running

from bench import learning_report as report
from bench.learning_report import Week
from bench.project_copy import copied, with_model
from bench.staff import Console
from bot.training_files import read_training, remove_training
from knowledge import load_library
from knowledge.paths import DATA
from server.console.teaching.models import LearnRun
from server.safety import RED_FLAGS

WEAK = (
    *("blood_thinners", "cancer_pain", "hospital_stay", "incisions", "mri", "pregnancy_planning"),
    *("refill_pain", "ride_home", "tolerance", "travel_security", "visibility", "wound_care"),
)
_LEFT = 4
# Of what must not be missed `--lines` leaves so many times as much.
_MORE = 5
_SEED = 7
_TOLD_EVERY = 50
_TAKEN_WITHIN_SECONDS = 60
_BATTERY = "How long does the battery last?"

Tell = Callable[[str], None]


def main() -> int:
    """Simulate, print, write. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--lines", type=int, help="training questions left of every other topic; default: all")
    parser.add_argument("--write", action="store_true", help="write the page and the curve into docs/console")
    args = parser.parse_args()
    weeks = []
    with tempfile.TemporaryDirectory() as folder:
        for week in _month(Path(folder), args.weeks, args.conversations, args.lines):
            weeks.append(week)
            print(report.line(week), flush=True)
            if args.write:  # each week, so that a run that is cut short leaves what it has measured
                report.write(weeks, WEAK, _LEFT)
    promises = list(report.promises(weeks))
    for sentence, kept in promises:
        print(f"{'pass' if kept else 'FAIL'}: {sentence}", flush=True)
    return int(not all(kept for _, kept in promises))


def _month(folder: Path, weeks: int, conversations: int, lines: int | None) -> Iterator[Week]:
    tell = _clocked()
    copy = copied(folder / "project")
    held_out = _weaken(copy)
    if lines:
        _thin(copy, lines)
    asked = random.Random(_SEED).sample(held_out, conversations)
    print(f"{len(held_out)} training questions of {len(WEAK)} topics held out, {_LEFT} left in each.", flush=True)
    print(f"{conversations} of them asked in {weeks} weeks.\n\n{report.header()}", flush=True)
    tell("training and examining the first model")
    first = with_model(copy, folder)
    _forget(copy)
    lived = {"week": 0, "asked": 0, "right": 0.0, "learned": 0, "state": "first model", "seconds": 0.0}
    yield report.week_of(first, WEAK, **lived)
    tell("starting the three processes")
    with running(folder, copy) as pumptalk:
        staff = _Staff(pumptalk, Console(pumptalk.url, f"sqlite:///{folder / 'e2e.db'}"), first, tell)
        for number in range(1, weeks + 1):
            yield staff.week(number, asked[number - 1 :: weeks])


def _forget(copy: Path) -> None:
    """As after `make train`: no sentence vectors are kept, and the model in use was not examined."""
    (copy / "var" / "training-vectors.npz").unlink()
    for figures in (copy / "models").glob("*.figures.json"):
        figures.unlink()


def _clocked() -> Tell:
    """Says each step on stderr, with the time since the start."""
    started = time.monotonic()

    def tell(step: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - started), 60)
        print(f"{minutes:3}:{seconds:02}  {step}", file=sys.stderr, flush=True)

    return tell


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


class _Staff:
    """A reviewer and a manager, week by week; `serving` holds the figures of the model in use."""

    def __init__(self, pumptalk: PumpTalk, console: Console, serving: dict[str, Any], tell: Tell) -> None:
        self._pumptalk, self._console, self._serving, self._tell = pumptalk, console, serving, tell
        self._titles = {topic: answer.title for topic, answer in load_library(DATA).answers.items()}

    def week(self, number: int, questions: Sequence[tuple[str, str]]) -> Week:
        """Visitors ask, the reviewer judges, the manager accepts and teaches."""
        with self._pumptalk.client() as visitors:
            right = self._judged(number, questions, visitors)
            started = time.monotonic()
            run = self._taught(number, visitors)
            seconds = time.monotonic() - started
        promoted = run.state == "promoted"
        return report.week_of(
            self._serving,
            WEAK,
            week=number,
            asked=len(questions),
            right=right / len(questions),
            learned=run.questions if promoted else 0,
            state="promoted" if promoted else f"{run.state}: {' '.join(run.reasons)}",
            seconds=seconds,
        )

    def _judged(self, number: int, questions: Sequence[tuple[str, str]], visitors: httpx.Client) -> int:
        """How many were answered rightly."""
        right = 0
        for count, (topic, text) in enumerate(questions, start=1):
            conversation, is_right = _asked(visitors, topic, text)
            right += is_right
            self._console.judge(conversation, None if is_right else self._titles[topic])
            if count % _TOLD_EVERY == 0 or count == len(questions):
                self._tell(f"week {number}: {count} of {len(questions)} asked and judged, {right} answered rightly")
        return right

    def _taught(self, number: int, visitors: httpx.Client) -> LearnRun:
        """Accept and teach, until visitors are answered by what came of it."""
        self._console.accept_all()
        run = self._console.teach(lambda step: self._tell(f"week {number}: {step}"))
        if run.state == "promoted" and run.after:
            self._serving = run.after
            _wait_for(visitors, run.after["model_id"])
        return run


def _asked(visitors: httpx.Client, topic: str, text: str) -> tuple[str, bool]:
    """The conversation in which somebody asks, and whether the right topic was answered first."""
    conversation, first = _first_reply(visitors, text)
    return conversation, first["kind"] != "clarify" and first["topics"][:1] == [topic]


def _wait_for(visitors: httpx.Client, model_id: str) -> None:
    """Ask until the model answers. Raises RuntimeError if another one still does after a minute."""
    deadline = time.monotonic() + _TAKEN_WITHIN_SECONDS
    while _first_reply(visitors, _BATTERY)[1]["model"] != model_id:
        if time.monotonic() > deadline:
            raise RuntimeError(f"The bot did not take the new model within {_TAKEN_WITHIN_SECONDS} s.")


def _first_reply(visitors: httpx.Client, text: str) -> tuple[str, dict[str, Any]]:
    """The conversation in which somebody asks, and what stands beside the first reply."""
    opened = visitors.post("/api/v1/conversations").raise_for_status().json()
    path = f"/api/v1/conversations/{opened['id']}/messages"
    body, headers = {"client_message_id": "m-1", "text": text}, {"Authorization": f"Bearer {opened['token']}"}
    replies = visitors.post(path, json=body, headers=headers).raise_for_status().json()["replies"]
    return opened["id"], replies[0]["metadata"]


if __name__ == "__main__":
    sys.exit(main())
