"""The words in which pages tell of what the log holds."""

from datetime import timedelta

from knowledge.model import SEVERITIES

OUTCOME_WORDS = {
    "answered": "answered",
    "asked-back": "asked back",
    "not-covered": "documents are silent",
    "refused": "could not help",
    "safety": "safety reply",
    "service": "small talk and service",
    "failed": "no answer: a fault",
}
KIND_WORDS = {
    "answer": "Answered",
    "clarify": "Asked back",
    "not_covered": "Documents are silent",
    "service": "Small talk and service",
    "safety": "Safety reply",
    "fallback": "Could not help",
}
_GRAVITY_WORDS = {"crisis": "Crisis", "emergency": "Emergency", "urgent": "Urgent", "advice": "Medical advice asked"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def gravity_word(gravity: int) -> str:
    """What a red flag is about."""
    return _GRAVITY_WORDS[SEVERITIES[gravity]]


def span(duration: timedelta) -> str:
    """A duration in its largest unit, rounded down."""
    seconds = max(0, int(duration.total_seconds()))
    for size, unit in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "less than a minute"


def capped(number: int, limit: int = 1000) -> str:
    """A count that was not carried on beyond a limit."""
    return f"{limit}+" if number > limit else str(number)
