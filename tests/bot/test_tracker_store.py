import asyncio

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import tracker_store
from bot.tracker_store import EVENTS_AT_MOST, RecentTrackerStore

DOMAIN = Domain.from_dict({"slots": {"subject": {"type": "any", "mappings": [{"type": "custom"}]}}})


@pytest.fixture
def store() -> RecentTrackerStore:
    return RecentTrackerStore(DOMAIN)


def turn(store: RecentTrackerStore, sender: str, text: str = "hi") -> DialogueStateTracker:
    """One turn, stored; returns what the next turn finds."""

    async def talk() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker(sender)
        for event in (UserUttered(text), BotUttered("hello"), SlotSet("subject", text)):
            tracker.update(event)
        await store.save(tracker)
        return await store.get_or_create_tracker(sender)

    return asyncio.run(talk())


def test_a_conversation_goes_on_from_its_last_events(store: RecentTrackerStore) -> None:
    for n in range(2 * EVENTS_AT_MOST):
        tracker = turn(store, "c1", f"message {n}")
    assert len(tracker.events) == EVENTS_AT_MOST
    assert tracker.latest_message.text == f"message {n}"
    assert tracker.get_slot("subject") == f"message {n}"
    assert "message 0" not in store.store["c1"], "what is forgotten is not stored either"


def test_conversations_are_kept_apart(store: RecentTrackerStore) -> None:
    turn(store, "c1", "of one")
    turn(store, "c2", "of another")
    assert turn(store, "c1", "of one again").latest_message.text == "of one again"
    assert "of another" not in store.store["c1"]


def test_the_conversation_that_was_silent_longest_is_let_go(
    store: RecentTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "CONVERSATIONS_AT_MOST", 2)
    for sender in ("c1", "c2", "c1", "c3"):
        turn(store, sender)
    assert list(store.store) == ["c1", "c3"]
