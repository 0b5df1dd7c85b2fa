"""The content model: what PumpTalk knows, loaded and checked once for actions, server and checks."""

from knowledge.clinic import Clinic, OpeningHours, load_clinic
from knowledge.errors import ContentError
from knowledge.library import Library, load_library
from knowledge.model import Answer, Fact, Kind, Phrases, Review, Source, Statement

__all__ = [
    "Answer",
    "Clinic",
    "ContentError",
    "Fact",
    "Kind",
    "Library",
    "OpeningHours",
    "Phrases",
    "Review",
    "Source",
    "Statement",
    "load_clinic",
    "load_library",
]
