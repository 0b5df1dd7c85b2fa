"""Names of people: after words that announce one, out of lists, and where the language model sees a person."""

import re
from collections.abc import Iterable, Iterator, Sequence

from server.privacy.finds import Find
from server.privacy.lexicon import Lexicon
from server.privacy.words import Word

# After these a name stands, whatever the word.
_SURE = re.compile(
    r"\b(?:(?:my|his|her|the|full|first|last|sur|maiden|patient|patient's|husband's|wife's|mum's|mom's|son's|daughter's|mother's|father's|dad's) ?names?(?:['’]?s| is| was|:)?"
    r"|(?:is|was|am|i['’]?m|he['’]?s|she['’]?s|mums?|dads?) called|call me|goes by|known as|named|name ?[:=-]|patient ?:|pt ?:|signed[:,]?|attn:?|c/o|care of|ask for"
    r"|mrs?\b\.?|ms\b\.?|miss|mx\b\.?|dr\b\.?|doctor|prof\b\.?|professor|nurse|sister|father|rev\b\.?|reverend|sgt\b\.?)\s+",
    re.IGNORECASE,
)
# After these a name may stand.
_LIKELY = re.compile(
    r"\b(?:i am|i['’]?m|this is|it['’]?s|its|it is|hi|hello|hey|dear|thanks|thank you|thx|cheers|regards|wishes|yours|love|surgeon"
    r"|consultant|anaesthetist|specialist|therapist|physio|receptionist|rep|ask|asked|told|tell|met|meet|spoke to|spoke with|speak to|speak with|talk to|talked to|reply to|remember|knows|know|sincerely|x+)[ ,.:\n–-]{1,3}",
    re.IGNORECASE,
)
# After these only what is a name and no other word.
_LOOSE = re.compile(
    r"\b(?:from|by|for|with|see|saw|and|or|to|like|says?|said|when|if|that|because|is|was|has|&)[ ,]{1,2}",
    re.IGNORECASE,
)
# After these a name may stand in small letters, too, even one that is a word as well: "my wife joy".
_FAMILY = re.compile(
    r"\b(?:husband|hubby|wife|partner|mum|mom|mother|mam|dad|father|son|daughter|child|boy|girl|brother|sister|twin|aunt|auntie|uncle|cousin"
    r"|niece|nephew|gran|grandma|granny|nan|grandad|grandpa|grandson|granddaughter|neighbou?r|friend|mate|fianc[eé]e?|boyfriend|girlfriend|carer"
    r"|caregiver|colleague|boss)[ ,(]{1,2}",
    re.IGNORECASE,
)
# Then it was a verb: "the surgeon drew it", "dad hung up".
_OBJECTS = frozenset("it me a an the up on out off him her his my to us them down in at by with".split())
_TITLES = frozenset({"dr", "doctor", "nurse", "sister", "father", "miss", "called", "named", "signed"})
_PARTICLES = frozenset(
    {
        "de",
        "da",
        "del",
        "della",
        "di",
        "du",
        "van",
        "von",
        "der",
        "den",
        "la",
        "le",
        "al",
        "el",
        "bin",
        "ibn",
        "mac",
        "mc",
        "st",
        "o",
    }
)
_INSIDE = frozenset({" ", "  ", "-", ". ", ".", " .", "'", "’"})
# "Sue again": who says who they are, in small letters.
_HERE = frozenset({"here", "again", "calling", "speaking", "writing"})
_MOST = 4
# A signature stands among the last words.
_LAST = 3
_TO_TOWNS = frozenset({"in", "to", "from", "near", "at", "around", "visit", "visiting", "of"})
# No surname in small letters.
_ENDINGS = ("ed", "ing", "ly")


def find_names(
    text: str, words: Sequence[Word], persons: Iterable[tuple[int, int]], lexicon: Lexicon
) -> Iterator[Find]:
    """The names in a message; `persons` are the characters that the language model takes for people."""
    reader = _Reader(text, words, lexicon)
    yield from reader.announced()
    yield from reader.listed()
    if not lexicon.is_foreign(words):
        yield from reader.seen_by_model(persons)


