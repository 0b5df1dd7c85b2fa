"""Telephone numbers, and numbers of records, plans, accounts, licences, vehicles and devices."""

import re
from collections.abc import Iterator

from server.privacy.finds import Find, Kind
from server.privacy.lexicon import Lexicon, digits
from server.privacy.spoken_numbers import find_spoken

_UNIT = (
    r"\s*(?:%|percent|m[cl]?g\b|ug\b|µg|ml\b|cc\b|micro|milli|kg\b|lbs?\b|pounds?\b|dollars?\b|euros?\b|usd\b|gbp\b|days?\b|weeks?\b|months?\b|years?\b|yrs?\b"
    r"|hours?\b|hrs?\b|min(?:ute)?s?\b|sec|times\b|miles?\b|feet\b|ft\b|m\b|cm\b|mm\b|calories|steps\b|people\b|patients\b|mah\b|volts?\b|hz\b|rpm\b)"
)
# Digits in groups, as numbers are written down. A comma or a slash between them makes something else of them.
_RUN = re.compile(r"(?<![\w$£€.,/])(?:\+ ?|\(\+?)?\d(?:[ \t]?(?:[().\-–]{1,2}[ \t]?)?\d){6,}(?![\w%])")
_TELEPHONE = re.compile(r"(?<![\w.$£€-])\(?(\d{3})\)?[ .-](\d{4})(?![\w-]|[.,]\d)")
_CALL = re.compile(
    r"\b(?:call|phone|number|ring|tel|telephone|cell|text|mobile|reach|fax|contact|whatsapp)\b", re.IGNORECASE
)
_EXTENSION = re.compile(r"[ ,]*\b(?:(?:ext(?:ension)?|extn)\b|x)\.? ?\d{1,6}\b", re.IGNORECASE)
_SORT_CODE = re.compile(r"(?<![\d-])\d{2}-\d{2}-\d{2}(?![\d-])")
_EXTENSION_ALONE = re.compile(r"\b(?:ext|extension|extn)\b\.? ?(\d{2,6})\b", re.IGNORECASE)
_YEARS = re.compile(r"(?:(?:19|20)\d\d\D*)+")
_NEAR_A_CAR = re.compile(
    r"\b(?:car|van|truck|vehicle|park|parked|parking|plates?|reg|registration|tag|suv|honda|toyota|ford|drive|motorbike|scooter)\b",
    re.IGNORECASE,
)
_PLATE_BY_A_CAR = re.compile(
    r"\b(?:[A-Z]{2,3}[ -]?\d{3,4}|\d{3,4}[ -]?[A-Z]{3}|[A-Z]\d{3} ?[A-Z]{3}|(?i:[a-z]{2}\d{2} ?[a-z]{3}))\b"
)
_NATIONAL_INSURANCE = re.compile(r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE)
_UDI = re.compile(r"\(01\)\d{14}(?:\(\d{2}\)[\w-]{1,20}){0,4}")
# Letters and digits in one: a serial, record or plan number if it holds enough digits.
_MIXED = re.compile(
    r"(?<![\w.@#/-])#?(?=[a-z0-9/-]{0,30}[a-z])(?=[a-z0-9/-]{0,30}\d)[a-z0-9]{1,24}(?:[/-][a-z0-9]{1,24}){0,6}(?![\w@])",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(?:\d+(?:[a-zµ]{1,6}|th|st|nd|rd)?[/x-]?)+", re.IGNORECASE)
_AMOUNT_WORDS = re.compile(
    r"(?:m[cl]?g|ug|µg|ml|cc|m|s|l|k|g|kg|hz|mah|w|v|mm|cm|st|nd|rd|th|am|pm|h|hrs?|hours?|days?|d|day|mins?|min|years?|yrs?|t|x|weeks?|wks?|months?|mths?|to|and|or|lbs?|ish|ft|a|p|per|hr)",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?:[a-z]\d{4}|icd-?\d+|cpt-?\d{5}|covid-?\d*|iso-?\d+|sm\d{4}|p\d{6}(?:/s\d+)?|k\d{6}|nct\d{8}|j\d{4}|v\d{1,3}(?:-\d+)*)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[a-z]{1,2}\d{1,2}(?:[/-][a-z]{0,2}\d{1,2})+", re.IGNORECASE)
# Capitals and digits in turn, as lots and serials are printed: "HG0XK44".
_PRINTED = re.compile(
    r"(?=[A-Z\d]*\d[A-Z\d]*\d)(?=(?:[A-Z]*\d+){2}|[A-Z]{2,4}\d)(?=[A-Z\d]*[A-Z][A-Z\d]*[A-Z])[A-Z\d]{7,20}"
)
_DOTTED = re.compile(r"\b[A-Z]{1,4}(?:[./-]\d{2,6}){2,5}\b")
_LAST_DIGITS = re.compile(
    r"\b(?:end(?:s|ing)(?: in| with)?|last (?:four|4|five|5|six|6)(?: digits)?(?: of (?:my|the|his|her))?(?: card| account| ssn| social)?(?: is| are| number)*)[ :]+(\d{4,6})\b",
    re.IGNORECASE,
)
_UK_LICENCE = re.compile(r"\b[A-Z]{2,5}9{0,3} ?\d{3} ?\d{3} ?[A-Z]{1,2}\d?[A-Z\d]{2,3}\b")
_SERIAL_IN_GROUPS = re.compile(
    r"\b(?:serial|s/n|sn)(?: (?:number|no\.?|is|of|the|on|my|pump))*[ :#]+([a-z]{1,4}(?:[ -]\d{1,6}){1,4}(?:[ -][a-z]{1,2})?)\b",
    re.IGNORECASE,
)
_FEWEST_DIGITS, _FEWEST_AMOUNTS = 4, 4
# Numbers that are printed for everybody.
_PUBLIC = re.compile(
    r"\b(?:pmid|doi|nct|pma|cpt|hcpcs|icd|ndc|iso|patent|model|software|version|firmware|error(?: code)?|fault code|alarm code|isbn)\W*(?:no\b\.?|number|code|is|the)?\W*$",
    re.IGNORECASE,
)
_VEHICLES = [
    re.compile(r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b"),
    re.compile(r"\b[a-z]{2}\d{2}(?!mcg|min|day|hrs|mls|mgs)[a-z]{3}\b"),
    re.compile(r"\b\d[A-Z]{3}\d{3}\b"),
    re.compile(r"\b[A-Z]{3}-\d{3,4}\b"),
    re.compile(r"\b[A-Z]{1,3}-[A-Z]{1,2} ?\d{2,4}\b"),
    re.compile(r"\b[A-HJ-NPR-Z\d]{17}\b"),
]

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
            rf"(?<!\w)(?:(?:{alone}){_FILL}|(?:{marked})s? ?(?:{_MARK}|:){_FILL}){_VALUE}(?!{_UNIT})", re.IGNORECASE
        ),
    )
    for kind, (alone, marked) in _LABELS.items()
]
_UNMARKED = re.compile(
    r"\b(?:record|patient|hospital|chart|file|case|member|policy|account|claim|invoice|ticket|booking|referral|medicaid|medicare|insurance|group|id|statement|encounter|confirmation|order|badge|tag|permit|auth|serial|lot|unit no|auth number)"
    r"(?: (?:card|no|number|is|says|reads))* ((?:(?-i:[A-Z]{2,4}) )?(?=[a-z/-]{0,6}\d[\d/-]*\d{2}|[a-z]{2}\d{2}[a-z]{2})[a-z0-9/-]{5,20})(?![\w@])",
    re.IGNORECASE,
)
_PLATE = re.compile(r"\b(?:plates?|number ?plate|reg(?:istration)?)(?: (?:number|no|is|of|my|car|the))*[ :#]+((?=[a-z]*[ -]?\d|\d)[a-z0-9]{1,5}[ -]?[a-z0-9]{1,5})\b", re.IGNORECASE)  # fmt: skip
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
_HINT_REACH = 40
_SSN = re.compile(r"\d{3}[- ]\d{2}[- ]\d{4}")
_LONGEST_TELEPHONE = 13


