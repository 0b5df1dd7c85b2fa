"""The table behind "and how long does that take?": kind of follow-up and subject to the topic that answers it."""

from dataclasses import dataclass
from pathlib import Path

from knowledge.yaml_file import Reader, read_yaml

_MORE = "more"
_OVERVIEW = "overview"
FILE = "followups.yml"


@dataclass(frozen=True)
class Subject:
    """What is asked on about. `kinds` maps a kind of follow-up to its topic; `more` is told piece by piece."""

    overview: str
    kinds: dict[str, str]
    more: tuple[str, ...]


@dataclass(frozen=True)
class FollowUps:
    """Subjects by name.

    `topics` holds what an answer leads to by itself, before its subject's row is looked at; `asked_as` what kind of
    question a topic answers about its subject, so that "and the trial?" asks the same of another; kinds in `about_last`
    ask about the last answer itself ("why?").
    """

    subjects: dict[str, Subject]
    topics: dict[str, dict[str, str]]
    about_last: tuple[str, ...]
    asked_as: dict[str, str]

    def topic(self, kind: str, subject: str | None, last: str | None) -> str | None:
        """The topic that answers a follow-up after topic `last`, or None where the table has none."""
        if last and kind in self.topics.get(last, {}):
            return self.topics[last][kind]
        if kind in self.about_last:
            return last
        return self.subjects[subject].kinds.get(kind) if subject in self.subjects else None


def load_follow_ups(data: Path) -> FollowUps:
    """Load `followups.yml` under `data`. Raises ContentError at the first fault in shape."""
    reader = Reader(data / FILE, read_yaml(data / FILE))
    subjects = reader.child("subjects")
    rows = {name: _subject(subjects.child(name)) for name in subjects.names()}
    topics = reader.child("topics")
    by_topic = {name: _kinds(topics.child(name)) for name in topics.names()}
    about_last, asked_as = reader.texts("about_last"), _kinds(reader.child("asked_as"))
    reader.done()
    return FollowUps(rows, by_topic, about_last, asked_as)


def _subject(reader: Reader) -> Subject:
    overview, more = reader.text(_OVERVIEW), reader.texts(_MORE)
    return Subject(overview, _kinds(reader), more)


def _kinds(reader: Reader) -> dict[str, str]:
    return {kind: reader.text(kind) for kind in reader.names()}
