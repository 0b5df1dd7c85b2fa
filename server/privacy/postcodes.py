"""Postcodes of the countries whose people write here."""

import re
from collections.abc import Iterator

from server.privacy.finds import Find

_STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC "
    "SD TN TX UT VA VT WA WI WV WY DC Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho Illinois Indiana Iowa Kansas Kentucky "
    "Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana Nebraska Nevada Ohio Oklahoma Oregon Pennsylvania Tennessee Texas Utah Vermont Virginia "
    "Washington Wisconsin Wyoming Jersey York Hampshire Carolina Dakota Mexico Island"
)
_PATTERNS = [
    # United Kingdom; in small letters only with its blank, or "be10 2mg" would be one.
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b"),
    re.compile(
        r"\b[a-z]{1,2}\d[a-z\d]? \d(?!mg|ml|cc|am|pm|st|nd|rd|th|hr|wk|yr|pt|ft|lb|gs|in|to|or|ug|mm|cm)[abd-hjlnp-uw-z]{2}\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:postcode|post code|postal code)\b[ :]*(?:is )?([a-z]{1,2}\d[a-z\d]?(?: ?\d[a-z]{2})?|\d{4,6})\b",
        re.IGNORECASE,
    ),
    # Without its second half; one letter would be a vertebra ("L5 area").
    re.compile(r"\b([a-z]{2}\d{1,2}) area\b", re.IGNORECASE),
    # United States.
    re.compile(r"\bzip(?: ?code)?\b[ :#]*(?:is )?(\d{5}(?:-\d{4})?)\b", re.IGNORECASE),
    re.compile(r"\b\d{5}-\d{4}\b"),
    re.compile(rf"\b(?:[a-z]{{3,20}},? )?(?:{_STATES.replace(' ', '|')})\b,? \d{{5}}(?:-\d{{4}})?\b", re.IGNORECASE),
    # Canada, also without its blank.
    re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"),
    re.compile(r"\b[abceghj-nprstvxy]\d[a-z] \d[a-z]\d\b"),
    # Ireland.
    re.compile(r"\b(?:D6W|[AC-FHKNPRTV-Y]\d\d) ?(?=\d{0,3}[A-Z])(?=[A-Z]{0,3}\d)[\dAC-FHKNPRTV-Y]{4}\b"),
    re.compile(r"\beir ?code\b[ :]*(?:is )?((?:d6w|[ac-fhknprtv-y]\d\d) ?[\dac-fhknprtv-y]{4})\b", re.IGNORECASE),
    # Australia.
    re.compile(r"\b(?:NSW|VIC|QLD|TAS|ACT|WA|SA|NT|(?i:nsw|qld)),? (\d{4})\b"),
]


def find_postcodes(text: str) -> Iterator[Find]:
    """The postcodes of a message."""
    for pattern in _PATTERNS:
        group = min(pattern.groups, 1)
        yield from (Find("place", match.start(group), match.end(group)) for match in pattern.finditer(text))
