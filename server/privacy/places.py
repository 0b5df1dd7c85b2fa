"""Addresses smaller than a state: streets, postcodes and towns."""

import re
from collections.abc import Iterable, Iterator, Sequence

from server.privacy.finds import Find
from server.privacy.lexicon import Lexicon, phrase_at
from server.privacy.words import Word

_STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC "
    "SD TN TX UT VA VT WA WI WV WY DC"
)
# The first kind of street makes any words before it a street; the others need a number and capitals.
_STREET = r"(?:street|road|avenue|ave|lane|boulevard|blvd|crescent|terrace|highway|hwy|parkway|pkwy|cul-de-sac|mews|st|rd|ln)"
_OTHER_STREET = r"(?:drive|dr|close|court|ct|place|pl|way|gardens|gdns|grove|square|sq|hill|row|park|view|circle|cir|trail|trl|rise|walk|green|cottages|plaza|loop|gate|wharf)"
_NO_STREET = r"(?!(?:m(?:in(?:ute)?|ile|g|cg|l|onth)s?|h(?:ou)?rs?|days?|weeks?|years?|yrs?|of|to|or|and|per|the|a|units?|times?|x|in|on|at|more|long|short|people|patients?|nights?|steps?|percent)\b)"
_WORDS = rf"(?:{_NO_STREET}[^\W\d_][\w.'’]{{0,20}}[ ]){{0,3}}"
_FLAT = r"(?:(?:,? ?\b(?:apt|apartment|flat|unit|suite|ste|room|floor|block|house|lot)\b\.? ?#?\d{1,4}[a-z]?\b)|,? #\d{1,4}[a-z]?\b)"
_NUMBER = r"(?<![\w.])\d{1,5}(?:[ ]?[a-z]|[-/]\d{1,4})?"
_PATTERNS = [
    re.compile(rf"{_NUMBER},? (?:[nsew]\.? )?{_WORDS}{_NO_STREET}[^\W\d_][\w.'’]{{1,20}} {_STREET}\b\.?(?: [nsew]{{1,2}}\b)?{_FLAT}?", re.IGNORECASE),
    re.compile(rf"{_NUMBER},? (?:[NSEW]\.? )?(?:[A-Z][\w.'’]{{1,20}} ){{1,3}}(?i:{_OTHER_STREET})\b\.?{_FLAT}?"),
    re.compile(rf"{_NUMBER},? (?:[nsew]\.? )?(?:\d{{1,3}}(?:st|nd|rd|th)) (?:{_STREET}|{_OTHER_STREET})\b\.?{_FLAT}?", re.IGNORECASE),
    re.compile(rf"(?<![\w.])(?:[A-Z][\w.'’]{{1,20}} ){{1,2}}(?:Street|Road|Avenue|Lane|Boulevard|Crescent|Terrace|St|Rd|Ave|Blvd|Drive|Close|Court)\b\.?{_FLAT}?"),
    re.compile(rf"(?<=\b[io]n ){_NO_STREET}(?:[a-z]{{3,20}} ){{1,2}}(?:street|road|avenue|lane|rd|ave|blvd)\b", re.IGNORECASE),
    re.compile(r"\bp\.? ?o\.? ?box ?(?:no\.? ?)?\d{1,6}\b", re.IGNORECASE),
    re.compile(r"\b(?:apt|apartment|flat|unit|suite)\b\.? ?#?(?:\d{1,4}[a-z]?(?=\s*(?:,|at\b|on\b|\.|$))|[a-z]?\d{1,4}[a-z]\b)", re.IGNORECASE),
    # United Kingdom; in small letters only with its blank, or "be10 2mg" would be one.
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b"),
    re.compile(r"\b[a-z]{1,2}\d[a-z\d]? \d(?!mg|ml|cc|am|pm|st|nd|rd|th)[abd-hjlnp-uw-z]{2}\b", re.IGNORECASE),
    re.compile(r"\b(?:postcode|post code|postal code)\b[ :]*(?:is )?[a-z]{1,2}\d[a-z\d]?(?: ?\d[a-z]{2})?\b", re.IGNORECASE),
    re.compile(r"\bzip(?: ?code)?\b[ :#]*(?:is )?\d{5}(?:-\d{4})?\b", re.IGNORECASE),
    re.compile(r"\b\d{5}-\d{4}\b"),
    re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b"),
]
_STATE_AND_ZIP = re.compile(rf"\b(?:{_STATES.replace(' ', '|')})\b,? (\d{{5}})\b", re.IGNORECASE)
_TOWN_AND_STATE = re.compile(rf"\b([A-Z][\w.'’]{{2,20}}(?: [A-Z][\w.'’]{{2,20}}){{0,2}}),? (?:{_STATES.replace(' ', '|')})\b")
_NEAR = frozenset({"in", "from", "near", "at", "around", "outside", "to", "of", "leave", "visit", "via", "through", "between", "and", "nr"})
_AT_HOME = re.compile(
    r"\b(?:liv(?:e|es|ed|ing) (?:in|near|at|outside|just outside|out in|over in|up in|down in)|mov(?:ed|ing) (?:to|from)|born (?:in|at)|based in|resid(?:e|es|ing) in"
    r"|(?:com(?:e|ing)|travel(?:l?ing)?|driv(?:e|ing)|drove) (?:in |up |down |over |all the way )?from|(?:i['’]?m|we['’]?re|am|is|are) from|home(?:town)? (?:is|in)|address is"
    r"|(?:town|city|village) (?:of|is|called))\s+",
    re.IGNORECASE,
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
        "fermanagh,donegal,brooklyn,manhattan,queens,the bronx,harlem,nyc,hollywood,silicon valley"
    ).split(",")
)


