"""Red flags that staff have to look at, and the notices that tell them so."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import ForeignKey, Index, String, Text, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from server.log.models import Base
from server.log.types import UtcDateTime

_OPEN = text("handled_at IS NULL")
_UNSENT = text("done_at IS NULL")


class RedFlag(Base):
    """A turn in which a visitor seemed in danger. It waits until somebody has handled it.

    `gravity` as in knowledge.model: the graver, the lower. `seen_by` and `handled_by` are ids of accounts.
    """

    __tablename__ = "red_flag"
    __table_args__ = (Index("ix_red_flag_waiting", "gravity", "raised_at", sqlite_where=_OPEN, postgresql_where=_OPEN),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id", ondelete="CASCADE"), index=True)
    topic: Mapped[str] = mapped_column(String(64))
    gravity: Mapped[int]
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_by: Mapped[str | None] = mapped_column(String(32))
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_by: Mapped[str | None] = mapped_column(String(32))
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(Text)


class Notice(Base):
    """The outbox: a red flag that staff have to be told of. `due_at` is when to try (again).

    Whoever sends it first sets `due_at` ahead, so that of several servers one sends. `done_at` is set when every
    channel was served, or when it was given up.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_unsent", "due_at", sqlite_where=_UNSENT, postgresql_where=_UNSENT),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    red_flag_id: Mapped[str] = mapped_column(ForeignKey("red_flag.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


async def raise_red_flag(
    session: AsyncSession, conversation_id: str, turn_id: str, topic: str, gravity: int, now: datetime
) -> None:
    """Put a turn before staff. They are told, unless one as grave of this conversation is waiting already."""
    as_grave = (
        select(RedFlag.id)
        .where(RedFlag.conversation_id == conversation_id, RedFlag.handled_at.is_(None), RedFlag.gravity <= gravity)
        .limit(1)
    )
    is_known = await session.scalar(as_grave) is not None
    flag = RedFlag(
        id=uuid4().hex, conversation_id=conversation_id, turn_id=turn_id, topic=topic, gravity=gravity, raised_at=now
    )
    session.add(flag)
    await session.flush()
    if not is_known:
        session.add(Notice(id=uuid4().hex, red_flag_id=flag.id, created_at=now, due_at=now))
