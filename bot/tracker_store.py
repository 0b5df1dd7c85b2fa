"""Where Rasa keeps the context of conversations: the last few turns of the latest conversations.

In this process's memory; with REDIS_URL also in Redis, so that another Rasa process, or this one after a restart, can
go on. The log in the server is the record (DESIGN, section 7). Rasa's own stores keep every event for ever and read all
of them anew at each message, and its Redis store waits without end for a Redis that hangs.
"""

import json
import logging
import time
from collections import OrderedDict
from typing import Any, Dict, Optional, Set, Text

import redis.asyncio as redis
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, Restarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# About three turns (three of one reply each), two at least. What must outlast them (subject, last topics) is a slot,
# which every turn sets again. More would make each turn heavier: Rasa replays all of them several times, and sends
# them along to the action.
EVENTS_AT_MOST = 27
# What a message was understood as. Once its turn is over, only the intent is looked at again.
_ACTED_UPON = ("understanding", "intent_ranking")
CONVERSATIONS_AT_MOST = 10_000
# A conversation that was silent for a day begins anew.
EXPIRES_AFTER_SECONDS = 24 * 3600
# A visitor waits at most so long for Redis, and then nobody for a while.
REDIS_TIMEOUT_SECONDS = 0.5
REDIS_REST_SECONDS = 5.0
_KEY = "pumptalk:tracker:"


class RecentTrackerStore(InMemoryTrackerStore):
    """A store that forgets: events beyond the last turns, conversations beyond the latest, and on request.

    The request is Rasa's own command `/restart`, which only the server sends, to erase a conversation.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        redis_url: Text = "",
        **kwargs: Dict[Text, Any],
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[Text, Text] = OrderedDict()
        self._shared = SharedMemory(redis_url) if redis_url else None

    def init_tracker(self, sender_id: Text) -> DialogueStateTracker:
        """A tracker that holds the last events only."""
        return DialogueStateTracker(sender_id, self.domain.slots, max_event_history=EVENTS_AT_MOST)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker as the latest, and let go of the one that was silent longest; or forget it."""
        if _is_to_be_forgotten(tracker):
            self.store.pop(tracker.sender_id, None)
            if self._shared:
                await self._shared.forget(tracker.sender_id)
            return
        await self.stream_events(tracker)
        self.store[tracker.sender_id] = json.dumps({"events": [_remembered(event) for event in tracker.events]})
        self.store.move_to_end(tracker.sender_id)
        if len(self.store) > CONVERSATIONS_AT_MOST:
            self.store.popitem(last=False)
        if self._shared:
            await self._shared.write(tracker.sender_id, self.store[tracker.sender_id])

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """What is known of a conversation: by Redis if it answers, since another process may have gone on there."""
        if self._shared and self._shared.is_well():
            found = await self._shared.read(sender_id)
            if found is not None:
                self.store[sender_id] = found
            elif self._shared.is_well():
                self.store.pop(sender_id, None)  # expired, or erased through another process
        return await super().retrieve(sender_id)


class SharedMemory:
    """Trackers in Redis. It never raises: a Redis that fails is left alone for some seconds."""

    def __init__(self, url: Text) -> None:
        timeout = REDIS_TIMEOUT_SECONDS
        self._redis = redis.Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout)
        self._rests_until = 0.0
        # What could not be deleted yet. It is owed in this process only; Redis lets it expire within a day in any case.
        self._owed: Set[Text] = set()

    def is_well(self) -> bool:
        """Whether it did not fail just now."""
        return time.monotonic() >= self._rests_until

    async def read(self, sender_id: Text) -> Optional[Text]:
        """The tracker as text; None if there is none, or if Redis fails."""
        found = await self._tried(self._redis.get, _KEY + sender_id)
        return found.decode() if found is not None else None

    async def write(self, sender_id: Text, tracker: Text) -> None:
        """Keep a tracker for a day after its last turn."""
        await self._tried(self._redis.set, _KEY + sender_id, tracker, ex=EXPIRES_AFTER_SECONDS)

    async def forget(self, sender_id: Text) -> None:
        """Delete a tracker, now or as soon as Redis answers again."""
        self._owed.add(_KEY + sender_id)
        await self._tried(self._redis.ping)

    async def _tried(self, command: Any, *args: Any, **kwargs: Any) -> Any:
        if not self.is_well():
            return None
        try:
            if self._owed:
                await self._redis.delete(*self._owed)
                self._owed.clear()
            return await command(*args, **kwargs)
        except (RedisError, OSError) as e:
            logger.warning("Redis fails (%s); this process remembers by itself for now", type(e).__name__)
            self._rests_until = time.monotonic() + REDIS_REST_SECONDS
            return None


def _remembered(event: Event) -> Dict[Text, Any]:
    """The event as Rasa writes it, but for what was acted upon."""
    written: Dict[Text, Any] = event.as_dict()
    if isinstance(event, UserUttered):
        parsed = written["parse_data"]
        written["parse_data"] = {key: value for key, value in parsed.items() if key not in _ACTED_UPON}
    return written


def _is_to_be_forgotten(tracker: DialogueStateTracker) -> bool:
    """Whether the conversation was restarted and nobody has spoken since; Rasa itself opens a new session there."""
    latest = (event for event in reversed(tracker.events) if isinstance(event, (Restarted, UserUttered)))
    return isinstance(next(latest, None), Restarted)
