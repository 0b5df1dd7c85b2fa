"""Homes, schools, hospices and practices by their names, which tell where somebody lives or works."""

import re
from collections.abc import Iterator

from server.privacy.finds import Find
from server.privacy.reading import Reading

_KIND = re.compile(
    r"\b(?:(?:care|nursing|residential|retirement|rest) home|hospice|infirmary|(?:primary|high|grammar|elementary|middle|secondary|infant|junior) school|school|primary|academy"
    r"|medical (?:centre|center|practice|group)|health centre|surgery|practice|pharmacy|church|parish|hospital|manor|lodge|retirement village|airport|cemetery|crematorium|(?:cancer|dialysis|day|leisure|community|garden|shopping|rehab|resource) (?:centre|center)|rehab|clinic"
    r"|(?:fire|police|bus|train|railway) station|(?:special|nursery|community) (?:school|college)|motel|hotel|beach|sheltered housing|trailer park|mobile home park)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 3
_JOINING = frozenset({"st", "saint", "the", "of"})


def find_institutions(reading: Reading) -> Iterator[Find]:
    """The names before such a word: capitals, or in small letters one word that nobody knows."""
    for match in _KIND.finditer(reading.text):
        at = reading.at.get(match.start())
        if at is None or not at or reading.words[at].gap != " ":
            continue
        first = _first(reading, at)
        if first < at:
            yield Find("place", reading.words[first].start, match.end())


def _first(reading: Reading, at: int) -> int:
    """Where the name begins that ends before this word; this word, if there is none."""
    words, lexicon = reading.words, reading.lexicon
    first = at
    while first > max(0, at - _MOST_WORDS) and words[first].gap == " " and _names(reading, first - 1):
        first -= 1
    told = [words[k].lower for k in range(first, at)]
    is_name = any(not lexicon.is_usual(word) and word not in _JOINING for word in told)
    is_title = words[at].capital and len(told) > 1 and not words[first].opens
    return first if is_name or is_title else at


def _names(reading: Reading, i: int) -> bool:
    word, lexicon = reading.words[i], reading.lexicon
    if i in reading.protected or (word.opens and lexicon.is_ordinary(word.lower)):
        return False
    return word.capital or lexicon.is_rare(word.lower)
