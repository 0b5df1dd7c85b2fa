"""Places on no list, told by what stands around them: "moved from Crewe to Muker", "Hackney born and bred"."""

import re
from collections.abc import Iterator

from server.privacy.name_cues import ENDINGS
from server.privacy.reading import Reading
from server.privacy.towns import travels

_REACH = 48
_BEFORE = re.compile(
    r"\b(?:liv(?:e|es|ed|ing)(?: \w{1,12}){0,2} (?:in|on|off|by|past|near|at|outside)|mov(?:ed|ing)(?: (?:down|up|out|over|back|house))?(?: from \w{1,20}(?: \w{1,20})?)? to|(?:out|over|up|down) (?:by|near|past|in|on)"
    r"|but now(?: in| live in)?|house on|based (?:in|at|near)|(?:grew up|brought up|born|raised) (?:in|on)|sleeping (?:in|on|behind the \w{1,15} on)|just off|come (?:up|down|over) from|from)(?: the)? $",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r" (?:born and bred|born & bred|resident\b|is (?:where i|my (?:council|town|village|home|nearest|county|local))|council (?:flat|house|tenant)|based\b|way\b[.,?!]|(?:is )?where i live)",
    re.IGNORECASE,
)
# After "in" small letters need more: nothing that the place could belong to follows.
_IN, _STOPS = re.compile(r"\b(?:in|at|of) $", re.IGNORECASE), re.compile(r"\s*(?:[.,;:!?)\n]|$)| (?:and|but|so|how|can|is|there|theres|do|nobody|no|for|with|now|i)\b", re.IGNORECASE)
_WORD = ("ic", "al", "ous", "ive", "able", "ible", "ia", "is", "us", "um", "ae", "in", "ine", "ol", "ide", "ate", *ENDINGS)


def find_in_contexts(reading: Reading) -> Iterator[int]:
    """The places of words that begin such a place."""
    for i, word in enumerate(reading.words):
        if i in reading.protected or len(word.lower) < 3 or travels(reading, i):
            continue
        before = reading.text[max(0, word.start - _REACH) : word.start]
        if word.capital and not word.text.isupper():
            if not reading.lexicon.is_usual(word.lower) and (_BEFORE.search(before) or _AFTER.match(reading.text, _end(reading, i))):
                yield i
        elif reading.lexicon.is_rare(word.lower) and not word.lower.endswith(_WORD) and not reading.is_foreign:
            is_in = _IN.search(before) and _STOPS.match(reading.text, word.end)
            if is_in or _BEFORE.search(before) or _AFTER.match(reading.text, word.end):
                yield i


def _end(reading: Reading, i: int) -> int:
    """Where the words with a capital that begin here end."""
    words = reading.words
    while i + 1 < len(words) and words[i + 1].gap == " " and words[i + 1].capital:
        i += 1
    return words[i].end
