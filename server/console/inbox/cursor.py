"""Where a page of the list ends: the moment and the id of its last line, so that no page has to be counted to."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Cursor:
    """A line's place in the order of the list."""

    at: datetime
    conversation_id: str

    @classmethod
    def parse(cls, value: object) -> "Cursor | None":
        """As `str` wrote it. Raises ValueError."""
        if value is None or value == "":
            return None
        at, separator, conversation_id = str(value).partition("~")
        if not separator:
            raise ValueError("no place in the list")
        moment = datetime.fromisoformat(at)
        return cls(moment if moment.tzinfo else moment.replace(tzinfo=UTC), conversation_id)

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.conversation_id}"
