"""What a visitor wrote, as a training question; and what must not become one."""

import re
from functools import lru_cache
from pathlib import Path

from knowledge.wording import NearQuestions
from knowledge.yaml_file import read_yaml
from server.privacy.redaction import PLACEHOLDERS

_PLACEHOLDER = re.compile("|".join(re.escape(p) for p in sorted(set(PLACEHOLDERS.values()))))
# Rasa reads brackets in a training question as its own syntax, and a leading / as the name of an intent.
_SYNTAX = str.maketrans(dict.fromkeys("[]{}", " "))
_LEAST_WORDS, _FEW_WORDS = 2, 3
_KNOWN_MISSES = "known_misses.yml"


def teachable(text: str) -> str:
    """The text as one line of a training file, without what YAML or Rasa would read as something else."""
    line = " ".join(text.translate(_SYNTAX).split())
    return "".join(c for c in line if c.isprintable()).lstrip("/- ")


def doubt(text: str) -> str | None:
    """Why a manager should look twice at a question; None if nothing is odd about it."""
    hidden = len(_PLACEHOLDER.findall(text))
    words = len(_PLACEHOLDER.sub(" ", text).split())
    if hidden and (words < _LEAST_WORDS or hidden > words):
        return "Most of it was hidden to protect the visitor: little is left to learn from."
    if words < _FEW_WORDS:
        return "Very short: does it mean this topic by itself, without what was said before?"
    return None


def examined(text: str, folder: Path) -> str | None:
    """A question of the examination in `folder` whose words are nearly the same; None if there is none."""
    near = _examination(folder).find(text)
    return near[1] if near else None


@lru_cache(maxsize=4)
def _examination(folder: Path) -> NearQuestions:
    """The examination's questions; none where the folder is absent, as in an image without tests."""
    paths = sorted(path for path in folder.glob("*.yml") if path.name != _KNOWN_MISSES)
    return NearQuestions((path.stem, text) for path in paths for text in read_yaml(path)["questions"])
