"""Addresses smaller than a state: streets, postcodes and towns."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.privacy.finds import Find
from server.privacy.lexicon import Lexicon, phrase_at
from server.privacy.reading import Reading
from server.privacy.words import Word

_STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC "
    "SD TN TX UT VA VT WA WI WV WY DC"
)
# The first kind of street makes any words before it a street; the others need a number and capitals.
_STREET = (
    r"(?:street|road|avenue|ave|lane|boulevard|blvd|crescent|terrace|highway|hwy|parkway|pkwy|cul-de-sac|mews|st|rd|ln)"
)
_OTHER_STREET = r"(?:drive|dr|close|court|ct|place|pl|way|gardens|gdns|grove|square|sq|hill|row|park|view|circle|cir|trail|trl|rise|walk|green|cottages|plaza|loop|gate|wharf)"
_NO_STREET = r"(?!(?:m(?:in(?:ute)?|ile|g|cg|l|onth)s?|h(?:ou)?rs?|days?|weeks?|years?|yrs?|of|to|or|and|per|the|a|units?|times?|x|in|on|at|more|long|short|people|patients?|nights?|steps?|percent|my|our|your|down|up|from|along|across|off|blocks?|doors?|yards|metres|meters|feet|minute|hour|lane|way)\b)"
_WORDS = rf"(?:{_NO_STREET}[^\W\d_][\w.'’]{{0,20}}[ ]){{0,3}}"
_FLAT = r"(?:(?:,? ?\b(?:apt|apartment|flat|unit|suite|ste|room|floor|block|house|lot)\b\.? ?#?\d{1,4}[a-z]?\b)|,? #\d{1,4}[a-z]?\b)"
_NUMBER = r"(?<![\w.])\d{1,5}(?:[ ]?[a-z]|[-/]\d{1,4})?"
_PATTERNS = [
    re.compile(
        rf"{_NUMBER},? (?:[nsew]\.? )?{_WORDS}{_NO_STREET}[^\W\d_][\w.'’]{{1,20}} {_STREET}\b\.?(?: [nsew]{{1,2}}\b)?{_FLAT}?",
        re.IGNORECASE,
    ),
    re.compile(rf"{_NUMBER},? (?:[NSEW]\.? )?(?:[A-Z][\w.'’]{{1,20}} ){{1,3}}(?i:{_OTHER_STREET})\b\.?{_FLAT}?"),
    re.compile(
        rf"{_NUMBER},? (?:[nsew]\.? )?(?:\d{{1,3}}(?:st|nd|rd|th)) (?:{_STREET}|{_OTHER_STREET})\b\.?{_FLAT}?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\w.])(?:(?!(?:The|On|In|At|A|My|Our|This|That|Is|Does|Can|Will|Down|Up)\b)[A-Z][\w.'’]{{1,20}} ){{1,2}}(?:Street|Road|Avenue|Lane|Boulevard|Crescent|Terrace|Rd|Ave|Blvd|Gardens|Grove|Mews)\b\.?{_FLAT}?"
    ),
    re.compile(
        rf"(?<=\b[io]n ){_NO_STREET}(?!(?:our|my|your|this|that|his|her|their|same|main|quiet|busy|any|every|each|right)\b)(?:[a-z]{{3,20}} ){{1,2}}(?:street|road|avenue|lane|rd|ave|blvd)\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:(?<=\bat )|(?<=\bto )|(?<=\bis )|(?<=\bfrom )|(?<=address )|(?<=address: )|(?<=, )|^){_NUMBER},? {_WORDS}{_NO_STREET}[^\W\d_][\w.'’]{{1,20}} {_OTHER_STREET}\b(?! (?:to|from|with|away)\b)",
        re.IGNORECASE,
    ),
    re.compile(rf"{_NUMBER},? (?i:the) (?i:{_STREET}|{_OTHER_STREET})\b(?=,| in\b|\.|$)"),
    re.compile(
        r"\b(?!(?:White|Opera|Open|Full|Big|Nursing|Care|Our|The|In|My|A|Summer|Ronald)\b)(?:[A-Z][a-z’']{2,15} ){1,2}(?:Cottage|Farm|House|Lodge|Manor|Rectory|Vicarage|Barn|Bungalow|Court|Towers|Apartments)\b"
    ),
    re.compile(r"\bp\.? ?o\.? ?box ?(?:no\.? ?)?\d{1,6}\b", re.IGNORECASE),
    re.compile(
        r"\b(?:apt|apartment|flat|unit|suite)\b\.? ?#?(?:\d{1,4}[a-z]?(?=\s*(?:,|at\b|on\b|\.|$))|[a-z]?\d{1,4}[a-z]\b)",
        re.IGNORECASE,
    ),
    # United Kingdom; in small letters only with its blank, or "be10 2mg" would be one.
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b"),
    re.compile(
        r"\b[a-z]{1,2}\d[a-z\d]? \d(?!mg|ml|cc|am|pm|st|nd|rd|th|hr|wk|yr|pt|ft|lb|gs|in|to|or|ug|mm|cm)[abd-hjlnp-uw-z]{2}\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:postcode|post code|postal code)\b[ :]*(?:is )?[a-z]{1,2}\d[a-z\d]?(?: ?\d[a-z]{2})?\b", re.IGNORECASE
    ),
    re.compile(r"\bzip(?: ?code)?\b[ :#]*(?:is )?\d{5}(?:-\d{4})?\b", re.IGNORECASE),
    re.compile(r"\b\d{5}-\d{4}\b"),
    re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"),
]
_STATE_AND_ZIP = re.compile(rf"\b(?:{_STATES.replace(' ', '|')})\b,? (\d{{5}})\b", re.IGNORECASE)
_TOWN_AND_STATE = re.compile(
    rf"\b([A-Z][\w.'’]{{2,20}}(?: [A-Z][\w.'’]{{2,20}}){{0,2}}),? (?:{_STATES.replace(' ', '|')})\b"
)
_CODE_AFTER_TOWN = re.compile(
    r",? (?:[a-z]{2},? )?(?:\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]?(?: ?\d[a-z]{2})?)\b", re.IGNORECASE
)
_ZIP_AT_END = re.compile(r",? (\d{5}(?:-\d{4})?)(?=\s*(?:[.,;!?)\n]|$))")
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
_THERE = frozenset({"in", "near", "at", "outside", "around", "nr"})
_DESTINATION = frozenset({"to", "in", "visit", "via", "through", "around", "and"})
_AT_HOME = re.compile(
    r"\b(?:liv(?:e|es|ed|ing) (?:in|near|at|outside|just outside|out in|over in|up in|down in)|mov(?:ed|ing) (?:to|from)|retir(?:ed|ing) to|born (?:in|at|on \S+ in)|based in|stay(?:s|ing)? in|(?:i['’]?m|i am|we['’]?re|we are|here|over|down|up|out|home|house|flat|cottage|farm|clinic|hospital|surgery|pharmacy|chemist|practice|work|works|office|centre|center) (?:in|near)|resid(?:e|es|ing) in"
    r"|(?:com(?:e|ing)|travel(?:l?ing)?|driv(?:e|ing)|drove) (?:in |up |down |over |all the way )?from|(?:i['’]?m|we['’]?re|am|is|are) from|home(?:town)? (?:is|in)|address is"
    r"|(?:town|city|village) (?:of|is|called))\s+",
    re.IGNORECASE,
)
# Where somebody travels to says little of where they live.
_TRAVEL = frozenset(
    "fly flying flights flight flew travel travelling traveling trip trips holiday holidays vacation cruise visit visiting honeymoon weekend city-break hotel "
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
    kept = {words[i].start: words[i].end for i in protected}
    for pattern in _PATTERNS:
        yield from (Find("place", m.start(), m.end()) for m in pattern.finditer(text) if not _is_kept(m, kept))
    yield from (Find("place", match.start(1), match.end(1)) for match in _STATE_AND_ZIP.finditer(text))
    yield from _towns(text, words, protected, lexicon)
    yield from _homes(text, words, protected, lexicon)
    yield from _villages(words, protected, lexicon)
    if not reading.is_foreign:
        yield from _seen_by_model(words, protected, named, lexicon)


def _is_kept(match: re.Match[str], kept: Mapping[int, int]) -> bool:
    """Whether it is nothing but words to be left alone: "Wall Street"."""
    return match.group()[0].isalpha() and all(
        match.start() + w.start() in kept for w in re.finditer(r"\w+", match.group())
    )


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
    """Places on no list: with a capital, no word of English, and where a place stands ("a clinic near Skipton")."""
    for i, word in enumerate(words[1:], 1):
        is_there = words[i - 1].lower in _THERE and word.gap == " " and not _travels(words, i)
        if (
            is_there
            and word.capital
            and i not in protected
            and lexicon.is_unknown(word.lower)
            and not lexicon.is_first(word.lower)
        ):
            yield _place_from(i, words, protected)


def _place_from(i: int, words: Sequence[Word], protected: Mapping[int, int]) -> Find:
    """The place whose first word this is: the capitalised words that follow belong to it."""
    end = i
    while (
        end + 1 < len(words)
        and words[end + 1].gap in (" ", "-")
        and words[end + 1].capital
        and end + 1 not in protected
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
        if not lexicon.is_ordinary(words[i].lower) or (words[i].capital and lexicon.is_town(words[i].lower)):
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
