"""Names that are told by what follows them: who speaks, says, owns or is somebody's mother is a person."""

from collections.abc import Iterator

from server.privacy.name_cues import (
    BEFORE_SUBJECT,
    BELONGINGS,
    HERE,
    HUMAN,
    KIN,
    LIVING,
    NEGATED,
    NO_NAMES,
    THEIRS,
    TO_TOWNS,
)
from server.privacy.reading import Reading

_NAME, _WHOSE, _AND = (
    frozenset({"name", "names"}),
    frozenset({"my", "our", "her", "his", "the"}),
    frozenset({"and", "&"}),
)


def find_subjects(reading: Reading) -> Iterator[int]:
    """The places of words that begin such a name."""
    for i in range(len(reading.words)):
        if len(reading.words[i].lower) > 1 and (
            _is_here(reading, i)
            or _is_owner(reading, i)
            or _is_named_by_kin(reading, i)
            or _acts(reading, i)
            or _is_meant_later(reading, i)
        ):
            yield i
        if _is_pair(reading, i):
            yield from (i, i + 2)


def _end(reading: Reading, i: int) -> int:
    """The last word of the name that begins here: a surname may follow."""
    words, lexicon = reading.words, reading.lexicon
    while i + 1 < len(words) and words[i + 1].gap == "-":
        i += 1
    if i + 1 == len(words) or words[i + 1].gap != " ":
        return i
    after = words[i + 1]
    if i + 1 in reading.protected:
        return i + (after.capital and lexicon.is_last(after.lower))
    is_usual = lexicon.is_ordinary(after.lower)
    return i + (not is_usual if after.capital else lexicon.is_last(after.lower) and not is_usual)


def _is_here(reading: Reading, i: int) -> bool:
    """sorry jan here, ..."""
    word, lexicon = reading.words[i], reading.lexicon
    if reading.following(i) != "here" or not lexicon.is_first(word.lower) or lexicon.is_common(word.lower):
        return False
    is_told = word.opens or "," in word.gap or reading.preceding(i) in _GREETING
    return is_told and (
        i + 2 == len(reading.words) or reading.words[i + 2].gap.strip() != "" or reading.words[i + 2].lower in HERE
    )


_GREETING = frozenset("sorry hi hello hey hiya its ok yes no".split())


def _is_owner(reading: Reading, i: int) -> bool:
    """kev's pump, yusufs mother"""
    word, lexicon = reading.words[i], reading.lexicon
    if i in reading.protected or word.lower in NO_NAMES or reading.following(i) not in BELONGINGS:
        return False
    if word.is_possessive:
        return lexicon.is_rare(word.lower) or (lexicon.is_first(word.lower) and not _is_thing(reading, i))
    bare = word.lower.removesuffix("s")
    if word.capital and word.opens and bare != word.lower and reading.following(i) in KIN:
        return lexicon.is_rare(bare)
    return bare != word.lower and lexicon.is_first(bare) and lexicon.is_unknown(word.lower)


def _is_named_by_kin(reading: Reading, i: int) -> bool:
    """summer is my girl, Chase my grandson, Mark Bishop is my name, consuelo, my aunt"""
    word, lexicon, words = reading.words[i], reading.lexicon, reading.words
    if not lexicon.is_first(word.lower) and not ((word.capital or word.opens) and lexicon.is_rare(word.lower)):
        return False
    j = _end(reading, i) + 1
    is_told = j < len(words) and words[j].lower in {"is", "was"} and not words[j].opens
    j += is_told
    if j + 1 >= len(words) or words[j].lower not in _WHOSE or words[j + 1].opens or words[j].opens:
        return False
    kin = words[j + 1].lower
    if is_told and kin in _NAME and words[j].lower == "my":
        return True
    if kin not in KIN or words[j].lower == "the" or (word.lower in _AUXILIARIES and not is_told):
        return False
    return (word.capital and i not in reading.protected) or (word.opens and words[j].gap.strip() in ("", ","))


def _acts(reading: Reading, i: int) -> bool:
    """Grace asked me, hunter has the pump, Olumide Adeyemi here"""
    word, lexicon = reading.words[i], reading.lexicon
    if word.lower in NO_NAMES or not _is_at_subject(reading, i) or _is_where(reading, i):
        return False
    if i in reading.protected:  # "Virginia asked me"
        return (
            word.capital
            and reading.protected[i] == 1
            and lexicon.is_first(word.lower)
            and reading.following(i) in HUMAN
        )
    end = _end(reading, i)
    after = reading.following(end)
    if reading.words[end].end != reading.words[i].end and after in HERE:
        return word.capital or not lexicon.is_common(word.lower)
    if lexicon.is_first(word.lower):
        if after in HUMAN:
            return not _is_thing(reading, i)
        if not word.capital or lexicon.is_common(word.lower) or word.lower in _NEVER:
            return False
        return after in LIVING | HERE or (after in _STATES and not lexicon.is_ordinary(word.lower))
    if not word.capital and after in (HUMAN if word.opens else NEGATED):
        return lexicon.is_rare(word.lower)
    return (
        (after in HUMAN | HERE | LIVING | _FROM or (word.opens and after in _SELF))
        and word.capital
        and lexicon.is_rare(word.lower)
        and not word.is_acronym(_LONGEST_ACRONYM)  # "ERI says 4 months"
    )


def _is_meant_later(reading: Reading, i: int) -> bool:
    """Bill took his tablets, Mark hasn't slept. ... He's: at the beginning a name even if it is a word, for somebody is meant."""
    word, lexicon = reading.words[i], reading.lexicon
    if i or word.lower in NO_NAMES or not lexicon.is_first(word.lower) or word.lower in _AUXILIARIES:
        return False
    if i in reading.protected or reading.following(i) not in HUMAN | LIVING | NEGATED:
        return False
    return any(later.lower in THEIRS for later in reading.words[2:])


_LONGEST_ACRONYM = 5
_STATES, _AUXILIARIES, _FROM = frozenset({"is", "was"}), frozenset({"will", "may"}), frozenset({"from"})
_SELF = frozenset({"i", "im"})  # "Wojtek i am after operation"
# With a capital at the beginning, these are the word and not the name far more often.
_NEVER = frozenset("hope will may joy grace faith art bill pat ray mark grant chance".split())


def _is_at_subject(reading: Reading, i: int) -> bool:
    return reading.words[i].opens or reading.words[i].capital or reading.preceding(i) in BEFORE_SUBJECT


def _is_where(reading: Reading, i: int) -> bool:
    """a friend in Florida says"""
    return i in reading.protected and reading.preceding(i) in TO_TOWNS


def _is_thing(reading: Reading, i: int) -> bool:
    """the bill, this mark"""
    before = reading.preceding(i)
    return before != "" and before not in BEFORE_SUBJECT and not reading.words[i].capital


def _is_pair(reading: Reading, i: int) -> bool:
    """Bill and June are both here"""
    words, lexicon = reading.words, reading.lexicon
    if i + 3 >= len(words) or words[i + 1].lower not in _AND:
        return False
    return (
        all(words[k].capital and lexicon.is_first(words[k].lower) for k in (i, i + 2))
        and words[i].opens
        and (
            i + 2 not in reading.protected or reading.following(i + 2) in {"are", "both", "have", "want", "say", "here"}
        )
    )
