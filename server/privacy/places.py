"""Places smaller than a state: addresses, towns, villages and counties."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.privacy.address_lines import going_on, whole_addresses
from server.privacy.finds import Find
from server.privacy.lexicon import Lexicon, phrase_at
from server.privacy.postcodes import find_postcodes
from server.privacy.reading import Reading
from server.privacy.streets import find_streets
from server.privacy.words import Word

_CODE_AFTER_TOWN = re.compile(
    r",? (?:[a-z]{2},? )?(?:\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]?(?: ?\d[a-z]{2})?)\b", re.IGNORECASE
)
_ZIP_AT_END = re.compile(r",? (\d{5}(?:-\d{4})?)(?=\s*(?:[.,;!?)\n]|$))")
_STATE_AFTER_COMMA = re.compile(
    r"(?<=[a-z], )(A[LKZR]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[AEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|NSW|VIC|QLD|TAS|ON|BC|AB|SK|MB|QC|NS|NB)\b"
)
_NEAR = frozenset(
    {
        "in",
        "from",
        "near",
        "at",
        "around",
        "outside",
        "to",
        "of",
        "leave",
        "visit",
        "via",
        "through",
        "between",
        "and",
        "nr",
    }
)
_THERE = frozenset({"in", "near", "at", "outside", "around", "nr", "from"})
# After these also in small letters.
_THERE_ALWAYS = frozenset({"near", "from", "outside", "nr"})
_DESTINATION = frozenset({"to", "in", "visit", "via", "through", "around", "and"})
_AT_HOME = re.compile(
    r"\b(?:(?:liv(?:e|es|ed|ing)|reside|stay(?:s|ing)?|am|are|is|we['’]re|i['’]m|house|home|farm)(?: (?:up|out|over|down|just|right|way|now|back|all))? (?:in|near|at|outside|by|beside|past|towards)|mov(?:ed|ing) (?:to|from)|retir(?:ed|ing) to|born (?:in|at|on \S+ in)|based in|stay(?:s|ing)? in|(?:i['’]?m|i am|we['’]?re|we are|here|over|down|up|out|home|house|flat|cottage|farm|clinic|hospital|surgery|pharmacy|chemist|practice|work|works|office|centre|center) (?:in|near)|resid(?:e|es|ing) in"
    r"|(?:com(?:e|ing)|travel(?:l?ing)?|driv(?:e|ing)|drove) (?:in |up |down |over |all the way )?from|(?:i['’]?m|we['’]?re|am|is|are) from|home(?:town)? (?:is|in)|address is"
    r"|(?:town|city|village) (?:of|is|called))\s+",
    re.IGNORECASE,
)
# Then any word with a capital is a place.
_HOME = ("liv", "mov", "retir", "born", "resid", "stay", "address", "based", "home", "house")
# Where somebody travels to says little of where they live.
_TRAVEL = frozenset(
    "airport airports train trains fly flying flights flight flew travel travelling traveling trip trips holiday holidays vacation cruise visit visiting honeymoon weekend city-break hotel "
    "hotels weather go going off went abroad plane ferry sail tour".split()
)
_TRAVEL_REACH = 5
_ANY = frozenset(
    "the this that my our your his her their which what every any same in each another other whole a new of and per".split()
)
_KINDS_OF_PLACE = frozenset({"county", "township", "parish", "borough"})
# Counties, which are smaller than a state and on no list of towns.
_COUNTIES = frozenset(
    tuple(name.split())
    for name in (
        "yorkshire,lancashire,cumbria,northumberland,durham,cheshire,merseyside,derbyshire,nottinghamshire,lincolnshire,"
        "staffordshire,shropshire,leicestershire,rutland,norfolk,suffolk,cambridgeshire,northamptonshire,warwickshire,"
        "worcestershire,herefordshire,gloucestershire,oxfordshire,buckinghamshire,bedfordshire,hertfordshire,essex,kent,"
        "surrey,sussex,hampshire,berkshire,wiltshire,dorset,somerset,devon,cornwall,west midlands,east midlands,tyneside,"
        "teesside,humberside,fife,aberdeenshire,lanarkshire,ayrshire,gwent,gwynedd,powys,dyfed,clwyd,antrim,armagh,tyrone,"
        "fermanagh,donegal,brooklyn,manhattan,queens,the bronx,harlem,nyc,washington dc,washington d c,new york city,la jolla,vegas,st louis,st paul,st petersburg,st albans,st helens,st andrews,hollywood,silicon valley"
    ).split(",")
)


def find_places(reading: Reading, named: Iterable[tuple[int, int]]) -> Iterator[Find]:
    """The places in a message; `named` are the characters that the language model takes for places."""
    text, words, protected, lexicon = reading.text, reading.words, reading.protected, reading.lexicon
    yield from whole_addresses(reading, [*find_streets(reading), *find_postcodes(text)])
    named_places = (
        *_towns(text, words, protected, lexicon),
        *_homes(text, words, protected, lexicon),
        *_villages(words, protected, lexicon),
        *_before_states(text, words, protected, lexicon),
    )
    yield from going_on(reading, named_places)
    if not reading.is_foreign:
        yield from _seen_by_model(words, protected, named, lexicon)


def _towns(text: str, words: Sequence[Word], protected: Mapping[int, int], lexicon: Lexicon) -> Iterator[Find]:
    for i, word in enumerate(words):
        length = 0 if i in protected else phrase_at(words, i, lexicon.towns) or phrase_at(words, i, _COUNTIES)
        if length and _is_meant(words, i, length, lexicon):
            last = words[i + length - 1].end
            code = _CODE_AFTER_TOWN.match(text, last)
            yield Find("place", word.start, code.end() if code else last)
        elif word.capital and not word.opens and (code := _ZIP_AT_END.match(text, word.end)):
            yield Find("place", code.start(1), code.end(1))
        elif (
            word.lower in _KINDS_OF_PLACE
            and i
            and word.gap == " "
            and words[i - 1].lower not in _ANY
            and i - 1 not in protected
        ):
            yield Find("place", words[i - 1].start, word.end)


def _is_meant(words: Sequence[Word], i: int, length: int, lexicon: Lexicon) -> bool:
    """Whether a town's name is meant as one: "Reading is hard", "a bath" are not."""
    word = words[i]
    is_after = i > 0 and words[i - 1].lower in _NEAR and word.gap == " "
    if is_after and words[i - 1].lower in _DESTINATION and _travels(words, i):
        return False
    is_word = length == 1 and (lexicon.is_ordinary(word.lower) or word.lower in lexicon.english)
    if is_word:
        return word.capital and is_after
    return word.capital or is_after or length > 1 or not lexicon.is_first(word.lower)


