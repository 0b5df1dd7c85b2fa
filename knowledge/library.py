"""Everything the bot knows, in one frozen object: sources, answers, phrases."""

from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import ContentError
from knowledge.model import KINDS, SEVERITIES, Answer, Fact, Phrases, Review, Severity, Source, Statement
from knowledge.yaml_file import Reader, read_yaml

# Severities whose safety replies are followed by a reminder; advice is no danger.
REMINDED: tuple[Severity, ...] = ("emergency", "urgent", "crisis")
_PHRASES = (
    "greeting clarify something_else something_else_reply refusal near_topics guess rest last_sources no_sources "
    "help_coming contact_taken views_intro points_intro unreleased unavailable busy too_long privacy"
)


@dataclass(frozen=True)
class Library:
    """The whole content. `answers` by topic id, `sources` by document id, both sorted by file name."""

    sources: dict[str, Source]
    answers: dict[str, Answer]
    phrases: Phrases

    def fact(self, ref: str) -> Fact | None:
        """The fact that `<document>.<fact>` names, or None."""
        document, _, name = ref.partition(".")
        source = self.sources.get(document)
        return source.facts.get(name) if source else None

    def title_of(self, topic: str) -> str:
        """A topic's title; of one that has no answer (any more), its id as words."""
        answer = self.answers.get(topic)
        return answer.title if answer else topic.replace("_", " ").capitalize()


def load_library(data: Path) -> Library:
    """Load `sources/`, `answers/` and `phrases.yml` under `data`. Raises ContentError at the first fault in shape.

    Faults between files (a figure that its fact lacks, a see-also that leads nowhere) are found by `bot/check.py`.
    """
    return Library(
        sources={s.id: s for s in map(_source, _files(data / "sources"))},
        answers={a.topic: a for a in map(_answer, _files(data / "answers"))},
        phrases=_phrases(data / "phrases.yml"),
    )


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise ContentError(folder, "holds no .yml file")
    return files


def _named_after_file(path: Path, reader: Reader, key: str) -> str:
    name = reader.text(key)
    if name != path.stem:
        raise ContentError(path, f"{key}: {name!r} must be the file's name, {path.stem!r}")
    return name


def _source(path: Path) -> Source:
    reader = Reader(path, read_yaml(path))
    name = _named_after_file(path, reader, "id")
    organisation, document, kind = (reader.text(k) for k in ("organisation", "document", "kind"))
    facts = {k: Fact(f"{name}.{k}", str(v).strip()) for k, v in reader.mapping("facts").items()}
    reader.done()
    return Source(name, organisation, document, kind, facts)


def _statement(reader: Reader) -> Statement:
    statement = Statement(reader.text("text"), reader.texts("sources") if reader.has("sources") else ())
    reader.done()
    return statement


def _statements(reader: Reader, key: str) -> tuple[Statement, ...]:
    return tuple(map(_statement, reader.children(key))) if reader.has(key) else ()


def _answer(path: Path) -> Answer:
    reader = Reader(path, read_yaml(path))
    topic = _named_after_file(path, reader, "topic")
    kind = reader.choice("kind", KINDS)
    review = reader.child("review")
    answer = Answer(
        topic=topic,
        kind=kind,  # type: ignore[arg-type]  # choice() has checked it against KINDS
        title=reader.text("title"),
        short=_statement(reader.child("short")),
        points=_statements(reader, "points"),
        views=_statements(reader, "views"),
        see_also=reader.texts("see_also") if reader.has("see_also") else (),
        subject=reader.text("subject") if reader.has("subject") else None,
        severity=reader.choice("severity", SEVERITIES) if kind == "safety" else None,  # type: ignore[arg-type]  # as above
        review=Review(review.choice("state", ("draft", "signed")), review.day("due")),  # type: ignore[arg-type]  # as above
    )
    review.done()
    reader.done()
    return answer


def _phrases(path: Path) -> Phrases:
    reader = Reader(path, read_yaml(path))
    texts = {k: reader.text(k) for k in _PHRASES.split()}
    closing = reader.child("closings")
    closings: dict[str, tuple[str, ...]] = {k: closing.texts(k) for k in KINDS if closing.has(k)}
    closing.done()
    reminder = reader.child("reminders")
    reminders: dict[str, str] = {k: reminder.text(k) for k in REMINDED}
    reminder.done()
    phrases = Phrases(**texts, closings=closings, reminders=reminders, starters=reader.texts("starters"))
    reader.done()
    return phrases
