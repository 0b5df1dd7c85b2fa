"""The conversations that are held, as `talks.yml` has them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

_FILE = Path(__file__).with_name("talks.yml")


@dataclass(frozen=True)
class Turn:
    """What a visitor writes, or which of the offered buttons they press; `meant` is the topic of it, if it has one."""

    say: str | None
    press: int
    meant: str | None
    thumb: Literal["up", "down"] | None


@dataclass(frozen=True)
class Talk:
    """One visitor's conversation, with their call-back request if they leave one."""

    turns: tuple[Turn, ...]
    call_back: dict[str, str] | None


def load_talks() -> list[Talk]:
    """All of them, in the file's order."""
    entries: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return [Talk(tuple(map(_turn, entry["turns"])), entry.get("call_back")) for entry in entries]


def _turn(entry: dict[str, Any]) -> Turn:
    return Turn(entry.get("say"), entry.get("press", 0), entry.get("is"), entry.get("thumb"))
