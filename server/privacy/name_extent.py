"""How far a name goes on from its first word."""

from server.privacy.finds import Find
from server.privacy.name_cues import ENDINGS, INSIDE, MOST, PARTICLES
from server.privacy.reading import Reading


def name_from(reading: Reading, i: int, start: int | None = None) -> Find:
    """The name that begins with this word, or at character `start`, as far as it goes on; initials before it belong to it."""
    words = reading.words
    end = i
    for j in range(i + 1, min(i + MOST, len(words))):
        if words[j].gap == "-" or _is_last_initial(reading, j):  # "Eun-ji Cho", "mick p"
            end = j
            continue
        if words[j].gap not in INSIDE and not (_is_initial(reading, j - 1) and words[j].gap == ". "):
            break
        if _goes_on(reading, j) or (words[j].is_initial and words[j].gap == " "):
            end = j
        elif not (_is_initial(reading, j) or words[j].lower in PARTICLES):
            break
    first = reading.at.get(start, i) if start is not None else _with_initials(reading, i)
    return Find("name", words[_with_title(reading, first)].start, words[end].end)


_TITLES = frozenset(
    "uncle auntie aunty aunt reverend rev fr sr pani pan señora señor herr frau madame monsieur wee big".split()
)


def _with_title(reading: Reading, i: int) -> int:
    """Where the title before a name begins, so that it goes with the name: "auntie Bimbola", "fr. Ignatius", "big kev"."""
    words = reading.words
    return i - 1 if i and words[i].gap in (" ", ". ") and words[i - 1].lower in _TITLES else i


def _with_initials(reading: Reading, i: int) -> int:
    """Where the initials before a name begin: "T. R. Ollerenshaw"."""
    words = reading.words
    while i and len(words[i - 1].text) == 1 and words[i].gap in (". ", "."):
        i -= 1
    return i


def _is_last_initial(reading: Reading, j: int) -> bool:
    """A single letter at the end, no word: "lakshmi n, ..."."""
    word = reading.words[j]
    ends = j + 1 == len(reading.words) or reading.words[j + 1].gap.strip()[:1] in {",", ".", ";", ":", "("}
    return word.gap == " " and len(word.text) == 1 and word.lower not in _LETTER_WORDS and ends


_LETTER_WORDS = frozenset("aiurx")


def _is_initial(reading: Reading, j: int) -> bool:
    """The "J." or "a." before a surname."""
    word = reading.words[j]
    return word.is_initial or (len(word.text) == 1 and word.text.isalpha() and reading.text.startswith(".", word.end))


def _goes_on(reading: Reading, j: int) -> bool:
    word, lexicon = reading.words[j], reading.lexicon
    if j in reading.protected:
        return word.capital and lexicon.is_last(word.lower) and not word.opens
    if word.capital:
        return (not word.opens or _is_initial(reading, j - 1)) and (
            not lexicon.is_ordinary(word.lower) or lexicon.is_last(word.lower) or lexicon.is_first(word.lower)
        )
    if lexicon.is_common(word.lower) or word.lower.endswith(ENDINGS):
        return False
    return lexicon.is_last(word.lower) or lexicon.is_first(word.lower) or not lexicon.is_ordinary(word.lower)
