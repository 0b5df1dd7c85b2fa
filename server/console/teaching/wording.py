"""What a visitor wrote, as a training question; and what must not become one."""

from functools import lru_cache
from pathlib import Path

from knowledge.wording import NearQuestions
from knowledge.yaml_file import read_yaml

# Rasa reads brackets in a training question as its own syntax, and a leading / as the name of an intent.
_SYNTAX = str.maketrans(dict.fromkeys("[]{}", " "))
_KNOWN_MISSES = "known_misses.yml"


def teachable(text: str) -> str:
    """The text as one line of a training file, without what YAML or Rasa would read as something else."""
    line = " ".join(text.translate(_SYNTAX).split())
    return "".join(c for c in line if c.isprintable()).lstrip("/- ")


def examined(text: str, folder: Path) -> str | None:
    """A question of the examination in `folder` whose words are nearly the same; None if there is none."""
    near = _examination(folder).find(text)
    return near[1] if near else None


@lru_cache(maxsize=4)
def _examination(folder: Path) -> NearQuestions:
    """The examination's questions; none where the folder is absent, as in an image without tests."""
    paths = sorted(path for path in folder.glob("*.yml") if path.name != _KNOWN_MISSES)
    return NearQuestions((path.stem, text) for path in paths for text in read_yaml(path)["questions"])
