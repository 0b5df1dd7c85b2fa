"""Numbers with a word before them that says what they are: "my chart number is", "MRN", "s/n"."""

import re
from collections.abc import Iterator

from server.privacy.finds import Find, Kind
from server.privacy.lexicon import digits

UNIT = (
    r"\s*(?:%|percent|m[cl]?g\b|ug\b|µg|ml\b|cc\b|micro|milli|kg\b|lbs?\b|pounds?\b|dollars?\b|euros?\b|usd\b|gbp\b|days?\b|weeks?\b|months?\b|years?\b|yrs?\b"
    r"|hours?\b|hrs?\b|min(?:ute)?s?\b|sec|times\b|miles?\b|feet\b|ft\b|m\b|cm\b|mm\b|calories|steps\b|people\b|patients\b|mah\b|volts?\b|hz\b|rpm\b)"
)
YEARS = re.compile(r"(?:(?:19|20)\d\d\D*)+")

_LABELS: dict[Kind, tuple[str, str]] = {
    # The first are labels by themselves, the second need a "number", "no", "id", "#" or ":".
    "ssn": (r"ssn|ss#|social security|ni number|nino|national insurance|my social|last (?:four|4) of (?:my )?(?:ssn|social)|ppsn?|aadhaa?r|tfn|social insurance|pesel|curp", r"social|tax|sin"),
    "record": (
        r"mrn|umrn|uhid|nhi|m\.r\.n\.?|medical record|chart number|patient id|hospital id|unit number|emr id|epic id|case id|hosp(?:ital)? no|chi number",
        r"record|patient|hospital|chart|file|case|ref|reference|medical|clinic|appointment|booking|confirmation|ticket|referral|claim|order|rx|prescription|visit|encounter|study|trial",
    ),
    "plan": (
        r"ohip|ramq|ahcip|phn|ihi|health card|msp|mbi|member id|subscriber id|policy|hicn|group number|insurance id|medicare id|medicaid id|beneficiary",
        r"member|subscriber|insurance|insurer|medicare|medicaid|tricare|plan|group|nhs|health ?plan|health|aetna|cigna|humana|bupa|axa|anthem|kaiser|blue cross|bcbs|united|h&c|chi|card",
    ),
    "account": (r"iban|acct|account|routing|sort code|debit card|credit card|mastercard|cvv|invoice", r"bank|visa|card|bill|payment|statement|customer|patient account|portal|loyalty|pin"),
    "licence": (
        r"licen[cs]e|passport|npi|dea|gmc|nmc|green card|driver['’]?s? id|certificate|visa number",
        r"permit|badge|registration|employee|staff|student|military|veteran|service|state|national|id|identity|birth certificate|pharmacy",
    ),
    "vehicle": (r"vin|plate|plates|number ?plate|licen[cs]e plate|tag number|car registration", r"reg|registration|car|vehicle|van|tag|blue badge"),
    "device": (
        r"serial|s/n|sn|ser|udi|imei|device id|model/serial|implant id|mac address",
        r"device|pump|catheter|implant|stimulator|lead|handset|controller|ptm|programmer|product|model|item|part|batch|lot|card|tracking|warranty|scs|generator|battery",
    ),
    "fax": (r"fax", r"fax"),
    "phone": (r"tel|telephone|ext", r"phone|mobile|cell|landline|contact|call back|callback"),
}  # fmt: skip
_MARK = r"(?:number|numbers|num|nr|no\b\.?|nos\b\.?|#|№|id\b|code|ref|reference)"
_FILL = rf"(?:[ ]?(?:{_MARK}|is|was|of|on|my|the|our|his|her|it|its|it['’]s|says|reads|card|pump|ending|in|with|plate|for|s|are|now|here|called|this|that|as|follows|under)(?=[ :#=.\d])){{0,5}}"
_VALUE = r"[ :#=.,()\-]{0,3}((?=(?:(?-i:[A-Z]{1,3}) )?[a-z/-]{0,12}\d)(?:(?-i:[A-Z]{1,3}) )?[a-z0-9](?:[a-z0-9/.-]{0,24}[a-z0-9])?(?: (?:[a-z]{0,3}\d[a-z0-9-]{0,12}|(?-i:[A-Z]{1,2}))\b){0,5})(?![\w@])"
_LABELLED = [
    (
        kind,
        re.compile(
            rf"(?<!\w)(?:(?:{alone}){_FILL}|(?:{marked})s? ?(?:{_MARK}|:){_FILL}){_VALUE}(?!{UNIT})", re.IGNORECASE
        ),
    )
    for kind, (alone, marked) in _LABELS.items()
]
_UNMARKED = re.compile(
    r"\b(?:record|patient|hospital|chart|file|case|member|policy|account|claim|invoice|ticket|booking|referral|medicaid|medicare|insurance|group|id|statement|encounter|confirmation|order|badge|tag|permit|auth|serial|lot|unit no|auth number)"
    r"(?: (?:card|no|number|is|says|reads))* ((?:(?-i:[A-Z]{2,4}) )?(?=[a-z/-]{0,6}\d[\d/-]*\d{2}|[a-z]{2}\d{2}[a-z]{2})[a-z0-9/-]{5,20})(?![\w@])",
    re.IGNORECASE,
)
_MARKED = re.compile(rf"(?<![a-z]){_MARK}|:|last", re.IGNORECASE)
_SHORTEST_VALUE = 3
_HINT_WORDS: tuple[tuple[Kind, str], ...] = (
    ("fax", r"\bfax"),
    ("ssn", r"\b(?:ssn|social)\b"),
    ("plan", r"\b(?:nhs|medicare|medicaid|insurance|member|policy|plan|group|subscriber)\b"),
    ("record", r"\b(?:mrn|record|hospital|patient|chart|case|ref)\b"),
    ("device", r"\b(?:serial|device|lot|udi|imei|s/n|catheter)\b"),
    ("account", r"\b(?:card|account|acct|iban|bank|invoice)\b"),
    ("licence", r"\b(?:licen[cs]e|passport|npi|dea)\b"),
)
_HINTS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _HINT_WORDS]
HINT_REACH = 40


def find_labelled(text: str) -> Iterator[Find]:
    """The numbers with such a word, where the value is one."""
    yield from (
        Find(hinted(text, m.start(1)) or "record", m.start(1), m.end(1))
        for m in _UNMARKED.finditer(text)
        if not re.match(UNIT, text[m.end() : m.end() + 20])
    )
    for kind, pattern in _LABELLED:
        yield from (Find(kind, m.start(1), m.end(1)) for m in pattern.finditer(text) if _is_value(m))


def hinted(text: str, at: int) -> Kind | None:
    """What the nearest word before a number says that it is."""
    before = text[max(0, at - HINT_REACH) : at]
    told = [(found[-1].end(), kind) for kind, pattern in _HINTS if (found := list(pattern.finditer(before)))]
    return max(told)[1] if told else None


def _is_value(match: re.Match[str]) -> bool:
    value = match.group(1)
    plain = digits(value)
    is_marked = _MARKED.search(match.group()[: match.start(1) - match.start()]) is not None
    if (
        len(plain) < _SHORTEST_VALUE + (not is_marked)
        or re.fullmatch(r"\d{1,3}[/.-]\d{1,3}", value)
        or not re.search(r"\d", plain)
    ):
        return False
    return not (YEARS.fullmatch(value) or re.fullmatch(r"\d+(?:mg|mcg|ml|am|pm|th|st|nd|rd|x|t)", plain))
