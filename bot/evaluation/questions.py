"""Questions with the topic they belong to, one file a topic, and the list of those known to fail."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.errors import ContentError
from knowledge.yaml_file import Reader, read_yaml

OUT_OF_SCOPE = "out_of_scope"
# The intents of questions that only the turn before makes sense of begin so.
FOLLOW_UP = "followup_"
KNOWN_MISSES = "known_misses.yml"
_HEADER = (
    "# Questions that the bot is known to get wrong. They count in all figures. Once one is understood the evaluation\n"
    "# fails until it is taken out. Written by `python -m bot.evaluate --update-known-misses`.\n"
)


@dataclass(frozen=True, order=True)
class Question:
    """A visitor's message and the topic that it belongs to (`out_of_scope` where no topic covers it)."""

    topic: str
    text: str

    @property
    def in_scope(self) -> bool:
        """Whether a topic covers it."""
        return self.topic != OUT_OF_SCOPE


def topic_files(folder: Path) -> list[Path]:
    """The `<topic>.yml` files of a folder, sorted; the list of known misses beside them is no topic."""
    return sorted(path for path in folder.glob("*.yml") if path.name != KNOWN_MISSES)


def load_questions(folder: Path) -> list[Question]:
    """Load `<topic>.yml` files. Raises ContentError on a fault in one of them, or when there are none."""
    questions = [question for path in topic_files(folder) for question in _questions(path)]
    if not questions:
        raise ContentError(folder, "holds no questions (files named after a topic, with topic: and questions:)")
    return questions


def require_topics(questions: Iterable[Question], known: Iterable[str], folder: Path) -> None:
    """Raise ContentError if a question belongs to a topic that is not among `known`."""
    unknown = sorted({q.topic for q in questions if q.in_scope} - set(known))
    if unknown:
        raise ContentError(folder, f"no answer in data/answers for: {', '.join(unknown)}")


def _questions(path: Path) -> list[Question]:
    data = read_yaml(path)
    if isinstance(data, dict) and "questions" in data and data["questions"] is None:
        data["questions"] = []  # a topic whose questions are yet to be written
    reader = Reader(path, data)
    topic, texts = reader.text("topic"), reader.texts("questions")
    reader.done()
    if topic != path.stem:
        raise ContentError(path, f"topic: {topic!r} must be the file's name, {path.stem!r}")
    return [Question(topic, text) for text in _each_once(path, "questions", texts)]


def _each_once(path: Path, place: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({text for text in texts if texts.count(text) > 1})
    if twice:
        raise ContentError(path, f"{place}: stands twice: {twice[0]!r}")
    return texts


def load_known_misses(folder: Path, questions: Iterable[Question]) -> set[Question]:
    """Load the known misses; none if the file is absent. Raises ContentError if one stands in no evaluation file."""
    path = folder / KNOWN_MISSES
    if not path.is_file():
        return set()
    data = read_yaml(path) or {}
    reader = Reader(path, data)
    known = {Question(topic, text) for topic in data for text in _each_once(path, topic, reader.texts(topic))}
    strays = sorted(known - set(questions))
    if strays:
        raise ContentError(path, f"{strays[0].topic}: stands in no evaluation file: {strays[0].text!r}; take it out")
    return known


def write_known_misses(folder: Path, misses: Iterable[Question]) -> Path:
    """Replace the known misses by `misses`, sorted. Returns the file."""
    by_topic: dict[str, list[str]] = {}
    for question in sorted(misses):
        by_topic.setdefault(question.topic, []).append(question.text)
    path = folder / KNOWN_MISSES
    path.write_text(_HEADER + yaml.safe_dump(by_topic, allow_unicode=True, width=10_000), encoding="utf-8")
    return path
