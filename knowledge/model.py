"""Frozen records of the content: sources with their facts, answers with their statements."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["answer", "not_covered", "service", "safety"]
Severity = Literal["emergency", "urgent", "crisis", "advice"]

KINDS: tuple[Kind, ...] = ("answer", "not_covered", "service", "safety")
# The gravest first.
SEVERITIES: tuple[Severity, ...] = ("crisis", "emergency", "urgent", "advice")


def gravity(severity: Severity | None) -> int:
    """A number to sort safety replies by: the graver, the lower. None counts as advice."""
    return SEVERITIES.index(severity or "advice")


def serious_enough(due: Severity, raised: Severity) -> bool:
    """Whether a safety reply does where another is due: an emergency for something urgent, anything for advice."""
    return raised == due or due == "advice" or (due == "urgent" and raised == "emergency")


@dataclass(frozen=True)
class Fact:
    """One thing that one document states, in our own words. `ref` is `<document>.<fact>`."""

    ref: str
    text: str


@dataclass(frozen=True)
class Source:
    """A document: who wrote it, what kind of page it is, what it states."""

    id: str
    organisation: str
    document: str
    kind: str
    facts: dict[str, Fact]


@dataclass(frozen=True)
class Statement:
    """A sentence or two of an answer with the facts (`<document>.<fact>`) that carry it."""

    text: str
    sources: tuple[str, ...] = ()

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of the documents behind the statement, in order, each once."""
        return tuple(dict.fromkeys(ref.split(".", 1)[0] for ref in self.sources))


@dataclass(frozen=True)
class Review:
    """State of the clinical review: `draft` until a clinician signs; `due` is when it must be looked at again."""

    state: Literal["draft", "signed"]
    due: date


@dataclass(frozen=True)
class Answer:
    """What the bot says about one topic.

    `short` comes first; `points` add to it; `views` stand side by side where documents disagree, one or more a
    document. Texts may hold the clinic's fields in braces, such as `{phone}`.
    """

    topic: str
    kind: Kind
    title: str
    short: Statement
    points: tuple[Statement, ...]
    views: tuple[Statement, ...]
    see_also: tuple[str, ...]
    subject: str | None
    severity: Severity | None
    review: Review

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements in the order in which a reader meets them."""
        return (self.short, *self.views, *self.points)

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of the documents cited, in order of first use."""
        return tuple(dict.fromkeys(d for s in self.statements for d in s.documents))


@dataclass(frozen=True)
class Phrases:
    """The bot's sentences that belong to no topic: greeting, clarify, refusal, failure, closing lines by kind.

    `unreleased` stands in place of an answer that waits for its sign-off. `reminders` by severity follow a safety reply
    until `help_coming` answers that help is on its way.
    """

    greeting: str
    clarify: str
    something_else: str
    something_else_reply: str
    refusal: str
    near_topics: str
    guess: str
    rest: str
    last_sources: str
    no_sources: str
    help_coming: str
    contact_taken: str
    views_intro: str
    points_intro: str
    unreleased: str
    unavailable: str
    busy: str
    too_long: str
    privacy: str
    closings: dict[str, tuple[str, ...]]
    reminders: dict[str, str]
    starters: tuple[str, ...]