def find_places(text: str, words: Sequence[Word], named: Iterable[tuple[int, int]], lexicon: Lexicon) -> Iterator[Find]:
    """The places in a message; `named` are the characters that the language model takes for places."""
    for pattern in _PATTERNS:
        yield from (Find("place", match.start(), match.end()) for match in pattern.finditer(text))
    yield from (Find("place", match.start(1), match.end(1)) for match in _STATE_AND_ZIP.finditer(text))
    protected = lexicon.protected(words)
    yield from _towns(words, protected, lexicon)
    yield from _homes(text, words, protected, lexicon)
    yield from _seen_by_model(words, protected, named, lexicon)


def _towns(words: Sequence[Word], protected: set[int], lexicon: Lexicon) -> Iterator[Find]:
    for i, word in enumerate(words):
        length = 0 if i in protected else phrase_at(words, i, lexicon.towns) or phrase_at(words, i, _COUNTIES)
        if length and _is_meant(words, i, length, lexicon):
            yield Find("place", word.start, words[i + length - 1].end)
        elif word.lower in _KINDS_OF_PLACE and i and word.capital and words[i - 1].capital and not words[i - 1].opens:
            yield Find("place", words[i - 1].start, word.end)


def _is_meant(words: Sequence[Word], i: int, length: int, lexicon: Lexicon) -> bool:
    """Whether a town's name is meant as one: "Reading is hard", "a bath" are not."""
    word = words[i]
    is_after = i > 0 and words[i - 1].lower in _NEAR and word.gap == " "
    is_word = length == 1 and (lexicon.is_ordinary(word.lower) or word.lower in lexicon.english)
    if is_word:
        return word.capital and is_after
    return word.capital or is_after or length > 1 or not lexicon.is_first(word.lower)


def _homes(text: str, words: Sequence[Word], protected: set[int], lexicon: Lexicon) -> Iterator[Find]:
    """What follows "I live in" and is no word."""
    at = {word.start: i for i, word in enumerate(words)}
    for match in _AT_HOME.finditer(text):
        i = at.get(match.end())
        if i is None or i in protected:
            continue
        if lexicon.is_unknown(words[i].lower) or (words[i].capital and not lexicon.is_ordinary(words[i].lower)):
            end = i
            while end + 1 < len(words) and words[end + 1].gap in (" ", "-") and words[end + 1].capital and end + 1 not in protected:
                end += 1
            yield Find("place", words[i].start, words[end].end)


def _seen_by_model(words: Sequence[Word], protected: set[int], named: Iterable[tuple[int, int]], lexicon: Lexicon) -> Iterator[Find]:
    for start, end in named:
        inside = [i for i, w in enumerate(words) if start <= w.start < end and i not in protected and w.capital]
        if any(not lexicon.is_ordinary(words[i].lower) and words[i].lower not in lexicon.english for i in inside):
            before = inside[0] - 1
            if before >= 0 and words[before].lower in _NEAR or len(inside) > 1:
                yield Find("place", words[inside[0]].start, words[inside[-1]].end)
