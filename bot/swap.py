"""A running Rasa takes another model without losing a turn: the file models/current says which one.

The other model is loaded and tried in a thread of its own while turns go on with the present one. Then one assignment
puts it in place: a turn that is under way ends as it began, the next one is understood by the new model. What Rasa
remembers of conversations stays, as its stores do (docs/decisions/0036-swap-inside-rasa.md).
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

import rasa.core.run
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

from bot import model_store

logger = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 1.0
_FIRST_QUESTION = "How long does the battery last?"


def apply(models: Path) -> None:
    """Let the next Rasa server that starts in this process look for another model in the folder."""
    rasa_start = rasa.core.run.load_agent_on_start

    async def load_and_watch(*args: Any, **kwargs: Any) -> Agent:
        agent = await rasa_start(*args, **kwargs)
        agent.watching = asyncio.create_task(ModelWatch(agent, models).run())  # kept, or it could be collected
        return agent

    rasa.core.run.load_agent_on_start = load_and_watch


class ModelWatch:
    """Keeps an agent on the model that models/current names."""

    def __init__(self, agent: Agent, folder: Path) -> None:
        self._agent, self._folder = agent, folder
        self._refused = ""

    async def run(self) -> None:
        """Look every second, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Take the named model if it is another one. One that cannot be loaded is told of once, and left alone."""
        named = self._named()
        if named in (self._agent.processor.model_filename, self._refused):
            return
        logger.warning("loading the model %s", named)
        try:
            self._put(await asyncio.to_thread(self._loaded, self._folder / named))
            logger.warning("the model %s is in use", named)
        except Exception as e:  # whatever is wrong with it, the present one goes on
            logger.error("the model %s cannot be taken, the present one stays: %s: %s", named, type(e).__name__, e)
            self._refused = named

    def _named(self) -> str:
        try:
            return model_store.current(self._folder).name
        except (model_store.ModelError, OSError, ValueError):
            return self._agent.processor.model_filename  # none can be read there; who starts a bot is told why

    def _loaded(self, path: Path) -> MessageProcessor:
        """A processor of the model beside the present one, after its first question. Raises what is wrong with it."""
        model_store.verify(path)
        present = self._agent.processor
        processor = MessageProcessor(
            model_path=path,
            tracker_store=present.tracker_store,
            lock_store=present.lock_store,
            generator=present.nlg,
            action_endpoint=present.action_endpoint,
            http_interpreter=present.http_interpreter,
        )
        # The first question loads what is loaded late, so that no visitor waits for it.
        asyncio.run(processor.parse_message(UserMessage(_FIRST_QUESTION)))
        return processor

    def _put(self, processor: MessageProcessor) -> None:
        self._agent.processor = processor
        self._agent.domain = processor.domain
        self._agent.tracker_store.domain = processor.domain