class _Reader:
    """One message and the places of its words."""

    def __init__(self, text: str, words: Sequence[Word], lexicon: Lexicon) -> None:
        self._text, self._words, self._lexicon = text, words, lexicon
        self._protected = lexicon.protected(words)
        self._at = {word.start: i for i, word in enumerate(words)}

    def announced(self) -> Iterator[Find]:
        """Names after words that announce one."""
        for match in _SURE.finditer(self._text):
            at = self._at.get(match.end())
            trigger = match.group().strip(" .:\n").lower()
            if at is not None and self._is_sure(at, is_title=trigger in _TITLES):
                yield self._name_from(at)
        for i in self._after(_FAMILY):
            if self._is_likely(i) or self._is_family(i):
                yield self._name_from(i)
        for i in self._after(_LIKELY):
            if self._is_likely(i):
                yield self._name_from(i)
        for i in self._after(_LOOSE):
            if self._is_listed_with_capital(i):
                yield self._name_from(i)

    def listed(self) -> Iterator[Find]:
        """First names out of the lists, with what follows, and "Kowalski, Jan"."""
        for i, word in enumerate(self._words):
            if self._is_strong_first(i) or self._is_weak_first_before_last(i):
                before = i - 1
                is_turned = before >= 0 and word.gap in (" ", ", ") and self._is_strong_last(before)
                yield self._name_from(i, self._words[before].start if is_turned else word.start)

    def seen_by_model(self, persons: Iterable[tuple[int, int]]) -> Iterator[Find]:
        """What the language model takes for people, without words that are none."""
        for start, end in persons:
            inside = [i for i, word in enumerate(self._words) if start <= word.start < end and self._may_be_name(i)]
            if any(self._is_nameish(i) and not self._is_way_to_town(i) for i in inside) and self._is_no_slip(inside):
                yield Find("name", self._words[inside[0]].start, self._words[inside[-1]].end)

    def _is_no_slip(self, inside: Sequence[int]) -> bool:
        """A single unknown word with a capital is a brand, or mistyped, more often than a name."""
        word = self._words[inside[0]]
        return len(inside) > 1 or self._lexicon.is_first(word.lower) or self._lexicon.is_last(word.lower)

    def _after(self, pattern: re.Pattern[str]) -> Iterator[int]:
        # The end of one match may announce the next ("thanks, I'm Priya"), so only the words consumed overlap.
        at, pos = pattern.search(self._text), 0
        while at:
            i = self._at.get(at.end())
            if i is not None:
                yield i
            pos = max(at.start() + 1, at.end() - 3)
            at = pattern.search(self._text, pos)

    def _is_sure(self, i: int, *, is_title: bool) -> bool:
        word, lexicon = self._words[i], self._lexicon
        if word.is_initial:
            return True
        if word.capital and i not in self._protected:
            return lexicon.is_first(word.lower) or lexicon.is_last(word.lower) or not lexicon.is_ordinary(word.lower)
        if i in self._protected:
            return word.capital and not is_title and lexicon.is_first(word.lower) and word.lower in lexicon.also_words
        if lexicon.is_common(word.lower):
            return False
        if lexicon.is_first(word.lower) or lexicon.is_last(word.lower):
            return not is_title or word.lower not in lexicon.seen
        return lexicon.is_unknown(word.lower) and not word.lower.endswith(_ENDINGS)

    def _is_likely(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        is_first = lexicon.is_first(word.lower)
        if (
            i in self._protected
            or self._is_way_to_town(i)
            or (word.opens and lexicon.is_ordinary(word.lower) and i < len(self._words) - _LAST)
        ):
            return False
        if word.capital:
            return not lexicon.is_ordinary(word.lower) or (is_first and not lexicon.is_common(word.lower))
        if self._following(i) in _HERE:
            return is_first and not lexicon.is_common(word.lower)
        if lexicon.is_unknown(word.lower) and not word.lower.endswith(_ENDINGS):
            return self._following(i) == "from" or (i + 1 < len(self._words) and self._is_strong_last(i + 1))
        return is_first and not lexicon.is_ordinary(word.lower)

    def _is_family(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        if i in self._protected or lexicon.is_common(word.lower) or not lexicon.is_first(word.lower):
            return False
        return word.lower in lexicon.also_words and self._following(i) not in _OBJECTS | {""}

    def _is_listed_with_capital(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        is_listed = lexicon.is_first(word.lower) or (
            lexicon.is_last(word.lower) and not lexicon.is_ordinary(word.lower)
        )
        return self._is_nameish(i) and is_listed and not self._is_way_to_town(i)

    def _following(self, i: int) -> str:
        return self._words[i + 1].lower if i + 1 < len(self._words) else ""

    def _is_way_to_town(self, i: int) -> bool:
        return i > 0 and self._words[i - 1].lower in _TO_TOWNS and self._lexicon.is_town(self._words[i].lower)

    def _is_strong_first(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        if i in self._protected or not lexicon.is_first(word.lower) or len(word.lower) < 3:
            return False
        if not lexicon.is_ordinary(word.lower):
            return not self._is_way_to_town(i)
        return word.capital and not word.opens and word.lower in lexicon.also_words and not self._is_way_to_town(i)

    def _is_weak_first_before_last(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        if i + 1 == len(self._words) or lexicon.is_common(word.lower) or self._words[i + 1].gap != " ":
            return False
        return lexicon.is_first(word.lower) and i not in self._protected and self._is_strong_last(i + 1)

    def _is_strong_last(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        if i in self._protected or lexicon.is_ordinary(word.lower) or len(word.lower) < 3:
            return False
        return lexicon.is_last(word.lower) or lexicon.is_unknown(word.lower)

    def _may_be_name(self, i: int) -> bool:
        return i not in self._protected and (
            self._words[i].capital or not self._lexicon.is_ordinary(self._words[i].lower)
        )

    def _is_nameish(self, i: int) -> bool:
        """With a telling capital, and no other word."""
        word, lexicon = self._words[i], self._lexicon
        if not word.capital or i in self._protected:
            return False
        if lexicon.is_ordinary(word.lower):
            return word.lower in lexicon.also_words and not word.opens
        return lexicon.is_first(word.lower) or lexicon.is_last(word.lower) or lexicon.is_unknown(word.lower)

    def _name_from(self, i: int, start: int | None = None) -> Find:
        """The name that begins with this word, as far as it goes on."""
        end = i
        for j in range(i + 1, min(i + _MOST, len(self._words))):
            if self._words[j].gap not in _INSIDE and not (self._words[j - 1].is_initial and self._words[j].gap == ". "):
                break
            if self._goes_on(j):
                end = j
            elif not (self._words[j].is_initial or self._words[j].lower in _PARTICLES):
                break
        return Find("name", self._words[i].start if start is None else start, self._words[end].end)

    def _goes_on(self, j: int) -> bool:
        word, lexicon = self._words[j], self._lexicon
        if j in self._protected:
            return word.capital and lexicon.is_last(word.lower) and not word.opens
        if word.capital:
            return not word.opens and (
                not lexicon.is_ordinary(word.lower) or lexicon.is_last(word.lower) or lexicon.is_first(word.lower)
            )
        if lexicon.is_common(word.lower) or word.lower.endswith(_ENDINGS):
            return False
        return lexicon.is_last(word.lower) or lexicon.is_first(word.lower) or not lexicon.is_ordinary(word.lower)
