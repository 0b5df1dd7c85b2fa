"""The content, loaded once for all actions. A fault in it stops the action server at start, with the file's name."""

from functools import lru_cache

from knowledge import Clinic, Library, load_clinic, load_library
from knowledge.paths import CLINIC, DATA


@lru_cache(maxsize=1)
def library() -> Library:
    """All sources, answers and phrases."""
    return load_library(DATA)


@lru_cache(maxsize=1)
def clinic() -> Clinic:
    """The clinic's own data."""
    return load_clinic(CLINIC)
