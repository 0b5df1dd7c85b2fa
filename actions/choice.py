"""Which of the offered topics a visitor means by "the second one", "yes" or a few words of its title."""

from difflib import SequenceMatcher
from typing import Dict, FrozenSet, List, Optional, Sequence, Text

_PLACES: Dict[Text, int] = {
    **dict.fromkeys(["1", "1st", "first", "frist", "former"], 0),
    **dict.fromkeys(["2", "2nd", "second", "secnd", "two"], 1),
    **dict.fromkeys(["3", "3rd", "third", "thrid", "three"], 2),
    **dict.fromkeys(["last", "latter", "bottom"], -1),
}
_YES: FrozenSet[Text] = frozenset("yes yeah yep yup ya ye y ok okay sure correct right exactly top si".split())
# Words that may stand around a choice; with any other the message is a question of its own.
_FILLERS: FrozenSet[Text] = frozenset(
    (
        "the a one ones number no nr option choice answer please pls thanks that this it is was i mean meant want "
        "id like my would choose pick take go with for and to of um uh well oh thank you lets ill do"
    ).split()
)
_LIKE = 0.84
_WORDS_AT_MOST = 9


def chosen(text: Text, titles: Sequence[Text]) -> Optional[int]:
    """Index of the title that is meant, or None if the message is no choice."""
    words = _words(text)
    if not words or len(words) > _WORDS_AT_MOST:
        return None
    by_title = _by_title(words, titles)
    if by_title is not None:
        return by_title
    places = [_PLACES[w] for w in words if w in _PLACES]
    rest = [w for w in words if w not in _PLACES and w not in _YES and w not in _FILLERS]
    if rest or len(set(places)) > 1:
        return None
    if places:
        return _within(places[0], len(titles))
    if "one" in words and "number" in words:
        return 0
    return 0 if any(w in _YES for w in words) else None


def _within(place: int, count: int) -> Optional[int]:
    return place % count if -count <= place < count else None


def _by_title(words: List[Text], titles: Sequence[Text]) -> Optional[int]:
    said = " ".join(w for w in words if w not in _YES)
    likeness = [SequenceMatcher(None, said, " ".join(_words(title))).ratio() for title in titles]
    best = max(range(len(titles)), key=lambda i: likeness[i])
    return best if likeness[best] >= _LIKE else None


def _words(text: Text) -> List[Text]:
    return "".join(c if c.isalnum() else " " for c in text.lower().replace("'", "")).split()
