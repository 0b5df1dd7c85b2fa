"""The staff's inbox: one row a conversation with all that its filters ask for, kept as the turns end.

A conversation in which nobody has asked anything has no row. Whoever writes one holds the conversation's row, as
everywhere in the log, so several server processes count each turn once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import IntFlag
from typing import Any

from sqlalchemy import (
    BindParameter,
    Executable,
    ForeignKey,
    Index,
    String,
    Text,
    bindparam,
    case,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.model import gravity
from server.log.models import Base, Feedback, TurnState
from server.log.types import UtcDateTime

# The reply that says that only English is understood; no turn knows more of its language than that.
OTHER_LANGUAGE = "other_language"
# What stands in the replies of the server's own, of which it is always sure.
_SERVER = "server"


class Outcome(IntFlag):
    """What became of the turns of a conversation: the sum of these."""

    ANSWERED = 1
    ASKED_BACK = 2
    NOT_COVERED = 4
    SERVICE = 8
    SAFETY = 16
    REFUSED = 32
    FAILED = 64


RATINGS = {"up": 1, "down": 2}
_OUTCOMES = {
    "answer": Outcome.ANSWERED,
    "clarify": Outcome.ASKED_BACK,
    "not_covered": Outcome.NOT_COVERED,
    "service": Outcome.SERVICE,
    "safety": Outcome.SAFETY,
    "fallback": Outcome.REFUSED,
}
# As SQLAlchemy asks for it, or SQLite would not see that the index serves.
_WAITING_SQLITE, _WAITING = text("needs_review = 1"), text("needs_review")
_FLAGGED = text("gravity IS NOT NULL")
_ASSIGNED = text("assignee_id IS NOT NULL")


class InboxEntry(Base):
    """A conversation as staff list it. `topics` are ids with a blank around each; `gravity` is that of its gravest red
    flag (knowledge.model.gravity); `ratings` is the sum of the RATINGS that visitors gave. The last four columns are
    staff's own; their ids are those of accounts.
    """

    __tablename__ = "inbox_entry"
    __table_args__ = (
        Index("ix_inbox_entry_newest", "last_at", "conversation_id"),
        Index(
            "ix_inbox_entry_waiting",
            "last_at",
            "conversation_id",
            sqlite_where=_WAITING_SQLITE,
            postgresql_where=_WAITING,
        ),
        Index("ix_inbox_entry_flagged", "last_at", "conversation_id", sqlite_where=_FLAGGED, postgresql_where=_FLAGGED),
        Index("ix_inbox_entry_assignee", "assignee_id", sqlite_where=_ASSIGNED, postgresql_where=_ASSIGNED),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seq: Mapped[int]
    turns: Mapped[int]
    outcomes: Mapped[int]
    topics: Mapped[str] = mapped_column(Text)
    lowest_confidence: Mapped[float]
    language: Mapped[str] = mapped_column(String(8))
    gravity: Mapped[int | None]
    ratings: Mapped[int]
    needs_review: Mapped[bool]
    reviewed_by: Mapped[str | None] = mapped_column(String(32))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assignee_id: Mapped[str | None] = mapped_column(String(32))


@dataclass(frozen=True)
class TurnFacts:
    """What the inbox keeps of a turn that is over."""

    outcomes: int
    topics: str
    lowest_confidence: float
    language: str
    gravity: int | None


def facts_of(state: TurnState, replies: Sequence[tuple[str, dict[str, Any] | None]], dangerous: bool) -> TurnFacts:
    """The facts of a turn, from its replies' kinds and metadata."""
    details = [found or {} for _, found in replies]
    topics = list(dict.fromkeys(topic for found in details for topic in found.get("topics", ())))
    sure = [found.get("confidence", 1.0) for found in details if found.get("model") != _SERVER]
    grave = [gravity(found["severity"]) for found in details if dangerous and found.get("severity")]
    return TurnFacts(
        outcomes=_outcomes(state, (kind for kind, _ in replies)),
        topics=f" {' '.join(topics)} " if topics else "",
        lowest_confidence=min(sure, default=1.0),
        language="other" if OTHER_LANGUAGE in topics else "en",
        gravity=min(grave, default=None),
    )


