"""Dialogues with what each turn should be answered with, and how a turn is judged.

A file is a list of {name, turns}; a turn is {say, expect, accept?}. `expect` is the list of topics that are answered,
in order, or `clarify`, `out_of_scope`, or `option N` (of the clarify before); `accept` lists what would be right too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.questions import OUT_OF_SCOPE
from knowledge import ContentError
from knowledge.yaml_file import Reader, read_yaml

CLARIFY, OPTION = "clarify", "option "
Expected = tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """What the visitor says, and every sequence of replies that is right."""

    say: str
    right: tuple[Expected, ...]


@dataclass(frozen=True)
class Dialogue:
    """A conversation, turn by turn."""

    name: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Verdict:
    """A turn with the replies it got."""

    dialogue: str
    turn: Turn
    got: Expected
    right: bool


def load_dialogues(folder: Path) -> list[Dialogue]:
    """Load all `*.yml` of a folder. Raises ContentError on a fault in one of them, or when there are none."""
    found = [_dialogue(path, data) for path in sorted(folder.glob("*.yml")) for data in _list(path)]
    if not found:
        raise ContentError(folder, "holds no dialogues")
    return found


def _list(path: Path) -> list[Any]:
    data = read_yaml(path)
    if not isinstance(data, list):
        raise ContentError(path, "must be a list of dialogues (name, turns)")
    return data


def _dialogue(path: Path, data: Any) -> Dialogue:
    reader = Reader(path, data)
    dialogue = Dialogue(reader.text("name"), tuple(map(_turn, reader.children("turns"))))
    reader.done()
    return dialogue


def _turn(reader: Reader) -> Turn:
    say = reader.text("say")
    right = [reader.raw("expect"), *(reader.raw("accept") if reader.has("accept") else [])]
    reader.done()
    return Turn(say, tuple((e,) if isinstance(e, str) else tuple(e) for e in right))


def reply_names(replies: Iterable[dict[str, Any]]) -> Expected:
    """The replies of one turn as the files write them; a reply without a topic is left out."""
    names = []
    for reply in replies:
        kind, topics = reply["metadata"]["kind"], reply["metadata"]["topics"]
        if kind in ("clarify", "fallback"):
            names.append(CLARIFY if kind == "clarify" else OUT_OF_SCOPE)
        names += topics
    return tuple(names)


def judge(turn: Turn, got: Expected, offered: Sequence[str]) -> bool:
    """Whether the replies are one of the right ones; `offered` are the options of the clarify before."""
    return any(got == tuple(_resolved(name, offered) for name in right) for right in turn.right)


def _resolved(name: str, offered: Sequence[str]) -> str:
    if not name.startswith(OPTION):
        return name
    place = int(name.removeprefix(OPTION))
    return offered[place - 1] if place <= len(offered) else name
