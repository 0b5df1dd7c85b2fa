"""Words that nobody knows, or that are names as well, where only a person can stand: "can Imelda come with me"."""

import re
from collections.abc import Iterator

from server.privacy.name_cues import ENDINGS, HERE, NO_NAMES
from server.privacy.reading import Reading

_REACH = 48
_DESK = r"(?:reception|(?:the|your|ur) (?:front desk|desk|clinic|office|ward|unit|surgery|hospital|phone)|scheduling|billing|front desk|switchboard)\b"
_KIN = (
    r"(?:(?:step|grand|god|great[- ]?)?(?:mum|mom|mother|mam|dad|father|husband|hubby|wife|partner|son|daughter|brother|sister|aunt|auntie|uncle|carer|parents?|gran|grandma|nan|nana|granddaughter|grandson|niece|nephew|guardian|cousin)"
    r"|neighbou?r|friend|mate|stepchild|missus|fella|bloke|other half|midwife|matron|sitter|helper|aide)"
)
# What stands before a person and before nothing else, whether the word has a capital or not.
_BEFORE = re.compile(
    rf"(?:\b{_KIN}(?:[- ]in[- ]law)? |\b{_KIN} (?:of|to|for) |\b(?:speak|spoke|spoken|talk|talked|talking|chat|chatted|appointment|voicemail|message|meeting|lives?|living|married) (?:to|with|for) "
    r"|\b(?:pass(?:ed)? (?:it |this |that )?on to|sent by|writing for|on behalf of|looked after by|seen by|done by|treated by|married|n[ée]e|formerly|aka|care of|and to|love from|message from|greetings from) )$",
    re.IGNORECASE,
)
# What follows a person and nothing else.
_AFTER = re.compile(
    rf" (?:(?:at|in|on|from) {_DESK}|from {_DESK}|(?:rang|phoned|texted|emailed|wrote|asked|asks|says|told me|tells me|reckons|thinks|wants|i think|i believe|to (?:his|her|my|their) (?:mates|friends|pals|family)\b|and (?:i|me|my (?:wife|husband|mum|mom|dad))\b))",
    re.IGNORECASE,
)
# After a word that asks, what only people do.
_ASKING = re.compile(r"\b(?:can|could|will|would|should|does|did|is|was|has)(?: my)? $", re.IGNORECASE)
_DOING = re.compile(
    r" (?:come|ring|call|phone|email|text|visit|see (?:me|us|him|her|you)|drive|sit|stay with|wait|there|on holiday|off (?:sick|today)|in (?:today|tomorrow|on|this)|be (?:there|in|on)|still (?:there|with)|coming|speak|talk|listen|sign|bring|collect|working (?:today|tomorrow|on|this))\b",
    re.IGNORECASE,
)
# Somebody is so old, or in brackets.
_AGED = re.compile(
    r"(?: is|,|'s) \d{1,3}\b(?! ?(?:mg|mcg|ml|%|days|weeks|months|cm|mm|mls|units|x\b|times|per|g\b|or|to|-))|,? \((?:aged? )?\d{1,2}\)",
    re.IGNORECASE,
)
_BEING = re.compile(r" (?:is|was|has|had|wants|needs|got|gets|and)\b", re.IGNORECASE)
# Who writes says so, at the beginning or the end.
_GREETS = re.compile(
    r"\b(?:i am|i['’]?m|this is|it['’]?s|its|it is|hi|hiya|hello|hey|dear|me|it['’]?s me|sorry|thanks|thank you|thx|ta|cheers|regards|wishes|yours|love|sincerely|x{1,3}|from)(?: there| all| again| team)?[ ,.:\n–-]{1,3}$",
    re.IGNORECASE,
)
_STOPS = re.compile(
    rf"\s*$|\s*[.,!?;:(\n–-]| (?:{'|'.join(sorted(HERE))}|from|aged|and|i|my|can|is|how)\b", re.IGNORECASE
)
_HERE = re.compile(r" (?:here|again)(?=\s*(?:[.,!?;:\n–-]|$| (?:i|my|from|with|is|can)\b))", re.IGNORECASE)
_ASIDE_BEFORE, _ASIDE_AFTER = re.compile(r"[a-z\d], $"), re.compile(r",(?! (?:and|or)\b)")
_SIGNED = re.compile(r"(?:[.?!)\n] ?|[a-z]\s*[-–] ?|^[-–] ?|\n)$")
# What is like somebody ends so: "tetraplegic", "feverish".
_ADJECTIVE = (*ENDINGS, "ic", "al", "ous", "ive", "able", "ible", "less", "ful", "ish", "ist", "y", "er", "est", "ness", "ion", "ment", "s")  # fmt: skip
_LONGEST_ACRONYM = 5


