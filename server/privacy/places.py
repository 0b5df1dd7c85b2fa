"""Places smaller than a state: addresses, towns, villages and counties."""

import re
from collections.abc import Iterable, Iterator

from server.privacy.address_lines import going_on, whole_addresses
from server.privacy.finds import Find
from server.privacy.institutions import find_institutions
from server.privacy.place_contexts import find_in_contexts
from server.privacy.postcodes import find_postcodes
from server.privacy.reading import Reading
from server.privacy.streets import find_streets
from server.privacy.told_addresses import find_told_addresses
from server.privacy.towns import NEAR, find_towns, travels

_ZIP_AT_END = re.compile(r",? (\d{5}(?:-\d{4})?)(?=\s*(?:[.,;!?)\n]|$))")
_STATE_AFTER_COMMA = re.compile(
    r"(?<=[a-z], )(A[LKZR]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[AEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|NSW|VIC|QLD|TAS|ON|BC|AB|SK|MB|QC|NS|NB)\b"
)
_THERE = frozenset({"in", "near", "at", "outside", "around", "nr", "from"})
# After these also in small letters.
_THERE_ALWAYS = frozenset({"near", "from", "outside", "nr"})
_AT_HOME = re.compile(
    r"\b(?:(?:liv(?:e|es|ed|ing)|reside|stay(?:s|ing)?|am|are|is|we['’]re|i['’]m|house|home|farm)(?: (?:up|out|over|down|just|right|way|now|back|all))? (?:in|near|at|outside|by|beside|past|towards)|mov(?:ed|ing) (?:to|from)|retir(?:ed|ing) to|born (?:in|at|on \S+ in)|based in|stay(?:s|ing)? in|(?:i['’]?m|i am|we['’]?re|we are|here|over|down|up|out|home|house|flat|cottage|farm|clinic|hospital|surgery|pharmacy|chemist|practice|work|works|office|centre|center) (?:in|near)|resid(?:e|es|ing) in"
    r"|(?:com(?:e|ing)|travel(?:l?ing)?|driv(?:e|ing)|drove) (?:in |up |down |over |all the way )?from|(?:i['’]?m|we['’]?re|am|is|are) from|home(?:town)? (?:is|in)|address is"
    r"|(?:town|city|village) (?:of|is|called))\s+",
    re.IGNORECASE,
)
# Then any word with a capital is a place.
_HOME = ("liv", "mov", "retir", "born", "resid", "stay", "address", "based", "home", "house", "town", "city", "village")
_ANY = frozenset(
    "the this that my our your his her their which what every any same in each another other whole a new of and per".split()
)
_SERVICES = frozenset(
    "health services service housing therapy management team department medicine group unit support accommodation nursing board trust".split()
)
_LONGEST_ACRONYM = 4
_KINDS_OF_PLACE = frozenset({"county", "township", "parish", "borough"})


def find_places(reading: Reading, named: Iterable[tuple[int, int]]) -> Iterator[Find]:
    """The places in a message; `named` are the characters that the language model takes for places."""
    yield from whole_addresses(reading, [*find_streets(reading), *find_postcodes(reading.text)])
    yield from find_told_addresses(reading)
    named_places = (
        *find_towns(reading),
        *find_institutions(reading),
        *_codes_and_kinds(reading),
        *_homes(reading),
        *_unlisted(reading),
        *_before_states(reading),
        *(_place_from(reading, i) for i in find_in_contexts(reading)),
    )
    yield from going_on(reading, (find for find in named_places if not _is_service(reading, find)))
    if not reading.is_foreign:
        yield from _seen_by_model(reading, named)


def _is_service(reading: Reading, find: Find) -> bool:
    """Occupational Health, Social Services, Supported Housing"""
    words = [word.lower for word in reading.words if find.start <= word.start < find.end]
    return len(words) > 1 and words[-1] in _SERVICES and not any(reading.lexicon.is_unknown(word) for word in words)


def _codes_and_kinds(reading: Reading) -> Iterator[Find]:
    """A postcode after a word with a capital, and what is a county or parish by its last word."""
    words = reading.words
    for i, word in enumerate(words):
        if (
            word.capital
            and not word.opens
            and i not in reading.protected
            and (code := _ZIP_AT_END.match(reading.text, word.end))
        ):
            yield Find("place", code.start(1), code.end(1))
        elif _is_kind_of_place(reading, i):
            yield Find("place", words[i - 1].start, word.end)


