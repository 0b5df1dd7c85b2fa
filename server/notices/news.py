"""What a notice says."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class CannotTell(Exception):
    """A channel did not take a notice; the text says why, without a secret."""


@dataclass(frozen=True)
class News:
    """A red flag as staff are told of it. `link` is empty if the console's address is not known."""

    notice_id: str
    conversation_id: str
    topic: str
    title: str
    severity: str
    raised_at: datetime
    link: str

    def lines(self) -> list[str]:
        """For people."""
        where = f"Read it here: {self.link}" if self.link else "Open the staff console and look at its red flags."
        raised = f"Raised {self.raised_at.astimezone(UTC):%d %b %Y, %H:%M} UTC."
        return ["Somebody who writes to the chatbot seems to be in danger.", f"{self.title}. {raised}", where]


class Channel(Protocol):
    """A way to tell staff."""

    async def tell(self, news: News) -> None:
        """Hand the news over. Raises CannotTell."""
