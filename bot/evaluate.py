"""Measure how well the trained model understands the questions of tests/eval, and write a report.

    python -m bot.evaluate [--model models/x.tar.gz] [--out build/evaluation] [--update-known-misses]

Ends with 1 if a target is missed, or if a known miss (tests/eval/known_misses.yml) is understood by now.
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from textwrap import shorten

from bot import model_store
from bot.evaluation import parsing, questions, scores, wording
from bot.evaluation.questions import KNOWN_MISSES, Question
from bot.evaluation.report import Evaluation, write_report
from bot.evaluation.wording import percent
from knowledge.errors import ContentError
from knowledge.library import load_library
from knowledge.paths import DATA, ROOT

EVAL = ROOT / "tests" / "eval"
_CONFUSIONS = 15
_WIDTH = 90


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluate. Returns the exit code."""
    args = _arguments(argv)
    try:
        evaluation = _evaluate(args.model)
    except (ContentError, model_store.ModelError) as e:
        print(e, file=sys.stderr)
        return 1
    if args.update_known_misses:
        path = questions.write_known_misses(EVAL, (o.question for o in scores.misses(evaluation.outcomes)))
        print(f"Wrote the present misses to {path}.")
    print_figures(evaluation)
    print(f"\nReport: {write_report(evaluation, args.out)}")
    problems = find_problems(evaluation, known_misses_fresh=args.update_known_misses)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a trained model; default: the one in use")
    parser.add_argument("--out", type=Path, default=Path("build/evaluation"), help="folder of the report")
    parser.add_argument("--update-known-misses", action="store_true", help=f"rewrite tests/eval/{KNOWN_MISSES}")
    return parser.parse_args(argv)


def _evaluate(model: Path | None) -> Evaluation:
    """Load everything and ask all questions. Raises ContentError and ModelError."""
    answers = load_library(DATA).answers
    asked = questions.load_questions(EVAL)
    questions.require_topics(asked, answers, EVAL)
    known = questions.load_known_misses(EVAL, asked)
    agent, path = parsing.load_agent(model)
    return Evaluation(
        model=path.name,
        day=date.today(),
        outcomes=parsing.parse_all(agent, asked),
        known=known,
        titles={topic: answer.title for topic, answer in answers.items()},
        kinds={topic: answer.kind for topic, answer in answers.items()},
    )


def find_problems(e: Evaluation, known_misses_fresh: bool = False) -> list[str]:
    """What makes the evaluation fail: targets missed, and known misses that are understood by now."""
    figures = e.figures
    labels = [label for label in wording.LABELS if (t := wording.target_of(label)) and not t.met(figures)]
    problems = [f"Target missed: {label.name} {wording.shown(label, figures)}." for label in labels]
    if not known_misses_fresh:
        problems += [
            f"Understood by now, take it out of tests/eval/{KNOWN_MISSES}: {q.topic}: {q.text!r}" for q in _cured(e)
        ]
    return problems


def _cured(e: Evaluation) -> list[Question]:
    return sorted(o.question for o in e.outcomes if o.understood and o.question in e.known)


def print_figures(e: Evaluation) -> None:
    """Print the figures with their targets, the groups and the worst confusions."""
    figures = e.figures
    counts = f"{figures.in_scope_questions} in-scope, {figures.out_of_scope_questions} out-of-scope questions"
    print(f"\n{e.model}: {counts}\n")
    print(wording.text_table(("Figure", "Value", "Target"), _figure_rows(figures)))
    _print_groups("By kind", scores.by_kind(e.outcomes, e.kinds), "same kind")
    _print_groups("Safety topics", e.safety, "any safety")
    confusions = scores.confusions(e.outcomes)[:_CONFUSIONS]
    rows = [(c.count, c.asked, wording.said_name(c.said), shorten(c.example, _WIDTH)) for c in confusions]
    print("\nWorst confusions\n" + wording.text_table(("n", "asked", "said", "for example"), rows))
    missed = scores.misses(e.outcomes)
    new = sum(o.question not in e.known for o in missed)
    print(f"\n{len(missed)} questions missed, {new} of them not among the known misses.")


def _figure_rows(figures: scores.Figures) -> list[tuple[str, str, str]]:
    rows = []
    for label in wording.LABELS:
        target = wording.target_of(label)
        verdict = f"{wording.limit(target)}: {'pass' if target.met(figures) else 'FAIL'}" if target else ""
        rows.append((label.name, wording.shown(label, figures), verdict))
    return rows


def _print_groups(heading: str, groups: Sequence[scores.Group], kind_column: str) -> None:
    rows = [(g.name, g.questions, percent(g.right_first), percent(g.right_kind)) for g in groups]
    print(f"\n{heading}\n" + wording.text_table(("", "questions", "right first", kind_column), rows))


if __name__ == "__main__":
    sys.exit(main())