def find_numbers(text: str, lexicon: Lexicon) -> Iterator[Find]:
    """The numbers in a message that belong to a person or a thing of theirs."""
    for find in _all(text):
        if not lexicon.is_public(text[find.start : find.end]):
            yield find


def _all(text: str) -> Iterator[Find]:
    yield from _runs(text)
    for match in _TELEPHONE.finditer(text):
        if _is_telephone(text, match):
            yield Find("phone", match.start(), match.end())
    yield from (Find("phone", match.start(1), match.end(1)) for match in _EXTENSION_ALONE.finditer(text))
    yield from (Find("account", match.start(), match.end()) for match in _SORT_CODE.finditer(text))
    yield from (Find("ssn", match.start(), match.end()) for match in _NATIONAL_INSURANCE.finditer(text))
    yield from (Find("device", match.start(), match.end()) for match in _UDI.finditer(text))
    yield from (Find("record", match.start(), match.end()) for match in _DOTTED.finditer(text))
    yield from (Find("account", match.start(1), match.end(1)) for match in _LAST_DIGITS.finditer(text))
    yield from (Find("licence", match.start(), match.end()) for match in _UK_LICENCE.finditer(text))
    yield from (Find("device", match.start(1), match.end(1)) for match in _SERIAL_IN_GROUPS.finditer(text))
    yield from find_spoken(text)
    for pattern in _VEHICLES:
        yield from (Find("vehicle", m.start(), m.end()) for m in pattern.finditer(text) if re.search(r"\d", m.group()))
    yield from (Find("vehicle", match.start(1), match.end(1)) for match in _PLATE.finditer(text))
    if _NEAR_A_CAR.search(text):
        yield from (Find("vehicle", match.start(), match.end()) for match in _PLATE_BY_A_CAR.finditer(text))
    yield from _mixed(text)
    yield from (
        Find(_hinted(text, m.start(1)) or "record", m.start(1), m.end(1))
        for m in _UNMARKED.finditer(text)
        if not re.match(_UNIT, text[m.end() : m.end() + 20])
    )
    for kind, pattern in _LABELLED:
        yield from (Find(kind, m.start(1), m.end(1)) for m in pattern.finditer(text) if _is_value(m))


