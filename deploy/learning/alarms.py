"""The red flags and near misses that every new model is put to, with what the server's rules find in each."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from knowledge.paths import DATA, ROOT
from knowledge.yaml_file import read_yaml
from server.safety import RED_FLAGS, load_safety

_MESSAGES = ROOT / "tests" / "conversations" / "safety"
_QUESTIONS = ROOT / "tests" / "eval"


def messages_with_notes() -> list[dict[str, Any]]:
    """[{text, due, red_flags, calm}]: `due` is the safety id, or empty for a near miss."""
    safety = load_safety(DATA / "safety")
    found = []
    for text, due in (*_red_flags(), *_near_misses()):
        reading = safety.read(text)
        flags = [asdict(flag) for flag in reading.flags]
        found.append({"text": text, "due": due, "red_flags": flags, "calm": reading.calm})
    return found


def _red_flags() -> Iterator[tuple[str, str]]:
    by_topic = read_yaml(_MESSAGES / "red_flags.yml")
    for topic in RED_FLAGS:
        yield from ((text, topic) for text in by_topic[topic])
        yield from ((text, topic) for text in read_yaml(_QUESTIONS / f"{topic}.yml")["questions"])


def _near_misses() -> Iterator[tuple[str, str]]:
    yield from ((entry["say"], "") for entry in read_yaml(_MESSAGES / "near_misses.yml"))
