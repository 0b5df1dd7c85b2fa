"""Loads the rules of `data/safety`. A misspelled key or the name of a group that does not exist stops the start."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge import ContentError
from knowledge.yaml_file import Reader, read_yaml
from server.safety.words import Normaliser, Spelling

# The catalogue's order: what is more urgent comes first.
TOPICS = (
    "crisis_self_harm",
    "emergency_overdose",
    "emergency_withdrawal",
    "emergency_infection",
    "emergency_neurological",
    "emergency_leak_headache",
    "emergency_device",
    "emergency_general",
    "personal_medical_advice",
)
# What may take the danger out of a word, and the words that mark it (see context.yml).
DOUBTS = ("negated", "hypothetical", "general", "past")
CUES = (
    *("negation", "resolved", "hypothetical", "hypothetical_all", "general", "past", "now"),
    *("question", "person", "boundary", "not_a_cue"),
)
_WITHIN = 7
_SLOTS = ("any", "all", "order", "two_of", "also", "given", "unless")

# One place of a rule: any of these groups may fill it.
Slot = frozenset[str]


@dataclass(frozen=True)
class Rule:
    """Words that together mean danger. Those of `judged`, `also` and `two_of` must be meant; see context.py."""

    topic: str
    judged: tuple[Slot, ...]  # in one sentence, each at most `within` words from the first, and in order if `ordered`
    also: tuple[Slot, ...]  # anywhere in the message
    given: tuple[Slot, ...]  # anywhere, and only background: a pump, an operation
    unless: Slot  # in the sentence of the first, these take the danger out
    two_of: Slot  # instead of `judged`: any two different groups of these, anywhere
    within: int
    ordered: bool
    doubts: frozenset[str]


@dataclass(frozen=True)
class Rules:
    """Everything that the reader needs: `phrases` of plain words for each group and cue, and the rules."""

    phrases: dict[str, tuple[tuple[str, ...], ...]]
    rules: tuple[Rule, ...]
    normaliser: Normaliser


def load_rules(folder: Path) -> Rules:
    """Read all rules. Raises ContentError, naming the file and the fault."""
    groups = _texts_by_name(folder / "words.yml", read_yaml(folder / "words.yml"))
    cues = _texts_by_name(folder / "context.yml", read_yaml(folder / "context.yml"))
    if set(cues) != set(CUES):
        raise ContentError(folder / "context.yml", f"must have exactly the lists {', '.join(CUES)}")
    texts = groups | {f"cue {name}": phrases for name, phrases in cues.items()}
    rules = tuple(rule for topic in TOPICS for rule in _load_topic(folder / f"{topic}.yml", topic, frozenset(groups)))
    if unused := set(groups) - {name for rule in rules for name in _names(rule)}:
        raise ContentError(folder / "words.yml", f"no rule uses {', '.join(sorted(unused))}")
    normaliser = Normaliser(_load_spelling(folder / "spelling.yml"), (t for phrases in texts.values() for t in phrases))
    phrases = {name: tuple(normaliser.phrase(text) for text in phrases) for name, phrases in texts.items()}
    return Rules(phrases, rules, normaliser)


def _names(rule: Rule) -> frozenset[str]:
    return rule.unless.union(rule.two_of, *rule.judged, *rule.also, *rule.given)


def _texts_by_name(path: Path, data: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(data, dict):
        raise ContentError(path, "must be a mapping (name: list of phrases)")
    reader = Reader(path, data)
    return {name: reader.texts(name) for name in data}


def _load_spelling(path: Path) -> Spelling:
    reader = Reader(path, read_yaml(path))
    means, lemmas = reader.mapping("means"), reader.mapping("lemmas")
    reader.done()
    for key, value in (means | lemmas).items():
        if not isinstance(value, str):
            raise ContentError(path, f"{key}: must be a text, not {value!r} (put it in quotes)")
    return Spelling({short: tuple(text.split()) for short, text in means.items()}, lemmas)


def _load_topic(path: Path, topic: str, groups: frozenset[str]) -> Iterable[Rule]:
    reader = Reader(path, read_yaml(path))
    doubts = reader.texts("doubts")
    if unknown := set(doubts) - set(DOUBTS):
        raise reader.error("doubts", f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(DOUBTS)}")
    entries = reader.children("rules")
    reader.done()
    return [_load_rule(entry, topic, groups, frozenset(doubts)) for entry in entries]


def _load_rule(entry: Reader, topic: str, groups: frozenset[str], doubts: frozenset[str]) -> Rule:
    slots = {key: _slots(entry, key, groups) for key in _SLOTS}
    within = entry.number("within") if entry.has("within") else _WITHIN
    entry.done()
    if sum(bool(slots[key]) for key in ("any", "all", "order", "two_of")) != 1:
        raise entry.error("", "needs exactly one of any, all, order, two_of")
    one = {key: frozenset[str]().union(*slots[key]) for key in ("any", "unless", "two_of")}
    return Rule(
        topic=topic,
        judged=(one["any"],) if slots["any"] else slots["all"] or slots["order"],
        also=slots["also"],
        given=slots["given"],
        unless=one["unless"],
        two_of=one["two_of"],
        within=within,
        ordered=bool(slots["order"]),
        doubts=doubts,
    )


def _slots(entry: Reader, key: str, groups: frozenset[str]) -> tuple[Slot, ...]:
    """Each item is a group's name, or several joined by " | "."""
    items = entry.texts(key) if entry.has(key) else ()
    slots = tuple(frozenset(name.strip() for name in item.split("|")) for item in items)
    if unknown := sorted(frozenset[str]().union(*slots) - groups):
        raise entry.error(key, f"no such group in words.yml: {', '.join(unknown)}")
    return slots
