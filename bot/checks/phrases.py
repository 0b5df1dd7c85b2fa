"""Texts that belong to no topic: the bot's own sentences, the documents' names, the clinic's data."""

from collections.abc import Iterator
from dataclasses import astuple

from bot.checks.fault import Fault
from bot.checks.texts import check_characters, check_text
from knowledge import Clinic, Library, Phrases

PHRASES = "data/phrases.yml"


def check_phrases(library: Library) -> Iterator[Fault]:
    """Faults of `data/phrases.yml`."""
    for text in _texts(library.phrases):
        yield from check_text(PHRASES, text)
    for topic in library.phrases.starters:
        if topic not in library.answers:
            yield Fault(PHRASES, f"starters names {topic}, which has no answer", "name another topic")


def check_names(library: Library, clinic: Clinic | None) -> Iterator[Fault]:
    """Faults of the names that are put into answers: documents and, if it could be read, the clinic."""
    for source in library.sources.values():
        for name in (source.organisation, source.document):
            yield from check_characters(f"data/sources/{source.id}.yml", name)
    for value in clinic.fields().values() if clinic else ():
        yield from check_characters("clinic.yml", value)


def _texts(phrases: Phrases) -> Iterator[str]:
    yield from (value for value in astuple(phrases) if isinstance(value, str))
    for lines in phrases.closings.values():
        yield from lines
