"""What words are: left alone, ordinary, names of people, towns. Read once, when the server starts."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.lang.en.stop_words import STOP_WORDS
from symspellpy import SymSpell, Verbosity

from knowledge.errors import ContentError
from knowledge.yaml_file import read_yaml
from server.privacy.gazetteers import Phrase, as_phrases, bare_names, english_words, people, places, whole
from server.privacy.words import Word, plain

_TEXTS = ("nlu", "answers", "sources", "safety")
_LISTS = ("also_words", "still_names", "numbers", "websites")
_PHRASES = ("conditions",)
_SMALL = re.compile(r"(?<![^\W_])[a-z]+(?:'[a-z]+)?")
# How drugs, diseases and procedures end.
_MEDICAL = re.compile(
    r"(?:pril|sartan|olol|statin|azole|cillin|mycin|oxacin|caine|pam|barbital|done|morphone|fentanil|triptan|setron|gliptin|flozin|mab|tinib|ovir|parin|xaban|grel"
    r"|tidine|prazole|oxetine|raline|apine|azine|amine|profen|coxib|sone|solone|terol|lukast|tide|onium|itis|osis|oma|algia|opathy|ectomy|otomy|plasty|scopy|graphy"
    r"|gesic|contin|codone|morph|cet|idine|adol|formin|zine|pine|lone|fen|xr|ium)$"
)
# A share for what is common, so that more training questions make no more words common.
_ONE_COMMON_IN, _USUAL = 13_000, 3
# Words used so often and so long can be meant by a slip; two slips are likely in long words only.
_KNOWN, _SHORTEST, _LONG, _SHORTEST_ALLOWED = 2, 4, 9, 6
_MOST_WORDS, _LOCAL = 4, 7
_FEW_WORDS, _MOSTLY = 5, 0.67
# "my wife I'd": questions hold them with a capital only.
_SHORT_FORMS = frozenset("i'd i'll i've i'm".split())


@dataclass(frozen=True)
class Lexicon:
    """`seen` counts the small-letter words of the project's own texts, `common_from` is the count that makes one common;
    the rest are sets of words in small letters.
    """

    seen: Counter[str]
    common_from: int
    allowed: frozenset[Phrase]
    numbers: frozenset[str]
    websites: frozenset[str]
    also_words: frozenset[str]
    first_names: frozenset[str]
    last_names: frozenset[str]
    towns: frozenset[Phrase]
    villages: frozenset[Phrase]
    regions: frozenset[Phrase]
    english: frozenset[str]
    spelling: SymSpell

    def protected(self, words: Sequence[Word]) -> dict[int, int]:
        """The places of all words that belong to a phrase to be left alone, and how many words this has."""
        places: dict[int, int] = {}
        for start in range(len(words)):
            length = phrase_at(words, start, self.allowed)
            places.update({i: max(length, places.get(i, 0)) for i in range(start, start + length)})
        return places

    def is_public(self, number: str) -> bool:
        """Whether a number is one that anybody may name; that of the clinic also without its area."""
        known = digits(number)
        return known in self.numbers or (len(known) >= _LOCAL and any(n.endswith(known) for n in self.numbers))

    def is_ordinary(self, word: str) -> bool:
        """Whether it is a word of questions about pumps."""
        return word in self.seen or word in self.also_words

    def is_usual(self, word: str) -> bool:
        """Whether questions about pumps use it more than once or twice."""
        return self.seen[word] >= _USUAL

    def is_common(self, word: str) -> bool:
        """Whether it is so usual that, in small letters, it is never taken for a name."""
        return self.seen[word] >= self.common_from or len(word) < 2

    def is_first(self, word: str) -> bool:
        """Whether people are called so."""
        return word in self.first_names

    def is_last(self, word: str) -> bool:
        """Whether families are called so."""
        return word in self.last_names

    def is_foreign(self, words: Sequence[Word]) -> bool:
        """Whether a message is in another language, of which the language model makes names."""
        known = sum(word.lower in self.seen or word.lower in self.english for word in words)
        return len(words) >= _FEW_WORDS and known < _MOSTLY * len(words)

    def is_town(self, word: str) -> bool:
        """Whether a town is called by this one word."""
        return (word,) in self.towns

    def is_village(self, word: str) -> bool:
        """Whether a small place is called by this one word."""
        return (word,) in self.villages

    def is_rare(self, word: str) -> bool:
        """Whether it is unknown and no slip of the finger for a known word: a name or a brand on no list."""
        return self.is_unknown(word) and not self.spelling.lookup(word, Verbosity.TOP, _slips(word))

    def is_unknown(self, word: str) -> bool:
        """Whether it is no word of English or of this project."""
        return word not in self.english and not self.is_ordinary(word) and len(word) > 2 and not _MEDICAL.search(word)


def phrase_at(words: Sequence[Word], at: int, phrases: frozenset[Phrase]) -> int:
    """How many words from this one on are a phrase of the set; the longest counts, 0 if none.

    A phrase is left alone in the possessive, too; one that is a possessive is no other word ("Wendy's", not "Wendy").
    """
    key: Phrase = ()
    longest = 0
    for word in words[at : at + _MOST_WORDS]:
        if key and word.gap not in (" ", "-", ". ", " & ", "&"):
            break
        if (*key, word.lower) in phrases or (word.is_possessive and (*key, whole(word)) in phrases):
            longest = len(key) + 1
        key = (*key, whole(word))
    return longest


def load_lexicon(data: Path, *, phrases: list[str], numbers: list[str], websites: list[str]) -> Lexicon:
    """Read `data/privacy/allow.yml`, the project's texts and the lists of names and towns.

    The arguments are the clinic's own, left alone beside those of the file. Raises ContentError, naming the file and
    the fault.
    """
    lists = _allow_lists(data / "privacy" / "allow.yml")
    seen = _words_seen(data)
    for name in lists["still_names"]:
        del seen[name]  # a Counter takes out what it never held, too
    first, last = people()
    first |= _names_of(data / "privacy" / "first_names.txt")
    regions, towns = places()
    # Nobody writes the name of a disease with care.
    lists["conditions"] += [re.sub("['’]s\\b", "", text) for text in lists["conditions"]]
    also_words = frozenset(lists["also_words"])
    for name in first - also_words:
        if 0 < seen[name] < _USUAL:  # somebody was named in a training question
            del seen[name]
    phrases = [*phrases, *(t for name, texts in lists.items() if name not in _LISTS for t in texts)]
    allowed = as_phrases(phrases) | regions
    return Lexicon(
        seen=seen,
        common_from=common_from(seen),
        allowed=allowed,
        numbers=frozenset(digits(n) for n in [*lists["numbers"], *numbers]),
        websites=frozenset([*lists["websites"], *websites]),
        also_words=also_words,
        first_names=first,
        last_names=last,
        towns=towns,
        villages=_phrases_of(data / "privacy" / "villages.txt"),
        regions=regions,
        spelling=_spelling(seen, allowed),
        english=english_words() - first - last - {town[0] for town in towns if len(town) == 1} | also_words,
    )


def digits(text: str) -> str:
    """The letters and digits alone, in small letters: what makes two ways to write a number one."""
    return "".join(c for c in text.lower() if c.isalnum())


def _allow_lists(path: Path) -> dict[str, list[str]]:
    lists = read_yaml(path)
    if not isinstance(lists, dict) or any(name not in lists for name in (*_LISTS, *_PHRASES)):
        raise ContentError(path, f"must be lists of words by name, with {', '.join((*_LISTS, *_PHRASES))} among them")
    for name, texts in lists.items():
        if not isinstance(texts, list) or (wrong := [t for t in texts if not isinstance(t, str)]):
            raise ContentError(path, f"{name}: must be a list of texts; put numbers, yes and no in quotes ({wrong})")
    return {name: [plain(text) if name in _LISTS else text for text in texts] for name, texts in lists.items()}


def _words_seen(data: Path) -> Counter[str]:
    """Counted in the plain text of the files: reading them as YAML would take seconds."""
    paths = [path for folder in _TEXTS for path in sorted((data / folder).glob("*.yml"))] + [data / "subjects.yml"]
    seen: Counter[str] = Counter()
    for path in paths:
        if path.exists():
            seen.update(_SMALL.findall(path.read_text(encoding="utf-8")))
    always = dict.fromkeys(STOP_WORDS | _SHORT_FORMS, common_from(seen))
    return seen + Counter(always)


def common_from(seen: Counter[str]) -> int:
    """How often a word must stand in the project's texts to be common."""
    return seen.total() // _ONE_COMMON_IN


def _names_of(path: Path) -> frozenset[str]:
    return bare_names(name for line in _lines(path) for name in line.split())


def _phrases_of(path: Path) -> frozenset[Phrase]:
    return frozenset(tuple(line.split()) for line in _lines(path))


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as e:
        raise ContentError(path, f"cannot be read ({e.strerror}); it holds names that redaction knows") from e
    return [line for line in lines if not line.startswith("#")]


def _spelling(seen: Counter[str], allowed: frozenset[Phrase]) -> SymSpell:
    """What a slip of the finger may have meant: words of the project's texts, and longer ones that are left alone."""
    spelling = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    for word, count in seen.items():
        if count >= _KNOWN and len(word) >= _SHORTEST:
            spelling.create_dictionary_entry(word, count)
    for phrase in allowed:
        if len(phrase) == 1 and len(phrase[0]) >= _SHORTEST_ALLOWED:
            spelling.create_dictionary_entry(phrase[0], _KNOWN)
    return spelling


def _slips(word: str) -> int:
    return 1 if len(word) < _LONG else 2
