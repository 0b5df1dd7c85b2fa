"""The content, loaded once for all actions with the first message; `make check` and the server's start find faults."""

from functools import lru_cache

from knowledge import Clinic, FollowUps, Library, Talk, load_clinic, load_follow_ups, load_library, load_talk
from knowledge.paths import CLINIC, DATA


@lru_cache(maxsize=1)
def library() -> Library:
    """All sources, answers and phrases."""
    return load_library(DATA)


@lru_cache(maxsize=1)
def clinic() -> Clinic:
    """The clinic's own data."""
    return load_clinic(CLINIC)


@lru_cache(maxsize=1)
def follow_ups() -> FollowUps:
    """The table of follow-ups."""
    return load_follow_ups(DATA)


@lru_cache(maxsize=1)
def talk() -> Talk:
    """How a talk is followed."""
    return load_talk(DATA)
