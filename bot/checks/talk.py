"""How a talk is followed: a weight for every sign, and for nothing else."""

from collections.abc import Iterator

from actions.likelihood import SIGNS
from bot.checks.content import Content
from bot.checks.fault import Fault

TALK = "data/talk.yml"


def check_talk(content: Content) -> Iterator[Fault]:
    """All faults of the weights."""
    weights = set(content.talk.weights) if content.talk else set(SIGNS)
    for sign in sorted(set(SIGNS) - weights):
        yield Fault(TALK, f"lacks a weight for the sign {sign}", "write it anew with `python -m bot.tune_talk`")
    for sign in sorted(weights - set(SIGNS)):
        yield Fault(TALK, f"has a weight for {sign}, which is no sign", "write it anew with `python -m bot.tune_talk`")
