"""What stands around a street or a postcode belongs to the address: house, village, town, and the number before them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from server.privacy.finds import Find
from server.privacy.reading import Reading
from server.privacy.words import Word

_MOST_WORDS = 6
_NUMBER_BEFORE = re.compile(
    r"(?:\b(?:plot|unit|flat|apt|lot|no)\.? ?)?\b\d{1,5}[a-z]?(?:[/-]\d{1,4})?,? $", re.IGNORECASE
)
_NUMBER_REACH = 20
# "Stow-on-the-Wold"
_HYPHENS = re.compile(r"(?:-[^\W\d_]{1,20}){1,4}\b")
# A foreign postcode stands before its town.
_GAP_AFTER = re.compile(r"[,.]? ?\n?|,? ?\d{4,6},? ")
_GAP_BEFORE = re.compile(r",? ?\n?|-|\. ")
# Between a street and its postcode stands a town, whatever it is called: "apt 206 milwaukee 53206".
_TOWN_AND_CODE = re.compile(r",? [a-z][a-z'’. -]{2,30},?(?: [a-z]{2},?)? \d{5}(?:-\d{4})?\b", re.IGNORECASE)
_BETWEEN = re.compile(r",? (?:[a-z'’-]{2,20},? ){1,3}", re.IGNORECASE)
_JOINING = frozenset("on upon le la the in under by next co".split())


def whole_addresses(reading: Reading, finds: Iterable[Find]) -> Iterator[Find]:
    """Each find with the rest of its address."""
    end = -1
    for find in sorted(finds, key=lambda f: f.start):
        start = end if end >= 0 and _BETWEEN.fullmatch(reading.text, end, find.start) else _start(reading, find.start)
        code = _TOWN_AND_CODE.match(reading.text, find.end)
        end = code.end() if code else _end(reading, find.end)
        yield Find(find.kind, start, end)


def going_on(reading: Reading, finds: Iterable[Find]) -> Iterator[Find]:
    """Each find with the places named after it: "a home in Greenacres, Thirsk"."""
    for find in finds:
        hyphens = _HYPHENS.match(reading.text, find.end)
        end = hyphens.end() if hyphens else find.end
        yield Find(find.kind, find.start, _end(reading, end) if reading.text.startswith(",", end) else end)


def _end(reading: Reading, end: int) -> int:
    words = reading.words
    first = i = bisect_left(words, end, key=lambda word: word.start)
    gap_from = end
    while i < len(words) and i < first + _MOST_WORDS and _GAP_AFTER.fullmatch(reading.text[gap_from : words[i].start]):
        if _is_of_place(reading, i) or _is_in_titled_run(reading, i, is_first=i == first):
            end = words[i].end
        elif words[i].lower not in _JOINING or i == first:
            break
        gap_from = words[i].end
        i += 1
    return end


def _is_in_titled_run(reading: Reading, i: int, *, is_first: bool) -> bool:
    """Whether it is one of several words with a capital that end where a comma or the sentence does: "Lower Slaughter"."""
    words = reading.words
    if not _has_capital(words[i]) or (words[i].opens and not is_first) or i in reading.protected:
        return False
    while i + 1 < len(words) and words[i + 1].gap == " " and _has_capital(words[i + 1]):
        i += 1
    return i + 1 == len(words) or "," in words[i + 1].gap or words[i + 1].opens


def _start(reading: Reading, start: int) -> int:
    words = reading.words
    last = i = bisect_right(words, start, key=lambda word: word.end) - 1
    gap_to = start
    while i >= 0 and i > last - _MOST_WORDS and _GAP_BEFORE.fullmatch(reading.text[words[i].end : gap_to]):
        if _is_of_place(reading, i):
            start = words[i].start
        elif words[i].lower not in _JOINING:
            break
        gap_to = words[i].start
        i -= 1
    number = _NUMBER_BEFORE.search(reading.text[max(0, start - _NUMBER_REACH) : start])
    return start - len(number.group()) if number else start


def _is_of_place(reading: Reading, i: int) -> bool:
    """Whether a word beside an address belongs to it: a town, or with a telling capital anything but a usual word."""
    word, lexicon = reading.words[i], reading.lexicon
    if lexicon.is_common(word.lower) or reading.protected.get(i, 0) > 1:
        return False
    if lexicon.is_town(word.lower) and not lexicon.is_ordinary(word.lower):
        return True
    if not _has_capital(word) or (word.opens and lexicon.is_ordinary(word.lower)):
        return False
    return i not in reading.protected


def _has_capital(word: Word) -> bool:
    """Capitals tell something in an address, even where each word of the message has one."""
    return word.capital or word.text.istitle()
