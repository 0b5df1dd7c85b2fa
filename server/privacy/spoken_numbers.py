"""Numbers told digit by digit, as people dictate a telephone number: "oh seven seven double oh nine"."""

import re
from collections.abc import Iterator

from server.privacy.finds import Find

_DIGIT = r"(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine|\d{1,3})"
_SPOKEN = re.compile(
    rf"\b{_DIGIT}(?:[ ,-]{{1,2}}(?:(?:double|treble|triple) )?(?:{_DIGIT}|hundred|dash|hyphen|area code))*\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
# Fewer may be amounts side by side: "one two or three days".
_FEWEST = 6


def find_spoken(text: str) -> Iterator[Find]:
    """The numbers that are told in words."""
    for match in _SPOKEN.finditer(text):
        told = [word for word in _WORD.findall(match.group()) if word.lower() not in {"dash", "hyphen"}]
        if len(told) >= _FEWEST and not _counts(told):
            yield Find("phone", match.start(), match.end())


def _counts(told: list[str]) -> bool:
    """Whether somebody only counts: "one two three four five six"."""
    row = "one two three four five six seven eight nine ten".split()
    words = [word.lower() for word in told]
    return words == row[: len(words)] or words == row[: len(words)][::-1]
