"""Tables of the counted use. They hold numbers only, and stay when the conversations behind them are deleted."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.log.models import Base
from server.log.types import UtcDateTime


class Tally(Base):
    """How often something happened on a day (UTC). `measure` and `name` are those of `server.usage.counting`."""

    __tablename__ = "tally"

    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]


class TalliedDay(Base):
    """A day that is over and counted for good."""

    __tablename__ = "tallied_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
