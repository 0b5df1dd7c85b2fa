"""Ages over 89, which Safe Harbor counts among identifiers."""

import re
from collections.abc import Iterator

from server.privacy.finds import Find

_NINETIES = r"ninety(?:[- ]?(?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one) hundred(?: and (?:one|two|three|four|five|six))?"
_OLD = rf"(?:9\d|1[01]\d|{_NINETIES})"
_NO_AMOUNT = (
    r"(?!\s*(?:%|percent|per cent|m[cl]?g|ug\b|µg|ml\b|cc\b|micro|milli|kg|kilo|lbs?\b|pounds?|stone|cm\b|inch|feet|foot|ft\b|days?\b|weeks?\b|months?\b"
    r"|hours?\b|hrs?\b|min|sec|times?\b|units?\b|degrees?|[cf]\b|°|miles?\b|km\b|bpm|over \d|dollars?|quid|beats|mmhg|systolic|tablets?|pills?|out of|years? of|or so days))(?![\d/]|[.,:]\d| ?[-–] ?\d)"
)
_WHO = (
    r"(?:i['’]?m|i am|he['’]?s|she['’]?s|(?:he|she|who|mum|mom|mam|mother|dad|father|gran|granny|gramps|grandma|grandmother|nan|nana|grandad|granddad|grandpa|grandfather"
    r"|husband|wife|aunt|auntie|uncle|neighbou?r|friend|partner|patient|lady|man|woman|resident)(?:[- ]in[- ]law)?(?: is|['’]s)|(?:mum|mom|mam|dad|gran|nan|nana|grandad|granda)s)"
)
_AGES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b({_OLD})[- ]?(?:years?|yrs?|yr|y)\.?[- ]?(?:old|of age|young)\b",
        rf"\b({_OLD}) ?(?:yo|y/o|y\.o\.?|yof|yom)\b",
        rf"\b(?:aged?|age is|age:|age of|turned|turning|turns|will be|be turning)[ :]*({_OLD})\b{_NO_AMOUNT}",
        rf"\b{_WHO} (?:now |nearly |almost |only |just |about |already |gone |over |past |going on |coming up |turning |well over )*({_OLD})\b{_NO_AMOUNT}",
        rf"\b(?:is|are|was) (?:now|nearly|almost|going on|coming up to|already|just) ({_OLD})\b{_NO_AMOUNT}",
        rf"(?<=[a-z])(?:, ?| ?\()({_OLD})(?=\s*[,)])",
        rf"\b(?:he|she|mum|mom|mam|mother|dad|father|gran|granny|grandma|nan|nana|grandad|grandpa|husband|wife|aunt|uncle),? ({_OLD})(?=\s*(?:[.,;!?)]|$|and\b|with\b))",
        rf"\b({_OLD})(?:st|nd|rd|th) birthday\b",
        rf"\b(?:old|young|late|alive|age|pump|surgery|operation|op|anaesthetic) at ({_OLD})\b{_NO_AMOUNT}",
        rf"^at ({_OLD})\b{_NO_AMOUNT}",
        rf"\b(?:he|she|i|mum|mom|dad) (?:will|would|was|turned|turns|hit|hits|reached|reach) (?:be |now )?({_OLD})\b{_NO_AMOUNT}",
        r"\b(\d{2,3})(?=[FM]\b)(?<=9\d)",
        # "she'll be 95", "nan 94 has", "nearly 95", "93 this year", "93 female".
        rf"\b(?:i|he|she|they|mum|mom|dad|gran|nan|grandad|who)['’]?(?:ll|d|re) (?:be )?(?:now |nearly |almost )?({_OLD})\b{_NO_AMOUNT}",
        rf"\b(?:nan|nana|nanna|gran|granny|grandma|grandad|grandpa|gramps|gramma|papa|pops|mum|mom|dad),? (?:is |now |aged? )?({_OLD}) (?:and|has|is|with|this|next|in|on|had)\b",
        rf"\b(?:gramps|nanna|nanny|gramma|grampa|pops|papa|mam|mama) (?:is|was|turned) ({_OLD})\b{_NO_AMOUNT}",
        rf"(?:^|\b(?:is|am|i['’]m|he['’]s|she['’]s|im|hes|shes|now) )(?:nearly|almost|going on|well over|just over|past|over|not far off) ({_OLD})\b(?! (?:percent|per|of|people|patients|in))(?=\s*(?:[.,;!?)]|$)| (?:and|next|this|in|now|but|with)\b)",
        rf"\b({_OLD}) (?:this|next) (?:year|birthday|spring|summer|autumn|winter)\b",
        rf"\b({_OLD}),? (?:female|male|lady|gentleman|woman|man|f|m)\b(?! (?:of|years))",
        rf"\b(?:man|woman|lady|gentleman|person|patient) of ({_OLD})\b{_NO_AMOUNT}",
        rf"\b({_OLD})\+ ?(?:years?|yrs?)\b(?! (?:of|experience))",
    )
]
# "Temperature 102 F" is no woman's age.
_FEVER = re.compile(r"\b(?:temp|temps|temperature|fever)\b[^.!?]{0,30}$", re.IGNORECASE)


def find_ages(text: str) -> Iterator[Find]:
    """The ages over 89 in a message."""
    for pattern in _AGES:
        for match in pattern.finditer(text):
            if not _FEVER.search(text, 0, match.start(1)):
                yield Find("age", match.start(1), match.end(1))
