"""Calendar dates, which tie a message to a person. "Three months ago" and a bare year stay."""

import re
from collections.abc import Iterator
from datetime import date

from server.privacy.finds import Find

_MONTH_NAME = (
    r"(?:jan(?:u?r?u?a?r?r?y)?|feb(?:r?u?r?r?a?u?r?y)?|mar(?:ch|hc)?|apr(?:il|li)?|apirl|arpil|may|june?|july?|aug(?:ust|est|sut)?|agust|sept?(?:e?me?be?r)?|spetember|setember|oct(?:o?be?r)?|ocotber"
    r"|nov(?:eme?be?r|emver|mber|eber)?|dec(?:eme?be?r|emebr|mber|eber)?)"
)
_MONTH = rf"{_MONTH_NAME}\b"
_MONTH_ELSEWHERE = (
    r"(?:januar|februar|märz|marz|maerz|mai|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|février|fevrier|mars|avril|juin"
    r"|juillet|août|aout|septembre|octobre|novembre|décembre|decembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|dezembro"
    r"|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|wrzesnia|października|pazdziernika|listopada|grudnia)\b"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20)\d\d"
_YEAR_WORDS = r"(?:nineteen|twenty|two thousand)(?: and)?(?:[- ](?:oh|ten|eleven|twelve|[a-z]{3,5}teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight|nine)){1,2}\b"
_SHORT_YEAR = r"(?:['’]\d\d|\d\d(?![\d:]))"
_ORDINAL = (
    r"(?:twenty[- ]|thirty[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth"
    r"|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
# "May 5 mg" is no date.
_NO_UNIT = (
    r"(?!\s*(?:%|percent\b|m[cl]?g\b|ug\b|µg|ml\b|cc\b|micro|milli|days?\b|weeks?\b|months?\b|years?\b|hours?\b|hrs?\b|min|times?\b|tablets?\b|pills?\b"
    r"|doses?\b|drops?\b|pounds?\b|lbs?\b|kg\b|miles?\b|mm\b|cm\b|of (?:the|them|my|us)\b|or \d|to \d|people|patients|refills?|pumps?|steps?|a\b|an\b|of\b|dose|pill|strength|tesla|different|other|more))(?![\d.,]*\d)"
)
_WEEKDAY = r"(?:mon|tues?|wednes|weds?|thur?s?|fri|satur|sat|sun)(?:day)?"
_NUMBER_WORD = r"(?:(?:twenty|thirty)(?:[- ]?(?:one|two|three|four|five|six|seven|eight|nine))?|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|four|five|six|seven|eight|nine)"
# After a day by itself: "on the 21st and it still hurts", not "on the 3rd day".
_ALONE = r"(?=\s*(?:[.,;:!?)\n]|$)| (?:and|at|so|but|i|is|was|for|with|when|because|then|now|still|it|can|do|my|to|until|till)\b(?<! at)(?! (?:the )?\d)| at \d| too\b)"
_TIED = r"(?:on|since|until|till|by|from|for|after|before|born|dob|dated?|appt|appointment|surgery|op|operation|implanted|admitted|discharged|is)"

# "3/14" or "14/3", which is no third and no quarter.
_SLASHED_DAY = rf"(?:{_DAY}/(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])/{_DAY})"
_NO_FRACTION = r"(?!(?:1/[2345]|2/3|3/4)\b)"
_ALWAYS = [
    rf"\b{_DAY}(?:st|nd|rd|th)?[ .\-/]?(?:of )?{_MONTH}[.,]?[ \-/]?(?:(?:in )?{_YEAR}|{_SHORT_YEAR})\b",
    rf"\b{_DAY} ?(?:st|nd|rd|th) (?:day )?(?:of )?(?:this |last |next )?{_MONTH}(?! (?:be|have|not|need|cause|help|give|fireworks|weekend|party|parade|bbq|barbecue|holiday|celebrations?)\b)",
    rf"\b{_DAY}(?: (?:of )?|[./-])(?!may\b|mar\b){_MONTH}",
    rf"\b{_DAY}(?: (?:of )?|[./-])(?-i:May|Mar)\b",
    rf"\b{_DAY} (?:of )?(?:may|mar)\b(?=\s*(?:[.,;!?)\n]|$|(?:at|in|and|for|was|so|with|to|is)\b))",
    rf"\b{_MONTH}\.?[ \-]{_DAY}(?:st|nd|rd|th)?(?:,? ?(?:of |in )?{_YEAR}|, ?'?\d\d\b| ['’]\d\d\b|[/-]\d\d\b)",
    rf"\b{_MONTH}\.? (?:the )?{_DAY}(?:st|nd|rd|th)\b",
    rf"\b(?!may\b){_MONTH}\.?[ -]{_DAY}\b{_NO_UNIT}",
    rf"\b(?-i:May) {_DAY}\b{_NO_UNIT}",
    rf"\b(?:(?:christmas|xmas)(?: eve| day)?|good friday|boxing day|easter(?: sunday| monday)?|new year['’]?s (?:eve|day)|thanksgiving|halloween|valentine['’]?s day),? (?:of |in )?{_YEAR}\b",
    rf"\b{_MONTH}[.,]? ?(?:of |in )?(?:{_YEAR}\b|['’]\d\d\b){_NO_UNIT}",
    rf"\b(?:the )?{_ORDINAL} (?:day )?of {_MONTH}(?:,? (?:{_YEAR}|{_YEAR_WORDS}))?",
    rf"\b(?!may\b){_MONTH} (?:the )?{_ORDINAL}\b(?:,? {_YEAR})?",
    rf"\bmay the {_ORDINAL}\b(?:,? {_YEAR})?",
    rf"\b{_ORDINAL} (?!may\b){_MONTH}(?:,? {_YEAR})?",
    rf"\b{_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.]{_DAY}\b",
    rf"(?<![\d/.-])(?:{_DAY}([/.-])(?:0?[1-9]|1[0-2])\1|(?:0?[1-9]|1[0-2])([/.-]){_DAY}\2)(?:{_YEAR}|\d\d)(?![\d/]|[.-]\d){_NO_UNIT}",
    rf"\b{_DAY}\.? ?(?:de |di |d['’])?{_MONTH_ELSEWHERE}(?:,? (?:de |del |di )?{_YEAR})?",
    rf"(?<![\d/.-])(?:{_DAY} ?[/.-] ?(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2]) ?[/.-] ?{_DAY}) ?[/.-] ?{_YEAR}(?!\d)",
    rf"(?<![\d/.-])(?:{_DAY} (?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2]) {_DAY}) {_YEAR}\b",
    rf"(?<![\d/.-])(?:0?[1-9]|1[0-2])[/-]{_YEAR}\b{_NO_UNIT}",
    rf"\b(?!fri(?:day)? the 13th){_WEEKDAY},? (?:the )?{_DAY}(?:st|nd|rd|th)\b",
    rf"\b{_WEEKDAY},? {_SLASHED_DAY}\b(?![\d/])",
    rf"(?<![\d/.-]){_YEAR}[-/](?:0[1-9]|1[0-2])\b(?![\d/.-])",
    r"(?<=\b(?:exp) )\d\d/\d\d\b",
    # Glued or hyphened: "14Feb", "jan9th", "4-mar".
    rf"(?<![\w.]){_DAY}(?:st|nd|rd|th)?{_MONTH_NAME}(?:['’]?\d\d|{_YEAR})?\b",
    rf"\b(?!dec1\b){_MONTH_NAME}{_DAY}(?:st|nd|rd|th)?\b",
    rf"(?<![\w.]){_DAY}-(?:mar|may)\b(?!-)",
    rf"\b(?!may\b|march\b){_MONTH} {_NUMBER_WORD}\b{_NO_UNIT}",
    rf"\b{_DAY}(?:st|nd|rd|th) of the {_DAY}(?:st|nd|rd|th)(?:,? (?:of )?{_YEAR})?",
    rf"\b{_WEEKDAY},? the {_ORDINAL}\b",
    # Of two numbers with a slash, one is no month: a date, where it is no amount, no "24/7" and no fraction.
    rf"(?<![\d/.,-])(?!24/7|16/8)(?:(?:1[3-9]|2\d|3[01])/(?:0?[1-9]|1[0-2])(?<!/10)|(?!1/)(?:0?[1-9]|1[0-2])/(?:1[3-57-9]|2[1-9]|3[01]))(?![\d/%]|[.-]\d){_NO_UNIT}",
    rf"(?<![\d.,])(?<!\d ){_DAY}\.(?:0?[1-9]|1[0-2])\.(?=[,;:)])",
    r"(?<![\d.,])(?<!\d )(?:0[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?=\s*$)",
    r"(?<![\d/.,-])(?:2[1-9]|3[01])/10(?![\d/%]|[.-]\d)",
]
_AFTER_A_WORD = [
    rf"\b{_TIED} (may {_DAY}\b){_NO_UNIT}",
    rf"\b{_TIED} ({_DAY} may)\b",
    rf"\b(?:on|appointment|appt|date|born|dob|since|until|by|surgery|op|operation|procedure|implant|trial|visit|seen|fill|fills|filled|refilled|fitted|done|placed|inserted|implanted|admitted|discharged|refill|due|replaced|changed|moved|scheduled|booked|again|before|after|from)(?: (?:on|is|was|in|for|at|the|of|birth|it|me|him|her))*[ :]*{_NO_FRACTION}({_SLASHED_DAY}(?<!/10))\b(?![\d/%]|[.-]\d){_NO_UNIT}",
    rf"\b(?:on|since|until|till|by|from)(?: about)? (?:the )?({_DAY}(?:st|nd|rd|th)){_ALONE}",
    rf"\b(?:is|was|due|for|tomorrow|today|refill|appointment|appt) the ({_DAY}(?:st|nd|rd|th)){_ALONE}",
    rf"\bthe ({_DAY}(?:st|nd|rd|th) of (?:the|each|every|this|next|last) month)\b",
    rf"(?<![\d/.-])({_SLASHED_DAY})(?= (?:was|is) (?:my|the|our|her|his) (?:surgery|op|operation|date|birthday|appointment|appt|refill|implant|trial)\b)",
    r"\b(?:dob|d\.o\.b\.?|date of birth|birth ?date|birthday|born)(?: (?:on|is|was|in|the))*[ :.\-]*(\d[\d /.\-]{3,10}\d)\b",
]  # fmt: skip
_DATES = [re.compile(pattern, re.IGNORECASE) for pattern in _ALWAYS]
_TIED_DATES = [re.compile(pattern, re.IGNORECASE) for pattern in _AFTER_A_WORD]
_SLASHED_AT = 2
_SLASHED = re.compile(
    rf"(?<![\d/.-]){_NO_FRACTION}{_SLASHED_DAY}(?<!/10)\b(?![\d/%]|[.-]\d){_NO_UNIT}",
    re.IGNORECASE,
)
_BORN_IN = re.compile(
    r"\b(?:born|dob|d\.o\.b\.?|year of birth|birth year)(?: (?:is|was|in|back|around|about))*[ :]*(1[89]\d\d)\b",
    re.IGNORECASE,
)
_OLDEST_TOLD = 89
# What belongs to a date around it: its weekday, and the other days of a row or a stretch of days.
_BEFORE = re.compile(
    rf"(?:\b(?:last |next |this |tomorrow|today|yesterday),? ?(?:{_WEEKDAY},? )?(?:the )?|\b{_WEEKDAY}[,.]? (?:the )?|(?<![\d/.,-]){_DAY}(?:st|nd|rd|th)? ?(?:[-–&/]|and|or|to|till|until) ?(?:the )?|\b{_YEAR} )$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf",? at \d{{1,2}}(?:[:.]\d\d)?(?: ?[ap]\.?m\b\.?|(?=\s*(?:[.,;!?)]|$)| and\b| so\b| but\b))| ?(?:[-–&]|and|or|to|till|until) ?(?:the )?{_DAY}(?:st|nd|rd|th)?\b(?![/.:]\d){_NO_UNIT}| \(?{_WEEKDAY}\b\)?",
    re.IGNORECASE,
)
_REACH = 20


def find_dates(text: str) -> Iterator[Find]:
    """The dates in a message."""
    for find in _found(text):
        before, after = _BEFORE.search(text[max(0, find.start - _REACH) : find.start]), _AFTER.match(text, find.end)
        start = find.start - len(before.group()) if before else find.start
        yield Find("date", start, after.end() if after else find.end)


def _found(text: str) -> Iterator[Find]:
    for pattern in _DATES:
        yield from (Find("date", match.start(), match.end()) for match in pattern.finditer(text))
    for pattern in _TIED_DATES:
        yield from (Find("date", match.start(1), match.end(1)) for match in pattern.finditer(text))
    if _TIED_DATES[_SLASHED_AT].search(text):  # "9/12 or was it 12/9"
        yield from (Find("date", match.start(), match.end()) for match in _SLASHED.finditer(text))
    for match in _BORN_IN.finditer(text):
        if date.today().year - int(match.group(1)) > _OLDEST_TOLD:
            yield Find("date", match.start(1), match.end(1))
