"""Train on a folder of training questions, and measure that model and the one in use; data/, models/ stay as they are.

    python -m bot.trial --nlu FOLDER --messages FILE --out FOLDER [--present FIGURES]

Says on the terminal at which step it is, one line each. Leaves in the folder the new model with its checksum, and
figures.json: {"new": figures, "present": figures}. `--present` names a file of the present model's figures, if they
are known. Ends with 1, and a line that says why, if it cannot be done.
"""

import bot.quiet  # noqa: F401  isort:skip  (must come before Rasa)

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot import model_store, rasa_speedups, training_speedups, vector_cache
from bot.checks.content import Content, load_content
from bot.checks.questions import check_wording
from bot.evaluation import questions
from bot.evaluation.alarms import read_messages
from bot.evaluation.measure import measure
from bot.train import TrainingError, trained
from bot.training_files import read_training
from knowledge.paths import ROOT

_EVAL = ROOT / "tests" / "eval"
_VECTORS = ROOT / "var" / "training-vectors.npz"


class TrialError(RuntimeError):
    """The training questions are at fault. The message says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Returns the exit code."""
    args = _arguments(argv)
    try:
        _run(args.nlu, args.messages, args.out, args.present)
    except (TrialError, TrainingError, model_store.ModelError) as e:
        print(e, file=sys.stderr)
        return 1
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nlu", type=Path, required=True, help="folder of training questions, one file a topic")
    parser.add_argument("--messages", type=Path, required=True, help="red flags and near misses with the rules' notes")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model and the figures")
    parser.add_argument("--present", type=Path, help="figures of the model in use, if they are known")
    return parser.parse_args(argv)


def _run(nlu: Path, messages_file: Path, out: Path, present_file: Path | None) -> None:
    training_speedups.apply()
    rasa_speedups.apply()
    vector_cache.apply(_VECTORS)
    say("checking the questions")
    content = _checked(nlu)
    assert content.library is not None
    asked = questions.load_questions(_EVAL)
    messages = read_messages(json.loads(messages_file.read_text(encoding="utf-8")))
    say("training")
    model = trained(nlu, out)
    say("examining the new model")
    figures = {"new": measure(model, asked, messages, content.library.answers)}
    if present_file:
        figures["present"] = json.loads(present_file.read_text(encoding="utf-8"))
    else:
        say("examining the model in use")
        figures["present"] = measure(model_store.current(), asked, messages, content.library.answers)
    (out / "figures.json").write_text(json.dumps(figures), encoding="utf-8")


def say(step: str) -> None:
    """One line for whoever waits."""
    print(f"step: {step}", flush=True)


def _checked(nlu: Path) -> Content:
    """The content with these training questions. Raises TrialError if one of them is at fault."""
    content, faults = load_content(ROOT)
    training = {path.stem: read_training(path) for path in questions.topic_files(nlu)}
    content = replace(content, training=training)
    faults += check_wording(content)
    if faults or content.library is None:
        raise TrialError("The questions are at fault:\n" + "\n".join(map(str, faults)))
    return content


if __name__ == "__main__":
    sys.exit(main())
