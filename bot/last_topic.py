"""Lets the pipeline know what the talk was about: the topic answered last goes along in a message's metadata.

Rasa reads a message before it looks at the conversation, so "does it hurt?" would mean the same after the trial as
after the refill.
"""

from typing import Any, Dict, Optional

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.sentence_encoder import LAST_TOPIC

_SLOT = "last_topics"
_rasa_parse = MessageProcessor.parse_message


def apply() -> None:
    """Put the override in place."""
    MessageProcessor.parse_message = _parse_in_talk


async def _parse_in_talk(
    self: MessageProcessor,
    message: UserMessage,
    tracker: Optional[DialogueStateTracker] = None,
    only_output_properties: bool = True,
) -> Dict[str, Any]:
    told = tracker.get_slot(_SLOT) if tracker else None
    if told:
        message.metadata = {**(message.metadata or {}), LAST_TOPIC: told[-1]}
    return await _rasa_parse(self, message, tracker, only_output_properties)