def find_in_contexts(reading: Reading) -> Iterator[int]:
    """The places of words that begin such a name."""
    for i, word in enumerate(reading.words):
        if len(word.lower) < 2 or reading.protected.get(i, 1) > 1 or word.is_acronym(_LONGEST_ACRONYM):
            continue
        before, after = (
            reading.text[max(0, word.start - _REACH) : word.start],
            reading.text[word.end : word.end + _REACH],
        )
        if _is_nobodys(reading, i):
            is_person = _is_person(before, after) and not _may_be_slip(reading, i, after)
            is_name = is_person or _tells_who(reading, i, before, after)
        else:
            is_name = _is_both(reading, i) and _is_person(before, after) and not _is_counted(reading, i)
        if is_name:
            yield i


def _is_nobodys(reading: Reading, i: int) -> bool:
    """No word of English or of this project."""
    word = reading.words[i]
    return i not in reading.protected and reading.lexicon.is_unknown(word.lower) and not word.lower.endswith(ENDINGS)


def _may_be_slip(reading: Reading, i: int, after: str) -> bool:
    """Without a telling capital it may be a word with a slip: "my dad beleives"; no slip is "my hubby trev is"."""
    word = reading.words[i]
    if (word.capital and not word.opens) or reading.lexicon.is_rare(word.lower):
        return False
    return word.opens or _BEING.match(after) is None


def _is_both(reading: Reading, i: int) -> bool:
    """A name that is a word as well, with a telling capital: "Olive", "June"; not "Doctor", nor "in June"."""
    word = reading.words[i]
    if word.lower in NO_NAMES or (i in reading.protected and reading.preceding(i) in _TIMES):
        return False
    is_word = reading.lexicon.is_ordinary(word.lower) or i in reading.protected
    return word.capital and reading.lexicon.is_first(word.lower) and is_word


_TIMES = frozenset("in on by until till since for from during last next this every".split())


def _is_counted(reading: Reading, i: int) -> bool:
    """May is 31 days"""
    return i in reading.protected and _AGED.match(reading.text, reading.words[i].end) is not None


def _is_beside_a_name(reading: Reading, i: int) -> bool:
    """Aisha & Bilal, Bartholomew and Agnes"""
    words = reading.words
    if not words[i].capital:
        return False
    before = i - 2 if reading.preceding(i) in _JOINING else i - 1 if words[i].gap == " & " else -1
    after = (
        i + 2 if reading.following(i) in _JOINING else i + 1 if i + 1 < len(words) and words[i + 1].gap == " & " else -1
    )
    return any(0 <= k < len(words) and _is_only_a_name(reading, k) for k in (before, after))


_JOINING = frozenset({"and", "or"})


def _is_only_a_name(reading: Reading, i: int) -> bool:
    word, lexicon = reading.words[i], reading.lexicon
    return (
        word.capital
        and i not in reading.protected
        and lexicon.is_first(word.lower)
        and not lexicon.is_ordinary(word.lower)
    )


def _is_person(before: str, after: str) -> bool:
    if _BEFORE.search(before) or _AFTER.match(after) or _AGED.match(after):
        return True
    return _ASKING.search(before) is not None and _DOING.match(after) is not None


def _tells_who(reading: Reading, i: int, before: str, after: str) -> bool:
    """Who writes gives a name, or puts it aside: "its oluwaseun, ...", "the lady at the desk, Candice, was"."""
    word = reading.words[i]
    if not word.capital:
        if not reading.lexicon.is_rare(word.lower) or word.lower.endswith(_ADJECTIVE):
            return False
        return _HERE.match(after) is not None or (
            _GREETS.search(before) is not None and _STOPS.match(after) is not None
        )
    if _is_beside_a_name(reading, i) or (_GREETS.search(before) and _STOPS.match(after)):
        return True
    if _ASIDE_BEFORE.search(before) and _ASIDE_AFTER.match(after) and i - 1 not in reading.protected:
        return True
    return i + 1 == len(reading.words) and before != "" and _SIGNED.search(before) is not None
