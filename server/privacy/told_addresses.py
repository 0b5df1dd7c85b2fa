"""Addresses of whatever form, where somebody says that one follows: "my address is 88 Elm", "she lives at Rm 12, Block C"."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from spacy.lang.en.stop_words import STOP_WORDS

from server.privacy.finds import Find
from server.privacy.reading import Reading

_ANNOUNCED = re.compile(
    r"\b(?:address(?: (?:is|now|here|for me))*|(?:liv(?:e|es|ed|ing)|stay(?:s|ing)?|resid(?:e|es|ing))(?: now)? at|(?:home|house|flat) is(?: at)?|(?:send|sent|post|mail|deliver|ship|taxi|ambulance|courier|pick (?:me|us|him|her) up)(?: \w{2,10}){0,3} (?:to|at|from))[:\s]+",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\s]+")
_NUMBERED = re.compile(
    r"(?:the )?(?:[a-z.]{1,10} )?#?\d{1,5}[a-z]?(?:[/-]\d{1,4})?\b(?!\s*(?:%|m[cl]?g\b|ml\b|mcg|feet|ft\b|metres|meters|miles|am\b|pm\b|days?|weeks?|months?|years?|hours?|out of|to \d|degrees|:\d))",
    re.IGNORECASE,
)
_PARTS = frozenset(
    "flat apt apartment unit room rm block blk building house tower floor suite lot plot trailer caravan street st road rd avenue ave lane ln drive dr close court ct way place pl square sq terrace "
    "corner of and the above box sector phase stage village town city county state near by".split()
)
_MOST_TOKENS, _MOST_BARE = 12, 2
_ABBREVIATION = 4
_END, _LAST_HOUR = re.compile(r"\s*(?:$|[.;!?])"), 12
_COMES = ("taxi", "ambulance", "courier", "pick")


def find_told_addresses(reading: Reading) -> Iterator[Find]:
    """From the first word after the announcement to the last that may belong to an address."""
    for match in _ANNOUNCED.finditer(reading.text):
        number = _NUMBERED.match(reading.text, match.end())
        if (
            number
            and not _counts(reading, match.end())
            and not _is_clock_or_public(reading, number, match.group().lower())
        ):
            yield Find("place", match.end(), _end(reading.text, match.end()))


def _is_clock_or_public(reading: Reading, number: re.Match[str], announced: str) -> bool:
    """The taxi is coming at 9, you sent me to 911: nothing follows that a house could stand in."""
    if _END.match(reading.text, number.end()) is None:
        return False
    bare = number.group()
    return reading.lexicon.is_public(bare) or (
        bare.isdigit() and int(bare) <= _LAST_HOUR and announced.startswith(_COMES)
    )


def _counts(reading: Reading, start: int) -> bool:
    """40 minutes, 3 floors, 2 doctors: a number of what questions speak of."""
    i = bisect_left(reading.words, start, key=lambda word: word.start)
    if i == len(reading.words) or not reading.text[start].isdigit():
        return False
    word = reading.words[i]
    return (
        not word.capital
        and word.lower not in _PARTS
        and (word.lower.endswith("s") or reading.lexicon.is_usual(word.lower))
    )


def _end(text: str, start: int) -> int:
    end, bare = start, 0
    for count, token in enumerate(_TOKEN.finditer(text, start)):
        plain = token.group().strip(".,;:!?()\"'#")
        belongs = any(c.isdigit() for c in plain) or plain.lower() in _PARTS
        if (not belongs and plain.lower() in STOP_WORDS) or count == _MOST_TOKENS:
            break
        if not belongs and not plain[:1].isupper():
            bare += 1
            if bare > _MOST_BARE or text[end : end + 1] == ",":  # "12 Oak Rd, pump beeps"
                break
        else:
            bare = 0
        if plain.lower() not in {"of", "and", "the", "near", "by", "above"}:
            end = token.start() + len(token.group().rstrip(".,;:!?"))
        if token.group()[-1] in ";!?" or (token.group()[-1] == "." and len(plain) >= _ABBREVIATION):
            break
    return end
