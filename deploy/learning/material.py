"""The training questions of a run: a copy of data/nlu with the accepted questions in it, and what cannot go there."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation.questions import topic_files
from bot.training_files import add_training, read_training, remove_training
from knowledge.paths import DATA, ROOT
from knowledge.wording import NearQuestions, normalised
from knowledge.yaml_file import read_yaml

NLU = DATA / "nlu"
_EVAL = ROOT / "tests" / "eval"


@dataclass(frozen=True)
class Accepted:
    """An accepted question: the id of its lesson, its topic and its text."""

    id: str
    topic: str
    text: str


def sorted_out(accepted: Sequence[Accepted]) -> tuple[list[Accepted], dict[str, str]]:
    """Those that can be learned, and by id why the others cannot."""
    stands = {normalised(text): path.stem for path in topic_files(NLU) for text in read_training(path)}
    examination = NearQuestions((path.stem, t) for path in topic_files(_EVAL) for t in read_yaml(path)["questions"])
    good, refused = [], {}
    for question in accepted:
        topic = stands.setdefault(normalised(question.text), question.topic)
        if not (NLU / f"{question.topic}.yml").is_file():
            refused[question.id] = "This topic has no training questions any more."
        elif topic != question.topic:
            refused[question.id] = f"The same question already stands under the topic {topic}."
        elif examination.find(question.text):
            refused[question.id] = "The bot is examined with nearly the same question."
        else:
            good.append(question)
    return good, refused


def copy_with(questions: Sequence[Accepted], folder: Path) -> Path:
    """A copy of the training questions in `folder`, with these in it."""
    copied = Path(shutil.copytree(NLU, folder / "nlu"))
    write(questions, copied)
    return copied


def write(questions: Sequence[Accepted], folder: Path = NLU) -> None:
    """Put questions into the training files, each once: to do it again changes nothing."""
    for topic, texts in _by_topic(questions).items():
        add_training(folder / f"{topic}.yml", texts)


def take_out(questions: Sequence[Accepted]) -> None:
    """Take questions out of the training files again."""
    for topic, texts in _by_topic(questions).items():
        remove_training(NLU / f"{topic}.yml", texts)


def _by_topic(questions: Sequence[Accepted]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for question in questions:
        found.setdefault(question.topic, []).append(question.text)
    return found