def _is_kind_of_place(reading: Reading, i: int) -> bool:
    """Travis County"""
    words = reading.words
    if not i or words[i].lower not in _KINDS_OF_PLACE or words[i].gap != " ":
        return False
    return words[i - 1].lower not in _ANY and i - 1 not in reading.protected


def _unlisted(reading: Reading) -> Iterator[Find]:
    """Places on no list: with a capital where a place stands, and no word of English or none of questions about pumps
    beside another ("a clinic near Skipton", "in Twin Falls").
    """
    words, lexicon = reading.words, reading.lexicon
    for i, word in enumerate(words[1:], 1):
        is_there = words[i - 1].lower in _THERE and word.gap == " " and not travels(reading, i)
        if not is_there or i in reading.protected or lexicon.is_first(word.lower) or _is_acronym(reading, i):
            continue
        if not word.capital:
            if words[i - 1].lower in _THERE_ALWAYS and lexicon.is_rare(word.lower):
                yield _place_from(reading, i)
            continue
        if lexicon.is_rare(word.lower) or _is_titled_pair(reading, i):
            yield _place_from(reading, i)


def _is_acronym(reading: Reading, i: int) -> bool:
    """mine is at ERI"""
    word = reading.words[i]
    is_part = reading.text[word.end : word.end + 1].isdigit()  # "SE15"
    return word.is_acronym(_LONGEST_ACRONYM) and not is_part


def _is_titled_pair(reading: Reading, i: int) -> bool:
    words = reading.words
    if i + 1 == len(words) or words[i + 1].gap != " " or not words[i + 1].capital or i + 1 in reading.protected:
        return False
    return not all(reading.lexicon.is_usual(words[k].lower) for k in (i, i + 1))


def _before_states(reading: Reading) -> Iterator[Find]:
    """Cottonwood Falls, KS"""
    words, protected, lexicon = reading.words, reading.protected, reading.lexicon
    for match in _STATE_AFTER_COMMA.finditer(reading.text):
        last = reading.at.get(match.start(1), 0) - 1
        first = last
        while first > 0 and words[first].gap == " " and words[first - 1].capital and first - 1 not in protected:
            first -= 1
        run = range(first, last + 1)
        if last < 0 or last in protected or not all(words[k].capital and not words[k].text.isupper() for k in run):
            continue
        if len(run) > 1 or not lexicon.is_ordinary(words[last].lower):
            yield Find("place", words[first].start, match.end())


def _place_from(reading: Reading, i: int) -> Find:
    """The place whose first word this is: the capitalised words that follow belong to it."""
    words = reading.words
    end = i
    while end + 1 < len(words) and (
        words[end + 1].gap == "-"
        or (words[end + 1].gap == " " and words[end + 1].capital and end + 1 not in reading.protected)
    ):
        end += 1
    last = words[end].end
    while reading.text[last : last + 1].isdigit():  # "SE15"
        last += 1
    return Find("place", words[i].start, last)


def _homes(reading: Reading) -> Iterator[Find]:
    """What follows "I live in" and is no word."""
    words, lexicon = reading.words, reading.lexicon
    for match in _AT_HOME.finditer(reading.text):
        i = reading.at.get(match.end())
        if i is None or i in reading.protected:
            continue
        is_home = match.group().lower().startswith(_HOME)
        if not lexicon.is_ordinary(words[i].lower) or (
            words[i].capital and (is_home or lexicon.is_town(words[i].lower))
        ):
            yield _place_from(reading, i)


def _seen_by_model(reading: Reading, named: Iterable[tuple[int, int]]) -> Iterator[Find]:
    words, lexicon = reading.words, reading.lexicon
    for start, end in named:
        inside = [i for i, w in enumerate(words) if start <= w.start < end and i not in reading.protected and w.capital]
        if any(not lexicon.is_ordinary(words[i].lower) or lexicon.is_town(words[i].lower) for i in inside):
            before = inside[0] - 1
            if travels(reading, inside[0]):
                continue
            if (before >= 0 and words[before].lower in NEAR) or (len(inside) > 1 and words[inside[-1]].gap != "-"):
                yield Find("place", words[inside[0]].start, words[inside[-1]].end)
