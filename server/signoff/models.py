"""The table of sign-offs: one row an act, and none is ever changed."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.log.models import Base
from server.log.types import UtcDateTime

Verdict = Literal["signed", "withdrawn"]


class SignOff(Base):
    """A clinician signed an answer's text off, or withdrew that. The latest row of a topic counts.

    `text` is what was before them, so that a later text can be compared with it; `text_hash` its SHA-256. The account's
    id and name stay as they were, also when the account is gone.
    """

    __tablename__ = "answer_sign_off"
    __table_args__ = (CheckConstraint("verdict IN ('signed', 'withdrawn')", name="verdict"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(64), index=True)
    verdict: Mapped[Verdict] = mapped_column(String(9))
    text_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    due: Mapped[date | None]
    account_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(100))
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
