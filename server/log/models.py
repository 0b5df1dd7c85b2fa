"""Tables of the conversation log."""

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, ForeignKey, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

Channel = Literal["api", "rasa"]
TurnState = Literal["received", "answered", "failed"]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets time zones, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With the time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables; constraints get names so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Conversation(Base):
    """A visitor's conversation. One of the native API has a token, one of the Rasa protocol a sender.

    `flagged_*` tell staff of its latest red flag; `watch_*` hold what the next replies still remind of.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("channel", "external_sender"),
        CheckConstraint("channel IN ('api', 'rasa')", name="channel"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_hash: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[Channel] = mapped_column(String(8))
    external_sender: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    flagged_topic: Mapped[str | None] = mapped_column(String(64))
    flagged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    watch_topic: Mapped[str | None] = mapped_column(String(64))
    watch_reminders: Mapped[int] = mapped_column(default=0, server_default="0")


class Turn(Base):
    """A message of a visitor and what became of it. `payload` is set if it was the choice of an offered button."""

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_message_id"),
        UniqueConstraint("conversation_id", "seq"),
        CheckConstraint("state IN ('received', 'answered', 'failed')", name="state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int]
    client_message_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    state: Mapped[TurnState] = mapped_column(String(8))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Reply(Base):
    """A message of the bot. The greeting belongs to no turn."""

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turn.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    kind: Mapped[str] = mapped_column(String(16))
    # `metadata` is SQLAlchemy's own name on a class.
    details: Mapped[dict[str, Any]] = mapped_column("metadata", JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
