"""The safety layer in front of the bot: red flags in a message, and whether help is on the way."""

from pathlib import Path

from server.safety.aftercare import HelpComing, load_help_coming
from server.safety.reader import Reading, RedFlagReader
from server.safety.rules import load_rules


class SafetyLayer:
    """Reads every message of every visitor; it remembers nothing."""

    def __init__(self, reader: RedFlagReader, help_coming: HelpComing) -> None:
        self._reader, self._help_coming = reader, help_coming

    def read(self, text: str) -> Reading:
        """The red flags of a message."""
        return self._reader.read(text)

    def help_coming(self, text: str) -> str | None:
        """The rest of a message that says that help is on the way; None if it does not say so."""
        return self._help_coming.rest(text)


def load_safety(folder: Path) -> SafetyLayer:
    """Load `data/safety`. Raises ContentError, naming the file and the fault."""
    return SafetyLayer(RedFlagReader(load_rules(folder)), load_help_coming(folder))
