"""Everything that is checked, read once: the library, the training questions, the evaluation questions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.checks.fault import Fault, unreadable
from bot.evaluation.questions import FOLLOW_UP, topic_files
from bot.training_files import read_training
from knowledge import (
    Clinic,
    ContentError,
    FollowUps,
    Library,
    Talk,
    load_clinic,
    load_follow_ups,
    load_library,
    load_talk,
)
from knowledge.yaml_file import Reader, read_yaml

ANSWERS, TRAINING, EVALUATION = "data/answers", "data/nlu", "tests/eval"
SUBJECTS = "data/subjects.yml"

Questions = dict[str, tuple[str, ...]]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Content:
    """What could be read. What has a broken file is None; so are topics left out.

    `table` says which topic answers which follow-up, `talk` how a talk is followed; `subjects` are those that are found
    in messages.
    """

    root: Path
    library: Library | None
    clinic: Clinic | None
    table: FollowUps | None
    talk: Talk | None
    subjects: set[str] | None
    training: Questions
    evaluation: Questions

    def topics(self, folder: str) -> set[str]:
        """Ids of the topics that have a file in `folder`, readable or not; follow-ups are no topics."""
        return {path.stem for path in topic_files(self.root / folder) if not path.stem.startswith(FOLLOW_UP)}

    @property
    def follow_ups(self) -> set[str]:
        """The kinds of follow-ups that have training questions."""
        return {path.stem for path in topic_files(self.root / TRAINING) if path.stem.startswith(FOLLOW_UP)}


def load_content(root: Path) -> tuple[Content, list[Fault]]:
    """Read all content under `root`; a broken file becomes a fault and the rest is still read."""
    faults: list[Fault] = []
    content = Content(
        root=root,
        library=_attempt(lambda: load_library(root / "data"), root, faults),
        clinic=_attempt(lambda: load_clinic(root / "clinic.yml"), root, faults),
        table=_attempt(lambda: load_follow_ups(root / "data"), root, faults),
        talk=_attempt(lambda: load_talk(root / "data"), root, faults),
        subjects=_attempt(lambda: _subjects(root / SUBJECTS), root, faults),
        training=_questions(root, TRAINING, read_training, faults),
        evaluation=_questions(root, EVALUATION, _evaluation_questions, faults),
    )
    return content, faults


def _attempt(load: Callable[[], _T], root: Path, faults: list[Fault]) -> _T | None:
    try:
        return load()
    except ContentError as error:
        faults.append(unreadable(error, root))
        return None


def _questions(root: Path, folder: str, read: Callable[[Path], tuple[str, ...]], faults: list[Fault]) -> Questions:
    paths = topic_files(root / folder)
    found = {path.stem: _attempt(partial(read, path), root, faults) for path in paths}
    return {topic: questions for topic, questions in found.items() if questions is not None}


def _subjects(path: Path) -> set[str]:
    reader = Reader(path, read_yaml(path))
    reader.choice("version", ("3.1",))
    tables = reader.children("nlu")
    reader.done()
    return {table.text("lookup") for table in tables}


def _evaluation_questions(path: Path) -> tuple[str, ...]:
    reader = Reader(path, read_yaml(path))
    _same_as_file_name(reader, "topic")
    questions = reader.texts("questions")
    reader.done()
    return questions


def _same_as_file_name(reader: Reader, key: str) -> None:
    name = reader.text(key)
    if name != reader.path.stem:
        raise reader.error(key, f"{name!r} must be the file's name, {reader.path.stem!r}")


def files_of(questions: Questions, folder: str) -> Iterator[tuple[str, str, str]]:
    """Every question as (file, topic, question), in the order of files and lines."""
    for topic, texts in questions.items():
        for text in texts:
            yield f"{folder}/{topic}.yml", topic, text
