"""The content model: what PumpTalk knows, loaded and checked once for actions, server and checks."""

from knowledge.clinic import Clinic, OpeningHours, load_clinic
from knowledge.errors import ContentError
from knowledge.follow_ups import FollowUps, load_follow_ups
from knowledge.library import Library, load_library
from knowledge.model import Answer, Fact, Kind, Phrases, Review, Source, Statement
from knowledge.talk import Talk, load_talk

__all__ = [
    "Answer",
    "Clinic",
    "ContentError",
    "Fact",
    "FollowUps",
    "Kind",
    "Library",
    "OpeningHours",
    "Phrases",
    "Review",
    "Source",
    "Statement",
    "Talk",
    "load_clinic",
    "load_follow_ups",
    "load_library",
    "load_talk",
]
