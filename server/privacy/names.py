"""Names of people: after words that announce one, out of lists, and where the language model sees a person."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from server.privacy.finds import Find
from server.privacy.name_contexts import find_in_contexts
from server.privacy.name_cues import (
    ARTICLES,
    BELONGINGS,
    CLOSINGS,
    ENDINGS,
    FAMILY,
    HERE,
    HUMAN,
    LAST,
    LIKELY,
    LOOSE,
    OBJECTS,
    PARTICLES,
    ROLES,
    SURE,
    TITLES,
    TO_TOWNS,
    VERBS,
)  # fmt: skip
from server.privacy.name_extent import name_from
from server.privacy.name_subjects import find_subjects
from server.privacy.reading import Reading
from server.privacy.towns import names_a_thing, travels


def find_names(reading: Reading, persons: Iterable[tuple[int, int]]) -> Iterator[Find]:
    """The names in a message; `persons` are the characters that the language model takes for people."""
    reader = _Reader(reading)
    yield from reader.announced()
    yield from reader.listed()
    yield from (name_from(reading, i) for i in (*find_subjects(reading), *find_in_contexts(reading)))
    if not reading.is_foreign:
        yield from reader.seen_by_model(persons)


def _ends_with_disease(trigger: str) -> bool:
    """I have MS. Will I walk"""
    return trigger.startswith("MS.") and trigger != "MS."


class _Reader:
    """One message and the places of its words."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._text, self._words, self._lexicon = reading.text, reading.words, reading.lexicon
        self._protected, self._at = reading.protected, reading.at

    def announced(self) -> Iterator[Find]:
        """Names after words that announce one."""
        for match in SURE.finditer(self._text):
            at = self._at.get(match.end())
            if at is not None and self._words[at].lower in PARTICLES and at + 1 < len(self._words):  # "dr. el-sayed"
                at += 1
            trigger = match.group().strip(" .:\n").lower()
            if at is not None and _ends_with_disease(match.group()) and self._lexicon.is_common(self._words[at].lower):
                continue
            if at is not None and self._is_sure(at, is_title=trigger in TITLES):
                yield name_from(self._reading, at, self._words[self._at[match.end()]].start)
        cues: tuple[tuple[re.Pattern[str], Callable[[int], bool]], ...] = (
            (FAMILY, self._is_family),
            (FAMILY, self._is_likely),
            (LIKELY, self._is_likely),
            (ROLES, self._is_after_role),
            (LOOSE, self._is_listed_with_capital),
        )
        for pattern, is_name in cues:
            for i in self._after(pattern):
                if is_name(i):
                    yield name_from(self._reading, i)

    def listed(self) -> Iterator[Find]:
        """First names out of the lists, with what follows, and "Kowalski, Jan"."""
        for i, word in enumerate(self._words):
            if (
                self._is_strong_first(i)
                or self._is_weak_first_before_last(i)
                or self._is_rare_pair(i)
                or self._is_shouted(i)
            ):
                before = i - 1
                is_turned = before >= 0 and word.gap in (" ", ", ") and self._is_strong_last(before)
                yield name_from(self._reading, i, self._words[before].start if is_turned else word.start)

    def seen_by_model(self, persons: Iterable[tuple[int, int]]) -> Iterator[Find]:
        """What the language model takes for people, without words that are none."""
        for start, end in persons:
            inside = [i for i, word in enumerate(self._words) if start <= word.start < end and self._may_be_name(i)]
            if any(self._is_nameish(i) and not self._is_way_to_town(i) for i in inside) and self._is_no_slip(inside):
                end = name_from(self._reading, inside[-1], self._words[inside[0]].start).end
                yield Find("name", name_from(self._reading, inside[0]).start, end)

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
        if len(word.text) == 1:  # "mr t okonjo"
            return i + 1 < len(self._words) and self._is_strong_last(i + 1)
        if word.capital and i not in self._protected:
            return lexicon.is_first(word.lower) or lexicon.is_last(word.lower) or not lexicon.is_ordinary(word.lower)
        if i in self._protected:
            return word.capital and not is_title and lexicon.is_first(word.lower) and word.lower in lexicon.also_words
        if lexicon.is_common(word.lower):
            return False
        if is_title and word.lower in VERBS:
            return self._reading.following(i) in HUMAN
        if lexicon.is_first(word.lower) or lexicon.is_last(word.lower):
            return not is_title or word.lower not in lexicon.seen or lexicon.is_first(word.lower)
        is_new = lexicon.is_rare(word.lower) if is_title else lexicon.is_unknown(word.lower)  # "the dr tolld me"
        return is_new and not word.lower.endswith(ENDINGS)

    def _is_likely(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        is_first = lexicon.is_first(word.lower)
        if (
            i in self._protected
            or self._is_way_to_town(i)
            or (word.opens and lexicon.is_ordinary(word.lower) and i < len(self._words) - LAST)
        ):
            return False
        if word.capital:
            if self._reading.following(i) in HERE and self._is_told_with_capital(i):
                return True
            return not lexicon.is_ordinary(word.lower) or (is_first and not lexicon.is_common(word.lower))
        if self._reading.following(i) in HERE:
            return is_first and not lexicon.is_common(word.lower)
        if is_first and i + 1 == len(self._words) and self._words[i - 1].lower in CLOSINGS:  # "thx jo"
            return True
        if lexicon.is_last(word.lower) and self._stops(i):  # "hey its tay, my pump"
            return not lexicon.is_ordinary(word.lower)
        if lexicon.is_unknown(word.lower) and not word.lower.endswith(ENDINGS):
            return self._reading.following(i) == "from" or (i + 1 < len(self._words) and self._is_strong_last(i + 1))
        return is_first and not lexicon.is_ordinary(word.lower)

    def _stops(self, i: int) -> bool:
        return i + 1 == len(self._words) or self._words[i + 1].gap.strip() != ""

    def _is_family(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        if self._is_named_relative(i) or self._is_told_with_capital(i):
            return True
        if i in self._protected or lexicon.is_common(word.lower):
            return False
        if not lexicon.is_first(word.lower):
            return lexicon.is_rare(word.lower) and not word.lower.endswith(ENDINGS)
        if word.lower not in lexicon.seen and word.lower not in VERBS:
            return True
        return word.lower in lexicon.also_words and self._reading.following(i) not in OBJECTS | {""}

    def _is_after_role(self, i: int) -> bool:
        word = self._words[i]
        return self._is_named_relative(i) or (
            word.capital and i not in self._protected and self._lexicon.is_rare(word.lower)
        )

    def _is_told_with_capital(self, i: int) -> bool:
        """Whatever the word is: "my partner Ash", "it's Mo again"."""
        word = self._words[i]
        is_usual = self._lexicon.is_common(word.lower) or word.text.isupper()
        return word.capital and not word.opens and i not in self._protected and not is_usual

    def _is_named_relative(self, i: int) -> bool:
        """With a telling capital, even one that is a month or a country."""
        word = self._words[i]
        if self._protected.get(i, 1) > 1:  # "Uncle Ben's rice"
            return False
        return word.capital and not word.opens and self._lexicon.is_first(word.lower)

    def _is_listed_with_capital(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        is_listed = lexicon.is_first(word.lower) or (
            lexicon.is_last(word.lower) and not lexicon.is_ordinary(word.lower)
        )
        return self._is_nameish(i) and is_listed and not self._is_way_to_town(i)

    def _is_way_to_town(self, i: int) -> bool:
        """Whether a town stands here, or a thing called after one: "in Aspen", "the Boston trial"."""
        word, lexicon = self._words[i].lower, self._lexicon
        if not lexicon.is_town(word) and not lexicon.is_village(word):
            return False
        is_owner = self._reading.following(i) in BELONGINGS and self._reading.preceding(i) not in ARTICLES
        if lexicon.is_town(word) and not is_owner and names_a_thing(self._reading, i):
            return True
        return i > 0 and self._words[i - 1].lower in TO_TOWNS and (lexicon.is_town(word) or travels(self._reading, i))

    def _is_strong_first(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        if i in self._protected or not lexicon.is_first(word.lower) or len(word.lower) < 3:
            return False
        if not word.capital and self._reading.preceding(i) in ARTICLES:  # "I'm a smith"
            return False
        if word.gap == "-" and i and not lexicon.is_first(self._words[i - 1].lower):  # "Hallervorden-Spatz"
            return False
        if not lexicon.is_ordinary(word.lower):
            return not self._is_way_to_town(i)
        if not word.capital or word.opens or word.lower not in lexicon.also_words or self._is_way_to_town(i):
            return False
        return word.is_possessive or self._reading.following(i) not in BELONGINGS  # "Max dose"

    def _is_weak_first_before_last(self, i: int) -> bool:
        word, lexicon = self._words[i], self._lexicon
        if i + 1 == len(self._words) or lexicon.is_common(word.lower) or self._words[i + 1].gap != " ":
            return False
        return lexicon.is_first(word.lower) and i not in self._protected and self._is_strong_last(i + 1)

    def _is_shouted(self, i: int) -> bool:
        """HOPE MADDOX - REFILL NEEDED"""
        if i or len(self._words) < 2 or not self._words[1].text.isupper() or i in self._protected:
            return False
        first, last = self._words[:2]
        is_name = self._lexicon.is_first(first.lower) or self._lexicon.is_rare(first.lower)
        is_surname = self._lexicon.is_last(last.lower) or self._lexicon.is_rare(last.lower)
        return is_name and is_surname and last.gap == " " and not self._lexicon.is_ordinary(last.lower)

    def _is_rare_pair(self, i: int) -> bool:
        """Two words with a capital, side by side, that nobody knows: "Olumide Adeyemi"."""
        if i + 1 == len(self._words) or self._words[i + 1].gap != " " or self._words[i + 1].opens:
            return False
        pair = (i, i + 1)
        return all(
            self._words[k].capital and k not in self._protected and self._lexicon.is_unknown(self._words[k].lower)
            for k in pair
        )

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