def _villages(words: Sequence[Word], protected: Mapping[int, int], lexicon: Lexicon) -> Iterator[Find]:
    """Places on no list: with a capital where a place stands, and no word of English or none of questions about pumps
    beside another ("a clinic near Skipton", "in Twin Falls").
    """
    for i, word in enumerate(words[1:], 1):
        is_there = words[i - 1].lower in _THERE and word.gap == " " and not _travels(words, i)
        if not is_there or i in protected or lexicon.is_first(word.lower):
            continue
        if not word.capital:
            if words[i - 1].lower in _THERE_ALWAYS and lexicon.is_rare(word.lower):
                yield _place_from(i, words, protected)
            continue
        if lexicon.is_unknown(word.lower) or _is_titled_pair(words, i, protected, lexicon):
            yield _place_from(i, words, protected)


def _is_titled_pair(words: Sequence[Word], i: int, protected: Mapping[int, int], lexicon: Lexicon) -> bool:
    if i + 1 == len(words) or words[i + 1].gap != " " or not words[i + 1].capital or i + 1 in protected:
        return False
    return not all(lexicon.is_usual(words[k].lower) for k in (i, i + 1))


def _before_states(text: str, words: Sequence[Word], protected: Mapping[int, int], lexicon: Lexicon) -> Iterator[Find]:
    """Cottonwood Falls, KS"""
    at = {word.start: i for i, word in enumerate(words)}
    for match in _STATE_AFTER_COMMA.finditer(text):
        last = at.get(match.start(1), 0) - 1
        first = last
        while first > 0 and words[first].gap == " " and words[first - 1].capital and first - 1 not in protected:
            first -= 1
        run = range(first, last + 1)
        if last < 0 or last in protected or not all(words[k].capital and not words[k].text.isupper() for k in run):
            continue
        if len(run) > 1 or not lexicon.is_ordinary(words[last].lower):
            yield Find("place", words[first].start, match.end())


def _place_from(i: int, words: Sequence[Word], protected: Mapping[int, int]) -> Find:
    """The place whose first word this is: the capitalised words that follow belong to it."""
    end = i
    while end + 1 < len(words) and (
        words[end + 1].gap == "-" or (words[end + 1].gap == " " and words[end + 1].capital and end + 1 not in protected)
    ):
        end += 1
    return Find("place", words[i].start, words[end].end)


def _travels(words: Sequence[Word], i: int) -> bool:
    return any(word.lower in _TRAVEL for word in words[max(0, i - _TRAVEL_REACH) : i])


def _homes(text: str, words: Sequence[Word], protected: Mapping[int, int], lexicon: Lexicon) -> Iterator[Find]:
    """What follows "I live in" and is no word."""
    at = {word.start: i for i, word in enumerate(words)}
    for match in _AT_HOME.finditer(text):
        i = at.get(match.end())
        if i is None or i in protected:
            continue
        is_home = match.group().lower().startswith(_HOME)
        if not lexicon.is_ordinary(words[i].lower) or (
            words[i].capital and (is_home or lexicon.is_town(words[i].lower))
        ):
            yield _place_from(i, words, protected)


def _seen_by_model(
    words: Sequence[Word], protected: Mapping[int, int], named: Iterable[tuple[int, int]], lexicon: Lexicon
) -> Iterator[Find]:
    for start, end in named:
        inside = [i for i, w in enumerate(words) if start <= w.start < end and i not in protected and w.capital]
        if any(not lexicon.is_ordinary(words[i].lower) or lexicon.is_town(words[i].lower) for i in inside):
            before = inside[0] - 1
            if _travels(words, inside[0]):
                continue
            if (before >= 0 and words[before].lower in _NEAR) or len(inside) > 1:
                yield Find("place", words[inside[0]].start, words[inside[-1]].end)
