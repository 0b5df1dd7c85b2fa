"""Names of people in the names of diseases, signs and devices, which say nothing of the visitor: "Strumpell-Lorrain disease"."""

from collections.abc import Sequence

from server.privacy.lexicon import Lexicon
from server.privacy.words import Word

_NAMED_SO = frozenset(
    "disease syndrome sign signs palsy disorder scale score index test criteria procedure technique classification manoeuvre maneuver reflex cyst cysts fracture hernia node nodes tumour tumor "
    "lymphoma rod rods catheter catheters needle clamp ataxia chorea phenomenon neuroma contracture sarcoma dementia paralysis method position fever valve drain stent tube dystrophy atrophy "
    "malformation anomaly ulcer triad spots bodies block frame stimulator stimulators protocol".split()
)


def eponyms(words: Sequence[Word], lexicon: Lexicon) -> dict[int, int]:
    """The places of such names and how many words they have; a first name is none, for it may be a visitor's."""
    places: dict[int, int] = {}
    for i in range(1, len(words)):
        if words[i].lower not in _NAMED_SO or words[i].gap not in (" ", "'s ", "’s "):
            continue
        first = i
        while first and _may_be_eponym(words, first - 1, lexicon) and (first == i or words[first].gap == "-"):
            first -= 1
        places.update(dict.fromkeys(range(first, i), i - first + 1))
    return places


def _may_be_eponym(words: Sequence[Word], i: int, lexicon: Lexicon) -> bool:
    return not lexicon.is_first(words[i].lower) and not lexicon.is_ordinary(words[i].lower)