def _is_telephone(text: str, match: re.Match[str]) -> bool:
    """Whether seven digits are a number to call, not "300-1200 a day" or "100 2000"."""
    if re.match(_UNIT, text[match.end() : match.end() + 20]):
        return False
    if _CALL.search(text[max(0, match.start() - _HINT_REACH) : match.start()]):
        return True
    is_range = int(match.group(1)) < int(match.group(2)) and match.group(2).endswith("0")
    return "-" in match.group() and not is_range and not _YEARS.fullmatch(match.group(2))


def _runs(text: str) -> Iterator[Find]:
    for match in _RUN.finditer(text):
        run = match.group()
        before = text[max(0, match.start() - _HINT_REACH) : match.start()]
        if (
            _YEARS.fullmatch(run)
            or re.match(_UNIT, text[match.end() : match.end() + 20])
            or _is_list(run)
            or _PUBLIC.search(before)
        ):
            continue
        kind = _kind_of(text, match)
        extension = _EXTENSION.match(text, match.end()) if kind == "phone" else None
        yield Find(kind, match.start(), extension.end() if extension else match.end())


def _hinted(text: str, at: int) -> Kind | None:
    """What the nearest word before a number says that it is."""
    before = text[max(0, at - _HINT_REACH) : at]
    hinted = [(found[-1].end(), kind) for kind, pattern in _HINTS if (found := list(pattern.finditer(before)))]
    return max(hinted)[1] if hinted else None


def _kind_of(text: str, match: re.Match[str]) -> Kind:
    if hinted := _hinted(text, match.start()):
        return hinted
    if _SSN.fullmatch(match.group()):
        return "ssn"
    return "phone" if len(digits(match.group())) <= _LONGEST_TELEPHONE else "account"


def _is_list(run: str) -> bool:
    """Whether it is amounts side by side: "0.5 1.5 2.5 3.5", "2-4-6-8-10-12"."""
    parts = re.split(r"[ \-–]+", run)
    if len(parts) < _FEWEST_AMOUNTS or not all(re.fullmatch(r"\d{1,3}(?:\.\d{1,2})?", part) for part in parts):
        return False
    amounts = [float(part) for part in parts]
    return amounts == sorted(set(amounts)) or amounts == sorted(set(amounts), reverse=True)


def _mixed(text: str) -> Iterator[Find]:
    for match in _MIXED.finditer(text):
        token = match.group().lstrip("#")
        if _PUBLIC.search(text[max(0, match.start() - _HINT_REACH) : match.start()]):
            continue
        if (
            (sum(c.isdigit() for c in token) < _FEWEST_DIGITS and not _PRINTED.fullmatch(token))
            or _CODE.fullmatch(token)
            or _PARTS.fullmatch(token)
        ):
            continue
        if _AMOUNT.fullmatch(token) and all(_AMOUNT_WORDS.fullmatch(w) for w in re.findall(r"[a-zµ]+", token.lower())):
            continue
        yield Find(_kind_of(text, match), match.start(), match.end())


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
    return not (_YEARS.fullmatch(value) or re.fullmatch(r"\d+(?:mg|mcg|ml|am|pm|th|st|nd|rd|x|t)", plain))
