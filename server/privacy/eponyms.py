"""Names of people in the names of diseases, signs and devices, which say nothing of the visitor: "Strumpell-Lorrain disease"."""

from collections.abc import Sequence

from server.privacy.lexicon import Lexicon
from server.privacy.words import Word

_NAMED_SO = frozenset(
    "disease syndrome sign signs palsy disorder scale score index test criteria procedure technique classification manoeuvre maneuver reflex cyst cysts fracture hernia node nodes tumour tumor "
    "lymphoma rod rods catheter catheters needle clamp ataxia chorea phenomenon neuroma contracture sarcoma dementia paralysis method position fever valve drain stent tube dystrophy atrophy "
    "malformation anomaly ulcer triad spots bodies block frame stimulator stimulators protocol".split()
)
# What anybody may have, so that whoever owns it may be the visitor.
_ANYBODYS = frozenset(
    "score test tumour tumor fracture cyst hernia catheter needle stimulator rods tube drain fever ulcer".split()
)
_MOST_WORDS = 2


def eponyms(words: Sequence[Word], lexicon: Lexicon) -> dict[int, int]:
    """The places of such names and how many words they have.

    None is a name that owns what anybody may have ("Jiaxuan's catheter"), nor a first name that owns anything.
    """
    places: dict[int, int] = {}
    for i in range(1, len(words)):
        if words[i].lower not in _NAMED_SO or words[i].gap not in (" ", "'s ", "’s "):
            continue
        is_anybodys = words[i - 1].is_possessive and words[i].lower in _ANYBODYS
        first = i
        while first > max(0, i - _MOST_WORDS) and (first == i or words[first].gap in ("-", " ")):
            word = words[first - 1].lower
            if lexicon.is_ordinary(word) or is_anybodys or (words[i - 1].is_possessive and lexicon.is_first(word)):
                break
            first -= 1
        places.update(dict.fromkeys(range(first, i), i - first + 1))
    return places