def _outcomes(state: TurnState, kinds: Iterable[str]) -> int:
    found = Outcome(0)
    for kind in kinds:
        found |= _OUTCOMES[kind]
    # The reply of a failed turn only names the clinic's phone: nothing was refused.
    return int((found & ~Outcome.REFUSED) | Outcome.FAILED if state == "failed" else found)


class InboxLog:
    """The inbox within one session. Each call is one statement."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._dialect = session.get_bind().dialect.name

    async def note_turn(self, conversation_id: str, facts: TurnFacts, last_seq: int, now: datetime) -> None:
        """Count a turn that is over. Whatever staff had reviewed, there is something new to review."""
        values = _empty(conversation_id, last_seq, now) | asdict(facts) | {"turns": 1, "needs_review": True}
        await self._session.execute(_NOTE_TURN[self._dialect], values)

    async def note_rating(self, conversation_id: str) -> None:
        """Bring the ratings up to date. Without an entry there is nothing to do: the first turn counts them."""
        rated = update(InboxEntry).where(InboxEntry.conversation_id == conversation_id)
        await self._session.execute(rated.values(ratings=_ratings(conversation_id)), execution_options=_UNSYNCHRONISED)

    async def note_contact(self, conversation_id: str, now: datetime) -> None:
        """Bring a conversation up in which somebody asks to be called back, also if nothing else was asked."""
        await self._session.execute(_NOTE_CONTACT[self._dialect], _empty(conversation_id, 0, now))


def _empty(conversation_id: str, last_seq: int, now: datetime) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "sought": conversation_id,
        "last_at": now,
        "last_seq": last_seq,
        "turns": 0,
        "outcomes": 0,
        "topics": "",
        "lowest_confidence": 1.0,
        "language": "en",
        "gravity": None,
        "needs_review": False,
    }


def _ratings(conversation_id: str | BindParameter[str]) -> Any:
    bit = case((Feedback.rating == "up", RATINGS["up"]), else_=RATINGS["down"])
    given = select(func.sum(bit.distinct())).where(Feedback.conversation_id == conversation_id)
    return func.coalesce(given.scalar_subquery(), 0)


def _lower(old: Any, new: Any) -> Any:
    """The lower of two columns; one that is empty counts for nothing."""
    return case((old.is_(None), new), (new < old, new), else_=old)


def _turn_noted(old: Any, added: Any) -> dict[str, Any]:
    return {
        "last_at": added.last_at,
        "last_seq": added.last_seq,
        "turns": old.turns + 1,
        "outcomes": old.outcomes.bitwise_or(added.outcomes),
        "topics": case((old.topics.contains(added.topics), old.topics), else_=old.topics + added.topics),
        "lowest_confidence": _lower(old.lowest_confidence, added.lowest_confidence),
        "language": case((added.language == "other", added.language), else_=old.language),
        "gravity": _lower(old.gravity, added.gravity),
        "needs_review": True,
    }


def _contact_noted(_: Any, added: Any) -> dict[str, Any]:
    return {"last_at": added.last_at}


def _adding(changes: Callable[[Any, Any], dict[str, Any]]) -> dict[str, Executable]:
    """By the name of each database: an entry is added, or `changes` (old, added) made to the one that is there.

    Built once, and without SQLAlchemy's bookkeeping of objects: built anew for every turn it took a fifth of the
    server's time. `sought` is the conversation's id once more, for its ratings.
    """
    table = Base.metadata.tables[InboxEntry.__tablename__]
    statements: dict[str, Executable] = {}
    # Both know ON CONFLICT, each by its own name.
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
        new = insert(table).values(ratings=_ratings(bindparam("sought", type_=String)))
        set_ = changes(table.c, new.excluded)
        statements[name] = new.on_conflict_do_update(index_elements=["conversation_id"], set_=set_)
    return statements


_NOTE_TURN, _NOTE_CONTACT = _adding(_turn_noted), _adding(_contact_noted)
_UNSYNCHRONISED = {"synchronize_session": False}
