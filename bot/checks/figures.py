"""Figures in a text, such as `50%`, `3 to 5 days` or `24 hours`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_NUMBER = r"\d+(?:[.,]\d+)*"
_UNITS = "second|minute|hour|day|night|week|month|year"
_FIGURE = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s*(?:to|-|\u2013)\s*(?P<high>{_NUMBER}))?"
    rf"(?:\s*(?P<percent>%|percent)|[\s-]+(?P<unit>{_UNITS})s?\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Figure:
    """A number or a range with its unit (singular, `%`, or empty); `text` is how it stands there."""

    low: str
    high: str
    unit: str
    text: str

    def carried_by(self, other: "Figure") -> bool:
        """Whether `other` says the same; a unit may be left out but not changed."""
        return (self.low, self.high) == (other.low, other.high) and self.unit in ("", other.unit)


def figures(text: str) -> Iterator[Figure]:
    """All figures in digits, in order."""
    for match in _FIGURE.finditer(text):
        unit = "%" if match["percent"] else (match["unit"] or "").lower()
        yield Figure(match["low"], match["high"] or "", unit, match[0].strip())


def unsupported(text: str, facts: Iterable[str]) -> list[str]:
    """The figures in `text` that none of `facts` holds, as they stand there."""
    known = [figure for fact in facts for figure in figures(fact)]
    return [f.text for f in figures(text) if not any(f.carried_by(k) for k in known)]
