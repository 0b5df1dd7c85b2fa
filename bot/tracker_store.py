"""Where Rasa keeps the context of conversations: the last few turns of the latest conversations, in memory.

The log in the server is the record (DESIGN, section 7). Rasa's own store keeps every event for ever and reads all of
them anew at each message, so that a conversation of 200 turns would grow slow and the process large.
"""

from collections import OrderedDict
from typing import Any, Dict, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

# About five turns. What must outlast them (subject, last topics) is a slot, which every turn sets again.
EVENTS_AT_MOST = 60
CONVERSATIONS_AT_MOST = 10_000


class RecentTrackerStore(InMemoryTrackerStore):
    """An in-memory store that forgets: events beyond the last turns, conversations beyond the latest."""

    def __init__(self, domain: Domain, event_broker: Optional[EventBroker] = None, **kwargs: Dict[Text, Any]) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.store: OrderedDict[Text, Text] = OrderedDict()

    def init_tracker(self, sender_id: Text) -> DialogueStateTracker:
        """A tracker that holds the last events only."""
        return DialogueStateTracker(sender_id, self.domain.slots, max_event_history=EVENTS_AT_MOST)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker as the latest, and let go of the one that was silent longest."""
        await super().save(tracker)
        self.store.move_to_end(tracker.sender_id)
        if len(self.store) > CONVERSATIONS_AT_MOST:
            self.store.popitem(last=False)
