"""Numbers in config.yml, changed in place so that comments and order stay."""

import re

from knowledge.errors import ContentError
from knowledge.paths import ROOT

CONFIG = ROOT / "config.yml"


def number(text: str, key: str) -> float:
    """The number at `key`. Raises ContentError unless exactly one line gives it."""
    return float(_line(text, key)["number"])


def with_number(text: str, key: str, value: float) -> str:
    """The text with the number at `key` replaced, written with two decimals."""
    found = _line(text, key)
    return text[: found.start("number")] + f"{value:.2f}" + text[found.end("number") :]


def _line(text: str, key: str) -> "re.Match[str]":
    found = list(re.finditer(rf"^[ \t]*{key}:[ \t]*(?P<number>[0-9.]+)(?=[ \t]*(#|$))", text, re.MULTILINE))
    if len(found) != 1:
        raise ContentError(CONFIG, f"{key}: must stand on exactly one line with a number, not on {len(found)}")
    return found[0]
