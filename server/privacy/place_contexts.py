"""Places on no list, told by what stands around them: "moved from Crewe to Muker", "Hackney born and bred"."""

import re
from collections.abc import Iterator

from server.privacy.name_cues import ENDINGS
from server.privacy.reading import Reading
from server.privacy.towns import travels

_REACH = 48
_BEFORE = re.compile(
    r"\b(?:liv(?:e|es|ed|ing)(?: \w{1,12}){0,2} (?:in|on|off|by|past|near|at|outside)|mov(?:ed|ing)(?: (?:down|up|out|over|back|house))?(?: from \w{1,20}(?: \w{1,20})?)? to|(?:out|over|up|down) (?:by|near|past|in|on)"
    r"|but now(?: in| live in)?|house (?:on|in)|home in|based (?:in|at|near)|(?:grew up|brought up|born|raised) (?:in|on)|home ?town is|sleeping (?:in|on|behind the \w{1,15} on)|just off|(?:i['’]?m|i am|we['’]?re|we are) (?:in|from|near)"
    r"|(?:com(?:e|ing)|travel(?:l?ing)?|driv(?:e|ing)) (?:up |down |over )?from|(?:patients?|anyone|someone|nobody) (?:from|in|near)|(?:clinic|hospital|unit|centre|center|doctor|nurse|pharmacy) (?:in|near|at)|(?:nearest|closest|close|closer) to)(?: the)? $",
    re.IGNORECASE,
)
# Before a word with a capital these are enough.
_FROM = re.compile(r"\b(?:from|near|nr|outside)(?: the)? $", re.IGNORECASE)
_LONGEST_SHORT_FORM = 4
_LIVES = re.compile(r"\bliv(?:e|es|ing) $", re.IGNORECASE)
_NUMBERED = re.compile(r" \d")
_FAR = re.compile(r" (?:too far|far away|is it far|far from)\b", re.IGNORECASE)
# People live in these, too.
_IDIOMS = frozenset(
    "hope comfort care pain fear peace harmony liberty truth independence paradise bed box hospital street chapel work advance toast".split()
)
_AFTER = re.compile(
    r" (?:born and bred|born & bred|resident\b|is (?:where i|my (?:council|town|village|home|nearest|county|local))|council (?:flat|house|tenant)|based\b|way\b[.,?!]|(?:is )?where i live)",
    re.IGNORECASE,
)
# After "in" small letters need more: nothing that the place could belong to follows.
_IN, _STOPS = (
    re.compile(r"\b(?:in|at|of) $", re.IGNORECASE),
    re.compile(
        r"\s*(?:[.,;:!?)\n]|$)| (?:and|but|so|how|can|is|there|theres|do|nobody|no|for|with|now|i)\b", re.IGNORECASE
    ),
)
_WORD = (
    "ic",
    "al",
    "ous",
    "ive",
    "able",
    "ible",
    "ia",
    "is",
    "us",
    "um",
    "ae",
    "in",
    "ine",
    "ol",
    "ide",
    "ate",
    *ENDINGS,
)


def find_in_contexts(reading: Reading) -> Iterator[int]:
    """The places of words that begin such a place."""
    for i, word in enumerate(reading.words):
        if i in reading.protected or len(word.lower) < 3 or travels(reading, i):
            continue
        before = reading.text[max(0, word.start - _REACH) : word.start]
        if word.capital and not word.text.isupper():
            if _is_told_with_capital(reading, i, before):
                yield i
        elif _is_told_in_small_letters(reading, i, before):
            yield i


def _is_told_with_capital(reading: Reading, i: int, before: str) -> bool:
    """Whatever the word means, if it does not open a sentence, where each has a capital: "Silicone based"."""
    word, lexicon = reading.words[i], reading.lexicon
    if word.opens:
        is_place = lexicon.is_unknown(word.lower) or lexicon.is_town(word.lower) or lexicon.is_village(word.lower)
        if not is_place or lexicon.is_ordinary(word.lower):
            return False
    elif lexicon.is_common(word.lower) or (lexicon.is_ordinary(word.lower) and _is_step_or_means(reading, i, before)):
        return False
    end = _end(reading, i)
    is_lived_in = not lexicon.is_ordinary(word.lower) and _LIVES.search(before) is not None
    if is_lived_in or _BEFORE.search(before) or _AFTER.match(reading.text, end) or _FAR.match(reading.text, end):
        return True
    return not lexicon.is_first(word.lower) and _FROM.search(before) is not None  # not "hello from Bartholomew"


def _is_step_or_means(reading: Reading, i: int, before: str) -> bool:
    """Phase 3, on Benefits"""
    return _NUMBERED.match(reading.text, reading.words[i].end) is not None or before.endswith(("on ", "on the "))


def _is_told_in_small_letters(reading: Reading, i: int, before: str) -> bool:
    """A word that nobody knows, or one that is a town as well and ends what is said: "i live in deal"."""
    word, lexicon = reading.words[i], reading.lexicon
    stops = _STOPS.match(reading.text, word.end) is not None
    is_short_form = word.capital and len(word.text) <= _LONGEST_SHORT_FORM  # "mine is at ERI"
    is_new = lexicon.is_rare(word.lower) and not word.lower.endswith(_WORD) and not is_short_form
    if is_new and not reading.is_foreign:
        is_there = _BEFORE.search(before) or _AFTER.match(reading.text, word.end)
        return bool(is_there or (stops and _IN.search(before)))
    is_both = (lexicon.is_town(word.lower) or lexicon.is_village(word.lower)) and not lexicon.is_common(word.lower)
    is_bare = reading.preceding(i) != "the"  # "out in the bush"
    return is_both and is_bare and word.lower not in _IDIOMS and stops and _BEFORE.search(before) is not None


def _end(reading: Reading, i: int) -> int:
    """Where the words with a capital that begin here end."""
    words = reading.words
    while i + 1 < len(words) and words[i + 1].gap == " " and words[i + 1].capital:
        i += 1
    return words[i].end
