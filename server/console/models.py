"""Tables of the console that all of its parts share: accounts, their sessions, and the trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.log.models import Base
from server.log.types import StoredJson, UtcDateTime


class StaffAccount(Base):
    """Somebody who may sign in. `email` is in lower case; `roles` holds values of `Role`."""

    __tablename__ = "staff_account"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    roles: Mapped[list[str]] = mapped_column(StoredJson)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """A browser that is signed in, or about to be. Only the hash of its cookie is stored.

    It counts once it is `complete`. `second_step` says that a code was given in it, `pending_secret` holds the secret
    of a second step that is being set up (sealed), `agent` what the browser says of itself.
    """

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("staff_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    complete: Mapped[bool]
    second_step: Mapped[bool] = mapped_column(default=False, server_default=false())
    pending_secret: Mapped[str | None] = mapped_column(String(255))
    agent: Mapped[str | None] = mapped_column(String(200))


class TrailHead(Base):
    """The one row that says where the trail ends. Whoever appends holds it until the commit."""

    __tablename__ = "trail_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class TrailEntry(Base):
    """Something that somebody did. `hash` covers the entry and the hash before, so that no entry changes unseen."""

    __tablename__ = "trail_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[str] = mapped_column(String(32), index=True)
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(StoredJson)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
