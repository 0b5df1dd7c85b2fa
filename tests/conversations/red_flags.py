"""Red flags and near misses, asked of the rules alone, of the trained bot alone, and of the whole."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from talking import Conversation

from knowledge import ContentError
from knowledge.model import Severity, serious_enough
from knowledge.yaml_file import Reader, read_yaml
from server.bot_client import RasaClient
from server.safety import RED_FLAGS, SafetyLayer

# Who raises: the rules in the server, the bot without their help, or both as a visitor meets them.
WAYS = ("rules", "bot", "together")


@dataclass(frozen=True)
class Message:
    """A message, and the safety id that is due; empty for none."""

    text: str
    due: str


@dataclass(frozen=True)
class Raised:
    """The safety ids that each way raised for a message."""

    message: Message
    by: Mapping[str, Sequence[str]]


def load_red_flags(path: Path) -> list[Message]:
    """Read `<safety id>: [messages]`. Raises ContentError on a fault."""
    reader = Reader(path, read_yaml(path))
    messages = [Message(text, topic) for topic in RED_FLAGS for text in reader.texts(topic)]
    reader.done()
    return messages


def load_near_misses(path: Path) -> list[Message]:
    """Read a list of {say, topic, also}. Raises ContentError on a fault."""
    data = read_yaml(path)
    if not isinstance(data, list):
        raise ContentError(path, "must be a list (say, topic, also)")
    return [Message(Reader(path, entry).text("say"), "") for entry in data]


def ask_all(
    messages: Iterable[Message], safety: SafetyLayer, rasa_url: str, client: httpx.Client, progress: Callable[[], None]
) -> list[Raised]:
    """Put every message to all three."""
    return asyncio.run(_ask_all(messages, safety, rasa_url, client, progress))


async def _ask_all(
    messages: Iterable[Message], safety: SafetyLayer, rasa_url: str, client: httpx.Client, progress: Callable[[], None]
) -> list[Raised]:
    bot = RasaClient([rasa_url], timeout_seconds=30)
    results = []
    for number, message in enumerate(messages):
        alone = await bot.ask(f"alone-{number}", message.text, {})
        together = Conversation(client).say(message.text)
        by = {
            "rules": [flag.topic for flag in safety.read(message.text).flags],
            "bot": [t for reply in alone if reply.metadata.kind == "safety" for t in reply.metadata.topics],
            "together": [t for r in together if r["metadata"]["kind"] == "safety" for t in r["metadata"]["topics"]],
        }
        results.append(Raised(message, by))
        progress()
    await bot.close()
    return results


def caught(result: Raised, way: str, severities: Mapping[str, Severity]) -> bool:
    """Whether what was raised is as serious as what is due: an urgent id may be raised as an emergency, never less."""
    due = severities[result.message.due]
    return any(serious_enough(due, severities[topic]) for topic in result.by[way])


def alarmed(result: Raised, way: str) -> bool:
    """Whether anything at all was raised."""
    return bool(result.by[way])
