"""What is done to a visitor's text before it is stored, and before Rasa sees it."""

import re

# The databases refuse NUL, and a surrogate without its partner cannot be written as UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SLASHES_AND_BLANKS = re.compile(r"[\s/]+")


def clean(text: str) -> str:
    """The text without characters that cannot be stored."""
    return _UNSTORABLE.sub("", text)


def without_command(text: str) -> str:
    """The text so that Rasa cannot take it for a command (`/restart`); a question mark if nothing remains."""
    leading = _SLASHES_AND_BLANKS.match(text)
    return (text[leading.end() :] if leading else text) or "?"
