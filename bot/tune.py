"""Choose refuse_below and clarify_below on the development questions and write them to config.yml.

    python -m bot.tune [--model models/x.tar.gz] [--check]

Ends with 1 if no thresholds keep the limits. tests/eval plays no part: a test set that one tunes on measures nothing.
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import model_store
from bot.evaluation import config_file, parsing, questions, thresholds
from bot.evaluation.thresholds import Choice, Example, Point
from bot.evaluation.wording import percent, text_table
from knowledge.errors import ContentError
from knowledge.paths import DATA

DEV = DATA / "dev"
KEYS = ("refuse_below", "clarify_below")
_EVERY = 5


def main(argv: Sequence[str] | None = None) -> int:
    """Tune. Returns the exit code."""
    args = _arguments(argv)
    try:
        config = config_file.CONFIG.read_text(encoding="utf-8")
        raise_from = config_file.number(config, "raise_from")
        choice = thresholds.choose(_examples(args.model), raise_from)
        print_choice(choice)
        changed = tuned(config, choice.chosen)
    except (ContentError, model_store.ModelError, thresholds.NoChoiceError) as e:
        print(e, file=sys.stderr)
        return 1
    print(_write(config, changed, check_only=args.check))
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a trained model; default: the one in use")
    parser.add_argument("--check", action="store_true", help="print the choice, change nothing")
    return parser.parse_args(argv)


def _examples(model: Path | None) -> list[Example]:
    """The development questions with the model's probabilities. Raises ContentError and ModelError."""
    asked = questions.load_questions(DEV)
    agent, _ = parsing.load_agent(model)
    return [Example(q, ranking) for q, ranking in zip(asked, parsing.rank_all(agent, asked))]


def tuned(config: str, chosen: Point) -> str:
    """The text of config.yml with the chosen thresholds. Raises ContentError if it has no place for one."""
    for key in KEYS:
        config = config_file.with_number(config, key, getattr(chosen, key))
    return config


def _write(config: str, changed: str, check_only: bool) -> str:
    """Write config.yml unless only checking. Returns what to tell."""
    before, after = (", ".join(f"{k} {config_file.number(c, k):.2f}" for k in KEYS) for c in (config, changed))
    if before == after:
        return f"config.yml already has {after}."
    if check_only:
        return f"config.yml has {before}; the choice is {after}. Nothing was written (--check)."
    config_file.CONFIG.write_text(changed, encoding="utf-8")
    wrote = f"Wrote {after} to config.yml (before: {before})."
    return f"{wrote} Run `make train`: a model keeps the thresholds it was trained with."


def print_choice(choice: Choice) -> None:
    """Print both curves, every fifth point and the chosen one, and the choice."""
    chosen = choice.chosen
    rows = [
        (_marked(p.refuse_below, chosen.refuse_below), percent(p.out_of_scope_refused), percent(p.refused))
        for p in choice.refuse_curve
        if _printed(p.refuse_below, chosen.refuse_below)
    ]
    print("\n" + text_table(("refuse_below", "out of scope refused", "in scope refused"), rows))
    rows = [
        (_marked(p.clarify_below, chosen.clarify_below), percent(p.wrong_given), percent(p.clarified))
        for p in choice.clarify_curve
        if _printed(p.clarify_below, chosen.clarify_below)
    ]
    print(f"\nWith refuse_below {chosen.refuse_below:.2f}:\n")
    print(text_table(("clarify_below", "wrong answer given", "asked back"), rows) + "\n")


def _printed(value: float, chosen: float) -> bool:
    return value == chosen or round(value * 100) % _EVERY == 0


def _marked(value: float, chosen: float) -> str:
    return f"{value:.2f}{' *' if value == chosen else '  '}"


if __name__ == "__main__":
    sys.exit(main())
