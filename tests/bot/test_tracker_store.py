import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import real_redis
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from redis import Redis

from bot import tracker_store
from bot.tracker_store import EVENTS_AT_MOST, RecentTrackerStore

# One for all tests: a store's connections to Redis belong to the loop that opened them, as in Rasa.
LOOP = asyncio.new_event_loop()
DOMAIN = Domain.from_dict({"slots": {"subject": {"type": "any", "mappings": [{"type": "custom"}]}}})


@pytest.fixture
def store() -> RecentTrackerStore:
    return RecentTrackerStore(DOMAIN)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[real_redis.Redis]:
    if not real_redis.is_installed():
        pytest.skip(real_redis.ABSENT)
    with real_redis.redis(tmp_path) as server:
        yield server


def forget(store: RecentTrackerStore, sender: str) -> None:
    """What Rasa does on /restart."""

    async def restart() -> None:
        tracker = await store.get_or_create_tracker(sender)
        listen, begin = ActionExecuted("action_listen"), ActionExecuted("action_session_start")
        slot = SlotSet("subject", "carried over")
        restart = (UserUttered("/restart"), ActionExecuted("action_restart"), Restarted())
        for event in (*restart, begin, SessionStarted(), slot, listen):
            tracker.update(event)
        await store.save(tracker)

    LOOP.run_until_complete(restart())


def turn(store: RecentTrackerStore, sender: str, text: str = "hi") -> DialogueStateTracker:
    """One turn, stored; returns what the next turn finds."""

    async def talk() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker(sender)
        for event in (UserUttered(text), BotUttered("hello"), SlotSet("subject", text)):
            tracker.update(event)
        await store.save(tracker)
        return await store.get_or_create_tracker(sender)

    return LOOP.run_until_complete(talk())


def test_a_conversation_goes_on_from_its_last_events(store: RecentTrackerStore) -> None:
    for n in range(2 * EVENTS_AT_MOST):
        tracker = turn(store, "c1", f"message {n}")
    assert len(tracker.events) == EVENTS_AT_MOST
    assert tracker.latest_message.text == f"message {n}"
    assert tracker.get_slot("subject") == f"message {n}"
    assert "message 0" not in store.store["c1"], "what is forgotten is not stored either"


def test_a_message_is_remembered_without_what_it_was_understood_as(store: RecentTrackerStore) -> None:
    parsed = {"intent": {"name": "mri", "confidence": 0.9}, "entities": [], "text": "mri?"}
    acted_upon = {"understanding": {"parts": ["part"]}, "intent_ranking": [{"name": "mri", "confidence": 0.9}]}
    said = UserUttered("mri?", parsed["intent"], [], {**parsed, **acted_upon})

    async def talk() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker("c1")
        tracker.update(said)
        await store.save(tracker)
        return await store.get_or_create_tracker("c1")

    latest = LOOP.run_until_complete(talk()).latest_message
    assert latest == said
    assert latest.timestamp == said.timestamp
    assert {**latest.parse_data, **acted_upon} == said.parse_data
    assert not acted_upon.keys() & latest.parse_data.keys()


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


def test_a_restarted_conversation_is_forgotten(store: RecentTrackerStore) -> None:
    turn(store, "c1", "of one")
    turn(store, "c2", "of another")
    forget(store, "c1")
    assert list(store.store) == ["c2"]
    assert len(turn(store, "c1", "anew").events) == 4


def test_through_redis_another_process_goes_on(redis: real_redis.Redis) -> None:
    one, other = (RecentTrackerStore(DOMAIN, redis_url=redis.url) for _ in range(2))
    turn(one, "c1", "first")
    assert turn(other, "c1", "second").get_slot("subject") == "second"
    assert [e.text for e in turn(one, "c1", "third").events if isinstance(e, UserUttered)] == [
        "first",
        "second",
        "third",
    ]


def test_what_is_in_redis_is_bounded_and_expires(redis: real_redis.Redis) -> None:
    store = RecentTrackerStore(DOMAIN, redis_url=redis.url)
    for n in range(EVENTS_AT_MOST):
        turn(store, "c1", f"message {n}")
    client = Redis.from_url(redis.url)
    [key] = client.keys("*")
    assert b'"message 0"' not in client.get(key)
    assert 0 < client.ttl(key) <= tracker_store.EXPIRES_AFTER_SECONDS
    client.close()


def test_what_is_forgotten_is_gone_from_redis_and_from_every_process(redis: real_redis.Redis) -> None:
    one, other = (RecentTrackerStore(DOMAIN, redis_url=redis.url) for _ in range(2))
    turn(one, "c1", "first")
    turn(other, "c1", "second")
    forget(one, "c1")
    client = Redis.from_url(redis.url)
    assert client.keys("*") == []
    client.close()
    assert len(turn(other, "c1", "anew").events) == 4


@pytest.mark.parametrize("fault", ["stop", "hang"])
def test_without_redis_a_process_remembers_by_itself(
    redis: real_redis.Redis, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "REDIS_TIMEOUT_SECONDS", 0.1)
    store = RecentTrackerStore(DOMAIN, redis_url=redis.url)
    turn(store, "c1", "before")
    getattr(redis, fault)()
    started = time.monotonic()
    for n in range(5):
        tracker = turn(store, "c1", f"message {n}")
    assert time.monotonic() - started < tracker_store.REDIS_REST_SECONDS, "only the first message waits for Redis"
    assert next(e.text for e in tracker.events if isinstance(e, UserUttered)) == "before"


def test_what_redis_could_not_forget_is_forgotten_when_it_is_back(
    redis: real_redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker_store, "REDIS_TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr(tracker_store, "REDIS_REST_SECONDS", 0.0)
    store = RecentTrackerStore(DOMAIN, redis_url=redis.url)
    turn(store, "c1", "first")
    redis.hang()
    forget(store, "c1")
    redis.go_on()
    turn(store, "c2", "another")
    client = Redis.from_url(redis.url)
    assert client.keys("*") == [b"pumptalk:tracker:c2"]
    client.close()
