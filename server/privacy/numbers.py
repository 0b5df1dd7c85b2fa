"""Telephone numbers, and numbers of records, plans, accounts, licences, vehicles and devices, told by their form."""

import re
from collections.abc import Iterator

from server.privacy.finds import Find, Kind
from server.privacy.labelled_numbers import HINT_REACH, UNIT, YEARS, find_labelled, hinted
from server.privacy.lexicon import Lexicon, digits
from server.privacy.spoken_numbers import find_spoken

# Digits in groups, as numbers are written down. A comma or a slash between them makes something else of them.
_RUN = re.compile(r"(?<![\w$£€.,/])(?:\+ ?|\(\+?)?\d(?:[ \t]?(?:[().\-–]{1,2}[ \t]?)?\d){6,}(?![\w%])")
_TELEPHONE = re.compile(r"(?<![\w.$£€-])\(?(\d{3})\)?[ .-](\d{4})(?![\w-]|[.,]\d)")
_CALL = re.compile(
    r"\b(?:call|phone|number|ring|tel|telephone|cell|text|mobile|reach|fax|contact|whatsapp)\b", re.IGNORECASE
)
_EXTENSION = re.compile(r"[ ,]*\b(?:(?:ext(?:ension)?|extn)\b|x)\.? ?\d{1,6}\b", re.IGNORECASE)
_SORT_CODE = re.compile(r"(?<![\d-])\d{2}-\d{2}-\d{2}(?![\d-])")
_EXTENSION_ALONE = re.compile(r"\b(?:ext|extension|extn)\b\.? ?(\d{2,6})\b", re.IGNORECASE)
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
_AMOUNT = re.compile(r"(?:\d+(?:[a-zµ]{1,6}|th|st|nd|rd)?[/x-]?)+(?:[a-z]{1,4})?", re.IGNORECASE)
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

_PLATE = re.compile(r"\b(?:plates?|number ?plate|reg(?:istration)?)(?: (?:number|no|is|of|my|car|the))*[ :#]+((?=[a-z]*[ -]?\d|\d)[a-z0-9]{1,5}[ -]?[a-z0-9]{1,5})\b", re.IGNORECASE)  # fmt: skip
# What belongs to a number before it and after it.
_LABEL = re.compile(
    r"(?<!\w)(?:(?:ref|lot|batch)[ .:#]*[a-z0-9-]{2,10}[ /,]+)?(?:ref|lot|s/?n|ser(?:\.? ?no)?|acct|inv|ppo|hmo|grp)[ .:#]*$",
    re.IGNORECASE,
)
_LABEL_REACH = 30
_REST = re.compile(r" ?/ ?\d{3,6}\b|(?<=\d) (?-i:[A-Z])(?=\s*(?:[.,;!?]|$))")
_SSN = re.compile(r"\d{3}[- ]\d{2}[- ]\d{4}")
_LONGEST_TELEPHONE = 13


def find_numbers(text: str, lexicon: Lexicon) -> Iterator[Find]:
    """The numbers in a message that belong to a person or a thing of theirs."""
    for find in _all(text):
        if not lexicon.is_public(text[find.start : find.end]):
            yield find


def _all(text: str) -> Iterator[Find]:
    """Every number with its label and what goes on after it: "GRP 55102 / 0087", "LOT 55A / SN 7102266"."""
    for find in _bare(text):
        label, rest = _LABEL.search(text[max(0, find.start - _LABEL_REACH) : find.start]), _REST.match(text, find.end)
        start = find.start - len(label.group()) if label else find.start
        yield Find(find.kind, start, rest.end() if rest else find.end)


def _bare(text: str) -> Iterator[Find]:
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
    yield from find_labelled(text)


def _is_telephone(text: str, match: re.Match[str]) -> bool:
    """Whether seven digits are a number to call, not "300-1200 a day" or "100 2000"."""
    if re.match(UNIT, text[match.end() : match.end() + 20]):
        return False
    if _CALL.search(text[max(0, match.start() - HINT_REACH) : match.start()]):
        return True
    is_range = int(match.group(1)) < int(match.group(2)) and match.group(2).endswith("0")
    return "-" in match.group() and not is_range and not YEARS.fullmatch(match.group(2))


def _runs(text: str) -> Iterator[Find]:
    for match in _RUN.finditer(text):
        run = match.group()
        before = text[max(0, match.start() - HINT_REACH) : match.start()]
        if (
            YEARS.fullmatch(run)
            or re.match(UNIT, text[match.end() : match.end() + 20])
            or _is_list(run)
            or _PUBLIC.search(before)
        ):
            continue
        kind = _kind_of(text, match)
        extension = _EXTENSION.match(text, match.end()) if kind == "phone" else None
        yield Find(kind, match.start(), extension.end() if extension else match.end())


def _kind_of(text: str, match: re.Match[str]) -> Kind:
    if told := hinted(text, match.start()):
        return told
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
        if _PUBLIC.search(text[max(0, match.start() - HINT_REACH) : match.start()]):
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
