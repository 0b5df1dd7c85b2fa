"""Red flags and near misses, put to a model with what the server's rules found in them, and without."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from knowledge.model import Severity, serious_enough


@dataclass(frozen=True)
class Message:
    """`due` is the safety id, or empty for a near miss; `notes` what the rules say, as it goes to Rasa."""

    text: str
    due: str
    notes: Mapping[str, Any]


@dataclass(frozen=True)
class Raised:
    """The safety ids that were raised: by the rules and the model `together`, and by the model alone."""

    message: Message
    together: Sequence[str]
    alone: Sequence[str]


def read_messages(data: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Messages of [{text, due, red_flags, calm}]."""
    return [Message(m["text"], m["due"], {"red_flags": m["red_flags"], "calm": m["calm"]}) for m in data]


def ask_alarms(agent: Agent, messages: Sequence[Message], severities: Mapping[str, Severity]) -> list[Raised]:
    """Put every message to the model, with the rules' notes and without."""
    return asyncio.run(_ask(agent, messages, severities))


async def _ask(agent: Agent, messages: Sequence[Message], severities: Mapping[str, Severity]) -> list[Raised]:
    raised = []
    for message in messages:
        noted = await _understanding(agent, message.text, message.notes)
        # Where the rules have nothing to say, the model is asked the same both times.
        silent = not message.notes["red_flags"] and not message.notes["calm"]
        alone = noted if silent else await _understanding(agent, message.text, {})
        # As the server does: what its rules found stands unless the bot says that it overruled it.
        by_rules = [f["topic"] for f in message.notes["red_flags"] if f["topic"] not in noted["overruled"]]
        raised.append(Raised(message, [*by_rules, *_safety(noted, severities)], _safety(alone, severities)))
    return raised


async def _understanding(agent: Agent, text: str, notes: Mapping[str, Any]) -> dict[str, Any]:
    assert agent.processor is not None
    parsed = await agent.processor.parse_message(UserMessage(text, metadata=dict(notes)))
    understood: dict[str, Any] = parsed["understanding"]
    return understood


def _safety(understood: Mapping[str, Any], severities: Mapping[str, Severity]) -> list[str]:
    answered = [part["topics"][0] for part in understood["parts"] if part["action"] == "answer"]
    return [topic for topic in answered if topic in severities]


def caught(due: str, raised: Sequence[str], severities: Mapping[str, Severity]) -> bool:
    """Whether what was raised is as serious as what is due."""
    return any(serious_enough(severities[due], severities[topic]) for topic in raised)
