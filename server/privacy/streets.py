"""Streets, houses, flats and post office boxes, by their patterns."""

import re
from collections.abc import Iterator

from spacy.lang.en.stop_words import STOP_WORDS

from server.privacy.finds import Find
from server.privacy.reading import Reading

# The first kind of street makes any words before it a street; the others need a number and capitals.
_STREET = r"(?:street|road|avenue|ave|lane|boulevard|blvd|crescent|cres|terrace|highway|hwy|parkway|pkwy|cul-de-sac|mews|parade|pde|esplanade|wynd|st|rd|ln|blv|tce|avenida|calle)"
_OTHER_STREET = r"(?:drive|dr|close|court|ct|place|pl|way|gardens|gdns|grove|square|sq|hill|row|park|view|circle|cir|trail|trl|rise|walk|green|cottages|plaza|loop|gate|wharf)"
# These only with a number before them and capitals.
_RARE_STREET = r"(?:brae|vale|rise|fold|croft|mount|bank|path|pass|run|ridge|bayou|quay|heights|hollow|trace|turnpike|pike|causeway|chase|meadow|meadows|field|fields|cottage|lawn|park road|villas|reach|point|bend|crossing|landing|estate|buildings|parc|heol|ffordd|bryn|mill|end|side|common|hill road|garth|drove|oval|crest|glen|grange)"
_CAPITAL_STREET = rf"(?=[A-Z])(?i:{_RARE_STREET})"
_NO_STREET = r"(?!(?:m(?:in(?:ute)?|ile|g|cg|l|onth)s?|h(?:ou)?rs?|days?|weeks?|years?|yrs?|of|to|or|and|per|the|a|units?|times?|x|in|on|at|more|long|short|people|patients?|nights?|steps?|percent|my|our|your|down|up|from|along|across|off|blocks?|doors?|yards|metres|meters|feet|minute|hour|lane|way)\b)"
_WORDS = rf"(?:{_NO_STREET}[^\W\d_][\w.'’]{{0,20}}[ ]){{0,3}}"
_FLAT = r"(?i:(?:,? ?\b(?:apt|apartment|flat|unit|suite|ste|room|floor|block|house|lot)\b\.? ?#?\d{1,4}[a-z]?\b)|,? #\d{1,4}[a-z]?\b)"
_NUMBER = r"(?<![\w.])\d{1,5}(?:[ ]?[a-z]|[-/]\d{1,4})?"
_PATTERNS = [
    re.compile(
        rf"{_NUMBER},? (?:[nsew]\.? )?{_WORDS}{_NO_STREET}[^\W\d_][\w.'’]{{1,20}} {_STREET}\b\.?(?: [nsew]{{1,2}}\b)?{_FLAT}?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_NUMBER},? (?:[NSEW]\.? )?(?:[A-Z][\w.'’]{{1,20}} ){{1,3}}(?:(?i:{_OTHER_STREET})|{_CAPITAL_STREET})\b\.?{_FLAT}?"
    ),
    re.compile(rf"\b(?:[NSEW]|North|South|East|West)\.? \d{{1,3}}(?:st|nd|rd|th) (?i:{_STREET})\b"),
    re.compile(
        rf"{_NUMBER},? (?:[nsew]{1, 2}\.? )?(?:\d{{1,3}}(?:st|nd|rd|th)) (?:{_STREET}|{_OTHER_STREET})\b\.?{_FLAT}?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\w.])(?:(?!(?:The|On|In|At|A|My|Our|This|That|Is|Does|Can|Will|Down|Up)\b)[A-Z][\w.'’]{{1,20}} ){{1,2}}(?:Street|Road|Avenue|Lane|Boulevard|Crescent|Terrace|Rd|Ave|Blvd|Gardens|Grove|Mews|Crescent|Parade|Wynd)\b\.?{_FLAT}?"
    ),
    re.compile(
        r"(?:(?<=\bon )|(?<=\boff )|(?<=\bat )|(?<=\bnear ))(?:[A-Z][\w.'’]{1,20} ){1,2}(?:St|Ln|Dr|Ct|Drive|Trail|Way|Court|Close)\b\.?"
    ),
    # "to Bugallon street"
    re.compile(
        r"(?:(?<=\bto )|(?<=\bon )|(?<=\bin )|(?<=\bat )|(?<=\boff )|(?<=\bof )|(?<=\bnear )|(?<=\bfrom ))[A-Z][a-z]{3,20} (?:street|road|lane|avenue|terrace|crescent|gardens|yard)\b"
    ),
    re.compile(rf"{_NUMBER},? The (?:[A-Z][\w'’]{{1,20}} ?){{1,2}}(?=,|\.|\n|$)"),
    # In other languages.
    re.compile(
        r"\b[A-ZÄÖÜ][^\W\d_]{1,25}(?:stra(?:ß|ss)e|str\.|allee|weg|platz|gasse|ring|straat|laan|gatan|vej)(?![^\W\d_])(?: \d{1,4} ?[a-z]?\b)?"
    ),
    re.compile(r"\b[A-ZÄÖÜ][^\W\d_]{1,25}er (?:Stra(?:ß|ss)e|Str\.|Allee|Weg|Platz|Ring)(?: \d{1,4} ?[a-z]?\b)?"),
    re.compile(
        r"(?:\b\d{1,4},? )?\b(?i:rue|calle|avenida|rua|viale|piazza|ulica|ul\.|plaza|strada|heol|ffordd) (?:(?:de|del|la|las|los|du|des|di|da|do|dos) ){0,2}[A-ZÁÉÍÓÚŁŚŻÇ][^\W\d_]{2,25}(?: [A-ZÁÉÍÓÚ][^\W\d_]{2,25}){0,2}(?:,? \d{1,4}\b)?"
    ),
    re.compile(r"\b(?:rural route|route|rte?|rr|hc)\.? ?#?\d{1,4},? box ?#?\d{1,5}\b", re.IGNORECASE),
    re.compile(
        r"\b(?i:plot|pitch|lot|stand|berth|ward|unit|flat|apt)\.? ?#?\d{1,4}[a-zA-Z]?(?=,? [A-Z][a-z]| ?/ ?\d{1,4} [A-Z])"
    ),
    re.compile(
        r"\b(?:county|state|country|township|farm to market|farm) (?:road|rd|route|rte|highway|hwy) \d{1,4}\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:(?:CR|FM|SR|Hwy|Highway) \d{1,4}|[RB]\d{3,4}(?= (?:near|outside|between|past|at|road)\b))\b"),
    re.compile(
        rf"(?<=\b[io]n ){_NO_STREET}(?!(?:our|my|your|this|that|his|her|their|same|main|quiet|busy|any|every|each|right)\b)(?:[a-z]{{3,20}} ){{1,2}}(?:street|road|avenue|lane|rd|ave|blvd)\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:(?<=\bat )|(?<=\bto )|(?<=\bis )|(?<=\bfrom )|(?<=address )|(?<=address: )|(?<=, )|^){_NUMBER},? {_WORDS}{_NO_STREET}[^\W\d_][\w.'’]{{1,20}} {_OTHER_STREET}\b(?! (?:to|from|with|away)\b)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:(?i:corner of) )?\d{1,3}(?:st|nd|rd|th) (?:(?i:ave|avenue|street)\b|(?:and|&) (?-i:[A-Z])[a-z]{2,15}\b)"
    ),
    re.compile(r"\bCo\. [A-Z][a-z]{2,12}\b|\bCounty [A-Z][a-z]{2,12}\b(?<! Hospital)(?<! Council)(?<! Court)"),
    re.compile(r"\b(?:Isles?|Vale|Forest|Mull|Bay) of (?:the )?[A-Z][a-z]{2,12}\b"),
    re.compile(
        r"\b(?:(?<=[Ii]n )|(?<=[Ff]rom )|(?<=near )|(?<=London )|(?<=is ))(?:EC?|NW?|S[EW]|WC?)\d{1,2}\b(?![/-])|\b(?i:dublin) \d{1,2}\b"
    ),
    re.compile(rf"{_NUMBER},? (?i:the) (?i:{_STREET}|{_OTHER_STREET})\b(?=,| in\b|\.|$)"),
    re.compile(
        r"\b(?!(?:White|Town|City|Village|Albert|Opera|Open|Full|Big|Nursing|Care|Our|The|In|My|A|Summer|Ronald)\b)(?:[A-Z][a-z’']{2,15} ){1,2}(?:Cottage|Farm|House|Hall|Lodge|Manor|Rectory|Vicarage|Barn|Bungalow|Court|Towers|Apartments)\b"
    ),
    re.compile(r"\bp\.? ?o\.? ?box ?(?:no\.? ?)?\d{1,6}\b", re.IGNORECASE),
    re.compile(
        r"\b(?:apt|apartment|flat|unit|suite)\b\.? ?#?(?:\d{1,4}[a-z]?(?=\s*(?:,|at\b|on\b|\.|$))|[a-z]?\d{1,4}[a-z]\b)",
        re.IGNORECASE,
    ),
]


def find_streets(reading: Reading) -> Iterator[Find]:
    """Streets, houses and boxes."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(reading.text):
            if not _is_kept(match, reading):
                yield Find("place", match.start(), match.end())


def _is_kept(match: re.Match[str], reading: Reading) -> bool:
    """Whether it is nothing but words to be left alone: "Wall Street"."""
    if not match.group()[0].isalpha():
        return _is_said_of_a_way(match.group())
    text = match.group()
    if text.endswith("ring") and text.isalpha() and not reading.lexicon.is_unknown(text.lower()):  # "During the trial"
        return True
    places = (reading.at.get(match.start() + word.start()) for word in re.finditer(r"\w+", match.group()))
    return all(i is not None and i in reading.protected for i in places)


def _is_said_of_a_way(text: str) -> bool:
    """8, been that way; not 14 the Close"""
    named = re.findall(r"[^\W\d_]+", text)[:-1]
    return bool(named) and named[-1] != "the" and all(word in STOP_WORDS for word in named)
