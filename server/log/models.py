"""Tables of the conversation log."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from server.log.types import StoredJson, UtcDateTime

Channel = Literal["api", "rasa"]
TurnState = Literal["received", "answered", "failed"]
Rating = Literal["up", "down"]


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

    `last_seq` numbers the messages of both sides: whoever raises it holds the row until the commit, so that no two
    server processes give out the same number. `flagged_*` tell staff of the latest red flag; `watch_*` hold what the
    next replies still remind of.
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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    last_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    flagged_topic: Mapped[str | None] = mapped_column(String(64))
    flagged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    watch_topic: Mapped[str | None] = mapped_column(String(64))
    watch_reminders: Mapped[int] = mapped_column(default=0, server_default="0")


_OPEN = text("state = 'received'")
_NOT_DONE = text("done_at IS NULL")


class Turn(Base):
    """A message of a visitor and what became of it. `payload` is set if it was the choice of an offered button.

    While it is open (`received`), `claim` names the one call of a server process that is asking the bot about it, if
    any, and until `lease_until` somebody takes care of it. See docs/decisions/0010-lease-on-the-turn.md.
    """

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("conversation_id", "client_message_id"),
        UniqueConstraint("conversation_id", "seq"),
        CheckConstraint("state IN ('received', 'answered', 'failed')", name="state"),
        # Few turns are open at any time, so finding those that were left open costs nothing.
        Index("ix_turn_open", "lease_until", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int]
    client_message_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    state: Mapped[TurnState] = mapped_column(String(8))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claim: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Reply(Base):
    """A message of the bot. The greeting belongs to no turn. Buttons and details are None if they cannot be read."""

    __tablename__ = "reply"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    turn_id: Mapped[str | None] = mapped_column(ForeignKey("turn.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[dict[str, Any]] | None] = mapped_column(StoredJson, nullable=False)
    kind: Mapped[str] = mapped_column(String(16))
    # `metadata` is SQLAlchemy's own name on a class.
    details: Mapped[dict[str, Any] | None] = mapped_column("metadata", StoredJson, nullable=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Feedback(Base):
    """A visitor's rating of a reply; a later one replaces it."""

    __tablename__ = "feedback"
    __table_args__ = (CheckConstraint("rating IN ('up', 'down')", name="rating"),)

    reply_id: Mapped[str] = mapped_column(ForeignKey("reply.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    rating: Mapped[Rating] = mapped_column(String(4))
    comment: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Contact(Base):
    """A visitor's wish to be called back: the one place where the log says who somebody is. For staff only.

    `done_by` is the account of who called back.
    """

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_waiting", "at", sqlite_where=_NOT_DONE, postgresql_where=_NOT_DONE),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254))
    best_time: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str | None] = mapped_column(String(32))


class Erasure(Base):
    """A conversation that is gone from the log and that Rasa still has to forget."""

    __tablename__ = "erasure"

    conversation_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Job(Base):
    """A job that one server process does at a time, and when it is due again."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
