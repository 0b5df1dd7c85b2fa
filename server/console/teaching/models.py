"""Tables of teaching. What a visitor wrote stands in none of them: it is read from the turn, and goes with it."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.log.models import Base
from server.log.types import StoredJson, UtcDateTime

Verdict = Literal["right", "wrong", "out_of_scope", "unsafe"]
LessonState = Literal["waiting", "accepted", "rejected", "taken", "apart"]
RunKind = Literal["learn", "back"]
RunState = Literal["running", "promoted", "kept", "failed", "undone", "done"]
OUT_OF_SCOPE = "out_of_scope"


class LearnRun(Base):
    """One run of learning, or one step back to the model before.

    `promoted`: the new model serves; `kept`: the old one was kept, for `reasons`; `undone`: promoted, and gone back
    from; `done`: a step back. `before` and `after` hold the figures of bot/evaluation/measure.py.
    """

    __tablename__ = "learn_run"
    __table_args__ = (
        CheckConstraint("kind IN ('learn', 'back')", name="kind"),
        CheckConstraint("state IN ('running', 'promoted', 'kept', 'failed', 'undone', 'done')", name="state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[RunKind] = mapped_column(String(8))
    state: Mapped[RunState] = mapped_column(String(8))
    step: Mapped[str] = mapped_column(String(60))
    started_by: Mapped[str] = mapped_column(String(100))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    questions: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[list[str]] = mapped_column(StoredJson)
    before: Mapped[dict[str, Any] | None] = mapped_column(StoredJson)
    after: Mapped[dict[str, Any] | None] = mapped_column(StoredJson)
    model: Mapped[str | None] = mapped_column(String(128))
    previous_model: Mapped[str | None] = mapped_column(String(128))


class Lesson(Base):
    """A proposed training question: every turn judged so points at it, and its text is that of the first of them.

    `apart`: accepted, but not in the training files, because the model it went into was not kept, or `reason` says why.
    """

    __tablename__ = "lesson"
    __table_args__ = (CheckConstraint("state IN ('waiting', 'accepted', 'rejected', 'taken', 'apart')", name="state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    topic: Mapped[str] = mapped_column(String(64))
    state: Mapped[LessonState] = mapped_column(String(8), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    run_id: Mapped[str | None] = mapped_column(ForeignKey("learn_run.id", ondelete="SET NULL"), index=True)


class Judgement(Base):
    """What somebody thinks of the answer to a turn; a later one replaces it and raises `version`.

    `topic` is the right one where the verdict is wrong. `refused` says why no training question follows from it.
    """

    __tablename__ = "judgement"
    __table_args__ = (CheckConstraint("verdict IN ('right', 'wrong', 'out_of_scope', 'unsafe')", name="verdict"),)

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(String(12), index=True)
    topic: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int]
    judged_by: Mapped[str] = mapped_column(String(32))
    judged_by_name: Mapped[str] = mapped_column(String(100))
    judged_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    lesson_id: Mapped[str | None] = mapped_column(ForeignKey("lesson.id", ondelete="SET NULL"), index=True)
    refused: Mapped[str | None] = mapped_column(Text)


class QuestionGroup(Base):
    """Questions of one meaning that the bot could not answer; made anew at each grouping, the largest first."""

    __tablename__ = "question_group"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class GroupedTurn(Base):
    """A turn in its group, the most typical first."""

    __tablename__ = "grouped_turn"

    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("question_group.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
