"""The one way in which the pages write dates and times. Files for machines keep ISO 8601."""

from datetime import UTC, date, datetime

from markupsafe import Markup


def moment_text(at: datetime) -> str:
    """A moment, to the minute: "4 Nov 2026, 23:10 UTC"."""
    return f"{day_text(at.astimezone(UTC))}, {at.astimezone(UTC):%H:%M} UTC"


def day_text(day: date) -> str:
    """A day: "4 Nov 2026"."""
    return f"{day.day} {day:%b %Y}"


def moment(at: datetime) -> Markup:
    """A moment as the pages show it; a machine reads it to the second."""
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), moment_text(at))


def day(day: date) -> Markup:
    """A day as the pages show it; of a moment, its day in UTC."""
    of = day.astimezone(UTC).date() if isinstance(day, datetime) else day
    return Markup('<time datetime="{}">{}</time>').format(of.isoformat(), day_text(of))
