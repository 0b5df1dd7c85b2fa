"""The period that is looked at, and the days or weeks that it is shown in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus

from server.errors import ProblemError

CHOICES = (7, 30, 90)
_USUAL = 30
_LONGEST = 366
# More bars than this are no picture any more.
_DAILY_UP_TO = 31


class UnsoundPeriodError(ProblemError):
    """422: no period can be made of it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unsound-period"


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included, UTC."""

    first: date
    last: date

    @classmethod
    def of(cls, first: str, last: str, days: int, today: date) -> "Period":
        """From two dates, or so many days up to today. Raises UnsoundPeriodError."""
        if not first and not last:
            return cls.of_days(days or _USUAL, today)
        try:
            period = cls(date.fromisoformat(first), date.fromisoformat(last or today.isoformat()))
        except ValueError:
            raise UnsoundPeriodError("Give both days as dates, like 2027-05-31.") from None
        if not 1 <= period.days <= _LONGEST:
            raise UnsoundPeriodError("The first day must not be after the last, and at most a year before it.")
        return period

    @classmethod
    def of_days(cls, days: int, today: date) -> "Period":
        """So many days up to today."""
        return cls(today - timedelta(days=min(max(days, 1), _LONGEST) - 1), today)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def step(self) -> str:
        """What it is shown in: day or week."""
        return "day" if self.days <= _DAILY_UP_TO else "week"

    @property
    def query(self) -> str:
        """The period in an address."""
        return f"from={self.first}&to={self.last}"

    def starts(self) -> Iterator[date]:
        """The first days of all steps, in order; weeks begin on Monday, the first one on the first day."""
        for n in range(self.days):
            day = self.first + timedelta(days=n)
            if self.step == "day" or n == 0 or day == monday(day):
                yield day


def monday(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())
