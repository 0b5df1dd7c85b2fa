"""What a manager should look at twice before a question is taught."""

import re

from server.privacy.redaction import PLACEHOLDERS

_PLACEHOLDER = re.compile("|".join(re.escape(p) for p in sorted(set(PLACEHOLDERS.values()))))
_LEAST_WORDS, _FEW_WORDS = 2, 3


def doubt(text: str) -> str | None:
    """Why a manager should look twice at a question; None if nothing is odd about it."""
    hidden = len(_PLACEHOLDER.findall(text))
    words = len(_PLACEHOLDER.sub(" ", text).split())
    if hidden and (words < _LEAST_WORDS or hidden > words):
        return "Most of it was hidden to protect the visitor: little is left to learn from."
    if words < _FEW_WORDS:
        return "Very short: does it mean this topic by itself, without what was said before?"
    return None
